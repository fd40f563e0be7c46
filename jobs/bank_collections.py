"""Finds our own collections behind bank lines: by id, by the block booked as one, and when they came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from servicing.collecting.matching import OURS, Own
from servicing.collecting.store import collections_by_block, collections_by_id, dropped
from servicing.receipts.matching import Forwarded, Payment
from servicing.receipts.store import lines_by_number, parts_of_lines, returned_facts
from servicing.receipts.tables import bank_line
from servicing.receipts.values import Disposition, StoredLine
from servicing.refunding.matching import FORWARDS, Gone, OwnRefunds
from servicing.refunding.matching import OURS as REFUNDS
from servicing.refunding.store import Refund, refunds_by_id, refunds_by_message


def own_collections(connection: Connection, lines: Sequence[StoredLine]) -> Own:
    """Our own collections that these lines name."""
    ids = {line.end_to_end for line in lines if line.end_to_end.startswith(OURS)}
    blocks = {line.batch_id for line in lines if line.batch_id.startswith(OURS) and not line.end_to_end}
    by_block = collections_by_block(connection, blocks)
    gone = dropped(connection, (each.end_to_end for rows in by_block.values() for each in rows))
    return Own(collections_by_id(connection, ids), by_block, gone)


def own_refunds(connection: Connection, lines: Sequence[StoredLine]) -> OwnRefunds:
    """Our own refunds that these lines name."""
    out = [line for line in lines if line.cents < 0]
    ids = {line.end_to_end for line in out if line.end_to_end.startswith((REFUNDS, FORWARDS))}
    runs = {line.batch_id for line in out if line.batch_id.startswith(REFUNDS)}
    known = refunds_by_id(connection, ids) if ids else {}
    by_run = refunds_by_message(connection, runs) if runs else {}
    return OwnRefunds(
        {name: _gone(each) for name, each in known.items()},
        {name: [_gone(each) for each in sent] for name, sent in by_run.items()},
    )


def _gone(sent: Refund) -> Gone:
    is_forward = sent.end_to_end.startswith(FORWARDS)
    return Gone(sent.cents, sent.line_id or 0, sent.loan_id or 0, is_forward)


def own_forwards(connection: Connection, lines: Iterable[StoredLine]) -> dict[str, Forwarded]:
    """What one creditor of ours forwarded to another, of what these lines bring, by its end-to-end id."""
    ids = {line.end_to_end for line in lines if line.cents > 0 and line.end_to_end.startswith(FORWARDS)}
    if not ids:
        return {}
    sent = refunds_by_id(connection, ids)
    numbers = [each.line_id for each in sent.values() if each.line_id]
    first, decided = lines_by_number(connection, numbers), parts_of_lines(connection, numbers)
    found = {}
    for name, each in sent.items():
        number = each.line_id or 0
        for part in decided.get(number, (0, []))[1]:
            if part.kind is Disposition.TO_FORWARD and part.loan:
                found[name] = Forwarded(part.loan, each.cents, first[number].paid_on)
    return found


def forwarded_by(connection: Connection, line: StoredLine) -> StoredLine | None:
    """The line of another creditor of ours that was forwarded by this one; None for any other line."""
    if line.cents <= 0 or not line.end_to_end.startswith(FORWARDS):
        return None
    sent = refunds_by_id(connection, [line.end_to_end]).get(line.end_to_end)
    if sent is None or not sent.line_id or sent.cents != line.amount:
        return None
    return lines_by_number(connection, [sent.line_id])[sent.line_id]


def payments_of_blocks(
    connection: Connection, creditor: int, ids: Iterable[str], known_by: int
) -> dict[str, list[Payment]]:
    """The payments behind our own collections with these ids that came in as part of a block, as known by a night."""
    wanted = collections_by_id(connection, {name for name in ids if name.startswith(OURS)})
    query = select(bank_line.c.id, bank_line.c.batch_id, bank_line.c.paid_on).where(
        bank_line.c.batch_id.in_(sorted({each.block_id for each in wanted.values()})),
        bank_line.c.end_to_end == "",
        bank_line.c.creditor_id == creditor,
        bank_line.c.cents > 0,
    )
    lines = {row.id: row for row in connection.execute(query)} if wanted else {}
    decided = parts_of_lines(connection, lines, known_by)
    gone = returned_facts(connection, {each.loan_id for each in wanted.values()})
    found: dict[str, list[Payment]] = {}
    for line, (_, parts) in decided.items():
        for name, each in wanted.items():
            for part in parts:
                is_it = lines[line].batch_id == each.block_id and part.loan == each.loan_id
                if is_it and part.fact and part.cents == each.cents:
                    is_gone = (part.loan, part.fact) in gone
                    one = Payment(line, part.loan, part.fact, lines[line].paid_on, part.cents, is_gone)
                    found.setdefault(name, []).append(one)
    return found
