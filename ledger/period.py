"""Accounting periods: months as integers such as 202512, closed in order, per creditor."""

from __future__ import annotations

from datetime import date

from ledger.errors import BadInput

NOTHING_CLOSED = 0
"""The last closed period of a creditor who has closed none."""


class WrongPeriod(BadInput):
    """Periods are closed once they are past, in order; only the last closed one can be reopened."""


def period_of(day: date) -> int:
    """The period in which a day lies: 202512 for 31 December 2025."""
    return day.year * 100 + day.month


def next_period(period: int) -> int:
    """The period after: 202601 after 202512."""
    return period + 1 if period % 100 < 12 else period + 89  # noqa: PLR2004 (months in a year)


def previous_period(period: int) -> int:
    """The period before: 202512 before 202601."""
    return period - 1 if period % 100 > 1 else period - 89


def booking_period(value_date: date, last_closed: int) -> int:
    """The period of the value date while it is open, else the first open one after it.

    Closing a period closes all before it, so the last closed one says which are open.
    """
    own = period_of(value_date)
    return own if own > last_closed else next_period(last_closed)


def check_closing(period: int, last_closed: int, today: date) -> None:
    """Refuse to close a period that is not past, is closed already or is not a month; raises `WrongPeriod`."""
    _check_month(period)
    if period >= period_of(today):
        raise WrongPeriod(f"period {period} is not over on {today}")
    if period <= last_closed:
        raise WrongPeriod(f"period {period} is closed already; the last closed one is {last_closed}")


def check_reopening(period: int, last_closed: int) -> None:
    """Refuse to reopen any but the last closed period; raises `WrongPeriod`."""
    _check_month(period)
    if last_closed == NOTHING_CLOSED:
        raise WrongPeriod(f"period {period} cannot be reopened: no period is closed")
    if period != last_closed:
        raise WrongPeriod(f"period {period} cannot be reopened: the last closed one is {last_closed}")


def _check_month(period: int) -> None:
    if type(period) is not int or not 195001 <= period <= 219912 or not 1 <= period % 100 <= 12:  # noqa: PLR2004
        raise WrongPeriod(f"{period!r} is not a period such as 202512")
