"""What two runs are compared by: a hash of each part of the books, of the letters and of what lies outside."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, select

from jobs.inbox import inbox
from jobs.manifest import folder, kept_seal
from jobs.sealing import SEALED_FACT_COLUMNS
from jobs.tables import business_day, quarantine
from ledger.database import reading
from ledger.day import day_of
from ledger.tables import day_total, journal
from letters.outbox.tables import letter, letter_loan, letter_step
from servicing.decisions.tables import decision, decision_step
from servicing.dunning.tables import dunning, dunning_note
from servicing.receipts.tables import bank_decision, bank_file, bank_line, bank_refusal, bank_state
from servicing.settlement.tables import settlement_proposal
from servicing.tables import fact, loan_state
from tests.chaos.clients import BEFORE

DIFFERS = frozenset(
    {"id", "letter_id", "decision_id", "line_id", "statement_id", "recorded_at", "sha256", "name"}
)
"""Columns that say nothing of what was done: numbers the database gives out, and moments."""

OF_A_RUN = ("run_id", "started_at", "closed_at", "facts")
"""What of a manifest tells of the run, and digests that hold moments."""


def books(engine: Engine) -> dict[str, str]:
    """A hash of each part, without run numbers and moments; with what became of files and manifests outside."""
    with reading(engine) as connection:
        found: dict[str, list[Any]] = {
            name: [tuple(row) for row in connection.execute(query)] for name, query in _QUERIES.items()
        }
        found |= {"manifests": _manifests(connection), "outside": _outside(connection, engine)}
    found["inbox"] = sorted(str(path.relative_to(inbox(engine))) for path in inbox(engine).rglob("*"))
    return {name: hashlib.sha256(repr(rows).encode()).hexdigest() for name, rows in found.items()}


def _plain(table: Table) -> list[ColumnElement[Any]]:
    return [column for column in table.columns if column.name not in DIFFERS]


def _whole(table: Table) -> Select[Any]:
    return select(*_plain(table)).order_by(*table.primary_key)


def _of_letters(table: Table) -> Select[Any]:
    """Rows of letters under the key of their letter."""
    rows = select(letter.c.key, *_plain(table)).join_from(table, letter, letter.c.id == table.c.letter_id)
    return rows.order_by(letter.c.key, *table.primary_key)


def _of_lines(table: Table) -> Select[Any]:
    """Rows of bank lines under what identifies their line."""
    rows = select(bank_line.c.booked_on, bank_line.c.cents, *_plain(table))
    return rows.join_from(table, bank_line, bank_line.c.id == table.c.line_id).order_by(*table.primary_key)


_DATES = ("day", "state", "seal", "previous_seal", "config_set")
_QUERIES: dict[str, Select[Any]] = {
    "journal": select(journal).order_by(*journal.primary_key),
    "states": select(loan_state).order_by(loan_state.c.loan),
    "totals": select(day_total).order_by(*day_total.primary_key),
    "facts": select(*(fact.c[name] for name in SEALED_FACT_COLUMNS)).order_by(*fact.primary_key),
    "quarantine": select(quarantine).order_by(quarantine.c.loan),
    "dates": select(*(business_day.c[name] for name in _DATES)).order_by(business_day.c.day),
    "letters": select(*_plain(letter)).order_by(letter.c.key),
    "letter loans": _of_letters(letter_loan),
    "letter steps": _of_letters(letter_step),
    "dunning": _whole(dunning),
    "dunning notes": _whole(dunning_note),
    "settlements": _whole(settlement_proposal),
    "decisions": _whole(decision),
    "decision steps": select(decision.c.reference, *_plain(decision_step))
    .join_from(decision_step, decision)
    .order_by(decision_step.c.id),
    "bank files": _whole(bank_file),
    "bank lines": _whole(bank_line),
    "bank decisions": _of_lines(bank_decision),
    "bank refusals": _whole(bank_refusal),
    "bank": _whole(bank_state),
}


def _manifests(connection: Connection) -> list[Any]:
    """What the manifest of each closed date says, such as letters proposed and where settlements stand."""
    kept = select(business_day.c.manifest).where(business_day.c.manifest.is_not(None))
    manifests = [json.loads(text) for text in connection.execute(kept.order_by(business_day.c.day)).scalars()]
    return [
        json.dumps({name: value for name, value in one.items() if name not in OF_A_RUN}, sort_keys=True)
        for one in manifests
    ]


def _outside(connection: Connection, engine: Engine) -> list[tuple[date, bool]]:
    """Each closed date, and whether the seal kept outside is its seal."""
    closed = select(business_day.c.day, business_day.c.seal).where(business_day.c.state == "closed")
    dates = [(day_of(row.day), row.seal) for row in connection.execute(closed.order_by(business_day.c.day))]
    return [(day, kept_seal(folder(engine), day) == seal) for day, seal in dates if day > BEFORE]
