"""The oracle itself, against truths that can be checked by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.oracle import Result, is_banking_day, life
from tests.oracle.days import day_fraction, days_between, steps_from

Case = dict[str, Any]

SIMULATE: Case = {
    "principal": "100.00",
    "annual_rate_percent": "7",
    "start": "2024-01-01",
    "instalments": 6,
    "every": "1m",
    "method": "annuity",
    "day_count": "monthly",
    "rounding": "half-even",
    "instalment": "17.01",
    "allocation": ["costs", "interest", "principal"],
}
SIMULATED: list[Case] = [
    {"on": "2024-01-01", "type": "disburse", "amount": "100.00"},
    {"on": "2024-02-01", "type": "payment", "amount": "17.01", "id": "p1", "recorded": "2024-02-03"},
    {"on": "2024-02-20", "type": "reversal", "of": "p1"},
    {"on": "2024-03-01", "type": "pay_off"},
]
CASE_6: Case = {
    "principal": "25000.00",
    "annual_rate_percent": "8",
    "start": "2025-01-01",
    "instalments": 60,
}
START = date(2025, 1, 1)


def table(result: Result) -> list[str]:
    rows = result.as_json()["rows"]
    return [f"{row['principal']}/{row['interest']}/{row['balance']}" for row in rows]


def paid_on_time(terms: Case, amounts: list[str]) -> list[Case]:
    """The events of a loan of which row 1, 2, ... is paid on its due date."""
    events: list[Case] = [{"on": terms["start"], "type": "disburse", "amount": terms["principal"]}]
    for nr, amount in enumerate(amounts, 1):
        events.append(
            {"on": steps_from(START, "1m", nr), "type": "payment", "amount": amount, "id": f"p{nr}"}
        )
    return events


def test_a_life_with_a_reversal_and_a_pay_off() -> None:
    # The example of `simulate` in the description of the command line.
    result = life(SIMULATE, SIMULATED, date(2024, 3, 1))
    assert table(result) == [
        "16.43/0.58/83.57",
        "16.43/0.58/67.14",
        "17.01/0.00/50.13",
        "17.01/0.00/33.12",
        "17.01/0.00/16.11",
        "16.11/0.00/0.00",
    ]
    assert all(row.paid == row.due for row in result.rows)
    reversed_payment, pay_off = result.payments
    assert (reversed_payment.reversed, reversed_payment.interest, reversed_payment.principal) == (
        True,
        58,
        1643,
    )
    assert (pay_off.amount, pay_off.interest, pay_off.principal, pay_off.balance) == (10116, 116, 10000, 0)
    assert set(result.outstanding.values()) == {0}
    assert result.state == "closed"


def test_an_annuity_paid_on_time() -> None:
    # Worked case 6: 25,000.00 at 8 % in 60 months.
    result = life(CASE_6, paid_on_time(CASE_6, ["506.91"] * 59 + ["506.93"]), date(2030, 1, 1))
    rows = table(result)
    assert result.instalment == 50691
    assert rows[:3] == ["340.24/166.67/24659.76", "342.51/164.40/24317.25", "344.79/162.12/23972.46"]
    assert rows[11] == "366.04/140.87/20764.01"
    assert rows[59] == "503.57/3.36/0.00"
    assert sum(row.interest for row in result.rows) == 541462
    assert sum(row.interest for row in result.rows[:12]) == 184693
    assert result.state == "closed"
    assert -result.balance(8000) == 541462


def test_a_linear_loan_paid_on_time() -> None:
    # Worked case 6, for comparison: payments of 583.34, 580.56, 577.78 ... 419.25.
    terms = CASE_6 | {"method": "linear"}
    planned = life(terms, paid_on_time(terms, []), START)
    due = [f"{row.due // 100}.{row.due % 100:02}" for row in planned.rows]
    assert due[:3] == ["583.34", "580.56", "577.78"]
    assert due[-1] == "419.25"
    result = life(terms, paid_on_time(terms, due), date(2030, 1, 1))
    assert table(result) == table(planned)
    assert [row.principal for row in result.rows] == [41667] * 59 + [41647]
    assert sum(row.interest for row in result.rows) == 508330
    assert result.state == "closed"


def test_all_deferred_for_a_year_and_the_term_extended() -> None:
    # Worked case E-C: after 12 payments the balance is 20,764.01; 12 x 138.43 is deferred; then again 506.91.
    result = life(CASE_6, [*paid_on_time(CASE_6, ["506.91"] * 12), deferral("extend")], date(2026, 1, 2))
    rows = result.rows
    assert (len(rows), rows[-1].date) == (72, date(2031, 1, 1))
    assert rows[11].balance == rows[23].balance == 2076401
    assert [row.interest for row in rows[12:24]] == [13843] * 12
    assert sum(row.interest for row in rows[12:24]) == 166116
    assert [row.due for row in rows[24:71]] == [50691] * 47
    assert rows[-1].due == 50693


def test_all_deferred_for_a_year_with_the_old_end() -> None:
    # Worked case E-C: 36 months at 650.67.
    result = life(CASE_6, [*paid_on_time(CASE_6, ["506.91"] * 12), deferral("same")], date(2026, 1, 2))
    assert (len(result.rows), result.instalment) == (60, 65067)
    assert [row.due for row in result.rows[24:59]] == [65067] * 35
    assert abs(result.rows[-1].due - 65067) < 50


def test_deferred_interest_falls_due_with_the_last_row_and_is_paid_after_it() -> None:
    events = [*paid_on_time(CASE_6, ["506.91"] * 12), deferral("extend")]
    on_time = [steps_from(START, "1m", nr) for nr in range(25, 72)]
    events += [{"on": on, "type": "payment", "amount": "506.91"} for on in on_time]
    last = {"on": "2031-01-01", "type": "payment", "amount": "506.93"}
    before = life(CASE_6, events, date(2030, 12, 30))
    assert before.balance(1340) == 166116
    assert before.rows[12].paid == 0
    after = life(CASE_6, [*events, last], date(2031, 1, 1))
    assert (after.balance(1340), after.balance(1320)) == (0, 166116)
    assert after.outstanding == {"principal": 0, "interest": 166116, "costs": 0, "credit": 0}
    paid = {"on": "2031-02-01", "type": "payment", "amount": "1661.16"}
    assert life(CASE_6, [*events, last, paid], date(2031, 2, 1)).state == "closed"


def deferral(end: str) -> Case:
    """Everything deferred for the rows of February 2026 to January 2027."""
    return {"type": "deferral", "from": "2026-01-02", "until": "2027-01-02", "of": "all", "end": end} | {
        "on": "2026-01-02"
    }


def test_costs_then_interest_then_principal() -> None:
    # Worked case 8: 1,500.00 pays costs 20.00, interest 130.15 and principal 1,349.85; 3,363.09 is left.
    terms = CASE_6 | {"principal": "4712.94", "annual_rate_percent": "0", "instalments": 1}
    opening = {"principal_due": "4712.94", "interest_due": "130.15", "costs": "20.00", "arrears_since": START}
    events: list[Case] = [
        {"on": "2025-01-01", "type": "opening"} | opening,
        {"on": "2025-09-30", "type": "payment", "amount": "1500.00"},
    ]
    result = life(terms, events, date(2025, 9, 30))
    (payment,) = result.payments
    assert (payment.costs, payment.interest, payment.principal, payment.balance) == (
        2000,
        13015,
        134985,
        336309,
    )
    assert result.outstanding == {"principal": 336309, "interest": 0, "costs": 0, "credit": 0}


@pytest.mark.parametrize(
    ("allocation", "split"),
    [
        (["costs", "interest", "principal"], (2000, 13015, 0)),
        (["interest", "principal", "costs"], (0, 13015, 2000)),
        (["principal", "costs", "interest"], (0, 0, 15015)),
    ],
)
def test_the_order_of_allocation_is_a_term(allocation: list[str], split: tuple[int, int, int]) -> None:
    terms = CASE_6 | {"annual_rate_percent": "0", "instalments": 1, "allocation": allocation}
    opening = {"principal_due": "4712.94", "interest_due": "130.15", "costs": "20.00"}
    events: list[Case] = [
        {"on": "2025-01-01", "type": "opening"} | opening,
        {"on": "2025-01-02", "type": "payment", "amount": "150.15"},
    ]
    (payment,) = life(terms, events, date(2025, 1, 2)).payments
    assert (payment.costs, payment.interest, payment.principal) == split


def test_the_books_of_a_late_payment_over_the_turn_of_the_year() -> None:
    # 1,200.00 at 12 %: 12.00 a month. December's 17 days to the cut-off: 12.00 x 17 / 31 = 6.58.
    terms = {"principal": "1200.00", "annual_rate_percent": "12", "start": "2024-12-15", "instalments": 2}
    terms |= {"method": "bullet"}
    events: list[Case] = [
        {"on": "2024-12-15", "type": "disburse", "amount": "1200.00"},
        {"on": "2025-01-20", "type": "payment", "amount": "10.00", "id": "p1"},
        {"on": "2025-01-22", "type": "reversal", "of": "p1"},
        {"on": "2025-01-25", "type": "payment", "amount": "15.00"},
    ]
    # 15 to 25 January at 12 % a year over 1,200.00: 12.00 x 10 / 31 = 3.87, of which 3.00 is taken.
    result = life(terms, events, date(2025, 1, 25))
    assert [tuple(posting) for posting in result.postings] == [
        (date(2024, 12, 15), 1300, 1200, 120000),
        (date(2024, 12, 31), 1330, 8000, 658),
        (date(2025, 1, 15), 1320, 8000, 542),
        (date(2025, 1, 15), 1320, 1330, 658),
        (date(2025, 1, 25), 1330, 8000, 300),
        (date(2025, 1, 25), 1100, 1320, 1200),
        (date(2025, 1, 25), 1100, 1330, 300),
        (date(2025, 1, 20), 1100, 1195, 1000),
        (date(2025, 1, 22), 1195, 1100, 1000),
    ]
    assert result.outstanding["interest"] == 87
    # The reversed payment keeps its split: all of it went to the interest that had fallen due.
    assert [(p.interest, p.reversed) for p in result.payments] == [(1000, True), (1500, False)]


def test_a_tolerated_payment_counts_on_the_due_date_and_is_booked_on_its_own() -> None:
    # 1 February 2025 is a Saturday; Tuesday the 4th is the second banking day after it.
    events = [*paid_on_time(CASE_6, []), {"on": "2025-02-04", "type": "payment", "amount": "506.91"}]
    strict = life(CASE_6, events, date(2025, 3, 1))
    tolerant = life(CASE_6 | {"payment_tolerance": 2}, events, date(2025, 3, 1))
    too_late = life(CASE_6 | {"payment_tolerance": 1}, events, date(2025, 3, 1))
    assert tolerant.rows[1].interest == 16440
    assert strict.rows[1].interest == too_late.rows[1].interest == 16464
    assert tolerant.sums()[1100, date(2025, 2, 4)] == 50691


def test_early_repayment_shortens_the_term_or_lowers_the_instalment() -> None:
    repayment = {"on": "2025-02-01", "type": "early_repayment", "amount": "10506.91"}
    shorter = life(CASE_6, [*paid_on_time(CASE_6, []), repayment | {"mode": "term"}], date(2025, 2, 1))
    lower = life(CASE_6, [*paid_on_time(CASE_6, []), repayment | {"mode": "instalment"}], date(2025, 2, 1))
    assert (shorter.instalment, shorter.outstanding["principal"]) == (50691, 1465976)
    assert shorter.rows[-1].due == 0
    # The annuity of 14,659.76 over 59 months at 8 %.
    assert (lower.instalment, lower.rows[-1].balance) == (30135, 0)
    assert abs(lower.rows[-1].due - 30135) < 60


def test_an_instalment_paid_early_closes_its_row_at_the_interest_so_far() -> None:
    # 25,000.00 x 8 % / 12 x 14 / 31 = 75.27; what the row did not take goes to the next one.
    events = [*paid_on_time(CASE_6, []), {"on": "2025-01-15", "type": "payment", "amount": "506.91"}]
    rows = life(CASE_6, events, date(2025, 2, 1)).rows
    assert (rows[0].interest, rows[0].principal) == (7527, 43164)
    # 24,568.36 for 17 of the 31 days of January is 89.82; with all of February 163.79.
    assert rows[1].interest == 8982 + 16379


def test_banking_days_follow_the_calendar_of_target() -> None:
    closed = {date(2025, 1, 1), date(2025, 4, 18), date(2025, 4, 21), date(2025, 5, 1)}
    closed |= {date(2025, 12, 25), date(2025, 12, 26)}
    weekdays = [day for day in days_between(date(2025, 1, 1), date(2026, 1, 1)) if day.weekday() < 5]
    assert {day for day in weekdays if not is_banking_day(day)} == closed


@pytest.mark.parametrize(
    ("day_count", "since", "until", "years"),
    [
        ("monthly", date(2025, 1, 31), date(2025, 2, 28), Fraction(1, 12)),
        ("monthly", date(2025, 2, 10), date(2025, 2, 28), Fraction(1, 12) * Fraction(18, 28)),
        ("30E/360", date(2025, 1, 31), date(2025, 2, 28), Fraction(28, 360)),
        ("30E/360", date(2025, 1, 30), date(2025, 3, 31), Fraction(60, 360)),
        ("act/365", date(2024, 1, 1), date(2025, 1, 1), Fraction(366, 365)),
        ("act/360", date(2025, 1, 1), date(2025, 2, 1), Fraction(31, 360)),
        ("act/act", date(2023, 12, 1), date(2024, 2, 1), Fraction(31, 365) + Fraction(31, 366)),
    ],
)
def test_parts_of_a_year(day_count: str, since: date, until: date, years: Fraction) -> None:
    parts = (day_fraction(day_count, date(2024, 1, 31), "1m", day) for day in days_between(since, until))
    assert sum(parts, Fraction(0)) == years


def test_with_costs_last_they_wait_for_the_oldest_open_row_not_for_one_long_paid() -> None:
    # Row 1 is paid; the money goes to the interest and principal of row 2, and nothing is left for the costs.
    terms = CASE_6 | {"allocation": ["interest", "principal", "costs"]}
    events = paid_on_time(CASE_6, ["506.91"])
    events += [
        {"on": "2025-03-01", "type": "cost", "amount": "20.00"},
        {"on": "2025-03-01", "type": "payment", "amount": "506.91"},
    ]
    payment = life(terms, events, date(2025, 3, 1)).payments[-1]
    assert (payment.costs, payment.interest, payment.principal) == (0, 16440, 34251)


def test_a_deferral_decided_late_moves_only_what_has_not_fallen_due() -> None:
    late = deferral("extend") | {"on": "2026-04-15"}
    rows = life(CASE_6, [*paid_on_time(CASE_6, ["506.91"] * 12), late], date(2026, 4, 15)).rows
    # February to April have fallen due; nine rows are deferred and nine follow the last.
    assert [row.principal > 0 for row in rows[12:25]] == [True] * 3 + [False] * 9 + [True]
    assert len(rows) == 69


def test_what_a_row_closed_early_did_not_take_is_cut_to_the_instalment_later() -> None:
    # 500.00 paid on the first day is principal; the row keeps 506.91, and the rest of its interest is carried:
    # 24,500.00 x 8 % / 12 = 163.33, of which 6.91 fits.
    early = {"on": "2025-01-01", "type": "payment", "amount": "500.00"}
    result = life(CASE_6, [*paid_on_time(CASE_6, []), early], date(2025, 2, 1))
    assert (result.rows[0].principal, result.rows[0].interest) == (50000, 691)
    assert result.balance(1320) == 691
    assert result.balance(1330) == 16333 - 691
    assert result.rows[1].interest == 16333 - 691 + 16333


def test_a_write_off_takes_what_fell_due_first_and_never_more_than_is_open() -> None:
    gone = {"on": "2025-02-01", "type": "write_off"}
    events = [
        *paid_on_time(CASE_6, []),
        gone | {"of": "interest", "amount": "200.00"},
        gone | {"of": "principal", "amount": "400.00"},
        gone | {"of": "costs", "amount": "1.00"},
    ]
    result = life(CASE_6, events, date(2025, 2, 1))
    assert (result.balance(4910), result.balance(4900), result.balance(4920)) == (16667, 40000, 0)
    assert (result.balance(1310), result.balance(1300), result.balance(1320)) == (0, 2460000, 0)
    everything = gone | {"of": "principal", "amount": "30000.00"}
    assert life(CASE_6, [*events, everything], date(2025, 2, 1)).state == "written_off"


def test_a_deferral_decided_before_it_begins_is_projected() -> None:
    events = paid_on_time(CASE_6, ["506.91"] * 12)
    early = deferral("same") | {"on": "2025-12-10"}
    before = life(CASE_6, [*events, early], date(2025, 12, 31))
    after = life(CASE_6, [*events, deferral("same")], date(2026, 1, 2))
    assert before.instalment == 50691
    assert table(before) == table(after)


def test_deferred_interest_taken_over_after_the_last_due_date_is_due() -> None:
    opening: Case = {"on": "2025-03-01", "type": "opening", "deferred_interest": "10.00"}
    result = life(CASE_6 | {"instalments": 1}, [opening], date(2025, 3, 1))
    assert (result.balance(1320), result.balance(1340), result.outstanding["interest"]) == (1000, 0, 1000)
