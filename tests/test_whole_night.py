"""Nights that also write, dun, settle and take bank files: however they are done, the same books and letters."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, make_url

from jobs.access import Access
from jobs.bank_reader import Reader
from jobs.dunning_night import dunning_of_night
from jobs.inbox import inbox, take_inbox
from jobs.night import close_nights, open_night
from jobs.run import Options, begun
from jobs.units import FullUnit, Task, work_unit
from jobs.work_list import loans_to_work
from ledger.database import open_database, reading
from ledger.fault_points import watched
from tests.chaos.books import books
from tests.chaos.clients import BEFORE, NIGHTS
from tests.chaos.harness import at_boundaries
from tests.chaos.scenario import SMALL, close_all, install_scenario
from tests.conftest import copied
from tests.nights import ARREARS_LIMITS

Books = dict[str, str]
SEED = 11


@pytest.fixture(scope="session")
def whole_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the scenario and its clients, three nights open; its inbox lies beside it."""
    file = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("whole") / "aflos.db"))
    install_scenario(f"sqlite:///{file}", SEED, SMALL, clients=True)
    return file


@pytest.fixture(scope="session")
def whole_postgresql(postgresql_server: URL, postgresql_template: URL) -> Iterator[URL]:
    """The same on PostgreSQL, to be copied."""
    with copied(postgresql_server, postgresql_template) as url:
        install_scenario(url, SEED, SMALL, clients=True)
        yield make_url(url)


@pytest.fixture
def sqlite_whole(whole_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of this test's own on SQLite."""
    file = shutil.copy(whole_sqlite, tmp_path / "aflos.db")
    shutil.copytree(whole_sqlite.with_suffix(".inbox"), tmp_path / "aflos.inbox")
    engine = open_database(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_whole(whole_postgresql: URL, postgresql_server: URL) -> Iterator[Engine]:
    """A copy of this test's own on PostgreSQL."""
    source = open_database(whole_postgresql.render_as_string(hide_password=False))
    files = inbox(source)
    source.dispose()
    with copied(postgresql_server, whole_postgresql) as url:
        engine = open_database(url)
        shutil.copytree(files, inbox(engine))
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def whole(request: pytest.FixtureRequest) -> Engine:
    """The scenario with its clients, once on each engine."""
    engine = request.getfixturevalue(f"{request.param}_whole")
    assert isinstance(engine, Engine)
    return engine


@pytest.fixture(scope="session")
def whole_books(whole_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """What undisturbed nights end in, in chunks of seven loans; the same on both databases."""
    folder = tmp_path_factory.mktemp("wanted")
    shutil.copytree(whole_sqlite.with_suffix(".inbox"), folder / "aflos.inbox")
    engine = open_database(f"sqlite:///{shutil.copy(whole_sqlite, folder / 'aflos.db')}")
    close_all(engine)
    found = books(engine)
    engine.dispose()
    return found


def unlike(engine: Engine, wanted: Books) -> list[str]:
    """The parts of the books that are not as wanted."""
    found = books(engine)
    return [name for name in wanted if found[name] != wanted[name]]


def test_a4_a_closed_date_again_writes_nothing(whole: Engine, whole_books: Books) -> None:
    close_all(whole)
    reached: list[str] = []
    with at_boundaries(whole, reached.append):
        close_all(whole)
        assert close_nights(whole, BEFORE, Options(ARREARS_LIMITS)) == []
    assert set(reached) <= {"commit", "kept"}
    assert unlike(whole, whole_books) == []


def test_a9_missed_nights_write_what_daily_nights_do(
    sqlite_url: str, sqlite_database: Engine, whole_books: Books
) -> None:
    install_scenario(sqlite_url, SEED, SMALL, clients=True, daily=True)
    assert unlike(sqlite_database, whole_books) == []


@pytest.mark.parametrize("chunk", [1, 100])
def test_a11_the_size_of_a_chunk_does_not_matter(whole: Engine, whole_books: Books, chunk: int) -> None:
    close_all(whole, chunk)
    assert unlike(whole, whole_books) == []


def test_a11_the_number_of_processes_does_not_matter(postgresql_whole: Engine, whole_books: Books) -> None:
    close_nights(postgresql_whole, NIGHTS[0], Options(ARREARS_LIMITS, chunk=7, workers=2))
    close_all(postgresql_whole)
    assert unlike(postgresql_whole, whole_books) == []


def test_a11_a_process_that_decides_ahead_does_not_matter(sqlite_whole: Engine, whole_books: Books) -> None:
    close_nights(sqlite_whole, NIGHTS[0], Options(ARREARS_LIMITS, chunk=7, ahead=1))
    close_all(sqlite_whole)
    assert unlike(sqlite_whole, whole_books) == []


def test_a12_the_order_of_the_loans_does_not_matter(sqlite_whole: Engine, whole_books: Books) -> None:
    rng = random.Random(SEED)
    for night in NIGHTS:
        with begun(Access(sqlite_whole), Options(ARREARS_LIMITS)) as run, Reader() as reader:
            take_inbox(run, night, reader)
            held, previous = open_night(run, night)
            with reading(sqlite_whole) as connection:
                dunning = dunning_of_night(connection, night)
                loans = loans_to_work(connection, night, previous, dunning.late)
            rng.shuffle(loans)
            task = Task(replace(held, dunning=dunning), frozenset())
            for loan in loans:
                list(work_unit(run, task, FullUnit([loan])))
        close_nights(sqlite_whole, night, Options(ARREARS_LIMITS))
    assert unlike(sqlite_whole, whole_books) == []


def test_a6_a_run_that_wakes_up_too_late_leaves_the_inbox_as_it_is(
    sqlite_whole: Engine, whole_books: Books
) -> None:
    folder = inbox(sqlite_whole) / "almere"
    (folder / "done").mkdir()

    def taken_over(place: str) -> None:
        """What the run that took over has done meanwhile."""
        file = folder / "0.xml"
        if place == "bank file kept" and file.exists():
            (folder / "done" / "0.xml.txt").write_text("by another run")
            file.rename(folder / "done" / "0.xml")

    with watched(taken_over):
        close_all(sqlite_whole)
    assert unlike(sqlite_whole, whole_books) == []
