"""Databases for the tests: each test gets its own, migrated and with the chart installed, on both engines."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from backoffice.installation import install
from ledger.database import open_database
from tests.chaos.books import books
from tests.chaos.scenario import close_all, install_small
from tests.compiled import share_compiled
from tests.desk import open_loan
from tests.letters_desk import open_letters_desk
from tests.offices import open_office
from tests.postgres import server
from tests.scratch import scratch

# A hundred tests start the command: compiled once for all, not once for each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(scratch()))

_NUMBERS = count(1)

share_compiled()


def pytest_collection_finish() -> None:
    """The tests and what they import stay to the end: the garbage collector need not go through them again."""
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Packed bytes may hold the moment they were made at, and each process must give a test the same name."""
    return argname if isinstance(val, bytes) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What could not be checked on this machine is said at the end, not only counted among what was skipped."""
    skipped = (report.longrepr for report in terminalreporter.stats.get("skipped", []))
    for reason in sorted({str(one[2]) for one in skipped if isinstance(one, tuple)}):
        terminalreporter.write_line(f"NOT CHECKED: {reason.removeprefix('Skipped: ')}", red=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the program keeps for its user, manifests among them, stays with the tests."""
    before = os.environ.get("XDG_DATA_HOME")
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    yield
    os.environ.pop("XDG_DATA_HOME")
    if before is not None:
        os.environ["XDG_DATA_HOME"] = before


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with everything installed, to be copied."""
    file = tmp_path_factory.mktemp("template") / "aflos.db"
    engine = open_database(f"sqlite:///{file}", create=True)
    install(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A PostgreSQL server, one for each process of tests, in which databases may be made."""
    with server() as url:
        yield make_url(url).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL, worker_id: str) -> Iterator[URL]:
    """A PostgreSQL database with everything installed, to be copied."""
    name = f"aflos_{worker_id}_template"
    _administer(postgresql_server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    url = postgresql_server.set(database=name)
    engine = open_database(url.render_as_string(hide_password=False), create=True)
    install(engine)
    engine.dispose()
    yield url
    _administer(postgresql_server, f"DROP DATABASE {name}")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a SQLite database of this test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'aflos.db')}"


@pytest.fixture
def postgresql_url(postgresql_server: URL, postgresql_template: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database of this test's own."""
    with copied(postgresql_server, postgresql_template) as url:
        yield url


@contextmanager
def blank_postgresql(postgresql: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database without any table."""
    with copied(postgresql, postgresql.set(database="template1")) as url:
        yield url


@contextmanager
def copied(postgresql: URL, template: URL) -> Iterator[str]:
    """The URL of a copy of a PostgreSQL database, gone afterwards."""
    name = f"{template.database}_{os.getpid()}_{next(_NUMBERS)}"
    # Copying the files costs the server half of what writing every page to its log costs.
    make = f"CREATE DATABASE {name} TEMPLATE {template.database} STRATEGY FILE_COPY"
    _administer(postgresql, f"DROP DATABASE IF EXISTS {name}", make)
    yield postgresql.set(database=name).render_as_string(hide_password=False)
    _administer(postgresql, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database of this test's own; the test runs once on each engine."""
    url = request.getfixturevalue(f"{request.param}_url")
    assert isinstance(url, str)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An open database of this test's own; the test runs once on each engine."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_sqlite_url(sqlite_template: Path) -> str:
    """The URL of a SQLite database that tests share because they keep nothing in it."""
    return f"sqlite:///{shutil.copy(sqlite_template, sqlite_template.with_name('shared.db'))}"


@pytest.fixture(scope="session")
def shared_postgresql_url(postgresql_server: URL, postgresql_template: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database that tests share because they keep nothing in it."""
    with copied(postgresql_server, postgresql_template) as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_database(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An open database for tests that keep nothing; on each engine, quicker than one of the test's own."""
    engine = open_database(request.getfixturevalue(f"shared_{request.param}_url"))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Engine]:
    """An open SQLite database of this test's own."""
    engine = open_database(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """A loan of Almere, worked case 6, in an office with people, for tests of what people do at its counter."""
    open_loan(sqlite_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    return sqlite_database


@pytest.fixture
def letters_desk(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """A loan of Almere whose debtor has an address, in an office with people, for tests of letters to him."""
    open_letters_desk(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[Engine]:
    """An open PostgreSQL database of this test's own."""
    engine = open_database(postgresql_url)
    yield engine
    engine.dispose()


def _administer(url: URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def wanted(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The books of the scenario after undisturbed nights; they are the same on both databases."""
    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path_factory.mktemp('wanted') / 'aflos.db')}"
    install_small(url)
    engine = open_database(url)
    close_all(engine)
    found = books(engine)
    engine.dispose()
    return found


@pytest.fixture
def scenario(database_url: str, database: Engine) -> Engine:
    """The scenario with its three nights still open; the test runs once on each engine."""
    install_small(database_url)
    return database
