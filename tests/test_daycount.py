"""Due dates do not drift, and year fractions are those of their rule and add up."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicing.daycount import (
    DAY_COUNTS,
    DayCount,
    Grid,
    Step,
    StepRefused,
    fraction,
    parse_step,
    step_date,
)

MONTH = Step(1, "m")

days = st.dates(date(1990, 1, 1), date(2110, 12, 31))
month_steps = st.builds(Step, st.integers(1, 13), st.just("m")) | st.builds(
    Step, st.integers(1, 3), st.just("y")
)
day_steps = st.builds(Step, st.integers(1, 40), st.sampled_from(["d", "w"]))
day_counts = st.sampled_from(DAY_COUNTS)


def dues(anchor: str, step: str, number: int) -> list[str]:
    start = date.fromisoformat(anchor)
    return [step_date(start, parse_step(step), nr).isoformat() for nr in range(1, number + 1)]


@pytest.mark.parametrize(
    ("anchor", "step", "expected"),
    [
        ("2025-01-31", "1m", "2025-02-28 2025-03-31 2025-04-30 2025-05-31"),
        ("2024-01-31", "1m", "2024-02-29 2024-03-31 2024-04-30 2024-05-31"),
        ("2027-01-30", "1m", "2027-02-28 2027-03-30 2027-04-30"),
        ("2028-01-29", "1m", "2028-02-29 2028-03-29 2028-04-29"),
        ("2027-01-29", "1m", "2027-02-28 2027-03-29 2027-04-29"),
        ("2100-01-31", "1m", "2100-02-28 2100-03-31 2100-04-30"),
        ("2025-11-30", "3m", "2026-02-28 2026-05-30 2026-08-30"),
        ("2024-02-29", "1y", "2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        (
            "2096-02-29",
            "1y",
            "2097-02-28 2098-02-28 2099-02-28 2100-02-28 2101-02-28 2102-02-28 2103-02-28 2104-02-29",
        ),
        ("2025-12-31", "2w", "2026-01-14 2026-01-28 2026-02-11"),
        ("2024-02-20", "15d", "2024-03-06 2024-03-21 2024-04-05"),
    ],
)
def test_b3_a_missing_day_clamps_to_the_last_and_comes_back(anchor: str, step: str, expected: str) -> None:
    assert dues(anchor, step, len(expected.split())) == expected.split()


@given(days, month_steps, st.integers(-200, 200))
def test_b3_steps_count_from_the_anchor(anchor: date, step: Step, number: int) -> None:
    day = step_date(anchor, step, number)
    tomorrow = day + timedelta(days=1)
    assert day.day == anchor.day or (day.day < anchor.day and tomorrow.day == 1)
    assert (day.year - anchor.year) * 12 + day.month - anchor.month == step.months * number


@pytest.mark.parametrize(
    ("rule", "since", "until", "expected"),
    [
        # Leap years and not, by each rule; 2100 is none.
        ("act/365", "2024-02-28", "2024-03-01", Fraction(2, 365)),
        ("act/365", "2024-01-01", "2025-01-01", Fraction(366, 365)),
        ("act/365", "2027-01-01", "2028-01-01", Fraction(1)),
        ("act/365", "2028-01-01", "2029-01-01", Fraction(366, 365)),
        ("act/365", "2100-01-01", "2101-01-01", Fraction(1)),
        ("act/360", "2024-01-01", "2025-01-01", Fraction(366, 360)),
        ("act/360", "2027-02-28", "2027-03-01", Fraction(1, 360)),
        ("act/360", "2100-02-28", "2100-03-01", Fraction(1, 360)),
        ("act/act", "2024-01-01", "2025-01-01", Fraction(1)),
        ("act/act", "2024-02-29", "2024-03-01", Fraction(1, 366)),
        ("act/act", "2027-12-30", "2028-01-03", Fraction(2, 365) + Fraction(2, 366)),
        ("act/act", "2023-07-01", "2025-07-01", Fraction(184, 365) + 1 + Fraction(181, 365)),
        ("act/act", "2100-02-28", "2100-03-01", Fraction(1, 365)),
        ("act/act", "2099-12-31", "2101-01-01", Fraction(1, 365) + 1),
        ("30E/360", "2024-02-28", "2024-03-01", Fraction(3, 360)),
        ("30E/360", "2024-02-29", "2024-03-01", Fraction(2, 360)),
        ("30E/360", "2027-02-28", "2027-03-01", Fraction(3, 360)),
        ("30E/360", "2028-02-29", "2028-03-31", Fraction(31, 360)),
        ("30E/360", "2100-02-28", "2100-03-31", Fraction(32, 360)),
        ("30E/360", "2025-01-30", "2025-01-31", Fraction(0)),
        ("30E/360", "2025-01-31", "2025-02-28", Fraction(28, 360)),
        ("30E/360", "2024-02-29", "2025-02-28", Fraction(359, 360)),
    ],
)
def test_b2_fraction_of_a_day_count(rule: DayCount, since: str, until: str, expected: Fraction) -> None:
    grid = Grid(date(2024, 2, 29), MONTH)
    assert fraction(rule, date.fromisoformat(since), date.fromisoformat(until), grid) == expected


@pytest.mark.parametrize(
    ("anchor", "step", "since", "until", "expected"),
    [
        # Whole months, also short ones and from a leap day.
        ("2025-01-31", "1m", "2025-01-31", "2025-02-28", Fraction(1, 12)),
        ("2025-01-31", "1m", "2025-02-28", "2025-03-31", Fraction(1, 12)),
        ("2024-02-29", "1m", "2024-02-29", "2024-03-29", Fraction(1, 12)),
        ("2024-02-29", "1m", "2027-01-29", "2027-02-28", Fraction(1, 12)),
        ("2024-02-29", "1m", "2028-01-29", "2028-02-29", Fraction(1, 12)),
        ("2024-02-29", "1y", "2024-02-29", "2025-02-28", Fraction(1)),
        ("2096-02-29", "1y", "2099-02-28", "2100-02-28", Fraction(1)),
        ("2100-01-31", "1m", "2100-01-31", "2100-02-28", Fraction(1, 12)),
        ("2025-01-15", "3m", "2025-01-15", "2025-07-15", Fraction(6, 12)),
        # Parts: days of the part / days of the notional period x its share of a year.
        ("2025-03-01", "1m", "2025-02-15", "2025-03-01", Fraction(14, 28 * 12)),
        ("2024-03-01", "1m", "2024-02-15", "2024-03-01", Fraction(15, 29 * 12)),
        ("2025-03-01", "1m", "2025-01-15", "2025-03-01", Fraction(17, 31 * 12) + Fraction(1, 12)),
        ("2025-04-01", "3m", "2025-02-01", "2025-04-01", Fraction(59, 90 * 4)),
        ("2025-03-31", "1m", "2025-02-27", "2025-02-28", Fraction(1, 28 * 12)),
        ("2025-01-01", "1y", "2027-12-31", "2028-01-02", Fraction(1, 365) + Fraction(1, 366)),
    ],
)
def test_b2_fraction_of_notional_periods(
    anchor: str, step: str, since: str, until: str, expected: Fraction
) -> None:
    grid = Grid(date.fromisoformat(anchor), parse_step(step))
    assert fraction("monthly", date.fromisoformat(since), date.fromisoformat(until), grid) == expected


@given(day_counts, days, days, days, month_steps, days)
def test_parts_add_up_to_the_whole(
    rule: DayCount, first: date, second: date, third: date, step: Step, anchor: date
) -> None:
    grid = Grid(anchor, step)
    since, between, until = sorted((first, second, third))
    parts = fraction(rule, since, between, grid) + fraction(rule, between, until, grid)
    assert parts == fraction(rule, since, until, grid)
    assert fraction(rule, until, since, grid) == -parts


@given(days, month_steps, st.integers(-50, 50), st.integers(0, 40))
def test_whole_periods_are_whole_shares(anchor: date, step: Step, first: int, periods: int) -> None:
    since, until = step_date(anchor, step, first), step_date(anchor, step, first + periods)
    share = fraction("monthly", since, until, Grid(anchor, step))
    assert share == Fraction(periods * step.months, 12)


@given(days, st.integers(0, 1200), month_steps, days)
def test_fractions_are_those_of_counting_days_one_by_one(
    since: date, length: int, step: Step, anchor: date
) -> None:
    until, grid = since + timedelta(days=length), Grid(anchor, step)
    each = [since + timedelta(days=number) for number in range(length)]
    leap = sum(isleap(day.year) for day in each)
    assert fraction("act/365", since, until, grid) == Fraction(length, 365)
    assert fraction("act/act", since, until, grid) == Fraction(leap, 366) + Fraction(length - leap, 365)


@given(days, month_steps, day_counts)
def test_no_day_has_no_interest(day: date, step: Step, rule: DayCount) -> None:
    assert fraction(rule, day, day, Grid(day, step)) == 0


@given(days, days, day_steps)
def test_monthly_refuses_a_grid_of_days(since: date, until: date, step: Step) -> None:
    with pytest.raises(StepRefused, match=f"not {step}"):
        fraction("monthly", since, until, Grid(since, step))


@pytest.mark.parametrize("text", ["1m", "3m", "1y", "2w", "15d", "999d"])
def test_a_step_is_read_as_it_is_written(text: str) -> None:
    assert str(parse_step(text)) == text


@pytest.mark.parametrize(
    "text", ["", "m", "0m", "-1m", "1", "1M", "1 m", "01m", "1000d", "1.5m", "1m ", "\u0661m", "1q"]
)
def test_another_step_is_refused(text: str) -> None:
    with pytest.raises(StepRefused, match="is not a number from 1 to 999"):
        parse_step(text)
