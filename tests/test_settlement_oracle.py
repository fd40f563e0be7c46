"""The settlement against a second computation from the text of the law, and what must hold in every year."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from backoffice.cli.cases import answer_text
from backoffice.cli.settled import answer_settlement
from tests.oracle.settlement import settled
from tests.settlement_years import CHOICES, year

Case = dict[str, Any]

QUICK = 200
FIRST_SEED = 40_000_000


def answer(case: Case) -> Case:
    found: Case = dict(answer_text(json.dumps(case).encode(), answer_settlement))
    assert "error" not in found, (found["error"], case)
    return found


def check_year(seed: int) -> None:
    """One random year: equal to the oracle, and sound by itself."""
    case = year(seed)
    found = answer(case)
    wanted = settled(case)
    repayment = found["retained_repayment"]
    seen = {**found, "yearly_repayment": repayment["a_year"] if repayment else "0.00"}
    assert {key: seen[key] for key in wanted} == wanted, (seed, case)
    check_sound(case, found, str(seed))


def check_sound(case: Case, found: Case, where: str) -> None:
    """Nothing is lost, nothing is reclaimed that was not granted, and a clawback leaves exactly the year norm."""
    cents = {
        key: Decimal(value) for key, value in found.items() if isinstance(value, str) and key != "branch"
    }
    granted = Decimal(case["granted"])
    kept = cents["gift"] + cents["retained_loan"]
    assert kept + cents["reclaim"] == granted + cents["supplement"], where
    assert 0 <= cents["reclaim"] <= granted, where
    assert all(cents[key] >= 0 for key in ("gift", "retained_loan", "supplement", "interest_remission")), (
        where
    )
    assert cents["supplement"] == 0 or cents["reclaim"] == 0, where
    if 0 < cents["reclaim"] < granted:
        aid = cents["total"] - cents["net_income"] - granted
        assert kept + aid + cents["net_income"] == cents["year_norm"], where
    if cents["interest_remission"] or cents["principal_conversion"]:
        given = cents["interest_remission"] + cents["principal_conversion"]
        assert kept + cents["net_income"] + given <= cents["year_norm"], where
    check_repayment(found, where)


def check_repayment(found: Case, where: str) -> None:
    """The instalments of the first year add up to the yearly repayment."""
    if found["retained_repayment"]:
        parts = found["retained_repayment"]["instalments"]
        paid = sum(part["count"] * Decimal(part["amount"]) for part in parts)
        assert paid == Decimal(found["retained_repayment"]["a_year"]), where


@pytest.mark.parametrize("part", range(4))
def test_random_years_equal_a_computation_from_the_text_of_the_law(part: int) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + QUICK, 4):
        check_year(seed)


def reached(case: Case, found: Case) -> set[str]:
    """Which rules a year came to."""
    amounts = {key for key, value in found.items() if value not in {"0.00", "a", "b", "c"}}
    choices = case.get("policy", {})
    marks = (
        amounts | {f"branch {found['branch']}"} | {key for key in ("surety", "months_without") if key in case}
    )
    if "retained_loan" in amounts:
        group = case.get("group")
        marks.add("older" if group == "older" else f"mode {choices.get('art13.mode', 'i')}")
        if Decimal(found["retained_loan"]) > Decimal(case["granted"]) - Decimal(found["reclaim"]):
            marks.add("supplement that stays a loan")
    if "interest_remission" in amounts:
        marks |= {"old rules" if case["application_date"] < "2020" else "new rules"}
        marks |= {"remission to a partner"} if case.get("partners", 1) > 1 else set()
    if case.get("company_profit", "0.00") > "0.00":
        marks.add("company")
    return marks | {
        f"light {choices['art12.crisis_aid']}" for _ in "1" if case.get("bbz_light", "0.00") != "0.00"
    }


EACH = {
    *("branch a", "branch b", "branch c", "supplement", "reclaim", "not_reclaimed", "gross_up", "surety"),
    *("months_without", "older", "mode i", "mode ii", "mode iii", "supplement that stays a loan", "company"),
    *("old rules", "new rules", "principal_conversion", "interest_refund", "remission to a partner"),
    *(f"light {each}" for each in CHOICES["art12.crisis_aid"]),
}


def test_the_random_years_come_to_every_rule() -> None:
    cases = [year(seed) for seed in range(FIRST_SEED, FIRST_SEED + QUICK)]
    missing = EACH - {mark for case in cases for mark in reached(case, settled(case))}
    assert not missing


def to_live_on(found: Case) -> Decimal:
    """What the client has of the year: income, gift and remission; a loan and a clawback are to be paid."""
    keys = ("net_income", "gift", "interest_remission", "principal_conversion")
    return sum((Decimal(found[key]) for key in keys), Decimal(0))


def owed(found: Case) -> Decimal:
    """What the office takes back less what it still gives."""
    kept = ("supplement", "interest_remission", "principal_conversion")
    return Decimal(found["reclaim"]) - sum((Decimal(found[key]) for key in kept), Decimal(0))


def without_cliffs(case: Case) -> Case:
    """The same year without the limit below which nothing is reclaimed, which is a cliff by its nature."""
    return case | {"policy": case.get("policy", {}) | {"art12.minimum": "0.00"}}


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + 40))
def test_a_euro_more_profit_never_costs_more_than_a_euro(seed: int) -> None:
    case = without_cliffs(year(seed))
    profit = Decimal(case["profit"])
    for more in (Decimal("0.01"), Decimal(1), Decimal(2500)):
        less, raised = answer(case), answer(case | {"profit": str(profit + more)})
        assert 0 <= owed(raised) - owed(less) <= more + step(case), (seed, more)
        assert to_live_on(raised) >= to_live_on(less) - step(case), (seed, more)


def step(case: Case) -> Decimal:
    """Income rounded to whole euros moves by a euro at a time."""
    return Decimal(1) if case["policy"].get("round") == "whole_euros_for_client" else Decimal(0)
