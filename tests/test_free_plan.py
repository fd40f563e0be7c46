"""A free plan (vrij aflosplan): the decision sets each day and amount, the last row takes the rest."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from servicing.events import Disbursed, Event, Paid
from servicing.life.outcome import rows_on
from servicing.life.timeline import live
from servicing.terms import TermsRefused
from servicing.terms_data import terms_data, terms_from
from tests.nights import at, begin_on, close_until, new_loan, sums

PLAN: dict[str, Any] = {
    "principal": "1000.00",
    "annual_rate_percent": "6",
    "start": "2024-01-01",
    "plan": [
        {"date": "2024-02-01", "amount": "105.00"},
        {"date": "2024-04-01", "amount": "309.00"},
        {"date": "2024-05-01"},
    ],
}
"""Interest of 0.5 % a month: 5.00 on 1,000.00; two months on 900.00 is 9.00; one on 600.00 is 3.00."""

ROWS = [("2024-02-01", 10_000, 500), ("2024-04-01", 30_000, 900), ("2024-05-01", 60_000, 300)]


def test_paid_as_planned() -> None:
    terms = terms_from(PLAN)
    events: list[Event] = [Disbursed(terms.start, 100_000, 1), Paid(at("2024-02-01"), 10_500, fact=2)]
    state = live(terms, events, [], at("2024-02-01"))
    rows = [
        (row.due.isoformat(), row.principal, row.interest) for row in rows_on(terms, state, at("2024-02-01"))
    ]
    assert rows == ROWS


def test_the_plan_is_kept_as_data() -> None:
    assert terms_from(terms_data(terms_from(PLAN))) == terms_from(PLAN)


def test_the_night_books_it(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    loan = new_loan(sqlite_database, PLAN)
    close_until(sqlite_database, at("2024-05-01"))
    books = sums(sqlite_database)
    assert books[loan, 1310, 20240201] == 10_000
    # Nothing was paid: interest runs on the whole 1,000.00, two months are 10.00, and the rest is 309.00 - 10.00.
    assert books[loan, 1320, 20240401] == 1_000
    assert books[loan, 1310, 20240401] == 29_900
    assert books[loan, 1310, 20240501] == 60_100


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ([], "must be a list of 1 to 1200 rows"),
        ([{"date": "2024-02-01", "amount": "4.00"}, {"date": "2024-03-01"}], "is less than its interest"),
        ([{"date": "2024-02-01"}, {"date": "2024-03-01"}], "every row but the last has an amount"),
        ([{"date": "2024-03-01", "amount": "50.00"}, {"date": "2024-02-01"}], "each day must come after"),
        (
            [{"date": "2024-03-01", "sum": "50.00"}, {"date": "2024-04-01"}],
            "sum: '50.00': is not a known key",
        ),
    ],
)
def test_a_plan_that_cannot_hold_is_refused(plan: list[dict[str, str]], message: str) -> None:
    with pytest.raises(Exception, match=message) as refused:
        terms_from(PLAN | {"plan": plan})
    assert refused.value.exit_code == TermsRefused.exit_code  # type: ignore[attr-defined]
