"""Loans with payments: what the short lane books in a database is what the full function books."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from jobs.chunk import Night, work_chunk
from jobs.night import night_of
from jobs.paid_night import work_paid_chunk
from jobs.run import Options
from ledger.database import writing
from ledger.day import number_of
from ledger.tables import journal
from servicing.facts import Draft, FactKind
from servicing.short_lane import FULL
from servicing.tables import loan_state
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, new_loan, paid, tell

DUE = date(2024, 2, 1)
INSTALMENT = 50_691
"""Worked case 6: 25,000.00 at 8 % in 60 instalments."""

FIRST = at("2024-01-29")
"""The first night: a few days before the first instalment."""

Work = Callable[[Connection, Sequence[int], Night], Any]
Booked = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def granted(database: Engine, nights_until: date) -> int:
    begin_on(database, FIRST)
    loan = new_loan(database, PLAIN_TERMS, known=FIRST)
    close_until(database, nights_until)
    return loan


def booked_by(database: Engine, work: Work, loan: int, day: date) -> Booked:
    """The journal rows and state row a function makes of a night, undone afterwards."""
    with writing(database) as connection:
        work(connection, [loan], night_of(connection, day, Options(ARREARS_LIMITS)))
        rows = select(journal).where(journal.c.business_date == number_of(day)).order_by(*journal.primary_key)
        found = (
            [tuple(row) for row in connection.execute(rows)],
            [tuple(row) for row in connection.execute(select(loan_state))],
        )
        connection.rollback()
    return found


def left_by_lane(database: Engine, loan: int, day: date) -> list[int]:
    """The loans the lane leaves to the full function."""
    with writing(database) as connection:
        left = work_paid_chunk(connection, [loan], night_of(connection, day, Options(ARREARS_LIMITS)))
        connection.rollback()
    return left


@pytest.mark.parametrize(
    "payments",
    [
        [("2024-02-01", INSTALMENT)],
        [("2024-02-01", INSTALMENT // 3)],
        [("2024-02-01", 1), ("2024-02-01", INSTALMENT - 1)],
    ],
    ids=["in time", "a part", "in two parts"],
)
def test_the_lane_books_payments_as_the_full_function_does(
    database: Engine, payments: list[tuple[str, int]]
) -> None:
    loan = granted(database, DUE - timedelta(days=1))
    tell(
        database,
        DUE,
        *(paid(loan, on, cents, f"payment {place}") for place, (on, cents) in enumerate(payments)),
    )
    assert left_by_lane(database, loan, DUE) == []
    by_lane, by_full = (booked_by(database, work, loan, DUE) for work in (work_paid_chunk, work_chunk))
    assert by_lane == by_full
    assert close_until(database, DUE)[-1]["postings"] == len(by_lane[0])


def test_a_late_payment_is_booked_on_its_own_value_date(database: Engine) -> None:
    loan = granted(database, at("2024-02-02"))
    tell(database, at("2024-02-07"), paid(loan, "2024-02-05", INSTALMENT))
    close_until(database, at("2024-02-06"))
    assert left_by_lane(database, loan, at("2024-02-07")) == []
    works = (work_paid_chunk, work_chunk)
    by_lane, by_full = (booked_by(database, work, loan, at("2024-02-07")) for work in works)
    assert by_lane == by_full
    assert {row[5] for row in by_lane[0]} == {20240205}


@pytest.mark.parametrize(
    "draft",
    [
        lambda loan: paid(loan, "2024-02-01", INSTALMENT + 1),
        lambda loan: paid(loan, "2024-01-20", INSTALMENT),
        lambda loan: Draft(loan, FactKind.COST, DUE, "letter", cents=1000),
    ],
    ids=["paid ahead", "before the last night", "no payment"],
)
def test_everything_else_is_left_to_the_full_function(
    database: Engine, draft: Callable[[int], Draft]
) -> None:
    loan = granted(database, DUE - timedelta(days=1))
    tell(database, DUE, draft(loan))
    assert left_by_lane(database, loan, DUE) == [loan]


@pytest.mark.parametrize(
    "terms",
    [{"allocation": ["costs", "principal", "interest"]}, {"payment_tolerance": 3}],
    ids=["principal first", "with tolerance"],
)
def test_terms_that_divide_otherwise_take_the_full_function(database: Engine, terms: dict[str, Any]) -> None:
    begin_on(database, FIRST)
    loan = new_loan(database, PLAIN_TERMS | terms, known=FIRST)
    close_until(database, DUE - timedelta(days=1))
    with writing(database) as connection:
        assert connection.execute(select(loan_state.c.lane)).scalar_one() > FULL
    tell(database, DUE, paid(loan, "2024-02-01", INSTALMENT))
    assert left_by_lane(database, loan, DUE) == [loan]
