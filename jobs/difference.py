"""What `aflos verify` finds: a row, fact, date or file that is not what was sealed or what the facts give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.day import day_of
from ledger.entry import EntryKind, Key
from ledger.errors import AflosError


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it was sealed or as the facts give it; `loan` 0 and an empty key where none can be named."""

    business_date: date | None
    loan: int
    key: str
    what: str


UNREADABLE = (AflosError, ValueError, TypeError, LookupError, ArithmeticError)
"""What rows raise that no program wrote: an unknown kind, a day that does not exist, data that is no JSON."""


def key_text(row: Sequence[int]) -> str:
    """The key of a journal row as it is shown everywhere; its bare numbers where they make no key."""
    day, loan, kind, nr = row[:4]
    try:
        return Key(day_of(day), loan, EntryKind(kind), nr).text()
    except UNREADABLE:
        return f"{loan}:{day}:{kind}:{nr}"


def day_or_none(number: int) -> date | None:
    """The day of a number such as 20250301; None where there is no such day."""
    try:
        return day_of(number)
    except UNREADABLE:
        return None
