"""How long a loan may be deferred, and how far its end may move; what a payment arrangement asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from servicing.arrangement import arrangement_on, arrangements_of, paid_between
from servicing.deferral import Cap, deferral_breach, deferral_periods, end_allowed, end_breach, months_used
from servicing.facts import Fact, FactKind
from servicing.files import law
from servicing.reading import CaseRefused

LAW = law()


def fact(nr: int, kind: FactKind, on: str, of: int = 0, data: Mapping[str, object] | None = None) -> Fact:
    """A fact; cents stand among the data."""
    day, held = date.fromisoformat(on), dict(data or {})
    cents = held.pop("cents", 0)
    assert isinstance(cents, int)
    return Fact(100_000_001, nr, kind, day, day, f"fact {nr}", cents, of, held, "test", "")


def deferred(nr: int, since: str, until: str) -> Fact:
    return fact(
        nr,
        FactKind.DEFERRAL,
        since,
        data={"from": since, "until": until, "of": "all", "end": "extend"},
    )


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("periods", "calendar", "full"),
    [
        ([("2025-07-01", "2026-01-01")], 6, 6),
        ([("2025-03-15", "2025-04-15")], 2, 1),
        ([("2025-03-15", "2025-04-15"), ("2025-04-20", "2025-05-01")], 2, 2),
        ([("2025-01-01", "2025-02-01"), ("2025-01-01", "2025-02-01")], 1, 2),
        ([("2025-12-31", "2026-01-02")], 2, 1),
    ],
)
def test_months_of_deferral_are_counted_over_all_facts(
    periods: list[tuple[str, str]], calendar: int, full: int
) -> None:
    days = [(day(since), day(until)) for since, until in periods]
    assert (months_used(days, "calendar_months"), months_used(days, "full_months")) == (calendar, full)


def test_one_deferral_lasts_at_most_a_year_and_all_together_three() -> None:
    years = [deferred(nr, f"{2020 + nr}-01-01", f"{2021 + nr}-01-01") for nr in (1, 2, 3)]
    assert deferral_breach(years[:2], day("2023-01-01"), day("2024-01-01"), LAW) is None
    longer = deferral_breach([], day("2023-01-01"), day("2024-01-02"), LAW)
    assert longer is not None
    assert "13 months is over the 12 months of one deferral" in longer
    more = deferral_breach(years, day("2024-01-01"), day("2024-01-02"), LAW)
    assert more is not None
    assert "1 months more, after 36, is over the 36 months" in more


def test_a_month_that_was_deferred_before_counts_once() -> None:
    years = [deferred(nr, f"{2020 + nr}-01-01", f"{2021 + nr}-01-01") for nr in (1, 2, 3)]
    assert deferral_breach(years, day("2023-12-15"), day("2024-01-01"), LAW) is None
    assert deferral_breach(years, day("2023-12-15"), day("2024-01-01"), LAW, "full_months") is not None


def test_an_early_end_and_a_withdrawal_give_months_back() -> None:
    held = [deferred(1, "2021-01-01", "2022-01-01"), deferred(2, "2022-01-01", "2023-01-01")]
    ended = fact(3, FactKind.DEFERRAL_END, "2021-04-01", of=1)
    gone = fact(4, FactKind.WITHDRAWAL, "2022-01-01", of=2)
    assert deferral_periods([*held, ended, gone]) == [(day("2021-01-01"), day("2021-04-01"))]
    at_once = fact(5, FactKind.DEFERRAL_END, "2021-01-01", of=1)
    assert deferral_periods([held[0], at_once]) == []


@pytest.mark.parametrize(
    ("last", "cap", "refused"),
    [
        ("2030-01-01", "within_longest_term", False),
        ("2030-02-01", "within_longest_term", True),
        ("2030-07-01", "beyond_by_deferral", False),
        ("2030-08-01", "beyond_by_deferral", True),
    ],
)
def test_the_end_moves_no_further_than_policy_allows(last: str, cap: Cap, refused: bool) -> None:
    half_a_year = [(day("2024-01-01"), day("2024-07-01"))]
    found = end_breach(day("2020-01-01"), day(last), half_a_year, cap, LAW)
    assert (found is not None) is refused


def test_where_the_rest_is_spread_the_end_does_not_move() -> None:
    assert end_allowed("spread_over_rest", "same")
    assert not end_allowed("spread_over_rest", "extend")
    assert end_allowed("within_longest_term", "extend")


TERMS = {
    "cents": 100_00,
    "first": "2025-03-01",
    "every": "1m",
    "until": "2025-06-01",
    "statutory_interest": False,
}


def test_an_arrangement_asks_its_parts_and_says_who_is_behind() -> None:
    facts = [
        fact(1, FactKind.ARRANGEMENT, "2025-02-10", data=TERMS),
        fact(2, FactKind.PAYMENT, "2025-03-01", data={"cents": 100_00}),
        fact(3, FactKind.PAYMENT, "2025-04-01", data={"cents": 60_00}),
        fact(4, FactKind.PAYMENT, "2025-04-02", data={"cents": 40_00}),
        fact(5, FactKind.REVERSAL, "2025-04-10", of=4),
    ]
    (one,) = arrangements_of(facts)
    assert [one.asked_by(day(each)) for each in ("2025-02-28", "2025-03-01", "2025-04-30", "2026-01-01")] == [
        0,
        100_00,
        200_00,
        300_00,
    ]
    paid = paid_between(facts, one.decided_on, day("2025-04-30"))
    assert (paid, one.behind(paid, day("2025-04-30"))) == (160_00, 40_00)
    assert one.behind(paid, day("2025-03-31")) == 0
    assert one.until == day("2025-06-01")


def test_the_arrangement_in_force_ends_with_its_last_part_or_when_it_is_ended() -> None:
    first = fact(1, FactKind.ARRANGEMENT, "2025-02-10", data=TERMS)
    assert arrangement_on([first], day("2025-02-09")) is None
    assert arrangement_on([first], day("2025-05-31")) is not None
    assert arrangement_on([first], day("2025-06-01")) is None
    broken = fact(2, FactKind.ARRANGEMENT_END, "2025-04-15", of=1, data={"reason": "broken"})
    held = arrangement_on([first, broken], day("2025-04-14"))
    assert held is not None
    assert (held.fact, held.ended_on) == (1, day("2025-04-15"))
    assert arrangement_on([first, broken], day("2025-04-15")) is None
    gone = fact(3, FactKind.WITHDRAWAL, "2025-02-10", of=1)
    assert arrangements_of([first, gone]) == []


def test_an_arrangement_without_an_end_asks_a_part_a_month_from_its_day_and_interest_runs() -> None:
    plain = fact(1, FactKind.ARRANGEMENT, "2025-02-10", data={"cents": 50_00})
    (one,) = arrangements_of([plain])
    assert (one.asked_by(day("2026-02-09")), one.statutory_interest) == (12 * 50_00, True)
    assert one.holds_on(day("2040-01-01"))


def test_an_arrangement_that_cannot_be_read_is_refused_by_key() -> None:
    wrong = fact(1, FactKind.ARRANGEMENT, "2025-02-10", data=TERMS | {"until": "June"})
    with pytest.raises(CaseRefused, match="arrangement: until: 'June': a day is written 2025-03-01"):
        arrangements_of([wrong])
