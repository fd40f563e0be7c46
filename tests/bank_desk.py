"""Short ways for tests to take bank files, by hand or from the inbox, and to see what became of their lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from backoffice.cli.database import Desk
from backoffice.receipts import Decided, Said, line_of, match
from jobs.bank_files import import_beside, our_accounts
from jobs.bank_reader import read_here
from jobs.bank_request import Outcome, Request
from jobs.bank_worklist import Waiting, waiting_lines
from jobs.inbox import inbox
from jobs.manifest import Manifest, folder
from jobs.verify import verify
from ledger.database import reading, writing
from ledger.day import number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR
from ledger.tables import journal
from servicing.collecting.mandates import mandate_draft, mandates_of
from servicing.collecting.released import Collected, Run
from servicing.collecting.store import add_run
from servicing.facts import Fact, FactKind
from servicing.receipts.store import parts_of_lines
from servicing.receipts.tables import bank_line
from servicing.store import facts_of, record
from tests.bank_account import write
from tests.nights import begin_on, close_until, new_loan, stamp

START = date(2024, 1, 31)
FIRST = date(2024, 2, 1)
"""The day on which the first instalment of a plain loan falls due."""

TERMS: dict[str, Any] = {
    "principal": "25000.00",
    "annual_rate_percent": "8",
    "start": "2024-01-01",
    "instalments": 60,
}
INSTALMENT = 50691
BLOCK = "INC-0001-000001-001"


def open_books(engine: Engine, *creditors: int) -> list[int]:
    """A loan for each of these creditors, every night closed up to the evening before its first instalment."""
    begin_on(engine, START)
    loans = [new_loan(engine, TERMS, creditor=creditor, known=START) for creditor in creditors]
    close_until(engine, START)
    return loans


def name_of(loan: int) -> str:
    """The end-to-end id of the collection of the first instalment of a loan."""
    return f"INC-{loan}-20240201"


def give_to_bank(engine: Engine, loans: Sequence[int]) -> None:
    """Mandates for these loans, and their first instalments with the bank to be collected, as one block."""
    by = stamp(engine, FIRST)
    with writing(engine) as connection:
        payer = ("S. Jansen", "NL60TEST0340000004")
        for loan in loans:
            record(connection, [mandate_draft(loan, f"M-{loan}", payer, date(2024, 1, 2), "scan")], by)
        known, day = facts_of(connection, loans), number_of(FIRST)
        rows = []
        for loan in loans:
            (mandate,) = mandates_of(known[loan])
            what = (loan, day, 1, name_of(loan), BLOCK, INSTALMENT, day, mandate.fact, "FRST")
            rows.append(Collected(*what))
        holder = ("NL44TEST0340000001", "Gemeente Almere", "NL70ZZZ000000010000")
        stamps = ("2024-01-20T10:00:00", "0" * 64, "one", "other", by.at)
        run = Run(1, 1, "INC-0001-000001", *holder, len(rows), len(rows) * INSTALMENT, *stamps)
        add_run(connection, run, rows)


def take(engine: Engine, path: Path, today: date, **how: Any) -> list[Outcome]:
    """Import a file as a person does on a day."""
    by = stamp(engine, today)
    with writing(engine) as connection:
        until = number_of(today)
        request = Request(by, our_accounts(), how.get("creditor", 0), until, how.get("allow_gap", False))
        return import_beside(connection, path, request, read_here)


def drop(engine: Engine, name: str, text: str, code: str = "almere") -> Path:
    """Put a file in the inbox of a creditor."""
    return write(inbox(engine) / code, name, text)


def waiting(engine: Engine, today: date = FIRST) -> list[Waiting]:
    """The lines that wait for a person."""
    with reading(engine) as connection:
        return waiting_lines(connection, today)


def money(engine: Engine, loan: int) -> list[Fact]:
    """The payments, reversals and withdrawals of a loan."""
    kinds = {FactKind.PAYMENT, FactKind.REVERSAL, FactKind.WITHDRAWAL}
    with reading(engine) as connection:
        return [fact for fact in facts_of(connection, [loan])[loan] if fact.kind in kinds]


def lines(engine: Engine) -> int:
    """How many bank lines are kept."""
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(bank_line)).scalar_one()


def balance(engine: Engine, account: int) -> int:
    """What stands on an account of the chart, all creditors together, debit positive."""
    total = 0
    with reading(engine) as connection:
        for row in connection.execute(select(journal.c.debit, journal.c.credit, journal.c.cents)):
            total += row.cents if row.debit % ACCOUNTS_PER_CREDITOR == account else 0
            total -= row.cents if row.credit % ACCOUNTS_PER_CREDITOR == account else 0
    return total


def kinds(engine: Engine, line: int) -> list[str]:
    """What a line is for, by its last decision."""
    with reading(engine) as connection:
        _, parts = parts_of_lines(connection, [line]).get(line, (0, []))
    return [part.kind.text for part in parts]


def by_hand(engine: Engine, line: int, loan: int, today: date) -> Decided:
    """A person says that a line is for a loan."""
    by = stamp(engine, today)
    with writing(engine) as connection:
        desk = Desk(connection, by)
        own = line_of(desk, line)
        return match(desk, own, str(loan), Said(own.amount, "by hand"))


def differences(engine: Engine) -> list[Any]:
    """What `aflos verify` finds."""
    with reading(engine) as connection:
        return list(verify(connection, folder(engine)).differences)


def of_bank(night: Manifest, name: str) -> Any:  # noqa: ANN401 - any JSON
    """What the manifest of a night says of the bank under a name: `lines`, `unequal`, `missing`, `refused`."""
    bank = night["bank"]
    assert isinstance(bank, dict)
    return bank[name]
