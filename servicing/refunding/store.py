"""Keeps the refunds that were released, and finds the receipts that are to go back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from ledger.bulk import among
from ledger.entry import LOANS_PER_CREDITOR, book_of_creditor
from servicing.collecting.tables import order_dropped
from servicing.receipts.store import lines_by_number, parts_of_lines
from servicing.receipts.tables import bank_decision, bank_line
from servicing.receipts.values import Disposition, Part, StoredLine
from servicing.refunding.tables import refund, refund_run
from servicing.store import LOANS_PER_QUERY
from servicing.tables import loan_state


class RefundRun(NamedTuple):
    """A released run, in the order of the columns of its table."""

    id: int
    creditor_id: int
    message_id: str
    account: str
    holder: str
    pay_on: int
    number: int
    cents: int
    made_at: str
    sha256: str
    actor: str
    recorded_at: str


class Refund(NamedTuple):
    """A released refund, in the order of the columns of its table: of a bank line, or of the credit of a loan."""

    decision_id: int
    run_id: int
    line_id: int | None
    loan_id: int | None
    end_to_end: str
    cents: int
    name: str
    iban: str


def receipts_to_refund(connection: Connection, creditor: int) -> list[tuple[StoredLine, int]]:
    """The receipts of a creditor that are to go back, each with how many cents of it still are."""
    marked = _marked(connection, creditor, Disposition.TO_REFUND)
    went = paid_on(connection, marked, Disposition.REFUND)
    left = {
        line: sum(part.cents for part in parts) - sum(went.get(line, {}).values())
        for line, parts in marked.items()
    }
    lines = lines_by_number(connection, (line for line, cents in left.items() if cents > 0))
    return [(line, left[line.id]) for line in lines.values()]


def receipts_to_forward(connection: Connection, creditor: int) -> list[tuple[StoredLine, Part]]:
    """The receipts of a creditor that are another's, each with what is known of that: whose, and for which loan."""
    marked = _marked(connection, creditor, Disposition.TO_FORWARD)
    # A share that went on went whole.
    went = paid_on(connection, marked, Disposition.FORWARDED)
    left = {line: parts for line, parts in marked.items() if line not in went}
    lines = lines_by_number(connection, left)
    return [(lines[line], part) for line, parts in left.items() for part in parts if part.other_creditor]


def _marked(connection: Connection, creditor: int, kind: Disposition) -> dict[int, list[Part]]:
    """The lines of a creditor that were last decided to be this, in order, each with those of its parts that are."""
    query = (
        select(bank_decision.c.line_id)
        .join(bank_line, bank_line.c.id == bank_decision.c.line_id)
        .where(bank_decision.c.kind == int(kind), bank_line.c.creditor_id == creditor)
        .distinct()
    )
    decided = parts_of_lines(connection, connection.execute(query).scalars())
    marked = (
        (number, [part for part in parts if part.kind is kind])
        for number, (_, parts) in sorted(decided.items())
    )
    return {number: parts for number, parts in marked if parts}


def paid_on(connection: Connection, lines: Iterable[int], kind: Disposition) -> dict[int, dict[int, int]]:
    """Of these lines the lines out that paid them back or on (`kind`) by what is decided now, each with its cents."""
    wanted = set(lines)
    decided = select(bank_decision.c.line_id).where(
        bank_decision.c.loan_id == 0,
        bank_decision.c.kind == int(kind),
        among(connection, bank_decision.c.fact_nr, wanted),
    )
    found: dict[int, dict[int, int]] = {}
    for out, (_, parts) in parts_of_lines(connection, connection.execute(decided).scalars()).items():
        for part in parts:
            if part.kind is kind and not part.loan and part.fact in wanted:
                went = found.setdefault(part.fact, {})
                went[out] = went.get(out, 0) + part.cents
    return found


def paid_to(connection: Connection, loan: int, *, but: int) -> int:
    """How many cents of the credit of a loan went by lines out, but this one, by what is decided now."""
    query = select(bank_decision.c.line_id).where(
        bank_decision.c.loan_id == loan,
        bank_decision.c.kind == int(Disposition.REFUND),
        bank_decision.c.line_id != but,
    )
    decided = parts_of_lines(connection, set(connection.execute(query).scalars()))
    return sum(
        part.cents
        for _, parts in decided.values()
        for part in parts
        if (part.loan, part.kind) == (loan, Disposition.REFUND)
    )


def next_refund_run(connection: Connection) -> int:
    """The number the next run gets."""
    return (connection.execute(select(func.max(refund_run.c.id))).scalar() or 0) + 1


def add_refund_run(connection: Connection, run: RefundRun, refunds: Sequence[Refund]) -> None:
    """Keep a released run; a decision or a receipt that was released before breaks a key."""
    connection.execute(insert(refund_run).values(run._asdict()))
    connection.execute(insert(refund), [each._asdict() for each in refunds])


def refund_runs(connection: Connection, creditor: int | None = None) -> list[RefundRun]:
    """The released runs (of one creditor) in order."""
    query = select(refund_run).order_by(refund_run.c.id)
    if creditor is not None:
        query = query.where(refund_run.c.creditor_id == creditor)
    return [RefundRun._make(row) for row in connection.execute(query)]


def refunds_of_run(connection: Connection, run: int) -> list[Refund]:
    """What a run pays, in the order of its file."""
    query = select(refund).where(refund.c.run_id == run).order_by(refund.c.decision_id)
    return [Refund._make(row) for row in connection.execute(query)]


def released_decisions(connection: Connection) -> frozenset[int]:
    """The decisions that were released."""
    return frozenset(connection.execute(select(refund.c.decision_id)).scalars())


def message_with_bank(connection: Connection, line: int) -> str | None:
    """The file with which a receipt was given to the bank to go back or on; None if it was not, or was refused."""
    refused = select(order_dropped.c.end_to_end)
    query = (
        select(refund_run.c.message_id)
        .join(refund, refund.c.run_id == refund_run.c.id)
        .where(refund.c.line_id == line, refund.c.end_to_end.not_in(refused))
    )
    found: str | None = connection.execute(query).scalar()
    return found


def sent_decisions(connection: Connection) -> frozenset[int]:
    """The decisions that were released and not refused by the bank."""
    refused = select(order_dropped.c.end_to_end)
    query = select(refund.c.decision_id).where(refund.c.end_to_end.not_in(refused))
    return frozenset(connection.execute(query).scalars())


def refunds_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Refund]:
    """Our own refunds among these end-to-end ids."""
    wanted, found = sorted(set(ids)), {}
    for start in range(0, len(wanted), LOANS_PER_QUERY):
        part = wanted[start : start + LOANS_PER_QUERY]
        for row in connection.execute(select(refund).where(refund.c.end_to_end.in_(part))):
            found[row.end_to_end] = Refund._make(row)
    return found


def refunds_by_message(connection: Connection, names: Iterable[str]) -> dict[str, list[Refund]]:
    """The refunds of our own runs among these batch ids; a bank may book a run as one line."""
    query = (
        select(refund_run.c.message_id, refund)
        .join(refund, refund.c.run_id == refund_run.c.id)
        .where(refund_run.c.message_id.in_(sorted(set(names))))
        .order_by(refund.c.decision_id)
    )
    found: dict[str, list[Refund]] = {}
    for message, *row in connection.execute(query):
        found.setdefault(message, []).append(Refund._make(row))
    return found


def last_payer(connection: Connection, loan: int) -> tuple[str, str]:
    """The account and the name of whoever paid a loan last through the bank; empty where nobody did."""
    query = (
        select(bank_decision.c.line_id)
        .where(bank_decision.c.loan_id == loan, bank_decision.c.kind == int(Disposition.LOAN))
        .distinct()
    )
    decided = parts_of_lines(connection, list(connection.execute(query).scalars()))
    mine = [
        number
        for number, (_, parts) in decided.items()
        if any(part.loan == loan and part.kind is Disposition.LOAN for part in parts)
    ]
    known = [line for line in lines_by_number(connection, mine).values() if line.iban]
    last = max(known, key=lambda line: (line.paid_on, line.id), default=None)
    return (last.iban, last.name) if last else ("", "")


def loans_with_credit(connection: Connection, creditor: int) -> dict[int, int]:
    """The loans of a creditor that have credit in the books, in cents; below zero: refunded too much."""
    first = book_of_creditor(creditor)
    query = (
        select(loan_state.c.loan, loan_state.c.credit)
        .where(loan_state.c.loan.between(first, first + LOANS_PER_CREDITOR - 1), loan_state.c.credit != 0)
        .order_by(loan_state.c.loan)
    )
    return {row.loan: -row.credit for row in connection.execute(query)}
