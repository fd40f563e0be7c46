"""Accounting periods: months as integers such as 202512, closed in order, per creditor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.errors import BadInput

NOTHING_CLOSED = 0
"""The last closed period of a creditor who has closed none."""


class WrongPeriod(BadInput):
    """Periods are closed once they are past, in order; only the last closed one can be reopened."""


@dataclass(frozen=True, slots=True)
class PeriodClosing:
    """A period closed (or, if not `closed`, reopened): known from which day on, by whom, and when (UTC)."""

    creditor: int
    period: int
    closed: bool
    known_on: date
    actor: str
    recorded_at: str


def period_of(day: date) -> int:
    """The period in which a day lies: 202512 for 31 December 2025."""
    return day.year * 100 + day.month


def is_period(period: object) -> bool:
    """Whether this is a month of 1950-2199 as an integer."""
    return type(period) is int and 195001 <= period <= 219912 and 1 <= period % 100 <= 12


def next_period(period: int) -> int:
    """The period after: 202601 after 202512."""
    return period + 1 if period % 100 < 12 else period + 89


def previous_period(period: int) -> int:
    """The period before: 202512 before 202601."""
    return period - 1 if period % 100 > 1 else period - 89


def booking_period(value_date: date, last_closed: int) -> int:
    """The period of the value date while it is open, else the first open one after it.

    Closing a period closes all before it, so the last closed one says which are open.
    """
    own = period_of(value_date)
    return own if own > last_closed else next_period(last_closed)


def check_closing(closing: PeriodClosing, last_closed: int) -> None:
    """Refuse what may not be closed or reopened after `last_closed`; raises `WrongPeriod`."""
    _check_month(closing.period)
    if closing.closed:
        _check_to_close(closing.period, last_closed, closing.known_on)
    elif last_closed == NOTHING_CLOSED:
        raise WrongPeriod(f"period {closing.period} cannot be reopened: no period is closed")
    elif closing.period != last_closed:
        raise WrongPeriod(f"period {closing.period} cannot be reopened: the last closed one is {last_closed}")


def _check_to_close(period: int, last_closed: int, known_on: date) -> None:
    if period >= period_of(known_on):
        raise WrongPeriod(f"period {period} is not over on {known_on}")
    if period <= last_closed:
        raise WrongPeriod(f"period {period} is closed already; the last closed one is {last_closed}")


def _check_month(period: int) -> None:
    if not is_period(period):
        raise WrongPeriod(f"{period!r} is not a period such as 202512")
