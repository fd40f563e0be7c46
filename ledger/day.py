"""Days as the integers the database keeps: 20250301 for 1 March 2025."""

from __future__ import annotations

from datetime import date, datetime

from ledger.errors import BadInput

FIRST_DAY = date(1950, 1, 1)
LAST_DAY = date(2199, 12, 31)


class NotADay(BadInput):
    """A day is written 2025-03-01 and lies between 1950-01-01 and 2199-12-31."""


def number_of(day: date) -> int:
    """The day as an integer that sorts as the calendar does: 20250301."""
    return day.year * 10000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """The day behind an integer such as 20250301."""
    return date(number // 10000, number // 100 % 100, number % 100)


def is_day(value: object) -> bool:
    """Whether this is a day without a time of day: a `date` that is no `datetime`."""
    return isinstance(value, date) and not isinstance(value, datetime)


def parse_day(text: str) -> date:
    """The day written as 2025-03-01; refuses other forms and days outside 1950-2199 by name."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise NotADay(f"{text!r} is not a day written as 2025-03-01")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotADay(f"{text} lies outside {FIRST_DAY} to {LAST_DAY}")
    return day
