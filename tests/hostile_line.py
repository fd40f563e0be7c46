"""A bank line put past every door into the database, whatever its texts are."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from servicing.receipts.tables import bank_decision, bank_file, bank_line, bank_statement
from servicing.receipts.values import Disposition
from tests.bank_account import ALMERE


def add_line(connection: Connection, loan: int, text: str) -> None:
    """Bank line 1, which was for a loan, with its file, statement and decision; each free text is this one."""
    known = {"creditor_id": 1, "known_on": 20240102}
    by = {"actor": text, "recorded_at": "2024-01-01T00:00:00+00:00"}
    file = {"id": 1, "sha256": "0", "name": text, "lines": 1, "new_lines": 1}
    statement = {"id": 1, "file_id": 1, "account": ALMERE, "kind": 54, "statement_id": text}
    names = (
        "reference",
        "end_to_end",
        "name",
        "iban",
        "structured",
        "text",
        "code",
        "return_reason",
        "batch_id",
    )
    line = {"id": 1, "statement_id": 1, "account": ALMERE, "identity": b"1", "booked_on": 20240102}
    line |= {"paid_on": 20240102, "cents": 100, "occurrence": 1, "is_return": 0, "charges": 0, "file_line": 1}
    decided = {
        "line_id": 1,
        "nr": 1,
        "part": 1,
        "kind": int(Disposition.LOAN),
        "loan_id": loan,
        "fact_nr": 3,
    }
    connection.execute(insert(bank_file).values(**file, **known, **by))
    connection.execute(insert(bank_statement).values(**statement, **known, gap_cents=0, extends=0))
    connection.execute(insert(bank_line).values(**line, **known, **dict.fromkeys(names, text), content=b"1"))
    says = {"other_creditor": 0, "cents": 100, "reason": text, "known_on": 20240102}
    connection.execute(insert(bank_decision).values(**decided, **says, **by))
