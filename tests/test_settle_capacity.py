"""What somebody can pay, said line by line, and the arrangement that policy makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from backoffice.cli.settle import settle
from ledger.errors import BadInput
from servicing import files
from servicing.policy import Choices
from servicing.settlement.ability import proposed_arrangement
from servicing.settlement.claims import arrangement_of
from servicing.settlement.instalments import ArrangementRefused, by_capacity

POLICY = files.policy()
ON = date(2025, 7, 1)
COUPLE = ("--creditor", "almere", "--household", "couple", "--on", "2025-07-01")


def run(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(settle, ["capacity", *COUPLE, *arguments, "--json"])
    if done.exception:
        raise done.exception
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def choices(**own: str) -> Choices:
    names = {"method": "arrangement.method", "longest": "arrangement.longest_term"}
    names["smallest"] = "arrangement.smallest_instalment"
    return Choices(POLICY, "almere", ON, {names[key]: value for key, value in own.items()})


def test_case_e_a_half_above_the_norm_for_five_years() -> None:
    found = run("--income", "2600.00")
    assert (found["art43"], found["art43_period"], found["art43_total"]) == ("322.10", "month", "19326.00")
    assert (found["share_of_norm"], found["half_above_norm"]) == ("97.79", "322.10")
    assert found["above_attachment_free_level"] is None
    assert [line["amount"] for line in found["explanation"]] == [
        *("1955.80", "2600.00", "322.10", "19326.00", "97.79", "322.10"),
    ]


def test_by_year_the_year_norm_holds_and_an_arrangement_asks_a_twelfth() -> None:
    found = run("--income", "30000.00", "--by", "year", "--level", "2000.00")
    # Norm 23,267.22; half of 6,732.78. A month: 2,500.00 against 1,955.80 and 2,000.00.
    assert (found["art43"], found["art43_period"], found["art43_periods"]) == ("3366.39", "year", 5)
    assert (found["half_above_norm"], found["above_attachment_free_level"]) == ("272.10", "500.00")
    assert "23267.22" in [line["amount"] for line in found["explanation"]]


def test_without_a_choice_of_the_college_no_arrangement_is_proposed() -> None:
    found = run("--income", "2600.00", "--owed", "4712.94")
    assert (found["method"], found["arrangement"], found["left"]) == ("longest_term", None, None)


@pytest.mark.parametrize(
    ("own", "a_month", "groups", "left"),
    [
        ({"longest": "36", "smallest": "50.00"}, None, ((35, 13_092), (1, 13_074)), 0),
        ({"method": "half_above_norm"}, 32_210, ((14, 32_210), (1, 20_354)), 0),
        ({"method": "share_of_norm", "longest": "36"}, 9_779, ((36, 9_779),), 119_250),
    ],
)
def test_an_arrangement_by_policy(
    own: Mapping[str, str], a_month: int | None, groups: tuple[tuple[int, int], ...], left: int
) -> None:
    found = proposed_arrangement(471_294, choices(**own), a_month)
    assert found is not None
    assert (found.groups, found.left) == (groups, left)


def test_a_claim_proposes_what_the_client_can_pay() -> None:
    found = arrangement_of(471_294, choices(method="half_above_norm", longest="36"), 32_210)
    assert found == [{"count": 14, "amount": "322.10"}, {"count": 1, "amount": "203.54"}]
    assert arrangement_of(471_294, choices(method="half_above_norm")) is None


@pytest.mark.parametrize("a_month", [None, 0, 4_999])
def test_less_than_the_smallest_instalment_is_looked_at_by_a_person(a_month: int | None) -> None:
    assert proposed_arrangement(471_294, choices(method="share_of_norm", smallest="50.00"), a_month) is None


@given(st.integers(1, 10**7), st.integers(10**3, 10**6), st.none() | st.integers(1, 120))
def test_an_arrangement_by_capacity_loses_no_cent(cents: int, a_month: int, longest: int | None) -> None:
    found = by_capacity(cents, a_month, longest)
    assert sum(found.parts) + found.left == cents
    assert all(0 < part <= a_month for part in found.parts)
    assert not found.left or len(found.parts) == longest


def test_an_arrangement_of_nothing_a_month_is_refused() -> None:
    with pytest.raises(ArrangementRefused, match="both must be above zero"):
        by_capacity(100, 0, None)


def test_a_wrong_amount_or_creditor_is_named() -> None:
    with pytest.raises(BadInput, match=r"income: '1,5': an amount such as"):
        run("--income", "1,5")
    with pytest.raises(BadInput, match="creditor: 'zwolle': must be one of"):
        run("--income", "1.00", "--creditor", "zwolle")
