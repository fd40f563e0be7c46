"""The worked cases about a loan's life, to the cent, through the product itself (the oracle has its own copy)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from backoffice.cli.simulate import answer_simulation
from ledger.money import cents_of
from servicing.events import Opened, Paid
from servicing.life.outcome import open_amounts
from servicing.life.state import COSTS, INTEREST_DUE, PRINCIPAL_DUE
from servicing.life.timeline import live
from servicing.terms import Terms

CASE_6 = {"principal": "25000.00", "annual_rate_percent": "8", "start": "2025-01-01", "instalments": 60}


def test_case_8_a_payment_pays_costs_then_interest_then_principal() -> None:
    # Awb 4:92: claim 4,712.94, reminder fee 20.00, interest 130.15; 1,500.00 credited on 30-9-2025.
    claim = Terms(471_294, Fraction(0), date(2025, 4, 14), 1)
    opened = Opened(date(2025, 4, 14), 0, principal_due=471_294, interest_due=13_015, costs=2_000, fact=1)
    paid = Paid(date(2025, 9, 30), 150_000, fact=2)
    state = live(claim, [opened, paid], [], date(2025, 9, 30))
    (split,) = state.splits
    assert split.parts == {COSTS: 2_000, INTEREST_DUE: 13_015, PRINCIPAL_DUE: 134_985}
    assert open_amounts(state, date(2025, 9, 30)).principal == 336_309


@pytest.mark.parametrize(
    ("end", "rows", "instalment"),
    [("extend", 72, "506.91"), ("same", 60, "650.67")],
)
def test_case_e_c_a_year_of_deferral(end: str, rows: int, instalment: str) -> None:
    # Bbz art. 41: after 12 payments 20,764.01 stands; 12 x 138.43 = 1,661.16 is kept as interest-free claim.
    answer = answer_simulation({"terms": CASE_6, "events": events(end), "viewing_date": "2026-01-15"})
    found: list[dict[str, str]] = answer["rows"]  # type: ignore[assignment]
    assert len(found) == rows
    assert found[11]["balance"] == "20764.01"
    deferred = found[12:24]
    assert {(row["principal"], row["interest"]) for row in deferred} == {("0.00", "138.43")}
    assert sum(cents_of(row["interest"]) for row in deferred) == 166_116
    assert {row["due"] for row in found[24:-1]} == {instalment}


def events(end: str) -> list[dict[str, Any]]:
    """Twelve instalments paid on time, then a year of deferral of all."""
    paid = [(2025, month) for month in range(2, 13)] + [(2026, 1)]
    deferral = {"on": "2026-01-15", "type": "deferral", "from": "2026-01-15", "until": "2027-01-15"}
    return [
        {"on": "2025-01-01", "type": "disburse", "amount": "25000.00"},
        *(
            {"on": date(year, month, 1).isoformat(), "type": "payment", "amount": "506.91", "id": f"p{nr}"}
            for nr, (year, month) in enumerate(paid)
        ),
        deferral | {"of": "all", "end": end},
    ]
