"""What the books of a creditor say of its bank lines and other receipts: the rows a night adds, from facts alone.

A line is in the books from the night it is known, on the account of what it is for in that night; each later
decision moves it from there. So what a night adds follows from the facts known by then and the night before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.accounts import AccountNumber
from ledger.day import day_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, EntryKind, book_of_creditor
from ledger.period import booking_period
from servicing.receipts.values import ACCOUNTS, Disposition, Share

BANK = int(AccountNumber.BANK)
OPENING = int(AccountNumber.OPENING_BALANCES)
_IN_TRANSIT = int(AccountNumber.BANK_IN_TRANSIT)
_COST_INCOME = int(AccountNumber.COST_INCOME)

Row = tuple[int, ...]
Move = tuple[int, int, int]
"""Debit and credit account of the chart, and cents."""


class BookedLine(NamedTuple):
    """Of a line what the books need: its number, its day and its cents, below zero for a debit."""

    id: int
    paid_on: int
    cents: int


class OpeningBalance(NamedTuple):
    """With what an account began: the first statement, its day and its cents."""

    statement: int
    day: int
    cents: int


class ReceiptTotal(NamedTuple):
    """What one batch of other receipts brought on one day: gross, costs of the debtor, costs of the creditor."""

    batch: int
    kind: Disposition
    day: int
    gross: int
    costs_of_debtor: int
    costs_of_creditor: int


class ByHand(NamedTuple):
    """An entry that was approved to be booked by hand: the decision, its value date, accounts of the chart, cents."""

    decision: int
    day: int
    debit: int
    credit: int
    cents: int


@dataclass(frozen=True, slots=True)
class News:
    """What became known to one creditor for a night; `before` is what older lines were for until then."""

    openings: Sequence[OpeningBalance] = ()
    lines: Sequence[BookedLine] = ()
    moved: Sequence[BookedLine] = ()
    before: Mapping[int, Sequence[Share]] = field(default_factory=dict)
    after: Mapping[int, Sequence[Share]] = field(default_factory=dict)
    receipts: Sequence[ReceiptTotal] = ()
    by_hand: Sequence[ByHand] = ()


class Tonight(NamedTuple):
    """The night as a number, the creditor and its last closed period."""

    day: int
    creditor: int
    last_closed: int


def rows_of_night(news: News, tonight: Tonight) -> list[Row]:
    """The journal rows a night adds to the book of a creditor, in the order of their keys."""
    rows: list[Row] = []
    by_hand = ((one.decision, one.day, [(one.debit, one.credit, one.cents)]) for one in news.by_hand)
    rows += _rows(tonight, EntryKind.MANUAL, by_hand)
    openings = ((one.statement, one.day, [_opening(one.cents)]) for one in news.openings if one.cents)
    rows += _rows(tonight, EntryKind.BANK_OPENING, openings)
    lines = ((one.id, one.paid_on, _first(one, news.after.get(one.id, ()))) for one in news.lines)
    rows += _rows(tonight, EntryKind.BANK_LINE, lines)
    moved = (
        (one.id, one.paid_on, _change(one, news.before.get(one.id, ()), news.after.get(one.id, ())))
        for one in news.moved
    )
    rows += _rows(tonight, EntryKind.ALLOCATION, moved)
    receipts = ((one.batch, one.day, _received(one)) for one in news.receipts)
    rows += _rows(tonight, EntryKind.OTHER_RECEIPT, receipts)
    return rows


def _rows(
    tonight: Tonight, kind: EntryKind, entries: Iterable[tuple[int, int, Sequence[Move]]]
) -> Iterator[Row]:
    """An entry for each line, batch or statement that moves money, numbered in their order."""
    day, creditor, closed = tonight
    book, base, number = book_of_creditor(creditor), creditor * ACCOUNTS_PER_CREDITOR, int(kind)
    periods: dict[int, int] = {}
    nr = 0
    for source, value_date, moves in entries:
        nr += bool(moves)
        for place, (debit, credit, cents) in enumerate(moves, start=1):
            period = periods.get(value_date)
            if period is None:
                period = periods[value_date] = booking_period(day_of(value_date), closed)
            accounts = base + debit, base + credit
            yield (day, book, number, nr, place, value_date, period, *accounts, cents, source, 0)


def _opening(cents: int) -> Move:
    return (BANK, OPENING, cents) if cents > 0 else (OPENING, BANK, -cents)


def _first(line: BookedLine, parts: Sequence[Share]) -> list[Move]:
    """The line as it came in: the bank against the accounts of what it is for; nothing if no money moved."""
    if len(parts) == 1:
        account, cents = ACCOUNTS[parts[0].kind], parts[0].cents
        if account == BANK:
            return []
        return [(BANK, account, cents)] if line.cents > 0 else [(account, BANK, cents)]
    if line.cents > 0:
        return [(BANK, account, cents) for account, cents in by_account(line, parts).items()]
    return [(account, BANK, cents) for account, cents in by_account(line, parts).items()]


def by_account(line: BookedLine, parts: Sequence[Share]) -> dict[int, int]:
    """On which accounts the money of a line stands; on receipts to be allocated while nothing is decided."""
    if not parts:
        return {ACCOUNTS[Disposition.PARKED]: abs(line.cents)}
    found: dict[int, int] = {}
    for part in parts:
        account = ACCOUNTS[part.kind]
        found[account] = found.get(account, 0) + part.cents
    return dict(sorted(found.items()))


def _change(line: BookedLine, before: Sequence[Share], after: Sequence[Share]) -> list[Move]:
    """What moves a line from the accounts it stood on to those of the new decision."""
    net = by_account(line, after)
    for account, cents in by_account(line, before).items():
        net[account] = net.get(account, 0) - cents
    gives = [[account, -cents] for account, cents in sorted(net.items()) if cents < 0]
    takes = [[account, cents] for account, cents in sorted(net.items()) if cents > 0]
    moves: list[Move] = []
    while gives and takes:
        cents = min(gives[0][1], takes[0][1])
        pair = (gives[0][0], takes[0][0]) if line.cents > 0 else (takes[0][0], gives[0][0])
        moves.append((*pair, cents))
        for side in (gives, takes):
            side[0][1] -= cents
            if not side[0][1]:
                side.pop(0)
    return moves


def _received(total: ReceiptTotal) -> list[Move]:
    """What a payer owes us for what debtors paid to him; costs he kept were booked as income on the loans first."""
    net = total.gross - total.costs_of_debtor - total.costs_of_creditor
    parts = (
        (ACCOUNTS[total.kind], net),
        (_COST_INCOME, total.costs_of_debtor),
        (ACCOUNTS[Disposition.BANK_COSTS], total.costs_of_creditor),
    )
    return [(account, _IN_TRANSIT, cents) for account, cents in parts if cents]
