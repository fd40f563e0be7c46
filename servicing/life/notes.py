"""How interest, instalments and splits came about: noted along a life only when somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.entry import EntryKind
from servicing.schedule import Amount


class Segment(NamedTuple):
    """Interest over days [since, until) on which nothing changed; `interest` in cents, not rounded."""

    since: date
    until: date
    principal: Amount
    rate: Fraction
    share: Fraction
    interest: Fraction | Decimal


class Occasion(NamedTuple):
    """When interest is put in the books, and for which fact and row."""

    kind: EntryKind
    day: date
    fact: int
    row_nr: int


@dataclass(slots=True)
class Accrued:
    """The interest of the running period when some of it is put in the books, in cents.

    `total` is unrounded, `taken` was paid of it before, `booked` is in the books already. When a period ends,
    `carried` comes from earlier periods, `excess` goes on to the next row, `due` becomes due.
    """

    segments: tuple[Segment, ...]
    total: Fraction | Decimal
    rounded: Amount
    taken: Amount
    booked: Amount
    carried: Amount = 0
    excess: Amount = 0
    due: Amount = 0


class Spreading(NamedTuple):
    """From what an instalment was computed: an amount in cents over so many rows at a rate per year."""

    amount: Amount
    rows: int
    rate: Fraction


class Given(NamedTuple):
    """The principal of a row when it fell due, in cents: what it was computed from."""

    principal: Amount
    paid: Amount
    instalment: Amount
    interest: Amount
    room: Amount
    takes: bool
    spreading: Spreading | None


class Share(NamedTuple):
    """What one payment paid of one row, in cents."""

    row_nr: int
    due: date
    interest: Amount
    principal: Amount


@dataclass(slots=True)
class Notes:
    """What was noted: interest by occasion, principal by row, payments by fact, and days [since, until) of interest."""

    segments: list[Segment] = field(default_factory=list)
    interest: dict[Occasion, Accrued] = field(default_factory=dict)
    principal: dict[int, Given] = field(default_factory=dict)
    payments: dict[int, list[Share]] = field(default_factory=dict)
    ran: list[tuple[date, date]] = field(default_factory=list)
    spreading: Spreading | None = None
