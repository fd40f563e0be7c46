"""On SQLite another process decides about payments while this one writes: the same rows, whatever happens to it."""

from __future__ import annotations

import multiprocessing
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from jobs.access import Access, rehearsal
from jobs.chunk import Night
from jobs.night import night_of
from jobs.paid_night import PaidChunk, decide_paid
from jobs.run import Options, Run, begun
from jobs.units import FullUnit, Task, Unit
from jobs.workers import decided_ahead, is_ahead_worth_it
from ledger.database import reading
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, new_loans, paid, tell

DUE = date(2024, 2, 1)
INSTALMENT = 50_691
"""Worked case 6: 25,000.00 at 8 % in 60 instalments."""

FIRST = at("2024-01-29")
LOANS = 12


@pytest.fixture
def loans(sqlite_database: Engine) -> list[int]:
    """Loans that are all paid on the day that is next."""
    begin_on(sqlite_database, FIRST)
    loans = new_loans(sqlite_database, [(1, PLAIN_TERMS)] * LOANS, FIRST)
    close_until(sqlite_database, DUE - timedelta(days=1))
    tell(sqlite_database, DUE, *(paid(loan, "2024-02-01", INSTALMENT, "bank") for loan in loans))
    return loans


def units_of(loans: list[int]) -> list[Unit]:
    return [FullUnit([loan]) for loan in loans]


def tonight(engine: Engine) -> Night:
    with reading(engine) as connection:
        return night_of(connection, DUE, Options(ARREARS_LIMITS))


def decided_here(engine: Engine, loan: int, night: Night) -> PaidChunk:
    with reading(engine) as connection:
        return decide_paid(connection, [loan], night)


def loan_of(unit: Unit) -> int:
    assert isinstance(unit, FullUnit)
    (loan,) = unit.loans
    return loan


def test_another_process_decides_the_same(sqlite_database: Engine, loans: list[int]) -> None:
    night = tonight(sqlite_database)
    here = {loan: decided_here(sqlite_database, loan, night) for loan in loans}
    with begun(Access(sqlite_database), Options(ARREARS_LIMITS)) as run:
        found = [
            (loan_of(unit), chunk)
            for unit, chunk in decided_ahead(run, Task(night, frozenset()), units_of(loans))
        ]
    assert not multiprocessing.active_children()
    assert sorted(loan for loan, _ in found) == loans
    aside = {loan: chunk for loan, chunk in found if chunk is not None}
    assert aside
    assert aside == {loan: here[loan] for loan in aside}
    assert all(chunk.rows and chunk.states for chunk in aside.values())


def test_every_unit_is_worked_when_that_process_is_gone(sqlite_database: Engine, loans: list[int]) -> None:
    with begun(Access(sqlite_database), Options(ARREARS_LIMITS)) as run:
        coming = decided_ahead(run, Task(tonight(sqlite_database), frozenset()), units_of(loans))
        first = next(coming)
        for process in multiprocessing.active_children():
            process.kill()
        found = [first, *coming]
    assert sorted(loan_of(unit) for unit, _ in found) == loans


def test_it_is_done_for_enough_loans_on_sqlite_only(
    sqlite_database: Engine, postgresql_database: Engine
) -> None:
    def worth(run: Run, loans: int) -> bool:
        return is_ahead_worth_it(run, units_of(list(range(loans))), cores=2)

    options = Options(ARREARS_LIMITS, ahead=3)
    with begun(Access(sqlite_database), options) as run:
        assert [worth(run, loans) for loans in (2, 3)] == [False, True]
        assert not is_ahead_worth_it(run, [FullUnit([1, 2, 3])], cores=2)
        assert not is_ahead_worth_it(run, units_of([1, 2, 3]), cores=1)
    with rehearsal(sqlite_database) as access, begun(access, options) as run:
        assert not worth(run, 3)
    with begun(Access(postgresql_database), options) as run:
        assert not worth(run, 3)
