"""The night for what a creditor's books hold outside its loans: bank lines, other receipts, entries by hand."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Table,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    union,
)

from jobs.run import Run
from ledger.bulk import append_rows, plain_rows
from ledger.day import number_of
from ledger.entry import EntryKind
from ledger.seal import JOURNAL_COLUMNS, NO_ROWS, RowsDigest
from ledger.tables import journal
from servicing.decisions.tables import decision, decision_step
from servicing.manual_entries import KIND
from servicing.receipts.books import (
    BookedLine,
    ByHand,
    News,
    OpeningBalance,
    ReceiptTotal,
    Row,
    Tonight,
    rows_of_night,
)
from servicing.receipts.store import parts_of_lines
from servicing.receipts.tables import (
    bank_decision,
    bank_line,
    bank_state,
    bank_statement,
    receipt,
    receipt_batch,
)
from servicing.receipts.values import Disposition, Share

_IS_APPROVED_BY_HAND = (decision.c.kind == KIND) & (decision_step.c.step == "approved")

LINES_AT_ONCE = 20_000
PARKED = int(Disposition.PARKED)


class Span(NamedTuple):
    """The facts a night adds: known after `since` (0: ever), up to and on `until`; days as integers."""

    since: int
    until: int


class Lines(NamedTuple):
    """The lines a night learns of, by creditor: numbers of the new ones, and earlier ones of which it was decided."""

    new: Mapping[int, Sequence[int]]
    moved: Mapping[int, Sequence[BookedLine]]


class Step(NamedTuple):
    """A part of what a night books for a creditor, and by how many lines more or fewer wait for a decision."""

    rows: list[Row]
    waiting: int


def span_of(day: date, previous: date | None) -> Span:
    """What a night adds to the one before."""
    return Span(number_of(previous) if previous else 0, number_of(day))


def book_banks(run: Run, span: Span, last_closed: Mapping[int, int]) -> None:
    """Book what became known, a creditor in one transaction; those booked by an earlier run of this night stay."""
    creditors, lines = run.access.read(
        lambda connection: (creditors_with_news(connection, span), lines_of_night(connection, span))
    )
    for creditor in creditors:
        tonight = Tonight(span.until, creditor, last_closed[creditor])
        run.book(partial(book_bank, tonight=tonight, span=span, lines=lines))


def creditors_with_news(connection: Connection, span: Span) -> list[int]:
    """The creditors about whose bank or other receipts something became known."""
    given = {"first": span.since + 1, "last": span.until}
    return sorted(connection.execute(_with_news(), given).scalars())


@cache
def _with_news() -> CompoundSelect[int]:
    """The creditors with news from `first` to `last`."""

    def known(table: Table) -> ColumnElement[bool]:
        return table.c.known_on.between(bindparam("first"), bindparam("last"))

    told = (
        select(table.c.creditor_id).where(known(table))
        for table in (bank_statement, bank_line, receipt_batch)
    )
    by_hand = (
        select(decision.c.creditor_id)
        .join(decision_step, decision_step.c.decision_id == decision.c.id)
        .where(_IS_APPROVED_BY_HAND, known(decision_step))
    )
    decided = select(bank_line.c.creditor_id).join(bank_decision, bank_decision.c.line_id == bank_line.c.id)
    return union(*told, decided.where(known(bank_decision)), by_hand)


def lines_of_night(connection: Connection, span: Span) -> Lines:
    """The lines of all creditors: one look at them, however many creditors there are."""
    given = {"first": span.since + 1, "last": span.until}
    # Eight bytes a line, however many there are.
    new: dict[int, array[int]] = {}
    for creditor, number in plain_rows(connection, _NEW, given):
        new.setdefault(creditor, array("q")).append(number)
    moved: dict[int, list[BookedLine]] = {}
    for creditor, *line in connection.execute(_MOVED, given):
        moved.setdefault(creditor, []).append(BookedLine._make(line))
    return Lines(new, moved)


_NEW = (
    select(bank_line.c.creditor_id, bank_line.c.id)
    .where(bank_line.c.known_on.between(bindparam("first"), bindparam("last")))
    .order_by(bank_line.c.id)
)
_MOVED = (
    select(bank_line.c.creditor_id, bank_line.c.id, bank_line.c.paid_on, bank_line.c.cents)
    .join(bank_decision, bank_decision.c.line_id == bank_line.c.id)
    .where(bank_decision.c.known_on.between(bindparam("first"), bindparam("last")))
    .where(bank_line.c.known_on < bindparam("first"))
    .distinct()
    .order_by(bank_line.c.id)
)


def book_bank(connection: Connection, tonight: Tonight, span: Span, lines: Lines) -> None:
    """Add the night's rows to the book of a creditor and note how far it is; again is a no-op."""
    query = select(bank_state).where(bank_state.c.creditor_id == tonight.creditor)
    state = connection.execute(query).one_or_none()
    if state is not None and state.worked_to >= tonight.day:
        return
    digest, waiting, any_rows = RowsDigest(), state.waiting if state else 0, False
    for step in steps_of_night(connection, tonight, span, lines):
        append_rows(connection, journal, JOURNAL_COLUMNS, step.rows)
        digest.add(step.rows)
        waiting += step.waiting
        any_rows = any_rows or bool(step.rows)
    connection.execute(delete(bank_state).where(bank_state.c.creditor_id == tonight.creditor))
    row = {"creditor_id": tonight.creditor, "worked_to": tonight.day, "waiting": waiting}
    connection.execute(insert(bank_state).values(**row, digest=digest.value if any_rows else NO_ROWS))


def steps_of_night(connection: Connection, tonight: Tonight, span: Span, found: Lines) -> Iterator[Step]:
    """What a night books for a creditor, from facts alone, in the order of keys, in pieces that fit in memory."""
    yield Step(rows_of_night(News(by_hand=_by_hand(connection, tonight.creditor, span)), tonight), 0)
    yield Step(rows_of_night(News(openings=_openings(connection, tonight.creditor, span)), tonight), 0)
    nr = 0
    for lines, parts in _new_lines(connection, found.new.get(tonight.creditor, ()), span):
        rows = rows_of_night(News(lines=lines, after=parts), tonight)
        yield Step(_numbered(rows, EntryKind.BANK_LINE, nr), _waiting(lines, parts))
        nr += len(lines)
    moved = found.moved.get(tonight.creditor, ())
    before, after = (_parts_of(connection, moved, known_by) for known_by in (span.since, span.until))
    rows = rows_of_night(News(moved=moved, before=before, after=after), tonight)
    yield Step(rows, _waiting(moved, after) - _waiting(moved, before))
    yield Step(rows_of_night(News(receipts=_receipts(connection, tonight.creditor, span)), tonight), 0)


def _numbered(rows: list[Row], kind: EntryKind, nr: int) -> list[Row]:
    """Rows of a later step count on where the one before ended."""
    assert all(row[2] == kind for row in rows)
    return [(*row[:3], row[3] + nr, *row[4:]) for row in rows] if nr else rows


def _waiting(lines: Sequence[BookedLine], parts: dict[int, list[Share]]) -> int:
    """How many of these lines nobody has said what they are for."""
    return sum(1 for line in lines if all(part.kind == PARKED for part in parts.get(line.id, ())))


def _by_hand(connection: Connection, creditor: int, span: Span) -> list[ByHand]:
    """The entries by hand that were approved, by the number of their decision."""
    query = (
        select(decision.c.id, decision.c.value_date, decision.c.data, decision.c.cents)
        .join(decision_step, decision_step.c.decision_id == decision.c.id)
        .where(
            _IS_APPROVED_BY_HAND,
            decision.c.creditor_id == creditor,
            decision_step.c.known_on.between(span.since + 1, span.until),
        )
        .order_by(decision.c.id)
    )
    found = [(row, json.loads(row.data)) for row in connection.execute(query)]
    return [ByHand(row.id, row.value_date, data["debit"], data["credit"], row.cents) for row, data in found]


def _openings(connection: Connection, creditor: int, span: Span) -> list[OpeningBalance]:
    """With what the accounts began whose first statement became known."""
    earlier = bank_statement.alias()
    is_first = ~exists().where(
        earlier.c.account == bank_statement.c.account,
        earlier.c.id < bank_statement.c.id,
        earlier.c.kind == bank_statement.c.kind,
    )
    query = select(bank_statement.c.id, bank_statement.c.opened_on, bank_statement.c.opening_cents).where(
        bank_statement.c.creditor_id == creditor,
        bank_statement.c.kind == 53,
        bank_statement.c.known_on.between(span.since + 1, span.until),
        is_first,
    )
    return [OpeningBalance(*row) for row in connection.execute(query.order_by(bank_statement.c.id))]


def _new_lines(
    connection: Connection, numbers: Sequence[int], span: Span
) -> Iterator[tuple[list[BookedLine], dict[int, list[Share]]]]:
    """The lines with these numbers and what they were for by that night, in pieces in the order of their numbers."""
    query = select(bank_line.c.id, bank_line.c.paid_on, bank_line.c.cents).order_by(bank_line.c.id)
    for start in range(0, len(numbers), LINES_AT_ONCE):
        piece = numbers[start : start + LINES_AT_ONCE]
        within = query.where(bank_line.c.id.between(piece[0], piece[-1]))
        wanted = set(piece)
        found = map(BookedLine._make, plain_rows(connection, within))
        lines = [line for line in found if line.id in wanted]
        yield lines, _parts_between(connection, piece[0], piece[-1], span.until)


def _parts_between(connection: Connection, first: int, last: int, known_by: int) -> dict[int, list[Share]]:
    """What was decided last by a night about the lines with these numbers."""
    columns = (bank_decision.c[name] for name in ("line_id", "nr", "kind", "cents"))
    query = select(*columns).where(
        bank_decision.c.line_id.between(first, last), bank_decision.c.known_on <= known_by
    )
    found: dict[int, list[Share]] = {}
    numbers: dict[int, int] = {}
    for line, nr, *share in plain_rows(connection, query.order_by(*bank_decision.primary_key)):
        if numbers.get(line) == nr:
            found[line].append(Share._make(share))
        else:
            numbers[line] = nr
            found[line] = [Share._make(share)]
    return found


def _parts_of(connection: Connection, lines: Sequence[BookedLine], known_by: int) -> dict[int, list[Share]]:
    """What lines were for by a night."""
    numbers = [line.id for line in lines]
    return {
        line: [Share(int(part.kind), part.cents) for part in parts]
        for line, (_, parts) in parts_of_lines(connection, numbers, known_by).items()
    }


def _receipts(connection: Connection, creditor: int, span: Span) -> list[ReceiptTotal]:
    """What other receipts brought, by batch and day."""
    kept = case((receipt.c.costs_of_debtor == 1, receipt.c.costs_cents), else_=0)
    columns: list[Any] = [receipt.c.batch_id, receipt_batch.c.kind, receipt.c.value_date]
    query = (
        select(
            *columns,
            func.sum(receipt.c.gross_cents),
            func.sum(kept),
            func.sum(receipt.c.costs_cents - kept),
        )
        .join(receipt_batch, receipt_batch.c.id == receipt.c.batch_id)
        .where(
            receipt_batch.c.creditor_id == creditor,
            receipt_batch.c.known_on.between(span.since + 1, span.until),
        )
        .group_by(*columns)
        .order_by(receipt.c.batch_id, receipt.c.value_date)
    )
    return [
        ReceiptTotal(batch, Disposition(kind), day, *(int(each) for each in sums))
        for batch, kind, day, *sums in connection.execute(query)
    ]
