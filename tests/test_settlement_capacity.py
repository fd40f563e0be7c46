"""What somebody can pay, arrangements, and the share of the State."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicing import files
from servicing.law import UnknownLaw
from servicing.policy import Choices
from servicing.settlement.capacity import (
    Means,
    above_attachment_free_level,
    after_the_business,
    half_above_norm,
    share_of_norm,
)
from servicing.settlement.instalments import ArrangementRefused, arrangement, even_instalments
from servicing.settlement.state_share import StateShareUnknown, reclaimed_by_state, state_part_of_receipt

LAW = files.law()
POLICY = files.policy()
ON = date(2025, 7, 1)
CENTS = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("choice", "means", "outcome"),
    [
        ("month_household_norm_with_holiday", Means(260_000, 195_580), (32_210, "month", 60)),
        # The norm of 1,955.80 without its 5 percent of holiday allowance is 1,858.01.
        ("month_household_norm_without_holiday", Means(260_000, 195_580), (37_100, "month", 60)),
        ("year_household_norm_with_holiday", Means(3_000_000, 2_326_722), (336_639, "year", 5)),
        ("month_household_norm_with_holiday", Means(195_580, 195_580), (0, "month", 60)),
        ("month_household_norm_with_holiday", Means(0, 195_580), (0, "month", 60)),
    ],
)
def test_capacity_after_the_business_ended(choice: str, means: Means, outcome: tuple[int, str, int]) -> None:
    found = after_the_business(means, LAW, Choices(POLICY, "almere", ON, {"loan.art43_income": choice}), ON)
    assert (found.cents, found.period, found.periods) == outcome


def test_three_ways_to_find_what_an_arrangement_may_ask() -> None:
    assert share_of_norm(136_906, LAW, ON) == 6_845
    assert above_attachment_free_level(180_000, 165_025) == 14_975
    assert above_attachment_free_level(160_000, 165_025) == 0
    assert half_above_norm(Means(260_000, 195_580), LAW, ON) == 32_210


@pytest.mark.parametrize(
    ("cents", "longest", "smallest", "parts"),
    [
        (471_294, 36, 0, (13_092,) * 35 + (13_074,)),
        (100_000, 36, 5_000, (5_000,) * 20),
        (12_000, 36, 5_000, (5_000, 5_000, 2_000)),
        (3_000, 36, 5_000, (3_000,)),
        (10_000, 3, 0, (3_333, 3_333, 3_334)),
    ],
)
def test_an_arrangement(cents: int, longest: int, smallest: int, parts: tuple[int, ...]) -> None:
    assert arrangement(cents, longest, smallest) == parts


@given(CENTS, st.integers(1, 120), st.integers(0, 10**6))
def test_an_arrangement_pays_exactly_the_claim_in_time(cents: int, longest: int, smallest: int) -> None:
    parts = arrangement(cents, longest, smallest)
    assert sum(parts) == cents
    assert len(parts) <= longest
    assert min(parts) > 0
    assert all(part >= smallest for part in parts[:-1])


@given(st.integers(0, 10**7), st.integers(1, 120))
def test_even_instalments_lose_no_cent(cents: int, count: int) -> None:
    parts = even_instalments(cents, count)
    assert (sum(parts), len(parts)) == (cents, count)
    assert min(parts) >= 0


@pytest.mark.parametrize(("cents", "longest", "smallest"), [(0, 36, 0), (1, 0, 0), (1, 1, -1)])
def test_an_arrangement_of_nothing_is_refused(cents: int, longest: int, smallest: int) -> None:
    with pytest.raises(ArrangementRefused, match="all must be above zero"):
        arrangement(cents, longest, smallest)


def test_the_state_takes_back_three_quarters() -> None:
    assert sum(part.cents for part in reclaimed_by_state(40_000_000, 2024, LAW)) == 30_000_000


def test_before_2020_another_rule_held() -> None:
    with pytest.raises(UnknownLaw, match="state_reclaim_year_1 on 2019-01-01"):
        reclaimed_by_state(40_000_000, 2019, LAW)
    with pytest.raises(UnknownLaw, match="state_share_old_capital_receipts on 2019-06-01"):
        state_part_of_receipt("bbz", 100, date(2018, 1, 1), date(2019, 6, 1), LAW)


def test_p29_receipts_on_tozo_are_kept_apart() -> None:
    with pytest.raises(StateShareUnknown, match="tozo: its receipts are kept apart"):
        state_part_of_receipt("tozo", 100_000, date(2020, 5, 1), ON, LAW)
