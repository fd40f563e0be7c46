"""Statutory terms: on which day a debtor's time to pay ends, and from which day a next step may follow."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import NamedTuple

from ledger.errors import BadInput
from servicing.banking_days import NO_DAYS, ONE_DAY, ends_a_legal_term, legal_term_end

LONGEST_EXTENDED_DAYS = 90
"""A term of more days is not extended (Algemene termijnenwet art. 4 onder a)."""

SHORTEST_WITH_WORKING_DAYS = 3
WORKING_DAYS_IN_TERM = 2
"""A term of at least three days holds at least two days that are no holiday (art. 2)."""


class TermRefused(BadInput):
    """A statutory term lasts at least one day."""


class LegalTerm(NamedTuple):
    """A term that has started: its first and its last day, both of which belong to it."""

    first_day: date
    last_day: date

    @property
    def over_from(self) -> date:
        """The first day after the term: from here on the debtor is late."""
        return self.last_day + ONE_DAY


def legal_term(sent: date, days: int, equated: AbstractSet[date] = NO_DAYS) -> LegalTerm:
    """A term of so many days from the day after sending, extended as the Algemene termijnenwet does.

    `equated` are the days equated with holidays by royal decree. Raises `TermRefused`.
    """
    if days < 1:
        raise TermRefused(f"a statutory term lasts at least one day, not {days}")
    first = sent + ONE_DAY
    last = sent + timedelta(days=days)
    if days > LONGEST_EXTENDED_DAYS:
        return LegalTerm(first, last)
    if days >= SHORTEST_WITH_WORKING_DAYS:
        last = _with_working_days(first, last, equated)
    return LegalTerm(first, legal_term_end(last, equated))


def payment_term(sent: date | None, days: int, equated: AbstractSet[date] = NO_DAYS) -> LegalTerm | None:
    """The time to pay after a decision was announced (Awb art. 4:87 lid 1); None while it was not sent.

    From `over_from` the debtor is in default (verzuim, Awb art. 4:97).
    """
    return None if sent is None else legal_term(sent, days, equated)


def reminder_term(sent: date | None, days: int, equated: AbstractSet[date] = NO_DAYS) -> LegalTerm | None:
    """The time to pay in a reminder (aanmaning), from the day after it was sent (Awb art. 4:112 lid 1).

    None while it was not sent: the term has not started.
    """
    return None if sent is None else legal_term(sent, days, equated)


def _with_working_days(first: date, last: date, equated: AbstractSet[date]) -> date:
    """The last day, later if need be so that two days in the term are no weekend or holiday (art. 2)."""
    found, day = 0, first
    while found < WORKING_DAYS_IN_TERM:
        found += ends_a_legal_term(day, equated)
        day += ONE_DAY
    return max(last, day - ONE_DAY)
