"""Where an entry in a creditor's own book comes from: a bank line, other receipts, a decision to book by hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from backoffice.actor import actor
from backoffice.bank_trail import Told, file_of_statement
from backoffice.rights import check_right
from jobs.bank_night import lines_of_night, span_of, steps_of_night
from jobs.tables import business_day
from ledger.day import day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, Entry, EntryKind, Key, creditor_of_loan
from ledger.errors import VerificationFailed
from ledger.files import chart_of_accounts
from ledger.money import euros
from ledger.rows import journal_rows, key_row
from ledger.store import find_entry, last_closed
from servicing.decisions.store import find_decision
from servicing.receipts.books import Tonight
from servicing.receipts.store import lines_by_number
from servicing.receipts.tables import bank_decision, receipt_batch
from servicing.receipts.values import Disposition
from servicing.wording import entry_text


def explained_bank(connection: Connection, key: Key) -> dict[str, Any]:
    """The entry with its postings and what it rests on; raises `VerificationFailed` if the facts give another."""
    entry = find_entry(connection, key)
    check_right(actor(), "see", creditor_of_loan(key.loan))
    _check(connection, entry)
    names = {number: account.nl for number, account in chart_of_accounts().accounts.items()}
    return {
        "key": key.text(),
        "loan": None,
        "kind": key.kind.text,
        "text": entry_text(key.kind, entry.value_date, 0, None),
        "value_date": entry.value_date.isoformat(),
        "business_date": key.business_date.isoformat(),
        "row": None,
        "fact": None,
        "postings": [
            {
                "debit": _account(names, row.debit),
                "credit": _account(names, row.credit),
                "amount": euros(row.cents),
            }
            for row in entry.postings
        ],
        "lines": list(_because(connection, entry)),
        "earlier": [],
    }


def _account(names: dict[int, str], account: int) -> str:
    number = account % ACCOUNTS_PER_CREDITOR
    return f"{number} {names.get(number, '')}".strip()


def _check(connection: Connection, entry: Entry) -> None:
    """Compute the night of the entry again from the facts of the bank."""
    day, creditor = entry.key.business_date, creditor_of_loan(entry.key.loan)
    before = select(func.max(business_day.c.day)).where(business_day.c.day < number_of(day))
    previous = connection.execute(before).scalar()
    span = span_of(day, day_of(previous) if previous else None)
    tonight = Tonight(span.until, creditor, last_closed(connection, creditor, day))
    wanted = key_row(entry.key)
    steps = steps_of_night(connection, tonight, span, lines_of_night(connection, span))
    found = [row for step in steps for row in step.rows if row[:4] == wanted]
    if found != journal_rows(entry):
        raise VerificationFailed(
            f"{entry.key.text()}: the facts of the bank give {found}, booked is {journal_rows(entry)}"
        )


def _because(connection: Connection, entry: Entry) -> list[dict[str, str]]:
    if entry.key.kind is EntryKind.BANK_OPENING:
        file = file_of_statement(connection, entry.fact)
        said = f"the opening balance of the first statement that was taken: {file['statement']}"
        return [_line(said, "", str(file["name"])), _file(file)]
    if entry.key.kind is EntryKind.OTHER_RECEIPT:
        return [_batch(connection, entry.fact)]
    if entry.key.kind is EntryKind.MANUAL:
        return _by_hand(connection, entry.fact)
    line = lines_by_number(connection, [entry.fact])[entry.fact]
    file = file_of_statement(connection, line.statement_id)
    said = f"bank line {line.id}: {line.key}"
    found = [_line(said, euros(line.cents), f"{file['name']} line {line.file_line}"), _file(file)]
    decided = select(bank_decision).where(
        bank_decision.c.line_id == line.id, bank_decision.c.known_on <= number_of(entry.key.business_date)
    )
    for row in connection.execute(decided.order_by(*bank_decision.primary_key)):
        what = f"decision {row.nr}: {Disposition(row.kind).text}" + (f" {row.loan_id}" if row.loan_id else "")
        found.append(_line(f"{what}: {row.reason}", euros(row.cents), f"{row.actor}, {day_of(row.known_on)}"))
    return found


def _file(file: Told) -> dict[str, str]:
    """The file as it came in: nobody can say that it was another one."""
    return _line(f"file {file['name']}, sha256 {file['sha256']}", "", f"{file['actor']}, {file['known_on']}")


def _batch(connection: Connection, number: int) -> dict[str, str]:
    """The batch of other receipts: from whom, under which reference, in which file, and who brought it in."""
    row = connection.execute(select(receipt_batch).where(receipt_batch.c.id == number)).one()
    said = f"batch {number}: {Disposition(row.kind).text} {row.reference}, file {row.name}"
    return _line(said, euros(row.net_cents), f"{row.actor}, {day_of(row.known_on)}")


def _by_hand(connection: Connection, number: int) -> list[dict[str, str]]:
    """Why it was booked by hand, who decided it and what says so."""
    decided = find_decision(connection, number)
    approved, data = decided.step("approved"), decided.proposed.data or {}
    who = f"{decided.maker}, approved by {approved.actor}: {approved.note}" if approved else decided.maker
    what = f"decision {number} {decided.proposed.reference}: {data['reason']}"
    return [_line(what, euros(decided.proposed.cents), f"{decided.proposed.document}; {who}")]


def _line(text: str, amount: str, source: str) -> dict[str, str]:
    return {"text": text, "amount": amount, "article": "", "source": source}
