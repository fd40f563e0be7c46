"""Steps of the calendar and year fractions: how long a period is, as a part of a year."""

from __future__ import annotations

import re
from calendar import isleap
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple, assert_never

from ledger.errors import BadInput

DayCount = Literal["monthly", "30E/360", "act/365", "act/360", "act/act"]
"""The rule by which days become a part of a year (dagtelling)."""

DAY_COUNTS: tuple[DayCount, ...] = ("monthly", "30E/360", "act/365", "act/360", "act/act")

REMEMBERED = 65536
"""A portfolio shares its due dates: what was worked out once is kept."""

MONTH_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FEBRUARY = 2

_STEP = re.compile(r"([1-9]\d{0,2})([dwmy])", re.ASCII)


class Step(NamedTuple):
    """A number of days, weeks, months or years: the time from one due date to the next."""

    count: int  # type: ignore[assignment]  # tuples have a method of this name, which nobody needs here
    unit: Literal["d", "w", "m", "y"]

    def __str__(self) -> str:
        """As it is written: 1m."""
        return f"{self.count}{self.unit}"

    @property
    def months(self) -> int:
        """Whole months in the step; 0 for a step in days or weeks."""
        return self.count if self.unit == "m" else 12 * self.count if self.unit == "y" else 0

    @property
    def days(self) -> int:
        """Whole days in the step; 0 for a step in months or years."""
        return self.count if self.unit == "d" else 7 * self.count if self.unit == "w" else 0


class Grid(NamedTuple):
    """Where the notional periods lie: one starts on the anchor, the others a step apart, both ways."""

    anchor: date
    step: Step


class StepRefused(BadInput):
    """A step is a number from 1 to 999 and d, w, m or y, such as 1m; `monthly` needs m or y."""


def parse_step(text: str) -> Step:
    """The step written as 1m, 3m, 1y, 2w or 15d; raises `StepRefused`."""
    match = _STEP.fullmatch(text)
    if match is None:
        raise StepRefused(f"{text!r} is not a number from 1 to 999 and d, w, m or y, such as 1m or 2w")
    return Step(int(match[1]), match[2])  # type: ignore[arg-type]  # the pattern allows these four units only


@lru_cache(maxsize=REMEMBERED)
def step_date(anchor: date, step: Step, number: int) -> date:
    """The day `number` steps after (negative: before) the anchor; a day the month lacks is its last day."""
    months = step.months
    if not months:
        return anchor + timedelta(days=step.days * number)
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months * number, 12)
    # Counted from the anchor each time, so that the 31st comes back after February.
    return date(year, month + 1, min(anchor.day, _month_length(year, month + 1)))


def _month_length(year: int, month: int) -> int:
    return 29 if month == FEBRUARY and isleap(year) else MONTH_LENGTHS[month]


def fraction(day_count: DayCount, since: date, until: date, grid: Grid) -> Fraction:
    """The part of a year in [since, until); parts add up exactly to the whole, whatever the rule.

    Raises `StepRefused` for `monthly` on a grid of days or weeks, which has no share of a year.
    """
    match day_count:
        case "monthly":
            return _monthly(since, until, grid)
        case "30E/360":
            return Fraction(_days_of_30(until) - _days_of_30(since), 360)
        case "act/365":
            return Fraction((until - since).days, 365)
        case "act/360":
            return Fraction((until - since).days, 360)
        case "act/act":
            return _actual(since, until)
        case _:
            assert_never(day_count)


@lru_cache(maxsize=REMEMBERED)
def _monthly(since: date, until: date, grid: Grid) -> Fraction:
    """Whole notional periods, and days of the part / days of the period for what is not whole."""
    months = grid.step.months
    if not months:
        raise StepRefused(f"day count monthly needs a step in months or years, not {grid.step}")
    first, first_part, first_length = _place(since, grid, months)
    last, last_part, last_length = _place(until, grid, months)
    if not first_part and not last_part:
        return _twelfths((last - first) * months)
    lengths = first_length * last_length
    parts = (last - first) * lengths + last_part * first_length - first_part * last_length
    return Fraction(parts * months, 12 * lengths)


def _place(day: date, grid: Grid, months: int) -> tuple[int, int, int]:
    """The number of the notional period a day lies in, the days before it there, and the period's days."""
    anchor = grid.anchor
    number = (day.year * 12 + day.month - anchor.year * 12 - anchor.month) // months
    begins = step_date(anchor, grid.step, number)
    if begins > day:
        number -= 1
        begins = step_date(anchor, grid.step, number)
    if begins == day:
        return number, 0, 1
    length = (step_date(anchor, grid.step, number + 1) - begins).days
    return number, (day - begins).days, length


@lru_cache(maxsize=4096)
def _twelfths(months: int) -> Fraction:
    return Fraction(months, 12)


def _days_of_30(day: date) -> int:
    """Days on a calendar of months of 30 days, the 31st counting as the 30th and no rule for February."""
    return day.year * 360 + day.month * 30 + min(day.day, 30)


def _actual(since: date, until: date) -> Fraction:
    """ISDA: days in leap years / 366 + other days / 365."""
    days = (until - since).days
    leap = _leap_year_days(until) - _leap_year_days(since)
    if not leap:
        return Fraction(days, 365)
    return Fraction(leap * 365 + (days - leap) * 366, 365 * 366)


def _leap_year_days(day: date) -> int:
    """Days before this one that lie in leap years, counted from the year 1."""
    years = day.year - 1
    whole = 366 * (years // 4 - years // 100 + years // 400)
    return whole + (day.timetuple().tm_yday - 1 if isleap(day.year) else 0)
