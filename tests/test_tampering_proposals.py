"""J1, J2: what is proposed for a settlement and not yet decided: if it is moved or changed, verify tells it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from backoffice.installation import install
from benchmarks.settlements import fill
from jobs.settlement_cycle import cases, propose_all
from jobs.verify_proposals import wrong_proposals
from ledger.database import reading, writing
from servicing.settlement.tables import settlement_proposal
from servicing.store import Recorded
from tests.tamper import tamper, without_triggers

DAY = date(2026, 9, 5)
PROPOSAL = settlement_proposal.c


@pytest.fixture
def proposed(sqlite_database: Engine) -> Engine:
    """Four clients, of whom each has one proposal that nobody decided."""
    install(sqlite_database)
    fill(sqlite_database, 4)
    with writing(sqlite_database) as connection:
        propose_all(
            connection, Recorded("clerk", DAY, "2026-09-05T10:00:00+00:00"), DAY, cases(connection, DAY)
        )
    without_triggers(sqlite_database)
    return sqlite_database


def told(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [one.what for one in wrong_proposals(connection)]


def test_j1_each_column_of_a_proposal_is_held(proposed: Engine) -> None:
    assert told(proposed) == []
    with reading(proposed) as connection:
        row, other = connection.execute(select(settlement_proposal).order_by(PROPOSAL.loan_id)).all()[:2]
    changes: dict[str, Any] = {
        "book_year": 20240101,
        "nr": 2,
        "about": "interest",
        "basis": "missing",
        "case_text": row.case_text.replace("1", "2", 1),
        "amounts": row.amounts.replace("1", "2", 1),
        "digest": "0" * 64,
        "last_fact": 1,
        "known_on": 20200101,
    }
    for column, value in changes.items():
        tamper(
            proposed,
            update(settlement_proposal).where(PROPOSAL.loan_id == row.loan_id).values({column: value}),
        )
        assert told(proposed), column
        tamper(proposed, delete(settlement_proposal).where(PROPOSAL.loan_id == row.loan_id))
        tamper(proposed, settlement_proposal.insert().values(row._asdict()))
    tamper(proposed, delete(settlement_proposal).where(PROPOSAL.loan_id == other.loan_id))
    moved = update(settlement_proposal).where(PROPOSAL.loan_id == row.loan_id)
    tamper(proposed, moved.values(loan_id=other.loan_id))
    assert any("is not made from what its loan tells of that year" in what for what in told(proposed))
