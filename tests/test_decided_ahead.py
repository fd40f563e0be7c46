"""On SQLite another process decides about payments while this one writes: the same rows, whatever happens to it."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs.access import Access, rehearsal
from jobs.ahead import UNITS_AHEAD, News, deciding_ahead
from jobs.chunk import Night
from jobs.night import night_of
from jobs.paid_night import PaidChunk, decide_paid
from jobs.run import Options, begun
from jobs.sealed_rows import Digests, digests_beside, sealed_days
from jobs.sealing import CountedAhead, FactDigests, digests_for_seal
from jobs.units import FullUnit, Unit
from ledger.database import reading
from tests.bank_account import Account, paying, write
from tests.bank_desk import open_books, take
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, new_loans, paid, tell

DUE = date(2024, 2, 1)
INSTALMENT = 50_691
"""Worked case 6: 25,000.00 at 8 % in 60 instalments."""

FIRST = at("2024-01-29")
LOANS = 12
OPTIONS = Options(ARREARS_LIMITS, chunk=1, ahead=3)


@pytest.fixture
def loans(sqlite_database: Engine) -> list[int]:
    """Loans that are all paid on the day that is next."""
    begin_on(sqlite_database, FIRST)
    loans = new_loans(sqlite_database, [(1, PLAIN_TERMS)] * LOANS, FIRST)
    close_until(sqlite_database, DUE - timedelta(days=1))
    tell(sqlite_database, DUE, *(paid(loan, "2024-02-01", INSTALMENT, "bank") for loan in loans))
    return loans


def tonight(engine: Engine) -> Night:
    with reading(engine) as connection:
        return night_of(connection, DUE, OPTIONS)


def decided_here(engine: Engine, loan: int, night: Night) -> PaidChunk:
    with reading(engine) as connection:
        return decide_paid(connection, [loan], night, 0)


def loan_of(unit: Unit) -> int:
    assert isinstance(unit, FullUnit)
    (loan,) = unit.loans
    return loan


def test_another_process_decides_the_same(sqlite_database: Engine, loans: list[int]) -> None:
    night = tonight(sqlite_database)
    here = {loan: decided_here(sqlite_database, loan, night) for loan in loans}
    with (
        begun(Access(sqlite_database), OPTIONS) as run,
        deciding_ahead(run, night, News(loans, None, 0), cores=2) as ahead,
    ):
        found = [(loan_of(unit), chunk) for unit, chunk in ahead.units(loans)]
    assert not multiprocessing.active_children()
    assert sorted(loan for loan, _ in found) == loans == sorted(ahead.loans)
    aside = {loan: chunk for loan, chunk in found if chunk is not None}
    assert len(aside) >= UNITS_AHEAD
    assert aside == {loan: here[loan] for loan in aside}
    assert all(chunk.rows and chunk.states for chunk in aside.values())


def test_loans_that_were_worked_are_no_unit_again(sqlite_database: Engine, loans: list[int]) -> None:
    with (
        begun(Access(sqlite_database), OPTIONS) as run,
        deciding_ahead(run, tonight(sqlite_database), News(loans, None, 0), cores=2) as ahead,
    ):
        found = [unit for unit, _ in ahead.units(loans[1:])]
    assert sum(isinstance(unit, FullUnit) and not unit.loans for unit in found) == 1


def test_every_unit_is_worked_when_that_process_is_gone(sqlite_database: Engine, loans: list[int]) -> None:
    with (
        begun(Access(sqlite_database), OPTIONS) as run,
        deciding_ahead(run, tonight(sqlite_database), News(loans, None, 0), cores=2) as ahead,
    ):
        coming = ahead.units(loans)
        first = next(coming)
        for process in multiprocessing.active_children():
            process.kill()
        found = [first, *coming]
    assert sorted(loan_of(unit) for unit, _ in found) == loans


def test_it_is_done_for_enough_loans_on_sqlite_only(
    sqlite_database: Engine, postgresql_database: Engine
) -> None:
    def processes(access: Access, loans: int, options: Options = OPTIONS, cores: int = 2) -> int:
        night = Night(DUE, {}, ARREARS_LIMITS)
        with (
            begun(access, options) as run,
            deciding_ahead(run, night, News(range(loans), None, 0), cores) as ahead,
        ):
            assert len(ahead.loans) in {0, loans}
            return len(multiprocessing.active_children())

    access = Access(sqlite_database)
    assert [processes(access, loans) for loans in (2, 3)] == [0, 1]
    assert processes(access, 3, replace(OPTIONS, chunk=3)) == 0
    assert processes(access, 3, cores=1) == 0
    assert processes(Access(postgresql_database), 3) == 0
    with rehearsal(sqlite_database) as whole:
        assert processes(whole, 3) == 0


def test_what_became_known_is_counted_for_the_seal(sqlite_database: Engine, tmp_path: Path) -> None:
    (loan,) = open_books(sqlite_database, 1)
    statement = Account(lines=[paying(loan, DUE, INSTALMENT, "R1")]).statement()
    take(sqlite_database, write(tmp_path, "s.xml", statement), DUE)
    news = News(range(3), DUE - timedelta(days=1), 0)
    with (
        begun(Access(sqlite_database), OPTIONS) as run,
        deciding_ahead(run, tonight(sqlite_database), news, cores=2) as ahead,
    ):
        beside, facts = ahead.counted()
    assert facts is not None
    with reading(sqlite_database) as connection:
        plain = digests_beside(connection, sealed_days(DUE, news.since))
        assert beside == {name: (1, plain[name]) for name in ("bank_line", "bank_decision")}

        def sealed(rows: int) -> tuple[bytes, Digests, Digests]:
            """With marks instead of digests, of so many rows each."""
            marked = CountedAhead(
                dict.fromkeys(beside, (rows, "marked")), FactDigests(rows, b"", {"1:1": "marked"})
            )
            return digests_for_seal(connection, DUE, news.since, marked)

        assert sealed(1)[1:] == ({"1:1": "marked"}, plain | dict.fromkeys(beside, "marked"))
        assert sealed(2) == digests_for_seal(connection, DUE, news.since, CountedAhead(beside, facts))
        assert sealed(2)[1:] == (facts.runs, plain)
