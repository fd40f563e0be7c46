"""Opens the database and begins its transactions: SQLite for one machine, PostgreSQL for an office.

Isolation. What `writing` does is serialisable on both databases: SQLite takes its one write lock at once
(BEGIN IMMEDIATE), PostgreSQL runs SERIALIZABLE and refuses one of two transactions that do not fit in a row,
which `classify` calls transient. What `reading` does sees one snapshot and cannot write. Nothing relies on
the session, so that a pooler may hand every transaction another one.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError

from ledger.errors import AflosError, Held, IoFailed, Misconfigured
from ledger.faults import Fault, classify, told
from ledger.tables import SCHEMA_REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL
    from sqlalchemy.engine.interfaces import DBAPIConnection

__all__ = ["Fault", "booking", "classify", "database_url", "open_database", "reading", "writing"]

WAIT_SECONDS = 10
"""How long a transaction waits for another's lock unless AFLOS_LOCK_WAIT says otherwise."""

LONGEST_WAIT_SECONDS = 3600
MAKING = "aflos demo, aflos import portfolio or aflos db upgrade makes it"
OLDEST_POSTGRESQL = 150_000
PAGE_SIZE = 8192
"""Larger pages make a quiet night write more for each loan, smaller ones make a full night slower."""

LOG_PAGES = 16384
"""How many pages (128 MB) the write-ahead log may hold before a commit copies them to the file: a page that several
chunks of a night change is then copied once."""

_SQLITE_SETTINGS = {
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "synchronous": 2,
    "cache_size": -65536,
    "wal_autocheckpoint": LOG_PAGES,
    "temp_store": 2,
}
_SQLITE_REQUIRED = {
    "foreign_keys": (1,),
    "recursive_triggers": (1,),
    "synchronous": (2, 3),
    "journal_mode": ("wal",),
}
_READING = "aflos_reading"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def database_url() -> str:
    """The database named by AFLOS_DATABASE, else `default_url`."""
    return os.environ.get("AFLOS_DATABASE") or default_url()


def default_url() -> str:
    """The file aflos.db in the user's data folder ($XDG_DATA_HOME/aflos)."""
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return f"sqlite:///{data}/aflos/aflos.db"


def open_database(url: str | None = None, *, create: bool = False, wait_seconds: int | None = None) -> Engine:
    """The database behind a URL (or `database_url`), checked.

    `create` makes a missing SQLite file and leaves the schema to the caller. Raises `Misconfigured` for what
    cannot be used as it is, `Held` when it cannot be reached now.
    """
    parsed = _parsed(url or database_url())
    wait = _wait_seconds() if wait_seconds is None else wait_seconds
    engine = (
        _open_sqlite(parsed, create, wait)
        if parsed.drivername == "sqlite"
        else _open_postgresql(parsed, wait)
    )
    try:
        with reading(engine) as connection:
            check_settings(connection)
            if not create:
                check_schema(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One serialisable transaction, kept as a whole or not at all.

    Raises `Held` when another holds the lock too long or won a conflict, `IoFailed` when the disk is full.
    """
    with _told(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def booking(engine: Engine) -> Iterator[Connection]:
    """One transaction of the night, whose tables nobody else writes while it holds the lease.

    On PostgreSQL it sees one snapshot and is not weighed against what people record meanwhile, so that neither
    makes the other try again: what they record from now on is known to a later night only.
    """
    with _told(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One snapshot of the database, seen by every query inside; writing is refused."""
    with _told(engine), engine.connect() as connection:
        connection.execution_options(**{_READING: True})
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def check_settings(connection: Connection) -> None:
    """Refuse a database that would not keep its promises: raises `Misconfigured` naming what is wrong."""
    if connection.dialect.name == "sqlite":
        _check_sqlite(connection)
    else:
        _check_postgresql(connection)


def check_schema(connection: Connection) -> None:
    """Refuse a schema that is missing or of another version, naming the command that mends it."""
    where = _name(connection.engine)
    revisions: list[str] = []
    if inspect(connection).has_table("alembic_version"):
        revisions = list(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())
    if not revisions:
        raise Misconfigured(f"{where} holds no tables of Aflos yet: {MAKING}")
    if revisions != [SCHEMA_REVISION]:
        found = ", ".join(revisions)
        way_out = (
            "run aflos db upgrade" if found < SCHEMA_REVISION else "install the newer Aflos that made it"
        )
        raise Misconfigured(f"{where} has schema {found}, this Aflos needs {SCHEMA_REVISION}: {way_out}")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in _DRIVERS:
        raise Misconfigured(
            "AFLOS_DATABASE is a URL such as sqlite:////srv/aflos/aflos.db or postgresql://aflos@host/aflos"
        )
    if parsed.get_backend_name() == "sqlite" and not _names_a_file(parsed):
        raise Misconfigured(f"{url} names no file that stays: write sqlite:////srv/aflos/aflos.db")
    return parsed.set(drivername=_DRIVERS[parsed.get_backend_name()])


def _names_a_file(url: URL) -> bool:
    name = url.database or ":memory:"
    return name != ":memory:" and not name.startswith("file:") and not url.query


def _wait_seconds() -> int:
    given = os.environ.get("AFLOS_LOCK_WAIT", str(WAIT_SECONDS))
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= LONGEST_WAIT_SECONDS):
        raise Misconfigured(f"AFLOS_LOCK_WAIT is from 1 to {LONGEST_WAIT_SECONDS} seconds, not {given!r}")
    return int(given)


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    """Turn what a driver says into an error with an exit code, where a person can do something about it."""
    try:
        yield
    except AflosError:
        raise
    except Exception as error:
        found = told(error)
        if found is None:
            raise
        kind, words = found
        holder = _holder(engine) if kind is Held else ""
        raise kind(f"{_name(engine)}: {words}{holder}") from error


def _name(engine: Engine) -> str:
    return engine.url.set(drivername=engine.dialect.name).render_as_string(hide_password=True)


def _holder(engine: Engine) -> str:
    """Who holds the database, where that can be known."""
    try:
        return _sqlite_holder(Path(engine.url.database or "")) if engine.dialect.name == "sqlite" else ""
    except OSError:
        return ""


# SQLite


def _open_sqlite(url: URL, create: bool, wait_seconds: int) -> Engine:  # noqa: FBT001
    path = Path(url.database or "")
    if create and not path.exists():
        _make_sqlite(path)
    _check_file(path)
    # Autocommit in the driver: only our own BEGIN, below, begins a transaction.
    engine = create_engine(url, connect_args={"timeout": wait_seconds, "isolation_level": None})
    event.listen(engine, "connect", _set_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "before_cursor_execute", _refuse_outside_transaction)
    event.listen(engine, "commit", _refuse_lost_commit)
    return engine


def _make_sqlite(path: Path) -> None:
    """A new file only its owner can read, in write-ahead mode with pages that suit the journal."""
    if str(path) == make_url(default_url()).database:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.parent.is_dir():
        raise Misconfigured(f"{path}: there is no folder {path.parent}")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be made: {error.strerror}") from error
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise Misconfigured(f"{path}: is a folder; name a file in it, such as {path / 'aflos.db'}")
    if not path.is_file():
        raise Misconfigured(f"{path}: there is no database; {MAKING}")
    # Write-ahead logging needs its two files beside the database, so the folder counts too.
    for place, mode in ((path, os.R_OK | os.W_OK), (path.parent, os.W_OK | os.X_OK)):
        if not os.access(place, mode, effective_ids=os.access in os.supports_effective_ids):
            raise Misconfigured(f"{place}: this user may not read and write here")


def _set_sqlite(connection: DBAPIConnection, _record: object) -> None:
    for name, value in _SQLITE_SETTINGS.items():
        connection.cursor().execute(f"PRAGMA {name} = {value}")


def _begin_sqlite(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    if connection.get_execution_options().get(_READING):
        driver.execute("PRAGMA query_only = 1")
        driver.execute("BEGIN")
        # A deferred transaction has no snapshot until it reads.
        driver.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    else:
        driver.execute("PRAGMA query_only = 0")
        driver.execute("BEGIN IMMEDIATE")


def _refuse_outside_transaction(connection: Connection, *_: object) -> None:
    """After a full disk SQLite has undone the transaction; each later statement would be kept by itself."""
    _refuse_lost_commit(connection)


def _refuse_lost_commit(connection: Connection) -> None:
    if not _in_sqlite_transaction(connection):
        raise IoFailed(f"{_name(connection.engine)}: the transaction was undone by the database")


def _in_sqlite_transaction(connection: Connection) -> bool:
    driver = connection.connection.driver_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction


def _check_sqlite(connection: Connection) -> None:
    for name, allowed in _SQLITE_REQUIRED.items():
        value = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if value not in allowed:
            what = f"{_name(connection.engine)}: {name} is {value}, must be {allowed[0]}"
            raise Misconfigured(f"{what}{_mended(connection.engine) if name == 'journal_mode' else ''}")
    loose = connection.exec_driver_sql(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0"
        " AND name NOT LIKE 'sqlite@_%' ESCAPE '@' AND name <> 'alembic_version' ORDER BY name"
    ).scalars()
    names = ", ".join(loose)
    if names:
        raise Misconfigured(f"{_name(connection.engine)}: is not a database of Aflos: not STRICT: {names}")


def _mended(engine: Engine) -> str:
    """What to do about a file that is no database of Aflos, or a copy that was made without its write-ahead log."""
    return f"; of a copy of Aflos: sqlite3 {engine.url.database} 'PRAGMA journal_mode = wal', else name another file"


def _sqlite_holder(path: Path) -> str:
    """The process that holds the write lock (byte 120 of the -shm file); only Linux tells."""
    inode = path.with_name(path.name + "-shm").stat().st_ino
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        _, _, _, mode, process, place, first, *_ = line.split()
        if mode == "WRITE" and place.endswith(f":{inode}") and first == "120" and process != str(os.getpid()):
            command = (
                Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
            return f" by process {process} ({command.strip()[:80]})"
    return ""


# PostgreSQL


def _open_postgresql(url: URL, wait_seconds: int) -> Engine:
    engine = create_engine(
        url,
        isolation_level="SERIALIZABLE",
        pool_pre_ping=True,
        # Prepared statements would live in a session that a pooler may take away.
        connect_args={
            "prepare_threshold": None,
            "connect_timeout": wait_seconds,
            "application_name": "aflos",
        },
    )

    def begin(connection: Connection) -> None:
        # A snapshot is taken at the first question; a lock, if any, should be waited for before.
        is_reading = connection.get_execution_options().get(_READING)
        connection.exec_driver_sql(
            "SELECT 1" if is_reading else f"SET LOCAL lock_timeout = '{wait_seconds}s'"
        )

    event.listen(engine, "begin", begin)
    return engine


def _check_postgresql(connection: Connection) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    if version < OLDEST_POSTGRESQL:
        raise Misconfigured(
            f"{_name(connection.engine)}: PostgreSQL 15 or newer is needed, this is {version}"
        )
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise Misconfigured(
            f"{_name(connection.engine)}: the database's encoding is {encoding}, must be UTF8"
        )
