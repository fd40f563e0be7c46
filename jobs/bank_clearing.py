"""What stands open on the clearing accounts of a creditor, item by item, from the books and the facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from ledger.accounts import account_id
from ledger.entry import LOANS_PER_CREDITOR, EntryKind, book_of_creditor
from ledger.tables import journal
from servicing.decisions.kinds import RECEIPTS_WITHDRAWAL
from servicing.decisions.store import carried_out
from servicing.decisions.tables import decision
from servicing.receipts.store import lines_by_number, parts_of_lines, remitted
from servicing.receipts.tables import receipt, receipt_batch
from servicing.receipts.values import ACCOUNTS, Disposition, Part

OPEN_BY_LINE = (1160, 1170, 1190)
"""Accounts whose items are bank lines."""

SETTLING = (Disposition.REFUND, Disposition.FORWARDED)
"""Lines out that settle a line in; their fact is its number."""

OPEN_BY_LOAN = (1100, 1170, 1195, 1200)
"""Accounts whose items are loans: what a loan was paid, and what bank lines and other receipts brought it."""


IN_TRANSIT = 1100

OF_BATCHES = (int(EntryKind.OTHER_RECEIPT), int(EntryKind.MANUAL))
"""Entries whose items are not bank lines: of batches of other receipts, and what books one back."""


class Item(NamedTuple):
    """Something open on a clearing account: debit positive, in cents; since which value date."""

    account: int
    item: str
    since: int
    amount: int
    what: str


def clearing_items(connection: Connection, creditor: int) -> list[Item]:
    """All open items of a creditor by account."""
    items: list[Item] = []
    items += _by_batch(connection, creditor)
    for number in OPEN_BY_LINE:
        items += _by_line(connection, creditor, number)
    for number in OPEN_BY_LOAN:
        items += _by_loan(connection, creditor, number)
    return sorted(items)


def _by_batch(connection: Connection, creditor: int) -> list[Item]:
    """What payers still owe us of each batch of other receipts, by what is recorded."""
    query = select(receipt_batch).where(receipt_batch.c.creditor_id == creditor)
    found, gone = [], carried_out(connection, RECEIPTS_WITHDRAWAL)
    for row in connection.execute(query.order_by(receipt_batch.c.id)).all():
        if row.id in gone:
            continue
        left = row.net_cents - remitted(connection, row.id)
        if left:
            found.append(Item(ACCOUNTS[row.kind], f"batch {row.id}", row.value_date, left, row.reference))
    return found


def _by_line(connection: Connection, creditor: int, number: int) -> list[Item]:
    """Open amounts by bank line; a line that pays back or on is taken off the line it settles."""
    account = account_id(creditor, number)
    signed = case((journal.c.debit == account, journal.c.cents), else_=-journal.c.cents)
    query = (
        select(journal.c.fact, func.min(journal.c.value_date), func.sum(signed))
        .where(
            journal.c.loan == book_of_creditor(creditor),
            (journal.c.debit == account) | (journal.c.credit == account),
        )
        .group_by(journal.c.fact)
        .having(func.sum(signed) != 0)
    )
    rows = [(row[0], row[1], int(row[2])) for row in connection.execute(query)]
    decided = parts_of_lines(connection, [row[0] for row in rows])
    found: dict[int, tuple[int, int]] = {}
    for source, since, cents in sorted(rows, key=lambda row: row[2]):
        for line, part in _settled(source, cents, number, decided.get(source, (0, []))[1]):
            before = found.get(line, (since, 0))
            found[line] = (before[0], before[1] + part)
    return [Item(number, f"line {line}", since, cents, "") for line, (since, cents) in found.items() if cents]


def _settled(source: int, cents: int, number: int, decided: Sequence[Part]) -> list[tuple[int, int]]:
    """To which lines what a line put on an account belongs: to itself, or to those it pays back or on.

    What it pays back of a loan is an item of that loan.
    """
    parts = [part for part in decided if ACCOUNTS[part.kind] == number]
    if sum(part.cents for part in parts) != abs(cents):
        return [(source, cents)]
    sign = 1 if cents > 0 else -1
    return [
        (part.fact if part.kind in SETTLING and part.fact else source, sign * part.cents)
        for part in parts
        if not (part.kind in SETTLING and part.loan)
    ]


def _by_loan(connection: Connection, creditor: int, number: int) -> list[Item]:
    """Per loan what its own entries put on an account less what the creditor's book took off for it."""
    account = account_id(creditor, number)
    signed = case((journal.c.debit == account, journal.c.cents), else_=-journal.c.cents)
    on_account = (journal.c.debit == account) | (journal.c.credit == account)
    loans = (
        select(journal.c.loan, func.min(journal.c.value_date), func.sum(signed))
        .where(on_account, journal.c.loan > book_of_creditor(creditor))
        .where(journal.c.loan < book_of_creditor(creditor) + LOANS_PER_CREDITOR)
        .group_by(journal.c.loan)
    )
    open_by_loan = {row[0]: [row[1], int(row[2])] for row in connection.execute(loans)}
    book = (
        select(journal.c.fact, func.min(journal.c.value_date), func.sum(signed))
        .where(
            on_account,
            journal.c.loan == book_of_creditor(creditor),
            journal.c.kind.not_in(OF_BATCHES),
        )
        .group_by(journal.c.fact)
        .having(func.sum(signed) != 0)
    )
    if number == IN_TRANSIT:
        for loan, since, cents in _booked_receipts(connection, creditor):
            entry = open_by_loan.setdefault(loan, [since, 0])
            entry[1] -= cents
    rows = list(connection.execute(book))
    decided = parts_of_lines(connection, [row[0] for row in rows])
    lines = lines_by_number(connection, [row[0] for row in rows])
    for line, since, _ in rows:
        sign = -1 if lines[line].cents > 0 else 1
        for part in decided.get(line, (0, []))[1]:
            if ACCOUNTS[part.kind] == number and part.loan:
                entry = open_by_loan.setdefault(part.loan, [since, 0])
                entry[1] += sign * part.cents
    return [
        Item(number, f"loan {loan}", since, cents, "")
        for loan, (since, cents) in open_by_loan.items()
        if cents
    ]


def _booked_receipts(connection: Connection, creditor: int) -> list[tuple[int, int, int]]:
    """What booked batches of other receipts took off for each loan, unless it was booked back: loan, day, cents."""
    own = (journal.c.loan == book_of_creditor(creditor), journal.c.credit == account_id(creditor, IN_TRANSIT))
    batches = select(journal.c.fact).where(*own, journal.c.kind == int(EntryKind.OTHER_RECEIPT))
    on_debit = (own[0], journal.c.debit == account_id(creditor, IN_TRANSIT))
    entries = select(journal.c.fact).where(*on_debit, journal.c.kind == int(EntryKind.MANUAL))
    back = select(decision.c.refers_to).where(decision.c.id.in_(entries))
    query = (
        select(receipt.c.loan_id, func.min(receipt.c.value_date), func.sum(receipt.c.gross_cents))
        .where(receipt.c.batch_id.in_(batches), receipt.c.batch_id.not_in(back))
        .group_by(receipt.c.loan_id)
    )
    return [(row[0], row[1], int(row[2])) for row in connection.execute(query)]
