"""A rest secured by mortgage (Bbz art. 43a to 43d), and a surety that was called (art. 16 onder d)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from backoffice.cli.simulate import answer_simulation
from servicing import files
from servicing.calendar_rate import differs, rate_on
from servicing.dunning.owing import overdue_of
from servicing.granting import granted_terms
from servicing.history import history_of
from servicing.in_default import proposed_interest
from servicing.lapsing import lapses_of
from servicing.life.outcome import arrears_since
from servicing.life.timeline import live
from servicing.statutory_interest import Ways
from tests.as_facts import drafts_of, facts_of
from tests.desk import LOAN, add_debtor, add_loan, good, open_desk, run

PRODUCT = files.products()["bbz_mortgage_rest"]
LAW = files.law()
TERMS: dict[str, Any] = {
    "principal": "12000.00",
    "annual_rate_percent": "3",
    "start": "2025-01-01",
    "instalments": 12,
    "method": "linear",
    "allocation": ["principal", "interest", "costs"],
    "interest_last": True,
}
LENT = {"on": "2025-01-01", "type": "disburse", "amount": "12000.00"}


def paid(months: range, amount: str = "1000.00") -> list[dict[str, str]]:
    days = (date(2025 + month // 12, month % 12 + 1, 1) for month in months)
    return [{"on": day.isoformat(), "type": "payment", "amount": amount} for day in days]


def shown(*events: dict[str, str], on: str) -> dict[str, Any]:
    case = {"terms": TERMS, "events": [LENT, *events], "viewing_date": on}
    return dict(answer_simulation(case))


def test_a_payment_is_repayment_first_and_interest_is_kept_apart_without_interest() -> None:
    # Art. 43b lid 3 to 5. Month 1: 12,000.00 x 3 % / 12 = 30.00, month 2: 27.50; in all 195.00.
    first = shown(*paid(range(1, 3)), on="2025-03-01")
    assert [(row["principal"], row["interest"]) for row in first["rows"][:2]] == [
        ("1000.00", "30.00"),
        ("1000.00", "27.50"),
    ]
    assert (first["outstanding"]["principal"], first["outstanding"]["interest"]) == ("10000.00", "57.50")
    all_of_it = shown(*paid(range(1, 13)), on="2026-01-01")
    assert (all_of_it["outstanding"]["principal"], all_of_it["outstanding"]["interest"]) == ("0.00", "195.00")
    closed = shown(*paid(range(1, 13)), *paid(range(13, 14), "195.00"), on="2026-03-01")
    assert closed["state"] == "closed"


def test_what_is_paid_above_the_month_repays_too() -> None:
    ahead = shown(*paid(range(1, 2), "3000.00"), on="2025-02-01")
    assert (ahead["outstanding"]["principal"], ahead["outstanding"]["interest"]) == ("9000.00", "30.00")


def test_principal_that_is_not_paid_is_late_and_lapses_from_its_own_day_and_the_interest_with_the_last_row() -> (
    None
):
    facts = facts_of(drafts_of(TERMS, [LENT, *paid(range(1, 2))]))

    def seen(day: str) -> tuple[str | None, int, list[tuple[str, int, int]], list[tuple[str, int]]]:
        on = date.fromisoformat(day)
        history = history_of(facts)
        state = live(history.terms, history.events, history.reversals, on)
        since, overdue = arrears_since(state), overdue_of(state, on)
        rows = overdue.rows if overdue else ()
        return (
            since.isoformat() if since else None,
            overdue.cents if overdue else 0,
            [(row.due.isoformat(), row.principal, row.interest) for row in rows],
            [(str(one.limitation.lapses_on), int(one.open)) for one in lapses_of(facts, on, "public", LAW)],
        )

    assert seen("2025-03-01") == ("2025-03-01", 0, [], [("2030-03-02", 100_000)])
    april = ("2025-03-01", 100_000, 0), [("2030-03-02", 100_000), ("2030-04-02", 100_000)]
    assert seen("2025-04-01") == ("2025-03-01", 100_000, [april[0]], april[1])
    since, cents, rows, lapses = seen("2026-01-02")
    # Eleven rows of 1,000.00; of interest 30.00 and eleven months of 11,000.00 at 3 %, due with the last row.
    assert (since, cents, len(lapses)) == ("2025-03-01", 1_100_000 + 3_000 + 11 * 2_750, 11 + 12)
    assert rows[:2] == [("2025-03-01", 100_000, 0), ("2025-04-01", 100_000, 0)]
    assert next((due, interest) for due, _, interest in rows if interest) == ("2026-01-01", 3_000)
    assert {due for due, _, interest in rows if interest} == {"2026-01-01"}


def test_principal_in_default_bears_statutory_interest_until_the_loan_bears_its_own() -> None:
    # Art. 43a: late in the years without interest; 1,000.00 from 4 March to 1 April 2025 is 28 days at 6 %.
    free = facts_of(drafts_of(TERMS | {"interest_from": "2035-01-01"}, [LENT, *paid(range(1, 2))]))
    found = proposed_interest(free, date(2025, 4, 1), LAW, Ways())
    owing = [(one.row_nr, one.debt.cents, one.debt.default_from, one.interest.total) for one in found.owing]
    assert owing == [(2, 100_000, date(2025, 3, 4), 460)]
    bears = facts_of(drafts_of(TERMS | {"interest_from": "2025-02-01"}, [LENT, *paid(range(1, 2))]))
    assert proposed_interest(bears, date(2025, 4, 1), LAW, Ways()).owing == ()


def test_on_a_sale_all_is_due_and_the_shortfall_is_given_up() -> None:
    # Art. 43c: due at once; what a sale at market value does not bring is remitted, by decision.
    sale = {"on": "2025-04-01", "type": "due_at_once"}
    proceeds = {"on": "2025-04-01", "type": "payment", "amount": "9000.00"}
    before = shown(sale, proceeds, on="2025-04-01")["outstanding"]
    assert (before["principal"], before["interest"]) == ("3000.00", "90.00")
    waived = {"on": "2025-04-01", "type": "waiver", "of": "all"}
    assert shown(sale, proceeds, waived, on="2025-04-01")["state"] == "written_off"


def test_interest_kept_apart_does_not_go_with_an_annuity() -> None:
    with pytest.raises(Exception, match="interest_last: true: is for a linear or bullet loan"):
        answer_simulation({"terms": TERMS | {"method": "annuity"}, "events": [LENT]})


def test_the_product_fills_in_the_ten_years_the_order_and_the_rate() -> None:
    given = {"principal": "24000.00", "start": "2014-01-01", "instalments": 240}
    terms = granted_terms(PRODUCT, given, date(2014, 1, 1), LAW)
    assert (terms.interest_from, terms.interest_last) == (date(2024, 1, 1), True)
    assert (str(terms.method), str(terms.allocation[0]), int(terms.rate)) == ("linear", "principal", 0)


@pytest.mark.parametrize(
    ("day", "rate", "since"),
    [
        (date(2016, 5, 1), "0", date(2015, 1, 1)),
        (date(2024, 5, 1), "4", date(2024, 1, 1)),
        (date(2026, 5, 1), "1", date(2026, 1, 1)),
    ],
)
def test_the_rate_is_the_statutory_one_less_three_points_and_never_below_nothing(
    day: date, rate: str, since: date
) -> None:
    assert rate_on(PRODUCT, LAW, day) == (Fraction(rate) / 100, since)


def test_no_rate_differs_before_interest_begins_nor_after_it_was_changed() -> None:
    terms = TERMS | {"annual_rate_percent": "0", "instalments": 240, "interest_from": "2025-06-01"}
    before = facts_of(drafts_of(terms, [LENT]))
    assert differs(before, PRODUCT, LAW, date(2025, 5, 31)) is None
    found = differs(before, PRODUCT, LAW, date(2025, 6, 1))
    assert found == (Fraction(0), Fraction(3, 100), date(2025, 6, 1))
    change = {"on": "2025-06-01", "type": "rate", "percent": "3"}
    assert differs(facts_of(drafts_of(terms, [LENT, change])), PRODUCT, LAW, date(2025, 6, 1)) is None


@pytest.fixture
def empty(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with one debtor and no loan."""
    assert sqlite_database is not None
    open_desk(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor().code == 0


def test_a_person_is_told_when_the_law_gives_another_rate(empty: None) -> None:
    day = {"decision_date": "2014-01-01", "start": "2014-01-01"}
    done = add_loan(product="bbz_mortgage_rest", group=None, principal="24000.00", instalments="240", **day)
    assert done.code == 0, done.err
    good("loan", "disburse", LOAN, "--amount", "24000.00", "--on", "2014-01-01")
    # Three points less than 7, 6 and 4 percent: a loan entered late is told of each, one after the other.
    for rate, since in (("4", "2024-01-01"), ("3", "2025-01-01"), ("1", "2026-01-01")):
        (item,) = asked()
        assert f"the law gives {rate} from {since}" in item["reason"]
        words = item["next_action"].removeprefix("aflos ").split()
        good(*words, "--decision", f"B-{since}")
    assert asked() == []


def test_a_preview_tells_of_principal_and_of_interest_kept_apart_each_its_own_lapse_day(empty: None) -> None:
    # Rows of 100.00 from February 2014 to January 2025, of which the last twelve bear 4 percent.
    day = {"decision_date": "2014-01-01", "start": "2014-01-01"}
    done = add_loan(product="bbz_mortgage_rest", group=None, principal="13200.00", instalments="132", **day)
    assert done.code == 0, done.err
    good("loan", "disburse", LOAN, "--amount", "13200.00", "--on", "2014-01-01")
    (item,) = asked()
    good(*item["next_action"].removeprefix("aflos ").split(), "--decision", "B-1")
    words = (
        "event",
        "order-suspended",
        LOAN,
        "--on",
        "2025-09-01",
        "--document",
        "Rb 5",
        "--summons",
        "2025-08-04",
    )
    (seen,) = good(*words, "--preview")
    moved = [(one["due"], one["lapses_on"]) for one in seen["limitation"] if one["row"] == 131]
    assert moved == [("2024-12-01", "2029-12-02"), ("2025-01-01", "2030-01-02")]


def test_a_tozo_loan_entered_late_is_told_of_the_holiday_that_passed(empty: None) -> None:
    # Worked case E-B: 2 percent, none from 2021-01-01 to 2022-06-30.
    day = {"decision_date": "2020-04-15", "start": "2020-05-01", "method": "linear"}
    what = {"product": "tozo_business_capital", "group": None, "principal": "10157.00", "instalments": "72"}
    done = add_loan(**what, **day)
    assert (done.code, "0 percent from 2021-01-01, 2 percent from 2022-07-01" in done.err) == (0, True), (
        done.err
    )
    good("loan", "disburse", LOAN, "--amount", "10157.00", "--on", "2020-05-01")
    for rate, since in (("0", "2021-01-01"), ("2", "2022-07-01")):
        (item,) = asked()
        assert f"the law gives {rate} from {since}" in item["reason"]
        good(*item["next_action"].removeprefix("aflos ").split(), "--decision", f"B-{since}")
    assert asked() == []
    rows = good("loan", "show", LOAN, "--on", "2022-09-01")["rows"]
    free = [row["due"] for row in rows if row["interest"] == "0.00"]
    # Interest of the months of the holiday alone is nothing; those due on the first of the month after.
    assert len(free) == 18


def test_a_holiday_that_was_decided_otherwise_is_not_asked_again() -> None:
    product = files.products()["tozo_business_capital"]
    terms = TERMS | {"annual_rate_percent": "2", "start": "2020-05-01", "instalments": 72}
    terms = {key: value for key, value in terms.items() if key not in {"interest_last", "allocation"}}
    lent = LENT | {"on": "2020-05-01"}
    known = facts_of(drafts_of(terms, [lent]))
    assert differs(known, product, LAW, date(2026, 1, 1)) == (Fraction(2, 100), Fraction(0), date(2021, 1, 1))
    free = {"on": "2021-01-01", "until": "2022-07-01", "type": "interest_free_from"}
    assert differs(facts_of(drafts_of(terms, [lent, free])), product, LAW, date(2026, 1, 1)) is None
    short = free | {"until": "2022-04-01"}
    found = differs(facts_of(drafts_of(terms, [lent, short])), product, LAW, date(2026, 1, 1))
    assert found == (Fraction(2, 100), Fraction(0), date(2022, 4, 1))


def asked() -> list[dict[str, Any]]:
    return [item for item in good("worklist", "--source", "law") if item["subject"] == LOAN]


def test_a_surety_that_was_called_is_a_loan_of_its_own(empty: None) -> None:
    # Art. 16 onder d: what the bank called (18,000.00) is a loan under art. 40 to 43, for the debtor at 8 percent.
    words = {"product": "bbz_guarantee_claim", "group": None, "purpose": "surety called by the bank"}
    words["surety_decision"] = "B-2021-8"
    done = add_loan(principal="18000.00", instalments="36", **words)
    assert done.code == 0, done.err
    good(
        "loan",
        "disburse",
        LOAN,
        "--amount",
        "18000.00",
        "--on",
        "2025-01-01",
        "--reference",
        "claim of the bank",
    )
    good("payment", "add", LOAN, "--amount", "564.05", "--on", "2025-02-01")
    found = good("loan", "show", LOAN, "--on", "2025-02-01")
    assert (found["terms"]["annual_rate_percent"], found["rows"][0]["due"]) == ("8", "564.05")
    assert found["outstanding"]["principal"] == "17555.95"
    deferred = ("--from", "2025-03-01", "--until", "2025-09-01", "--of", "principal", "--end", "extend")
    assert run("decide", "defer", LOAN, *deferred, "--decision", "B-2").code == 0
