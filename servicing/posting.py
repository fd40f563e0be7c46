"""From what should be in the books to the rows of one night: the difference with what is booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ledger.entry import (
    ACCOUNTS_PER_CREDITOR,
    Entry,
    EntryKind,
    Key,
    Posting,
    creditor_of_loan,
)
from ledger.period import booking_period
from servicing.life.state import Effect


class Cause(NamedTuple):
    """Why a posting is in the books: its day, kind, fact and row of the schedule; orders the rows of a night."""

    kind: EntryKind
    value_date: date
    fact: int
    row_nr: int


class Booked(NamedTuple):
    """A posting that is in the books, with account numbers of the chart."""

    cause: Cause
    debit: int
    credit: int
    cents: int


Pair = tuple[Cause, int, int]


def should_be(effects: Iterable[Effect], since: date | None) -> list[Booked]:
    """The effects of a life after day `since` (None: all) as postings."""
    return [
        Booked(
            Cause(effect.kind, effect.value_date, effect.fact, effect.row_nr),
            effect.debit,
            effect.credit,
            int(effect.cents),
        )
        for effect in effects
        if since is None or effect.value_date > since
    ]


def differences(wanted: Iterable[Booked], booked: Iterable[Booked]) -> list[Booked]:
    """The postings that bring the books to what should be, in a fixed order; what is too much is turned around."""
    net: dict[Pair, int] = {}
    for sign, postings in ((1, wanted), (-1, booked)):
        for posting in postings:
            _add(net, posting, sign)
    return [
        Booked(cause, low, high, cents) if cents > 0 else Booked(cause, high, low, -cents)
        for (cause, low, high), cents in sorted(net.items())
        if cents
    ]


def _add(net: dict[Pair, int], posting: Booked, sign: int) -> None:
    cause, debit, credit, cents = posting
    if debit > credit:
        debit, credit, cents = credit, debit, -cents
    pair = (cause, debit, credit)
    net[pair] = net.get(pair, 0) + sign * cents


def entries_of(
    loan: int, business_date: date, postings: Sequence[Booked], last_closed_period: int
) -> list[Entry]:
    """The entries of one loan in one night: one for each cause, numbered within its kind."""
    by_cause: dict[Cause, list[Booked]] = {}
    for posting in postings:
        by_cause.setdefault(posting.cause, []).append(posting)
    numbers: dict[EntryKind, int] = {}
    entries = []
    for cause, rows in by_cause.items():
        numbers[cause.kind] = numbers.get(cause.kind, 0) + 1
        entries.append(
            Entry(
                Key(business_date, loan, cause.kind, numbers[cause.kind]),
                cause.value_date,
                booking_period(cause.value_date, last_closed_period),
                cause.fact,
                cause.row_nr,
                tuple(_posting(loan, row) for row in rows),
            )
        )
    return entries


def _posting(loan: int, row: Booked) -> Posting:
    base = creditor_of_loan(loan) * ACCOUNTS_PER_CREDITOR
    return Posting(base + row.debit, base + row.credit, row.cents)
