"""Due dates, parts of a year and banking days, each counted the plain way."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

DAY = timedelta(days=1)


def days_between(since: date, until: date) -> Iterator[date]:
    """Every day from `since` up to, not including, `until`."""
    day = since
    while day < until:
        yield day
        day += DAY


def add_months(anchor: date, months: int) -> date:
    """The anchor's day so many months later; a day that is missing there becomes the month's last."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    return date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))


def step_of(every: str) -> tuple[int, str]:
    """The number and the unit of a step: "3m" is (3, "m")."""
    found = re.fullmatch(r"([1-9]\d*)([mywd])", every)
    assert found, every
    return int(found[1]), found[2]


def months_of(every: str) -> int:
    """The months of a step in months or years; 0 for a step in weeks or days."""
    number, unit = step_of(every)
    return {"m": number, "y": 12 * number}.get(unit, 0)


def steps_from(anchor: date, every: str, count: int) -> date:
    """The day `count` steps from the anchor, in either direction."""
    if months_of(every):
        return add_months(anchor, count * months_of(every))
    number, unit = step_of(every)
    return anchor + count * number * (7 if unit == "w" else 1) * DAY


@cache
def notional_period(anchor: date, every: str, day: date) -> tuple[date, date]:
    """The notional period, counted from the anchor in both directions, that the day lies in."""
    count = (day - anchor).days // (28 * months_of(every))
    while steps_from(anchor, every, count) > day:
        count -= 1
    while steps_from(anchor, every, count + 1) <= day:
        count += 1
    return steps_from(anchor, every, count), steps_from(anchor, every, count + 1)


def index_30_360(day: date) -> int:
    """The day's number in a calendar of months of 30 days, in which the 31st is the 30th."""
    return day.year * 360 + day.month * 30 + min(day.day, 30)


def day_fraction(day_count: str, anchor: date, every: str, day: date) -> Fraction:
    """The part of a year that this one day is, from its own beginning to the next day's."""
    if day_count == "monthly":
        since, until = notional_period(anchor, every, day)
        return Fraction(months_of(every), 12) / (until - since).days
    if day_count == "30E/360":
        return Fraction(index_30_360(day + DAY) - index_30_360(day), 360)
    if day_count == "act/act":
        return Fraction(1, 366 if calendar.isleap(day.year) else 365)
    return Fraction(1, {"act/365": 365, "act/360": 360}[day_count])


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus (Meeus, Jones, Butcher)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    correction = century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    epact = (19 * golden + correction) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    month, day = divmod(epact + weekday - 7 * ((golden + 11 * epact + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def is_banking_day(day: date) -> bool:
    """Whether banks settle payments in euros on the day (the calendar of TARGET)."""
    fixed = {(1, 1), (5, 1), (12, 25), (12, 26)}
    moving = {easter(day.year) - 2 * DAY, easter(day.year) + DAY}
    return day.weekday() < 5 and (day.month, day.day) not in fixed and day not in moving


def banking_days_after(day: date, until: date) -> int:
    """How many banking days lie after `day`, up to and including `until`."""
    return sum(is_banking_day(each) for each in days_between(day + DAY, until + DAY))
