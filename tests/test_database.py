"""Opening a database, its transactions, and what is said when they fail."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from ledger.database import PAGE_SIZE, check_settings, database_url, open_database, reading, writing
from ledger.errors import Held, IoFailed, Misconfigured, VerificationFailed
from ledger.tables import journal
from tests.books import ROW

NO_FILES = ["sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:", "sqlite:///a.db?mode=memory"]

Open = Callable[..., Engine]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens databases that are closed after the test."""
    engines: list[Engine] = []

    def opener(url: str, **options: int) -> Engine:
        engines.append(open_database(url, **options))  # type: ignore[arg-type]
        return engines[-1]

    yield opener
    for engine in engines:
        engine.dispose()


def rows(connection: Connection) -> int:
    return len(connection.execute(select(journal)).all())


def book(connection: Connection, nr: int = 1) -> None:
    connection.execute(insert(journal), [ROW | {"nr": nr}])


def test_the_url_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    monkeypatch.delenv("AFLOS_DATABASE", raising=False)
    assert database_url() == "sqlite:////srv/data/aflos/aflos.db"
    monkeypatch.setenv("AFLOS_DATABASE", "postgresql://aflos@host/aflos")
    assert database_url() == "postgresql://aflos@host/aflos"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("AFLOS_DATABASE", "")
    assert database_url() == f"sqlite:///{Path.home()}/.local/share/aflos/aflos.db"


@pytest.mark.parametrize("url", ["aflos.db", "mysql://host/aflos", *NO_FILES])
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"sqlite:////srv/aflos/aflos\.db"):
        open_database(url, create=True)


def test_a_wrong_waiting_time_is_refused(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    for wrong in ("0", "-1", "1.5", "ten", "3601"):
        monkeypatch.setenv("AFLOS_LOCK_WAIT", wrong)
        with pytest.raises(Misconfigured, match="AFLOS_LOCK_WAIT is from 1 to 3600 seconds"):
            open_database(sqlite_url)


def test_a_new_file_is_private_and_made_for_the_journal(opened: Open, tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path}/new.db", create=True)
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
    with reading(engine) as connection:
        asked = ("page_size", "journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}
    assert found == dict(zip(asked, (8192, "wal", 2, 1, 1), strict=True))


def test_only_the_default_folder_is_made(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("AFLOS_DATABASE", raising=False)
    opened(database_url(), create=True)
    assert (tmp_path / "data" / "aflos").stat().st_mode & 0o777 == 0o700
    with pytest.raises(Misconfigured, match=f"there is no folder {tmp_path}/other"):
        open_database(f"sqlite:///{tmp_path}/other/aflos.db", create=True)
    assert not (tmp_path / "other").exists()


def test_c10_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="aflos db upgrade"):
        open_database(f"sqlite:///{tmp_path}/missing.db")
    assert list(tmp_path.iterdir()) == []


def test_c10_what_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "text.db"
    file.write_text("Dear Sir or Madam, " * 500, encoding="ascii")
    with pytest.raises(Misconfigured, match="not a database"):
        open_database(f"sqlite:///{file}")
    with pytest.raises(Misconfigured, match="is a folder; name a file in it"):
        open_database(f"sqlite:///{tmp_path}")


TRY_AS_ANOTHER = """
import os, sys
from ledger.database import Misconfigured, open_database
url, closed, mode = sys.argv[1:]
open_database(url).dispose()
os.chmod(closed, int(mode))
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    open_database(url)
except Misconfigured as refused:
    print(refused)
"""


@pytest.mark.parametrize(("closed", "mode"), [("aflos.db", 0o444), (".", 0o555)])
def test_c10_a_file_of_another_owner_is_refused(sqlite_url: str, closed: str, mode: int) -> None:
    """Asked in a process that becomes an ordinary user, because root may write everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(shutil.copy(sqlite_url.removeprefix("sqlite:///"), folder))
        file.chmod(0o666)
        code = [sys.executable, "-c", TRY_AS_ANOTHER, f"sqlite:///{file}", f"{folder}/{closed}", str(mode)]
        root = Path(__file__).parents[1]
        said = subprocess.run(code, check=True, capture_output=True, text=True, cwd=root).stdout
        assert said == f"{Path(folder) / closed}: this user may not read and write here\n"
        assert [left.name for left in Path(folder).iterdir()] == ["aflos.db"]


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("foreign_keys = 0", "foreign_keys is 0, must be 1"),
        ("recursive_triggers = 0", "recursive_triggers is 0, must be 1"),
        ("synchronous = 1", "synchronous is 1, must be 2"),
        ("synchronous = 0", "synchronous is 0, must be 2"),
        ("journal_mode = DELETE", "journal_mode is delete, must be wal"),
    ],
)
def test_c8_a_lowered_setting_is_refused(sqlite_database: Engine, setting: str, named: str) -> None:
    with sqlite_database.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute(f"PRAGMA {setting}")
        with pytest.raises(Misconfigured, match=named):
            check_settings(connection)


def test_c8_a_file_that_is_not_as_it_should_be_is_not_opened(sqlite_url: str) -> None:
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode = DELETE")
    with pytest.raises(Misconfigured, match="journal_mode is delete"):
        open_database(sqlite_url)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE loose (cents)")
    connection.close()
    with pytest.raises(Misconfigured, match="not STRICT: loose"):
        open_database(sqlite_url)


def test_c11_a_damaged_file_is_not_worked_with(sqlite_url: str, opened: Open) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(file.read_bytes())
    content[PAGE_SIZE:] = b"\x07" * (len(content) - PAGE_SIZE)
    file.write_bytes(content)
    with pytest.raises(VerificationFailed, match="damaged; restore a backup"):
        opened(sqlite_url)


def test_a_transaction_is_kept_whole_or_not_at_all(database: Engine) -> None:
    with writing(database) as connection:
        book(connection, 1)
    with pytest.raises(ZeroDivisionError), writing(database) as connection:
        book(connection, 2)
        raise ZeroDivisionError
    with reading(database) as connection:
        assert rows(connection) == 1


def test_c13_reading_sees_one_snapshot(database: Engine) -> None:
    with reading(database) as connection:
        with writing(database) as other:
            book(other)
        assert rows(connection) == 0
    with reading(database) as connection:
        assert rows(connection) == 1


def test_reading_cannot_write(database: Engine) -> None:
    with pytest.raises(Exception, match=r"cannot be written|read-only"), reading(database) as connection:
        book(connection)
    with writing(database) as connection:
        book(connection)


def test_c6_who_writes_locks_at_once(opened: Open, sqlite_url: str) -> None:
    """A transaction that read first and writes later would fail at once, however long it may wait."""
    engine = opened(sqlite_url, wait_seconds=1)
    with writing(engine) as connection:
        assert rows(connection) == 0
        with pytest.raises(Held, match="the database is locked"), writing(engine):
            pass
        book(connection)
    with writing(engine) as connection:
        assert rows(connection) == 1


def test_c7_a_lock_is_waited_for_and_its_holder_named(opened: Open, sqlite_url: str) -> None:
    hold = f"""
import sqlite3, sys
held = sqlite3.connect({sqlite_url.removeprefix("sqlite:///")!r}, isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
    code = [sys.executable, "-c", hold]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        engine = opened(sqlite_url, wait_seconds=1)
        named = f"by process {holder.pid} " if Path("/proc/locks").exists() else "locked"
        since = time.monotonic()
        with pytest.raises(Held, match=named) as refused, writing(engine):
            pass
        assert 0.5 < time.monotonic() - since < 10
        assert refused.value.exit_code == os.EX_TEMPFAIL
        with reading(engine) as connection:
            assert rows(connection) == 0


def fill(connection: Connection) -> None:
    for start in range(0, 10_000, 500):
        connection.execute(insert(journal), [ROW | {"nr": start + nr} for nr in range(1, 501)])


def limit(connection: Connection) -> None:
    """As if the disk were full a few pages on."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")


def test_c5_a_full_disk_keeps_nothing(sqlite_database: Engine) -> None:
    with pytest.raises(IoFailed, match="disk is full") as refused, writing(sqlite_database) as connection:
        limit(connection)
        fill(connection)
    assert refused.value.exit_code == os.EX_IOERR
    with reading(sqlite_database) as connection:
        assert rows(connection) == 0


@pytest.mark.parametrize("goes_on", [True, False])
def test_c5_nothing_is_written_after_a_full_disk(sqlite_database: Engine, goes_on: bool) -> None:
    """SQLite has undone the transaction by then; what follows would be kept, or committed as if all were well."""
    with pytest.raises(IoFailed, match="undone by the database"), writing(sqlite_database) as connection:
        limit(connection)
        with pytest.raises(Exception, match="full"):
            fill(connection)
        if goes_on:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            book(connection, 20_000)
    with reading(sqlite_database) as connection:
        assert rows(connection) == 0


def test_a_savepoint_works_inside_a_transaction(database: Engine) -> None:
    with writing(database) as connection:
        book(connection, 1)
        with pytest.raises(ZeroDivisionError), connection.begin_nested():
            book(connection, 2)
            raise ZeroDivisionError
        book(connection, 3)
    with reading(database) as connection:
        assert connection.execute(select(journal.c.nr).order_by(journal.c.nr)).scalars().all() == [1, 3]


def test_b7_days_do_not_depend_on_the_time_zone(database_url: str) -> None:
    engine = open_database(database_url)
    with writing(engine) as connection:
        book(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER ROLE CURRENT_USER SET timezone = 'Asia/Tokyo'"))
    engine.dispose()
    engine = open_database(database_url)
    with reading(engine) as connection:
        assert connection.execute(select(journal.c.business_date)).scalar() == 20260301
    engine.dispose()
