"""Days on which banks work (TARGET), and days on which a legal term does not end (Algemene termijnenwet)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6

_BIRTHDAY_CELEBRATED = ((2014, 27), (0, 30))
"""From which year on which day of April: the King's birthday, before that the Queen's."""

NO_DAYS: AbstractSet[date] = frozenset()


def is_banking_day(day: date) -> bool:
    """Whether banks settle on this day (bankwerkdag): not a weekend or a closing day of TARGET."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def add_banking_days(day: date, number: int) -> date:
    """The banking day that many banking days after (negative: before) a day; 0: the day itself."""
    step = ONE_DAY if number > 0 else -ONE_DAY
    left = abs(number)
    while left:
        day += step
        left -= is_banking_day(day)
    return day


def banking_days_between(since: date, until: date) -> int:
    """Banking days after `since`, up to and including `until`; negative when `until` is the earlier."""
    if until < since:
        return -banking_days_between(until, since)
    years = range(since.year, until.year + 1)
    closed = sum(
        since < day <= until for year in years for day in bank_holidays(year) if day.weekday() < SATURDAY
    )
    return _weekdays_before(until + ONE_DAY) - _weekdays_before(since + ONE_DAY) - closed


def _weekdays_before(day: date) -> int:
    """Mondays to Fridays from 1 January of the year 1, a Monday, until this day."""
    weeks, days = divmod(day.toordinal() - 1, 7)
    return weeks * 5 + min(days, 5)


@lru_cache(maxsize=512)
def bank_holidays(year: int) -> frozenset[date]:
    """The closing days of TARGET since 2002, besides weekends (ECB, press release of 14 December 2000)."""
    sunday = easter(year)
    return frozenset(
        {
            date(year, 1, 1),
            sunday - 2 * ONE_DAY,
            sunday + ONE_DAY,
            date(year, 5, 1),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


@lru_cache(maxsize=512)
def public_holidays(year: int) -> frozenset[date]:
    """The generally recognised holidays and Good Friday (Algemene termijnenwet art. 3 lid 1 and 2)."""
    sunday = easter(year)
    return frozenset(
        {
            date(year, 1, 1),
            sunday - 2 * ONE_DAY,  # Good Friday, equated by lid 2
            sunday + ONE_DAY,  # Easter Monday
            sunday + 39 * ONE_DAY,  # Ascension Day
            sunday + 50 * ONE_DAY,  # Whit Monday
            kings_day(year),
            date(year, 5, 5),  # every year, not only every fifth
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def kings_day(year: int) -> date:
    """The day on which the King's (Queen's) birthday is celebrated: a Saturday where it falls on a Sunday."""
    day = next(date(year, 4, april) for since, april in _BIRTHDAY_CELEBRATED if year >= since)
    return day - ONE_DAY if day.weekday() == SUNDAY else day


def ends_a_legal_term(day: date, equated: AbstractSet[date] = NO_DAYS) -> bool:
    """Whether a legal term may end on this day; `equated` are days equated by royal decree (art. 3 lid 3)."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year) and day not in equated


def legal_term_end(day: date, equated: AbstractSet[date] = NO_DAYS) -> date:
    """The day itself, or the first one after it on which a legal term may end (art. 1 lid 1)."""
    while not ends_a_legal_term(day, equated):
        day += ONE_DAY
    return day
