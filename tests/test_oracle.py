"""The oracle itself, against truths that can be checked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.oracle import Result, life
from tests.oracle.days import steps_from

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
