"""Where a bank line came from and where it went: file, statement, decisions, entries, letters since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from ledger.day import day_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, EntryKind, Key, book_of_creditor
from ledger.errors import BadInput
from ledger.money import euros
from ledger.tables import journal
from letters.outbox.store import letters_on_loan
from servicing.facts import FactKind
from servicing.receipts.store import lines_by_number
from servicing.receipts.tables import bank_decision, bank_file, bank_statement
from servicing.receipts.values import Disposition, StoredLine, source_of
from servicing.tables import fact

Told = dict[str, Any]

_OF_A_LINE = (int(EntryKind.BANK_LINE), int(EntryKind.ALLOCATION))


def line_with_number(connection: Connection, number: int) -> StoredLine:
    """The bank line with this number; raises `BadInput` where there is none."""
    found = lines_by_number(connection, [number]).get(number)
    if found is None:
        raise BadInput(f"line {number}: there is none: aflos bank lines shows them")
    return found


def trail_of(connection: Connection, line: StoredLine) -> Told:
    """The way of a bank line, from the file it came in to the letters that were written since."""
    decided = list(connection.execute(_decided(line.id)))
    loans = sorted({row.loan_id for row in decided if row.loan_id})
    return {
        "bank_reference": line.reference,
        "file": file_of_statement(connection, line.statement_id) | {"line": line.file_line},
        "decisions": [_decision(row) for row in decided],
        "entries": list(_entries(connection, line, decided)),
        "letters": [letter for loan in loans for letter in _letters(connection, loan, line.known_on)],
    }


def file_of_statement(connection: Connection, statement: int) -> Told:
    """The file that a statement came in, with its digest, who took it and when, and the name of the statement."""
    columns = [bank_file.c[name] for name in ("name", "sha256", "known_on", "actor", "recorded_at")]
    query = (
        select(*columns, bank_statement.c.statement_id, bank_statement.c.number)
        .join(bank_statement, bank_statement.c.file_id == bank_file.c.id)
        .where(bank_statement.c.id == statement)
    )
    row = connection.execute(query).one()
    told = {"name": row.name, "sha256": row.sha256, "statement": row.statement_id, "number": row.number}
    return told | {
        "known_on": day_of(row.known_on).isoformat(),
        "actor": row.actor,
        "recorded_at": row.recorded_at,
    }


def _decided(line: int) -> Any:  # noqa: ANN401 - a query
    wanted = select(bank_decision).where(bank_decision.c.line_id == line)
    return wanted.order_by(*bank_decision.primary_key)


def _decision(row: Row[Any]) -> Told:
    return {
        "decision": row.nr,
        "known_on": day_of(row.known_on).isoformat(),
        "actor": row.actor,
        "for": Disposition(row.kind).text,
        "amount": euros(row.cents),
        "loan": row.loan_id or None,
        "fact": row.fact_nr or None,
        "reason": row.reason,
    }


def _entries(connection: Connection, line: StoredLine, decided: list[Row[Any]]) -> Iterator[Told]:
    """What the nights booked because of the line: in the creditor's own book, and on loans."""
    own = (
        (journal.c.loan == book_of_creditor(line.creditor_id))
        & journal.c.kind.in_(_OF_A_LINE)
        & (journal.c.fact == line.id)
    )
    pairs = sorted(_facts(connection, line, decided))
    on_loans = [(journal.c.loan == loan) & (journal.c.fact == nr) for loan, nr in pairs]
    for wanted in (own, *([or_(*on_loans)] if on_loans else [])):
        for row in connection.execute(select(journal).where(wanted).order_by(*journal.primary_key)):
            key = Key(day_of(row.business_date), row.loan, EntryKind(row.kind), row.nr)
            yield {
                "key": key.text(),
                "value_date": day_of(row.value_date).isoformat(),
                "debit": row.debit % ACCOUNTS_PER_CREDITOR,
                "credit": row.credit % ACCOUNTS_PER_CREDITOR,
                "amount": euros(row.cents),
            }


def _facts(connection: Connection, line: StoredLine, decided: list[Row[Any]]) -> set[tuple[int, int]]:
    """The facts that the line brought to loans, or shows; of a return that a payment came back, not the payment."""
    own = [row for row in decided if row.loan_id and row.fact_nr]
    found = {(row.loan_id, row.fact_nr) for row in own if row.kind != Disposition.RETURN}
    for loan in {row.loan_id for row in own if row.kind == Disposition.RETURN}:
        query = select(fact.c.nr).where(
            fact.c.loan_id == loan, fact.c.kind == int(FactKind.REVERSAL), fact.c.source == source_of(line)
        )
        found |= {(loan, nr) for nr in connection.execute(query).scalars()}
    return found


def _letters(connection: Connection, loan: int, since: int) -> Iterator[Told]:
    """The letters about a loan that were proposed since the line is here."""
    for number, letter in letters_on_loan(connection, loan).items():
        if letter.proposed_on >= day_of(since):
            yield {
                "letter": number,
                "kind": letter.draft.kind,
                "loan": loan,
                "proposed_on": letter.proposed_on.isoformat(),
            }
