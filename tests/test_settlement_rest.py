"""A night reads no facts of years that are settled and have no news, and says and proposes what it did before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import pytest
from sqlalchemy import Connection, Engine

from backoffice.installation import install
from benchmarks.settlements import YEAR, fill
from jobs.settlement_cycle import WITHDRAWING, cases, propose_all
from jobs.settlement_night import settle_night
from jobs.settlement_rest import at_rest, moving
from ledger.database import writing
from servicing.decisions.proposal import Proposed, Step, StepName
from servicing.decisions.store import add_decision, add_step
from servicing.facts import Draft, FactKind
from servicing.store import Recorded, record

DAY = date(2026, 9, 10)
BEFORE = DAY - timedelta(days=5)
BY = Recorded("clerk", BEFORE, "2026-09-05T10:00:00+00:00")
TODAY = BY._replace(known_on=DAY)
SETTLED = 6


@pytest.fixture
def books(database: Engine) -> Engine:
    """Nine clients with a proposal, of whom six are settled, on each engine."""
    install(database)
    fill(database, 9)
    with writing(database) as connection:
        found = cases(connection, BEFORE)
        assert not propose_all(connection, BY, BEFORE, found)
        for one in found[:SETTLED]:
            decide(connection, one.case.loan, f"settlement {YEAR.since} 1", "settlement")
    return database


def decide(
    connection: Connection,
    loan: int,
    name: str,
    kind: str,
    last: Literal["in-force", "taken-back"] = "in-force",
) -> int:
    proposed = Proposed(kind, loan, name, BEFORE, data={}, document=name)
    number = add_decision(connection, proposed, 0, 2, BY)
    steps: tuple[StepName, StepName] = ("approved", last)
    for nr, step in enumerate(steps):
        add_step(connection, number, Step(step, 0, BEFORE + timedelta(days=nr), "", "b", BEFORE), BY)
    return number


def checked(connection: Connection) -> set[int]:
    """The loans at rest; what is read of the others is what reading all gives, and nothing at rest moves."""
    full = {one.case.loan: one for one in cases(connection, DAY, known_by=DAY)}
    resting = at_rest(connection, DAY)
    for loan, since in resting.items():
        assert (full[loan].stand.state, full[loan].stand.since) == ("settled", since)
    read = cases(connection, DAY, loans=moving(connection, resting), known_by=DAY)
    assert read == [one for loan, one in full.items() if loan not in resting]
    return set(resting)


def test_settled_years_are_counted_and_not_read(books: Engine) -> None:
    with writing(books) as connection:
        resting = checked(connection)
        assert len(resting) == SETTLED
        told = settle_night(connection, DAY, TODAY)
        states = told["states"]
        assert isinstance(states, dict)
        assert states["settled"] == {"cases": SETTLED, "oldest_days": 4}
        assert sum(state["cases"] for state in states.values()) == 9


def test_news_wakes_a_settled_year(books: Engine) -> None:
    with writing(books) as connection:
        figures, gone, early, again, withdrawn, still = sorted(at_rest(connection, DAY))
        says = {
            "book_year": YEAR.since.isoformat(),
            "figures": {"profit": "1.00", "income_tax_percent": "20"},
        }
        record(connection, [Draft(figures, FactKind.YEAR_FIGURES, BEFORE, "more", data=says)], TODAY)
        record(connection, [Draft(gone, FactKind.WITHDRAWAL, DAY, "gone", of=3, data={"reason": "-"})], TODAY)
        month = {"month": "2025-12", "household": "single"}
        record(connection, [Draft(early, FactKind.ADVANCE_PAID, DAY, "late", 100, data=month)], BY)
        decide(connection, again, f"settlement {YEAR.since} 1 again", "settlement", "taken-back")
        number = decide(connection, withdrawn, "withdraw", WITHDRAWING)
        assert number
        assert checked(connection) == {again, still}
        told = settle_night(connection, DAY, TODAY)
        states = told["states"]
        assert isinstance(states, dict)
        assert states["settled"]["cases"] == 3
