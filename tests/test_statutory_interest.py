"""Statutory interest: the worked cases, the day that counts, the year, the floor, and what is not known."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from servicing.files import law
from servicing.law import UnknownLaw
from servicing.statutory_interest import Debt, DebtRefused, Reduction, Ways, statutory_interest, told

LAW = law()


def debt(cents: int, since: str, until: str, *payments: tuple[str, int]) -> Debt:
    paid = tuple(Reduction(date.fromisoformat(on), part) for on, part in payments)
    return Debt(cents, date.fromisoformat(since), date.fromisoformat(until), paid)


@pytest.mark.parametrize(
    ("since", "until", "cents", "ways", "days", "due"),
    [
        ("2025-04-15", "2025-09-30", 4_712_94, Ways(), 168, 130_15),
        ("2025-04-15", "2025-09-30", 4_712_94, Ways(end="inclusive"), 169, 130_93),
        ("2025-09-30", "2026-01-01", 3_363_09, Ways(), 93, 51_41),
    ],
    ids=["paid", "the day of payment counts", "the rest"],
)
def test_worked_case_8_from_the_first_day_of_default(
    since: str, until: str, cents: int, ways: Ways, days: int, due: int
) -> None:
    found = statutory_interest(debt(cents, since, until), LAW, ways)
    assert (sum(step.days for step in found.steps), found.due) == (days, due)


def test_worked_case_9_the_example_of_schuldinfo() -> None:
    # schuldinfo.nl: 1,000.00 from 1-9-2016 at 2 %: 20.00 after a year, then 122 days over 1,020.00.
    found = statutory_interest(debt(1_000_00, "2016-09-01", "2018-01-01"), LAW, Ways())
    assert (found.added, found.last, found.due) == (((date(2017, 9, 1), 20_00),), 6_82, 26_82)
    assert found.steps[-1].base == 1_020_00
    assert f"{float(sum(step.interest for step in found.steps[1:])) / 100:.4f}" == "6.8186"


def test_worked_case_9_over_changes_of_rate_with_yearly_compounding() -> None:
    found = statutory_interest(debt(10_000_00, "2022-11-01", "2025-03-01"), LAW, Ways())
    assert [(str(day), cents) for day, cents in found.added] == [
        ("2023-11-01", 433_97),
        ("2024-11-01", 714_94),
    ]
    assert (found.last, found.total, found.due) == (238_56, 1_387_47, 1_387_47)
    shown = [
        (str(step.since), step.days, int(step.rate * 100), step.base, f"{float(step.interest) / 100:.4f}")
        for step in found.steps
    ]
    assert shown == [
        ("2022-11-01", 61, 2, 10_000_00, "33.4247"),
        ("2023-01-01", 181, 4, 10_000_00, "198.3562"),
        ("2023-07-01", 123, 6, 10_000_00, "202.1918"),
        ("2023-11-01", 61, 6, 10_433_97, "104.6256"),
        ("2024-01-01", 305, 7, 10_433_97, "610.3158"),
        ("2024-11-01", 61, 7, 11_148_91, "130.4270"),
        ("2025-01-01", 59, 6, 11_148_91, "108.1292"),
    ]
    # Without the yearly addition of BW 6:119 lid 2 it would be less.
    simple = half_up(sum((step.interest * 10_000_00 / step.base for step in found.steps), Fraction(0)))
    assert (simple, 10_000_00 + found.due) == (1_333_15, 11_387_47)
    actual = statutory_interest(debt(10_000_00, "2022-11-01", "2025-03-01"), LAW, Ways(basis="actual"))
    assert actual.due == 1_385_40
    assert len(told(found)) == len(found.steps) + 2


THREE_PAYMENTS = [("2025-06-14", 500_00), ("2025-08-13", 500_00), ("2025-10-12", 500_00)]


@pytest.mark.parametrize(
    ("cents", "until", "payments", "ways", "due"),
    [
        (1_000_00, "2025-08-14", [], Ways(), 0),
        (1_000_00, "2025-08-15", [], Ways(), 20_05),
        (1_500_00, "2025-10-12", THREE_PAYMENTS, Ways(floor="per_payment"), 0),
        (1_500_00, "2025-10-12", THREE_PAYMENTS, Ways(), 29_59),
        (1_500_00, "2025-10-12", THREE_PAYMENTS, Ways(floor="per_decision"), 29_59),
    ],
)
def test_worked_case_10_the_floor(
    cents: int, until: str, payments: list[tuple[str, int]], ways: Ways, due: int
) -> None:
    assert statutory_interest(debt(cents, "2025-04-15", until, *payments), LAW, ways).due == due


def test_worked_case_10_unrounded_parts_are_added_and_rounded_once() -> None:
    assert statutory_interest(debt(1_000_00, "2025-04-15", "2025-08-14"), LAW, Ways()).total == 19_89
    found = statutory_interest(debt(1_500_00, "2025-04-15", "2025-10-12", *THREE_PAYMENTS), LAW, Ways())
    parts = [(step.days, half_up(step.interest)) for step in found.steps]
    assert parts == [(60, 14_79), (60, 9_86), (60, 4_93)]
    assert f"{float(sum(step.interest for step in found.steps)) / 100:.3f}" == "29.589"
    assert (sum(cents for _, cents in parts), found.due) == (29_58, 29_59)


@pytest.mark.parametrize(
    ("cents", "due"), [(1216_36, 0), (1216_37, 20_00), (1216_97, 20_00), (1216_98, 20_01)]
)
def test_f16_interest_of_19_99_is_not_due_and_of_20_00_is(cents: int, due: int) -> None:
    assert statutory_interest(debt(cents, "2025-01-01", "2025-04-11"), LAW, Ways()).due == due


def test_f16_an_authority_owes_interest_from_ten_euros() -> None:
    small = debt(1_000_00, "2025-04-15", "2025-06-20")
    assert statutory_interest(small, LAW, Ways()).due == 0
    assert statutory_interest(small, LAW, Ways(), by_authority=True).due == 10_85


def test_no_interest_in_a_pause_by_decision() -> None:
    whole = debt(10_000_00, "2025-01-01", "2025-12-31")
    pause = (date(2025, 3, 1), date(2025, 5, 1))
    paused = Debt(whole.cents, whole.default_from, whole.until, (), (pause,))
    found = statutory_interest(paused, LAW, Ways())
    assert found.due == round(Fraction(10_000_00 * 6 * (364 - 61), 36500))


def test_f3_a_day_without_a_rate_is_refused_by_name() -> None:
    with pytest.raises(UnknownLaw, match="statutory_interest_non_trade"):
        statutory_interest(debt(1_000_00, "1990-01-01", "1991-01-01"), LAW, Ways())


def test_f4_every_day_has_one_rate_and_no_two() -> None:
    rates = LAW.parameters["statutory_interest_non_trade"].rows
    starts = [day for day, _ in rates.items()]
    assert starts == sorted(set(starts))
    for place, start in enumerate(starts[1:], start=1):
        before, after = rates.on(start - timedelta(days=1)), rates.on(start)
        assert before is not None
        assert after is not None
        assert (before[0], after[0]) == (starts[place - 1], start)


@pytest.mark.parametrize(
    ("cents", "since", "until", "payments"),
    [
        (0, "2025-01-01", "2025-02-01", []),
        (1, "2025-02-01", "2025-01-01", []),
        (100, "2025-01-01", "2025-02-01", [("2025-01-15", 101)]),
        (100, "2025-01-01", "2025-02-01", [("2025-02-02", 1)]),
    ],
)
def test_what_cannot_be_a_debt_in_default_is_refused(
    cents: int, since: str, until: str, payments: list[tuple[str, int]]
) -> None:
    with pytest.raises(DebtRefused):
        debt(cents, since, until, *payments)


def naive(of: Debt, ways: Ways) -> int:
    """The same day by day: every day brings its part, every full year is rounded and added."""
    base, year, total = Fraction(of.cents), Fraction(0), 0
    day, place = of.default_from, 1
    end = of.until + timedelta(days=ways.end == "inclusive")
    while day < end:
        if (day.month, day.day) == (of.default_from.month, of.default_from.day) and day > of.default_from:
            total, base, year = total + half_up(year), base + half_up(year), Fraction(0)
            place += 1
        for one in of.payments:
            if one.on + timedelta(days=ways.end == "inclusive") == day:
                base -= one.cents
        length = 366 if ways.basis == "actual" and day.year % 4 == 0 else 365
        year += base * LAW.value_on("statutory_interest_non_trade", day).rate / length
        day += timedelta(days=1)
    return total + half_up(year)


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


@pytest.mark.parametrize("end", ["exclusive", "inclusive"])
@pytest.mark.parametrize("basis", ["365", "actual"])
def test_it_is_what_a_walk_day_by_day_gives(end: str, basis: str) -> None:
    ways = Ways(end=end, basis=basis)  # type: ignore[arg-type]  # the options of the parameters
    for place in range(40):
        since = date(2009, 8, 3) + timedelta(days=97 * place)
        until = since + timedelta(days=31 * place)
        payments = [(since + timedelta(days=30 * nr), 100_00 + nr) for nr in range(1, place % 5)]
        held = tuple(Reduction(on, cents) for on, cents in payments if on < until)
        of = Debt(5_000_00 + place, since, until, held)
        assert statutory_interest(of, LAW, ways).total == naive(of, ways), of
