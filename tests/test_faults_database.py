"""C of the fault catalogue as a night meets it: lost connections, conflicts, full disks, locks, damage.

What a single transaction does stands in test_database.py and test_faults.py.
"""

from __future__ import annotations

import gc
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, make_url, select, text

from backoffice.installation import install
from jobs.access import TRIES
from jobs.business_dates import last_closed
from jobs.soundness import NotSound
from jobs.tables import quarantine
from jobs.working import StrayRows
from ledger.database import PAGE_SIZE, open_database, reading, writing
from ledger.errors import Held, IoFailed, VerificationFailed
from ledger.tables import journal
from tests.chaos.books import books
from tests.chaos.clients import BEFORE
from tests.chaos.harness import at_boundaries, conflict, failing
from tests.chaos.scenario import close_all, install_small
from tests.nights import journal_rows
from tests.postgres import NAME, restart, server
from tests.proxy import Mode, proxied

Books = dict[str, str]
TEMPORARY_FAILURE, DONE_WITH_EXCEPTIONS = 75, 3


def close_all_in_the_end(engine: Engine) -> int:
    """Start runs until one gets through; how many it took."""
    for attempt in range(1, 10):
        try:
            close_all(engine)
        except Held:
            continue
        return attempt
    raise AssertionError("no run got through")


LEAKS = "ignore:.*was deleted while still open:ResourceWarning"
"""A connection that dies while SQLAlchemy greets the server is left to the garbage collector."""


@pytest.fixture
def collected() -> Iterator[None]:
    """Garbage is collected while its warnings are still expected."""
    yield
    gc.collect()


@pytest.mark.filterwarnings(LEAKS, "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize("mode", ["before", "after"])
def test_c1_a_commit_whose_answer_is_lost_is_neither_lost_nor_done_twice(
    postgresql_url: str, wanted: Books, mode: Mode
) -> None:
    install_small(postgresql_url)
    url = make_url(postgresql_url)
    if "host" not in url.query:
        pytest.skip("the server has no socket of its own")
    with proxied(Path(str(url.query["host"])), mode, often=3) as (proxy, folder):
        through = url.update_query_dict({"host": str(folder)})
        engine = open_database(through.render_as_string(hide_password=False))
        close_all_in_the_end(engine)
        engine.dispose()
    assert proxy.cut >= 5
    engine = open_database(postgresql_url)
    close_all(engine)
    assert books(engine) == wanted
    engine.dispose()


@pytest.mark.filterwarnings(LEAKS, "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("collected")
@pytest.mark.skipif(NAME in os.environ, reason="a server of others is not stopped")
def test_c2_a_server_that_falls_over_in_a_night(wanted: Books) -> None:
    with server() as admin:
        url = str(make_url(admin).render_as_string(hide_password=False))
        engine = open_database(url, create=True)
        with engine.begin() as connection:
            # The other tests do not wait for the log; what this one commits must be there after the fall.
            connection.execute(text("ALTER DATABASE postgres SET synchronous_commit = on"))
        engine.dispose()
        install(engine)
        install_small(url)
        fall_at = {12, 40, 77}
        reached = iter(range(1, 10_000))

        def fall(_kind: str) -> None:
            if next(reached) in fall_at:
                restart(admin)

        with at_boundaries(engine, fall):
            close_all_in_the_end(engine)
        assert next(reached) > max(fall_at)
        assert books(engine) == wanted
        engine.dispose()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_c3_d5_transient_errors_blame_no_loan(scenario: Engine, wanted: Books, seed: int) -> None:
    with failing(scenario, share=0.2, seed=seed) as injected:
        close_all_in_the_end(scenario)
    assert injected
    assert books(scenario) == wanted


def test_c3_d5_when_every_try_fails_the_run_pauses_and_no_loan_is_blamed(
    scenario: Engine, wanted: Books
) -> None:
    tried: list[str] = []

    def refuse(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM loan_state"):
            tried.append("once")
            conflict(connection)

    event.listen(scenario, "before_cursor_execute", refuse)
    with pytest.raises(Held):
        close_all(scenario)
    event.remove(scenario, "before_cursor_execute", refuse)
    assert len(tried) == TRIES
    with reading(scenario) as connection:
        assert last_closed(connection) == BEFORE
        assert connection.execute(select(quarantine)).first() is None
    close_all(scenario)
    assert books(scenario) == wanted


def test_c4_rows_that_no_night_wrote_stop_it(scenario: Engine) -> None:
    row = journal_rows(scenario)[0]
    stray = dict(zip(journal.columns.keys(), row, strict=True)) | {"business_date": 20231231}
    with writing(scenario) as connection:
        connection.execute(insert(journal).values(**stray))
    with pytest.raises(StrayRows, match=f"loan {row[1]}: .*2023-12-31"):
        close_all(scenario)
    with reading(scenario) as connection:
        assert last_closed(connection) == BEFORE


def with_small_pages(url: str) -> None:
    """Make a database of the smallest pages there are, without room to spare, so that a night needs many more."""
    driver = sqlite3.connect(url.removeprefix("sqlite:///"))
    for words in ("journal_mode = DELETE", "page_size = 512", "journal_mode = WAL"):
        driver.execute(f"PRAGMA {words}")
        driver.execute("VACUUM")
    driver.close()


@pytest.mark.parametrize("pages", [0, 7, 14, 20])
def test_c5_a_disk_that_is_full_at_any_page_keeps_no_half_chunk(
    sqlite_url: str, wanted: Books, pages: int
) -> None:
    install_small(sqlite_url)
    with_small_pages(sqlite_url)
    engine = open_database(sqlite_url)
    with reading(engine) as connection:
        room = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + pages

    def fill(driver: sqlite3.Connection, _record: object) -> None:
        driver.execute(f"PRAGMA max_page_count = {room}")

    engine.dispose()
    event.listen(engine, "connect", fill)
    with pytest.raises(IoFailed, match="disk is full"):  # exit code 74
        close_all(engine)
    event.remove(engine, "connect", fill)
    engine.dispose()
    close_all(engine)
    assert books(engine) == wanted
    engine.dispose()


def nightly(url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "tests.slow_night", "nowhere", "nightly", "--date", "2024-01-02"]
    variables = os.environ | {"AFLOS_DATABASE": url} | environment
    return subprocess.run(words, capture_output=True, text=True, env=variables, check=False, timeout=120)


def test_c7_a_clerk_who_keeps_the_database_is_named(
    scenario: Engine, database_url: str, wanted: Books
) -> None:
    """SQLite takes one writer at a time; on PostgreSQL nobody waits for a clerk."""
    with writing(scenario) as connection:
        connection.execute(
            text("INSERT INTO reading_log (what, reason, actor, read_at) VALUES ('a', 'b', 'c', 'd')")
        )
        run = nightly(database_url, AFLOS_LOCK_WAIT="1")
    if scenario.dialect.name == "sqlite":
        assert run.returncode == TEMPORARY_FAILURE, run.stderr
        assert f"locked by process {os.getpid()}" in run.stderr
        close_all(scenario)
    assert run.returncode in {TEMPORARY_FAILURE, DONE_WITH_EXCEPTIONS}
    assert books(scenario) == wanted


def damaged(path: Path, seed: int) -> None:
    """Overwrite some pages in the middle of a file."""
    rng = random.Random(seed)
    with path.open("r+b") as file:
        pages = path.stat().st_size // PAGE_SIZE
        for page in rng.sample(range(2, pages), pages // 2):
            file.seek(page * PAGE_SIZE)
            file.write(rng.randbytes(4096))


@pytest.mark.parametrize("seed", range(3))
def test_c11_a_damaged_file_is_not_worked_with(sqlite_url: str, seed: int) -> None:
    install_small(sqlite_url)
    damaged(Path(sqlite_url.removeprefix("sqlite:///")), seed)
    run = nightly(sqlite_url)
    assert run.returncode == VerificationFailed.exit_code, run.stderr
    assert "damaged" in run.stderr


def test_c11_the_last_good_date_is_named(scenario: Engine, database_url: str) -> None:
    close_all(scenario)
    with scenario.begin() as connection:
        if scenario.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER journal_no_update"))
        else:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE journal SET cents = cents + 1 WHERE business_date = 20240102"))
    with pytest.raises(NotSound, match=r"the last date that is good is 2024-01-01\."):
        close_all(scenario)
    run = nightly(database_url)
    assert run.returncode == VerificationFailed.exit_code


def test_c12_every_transaction_may_get_another_connection(scenario: Engine, wanted: Books) -> None:
    def taken_away(_driver: object, record: Any) -> None:  # noqa: ANN401 - of the pool
        record.invalidate()

    event.listen(scenario, "checkin", taken_away)
    close_all(scenario)
    event.remove(scenario, "checkin", taken_away)
    assert books(scenario) == wanted


@pytest.fixture
def impatient(postgresql_url: str) -> Iterator[Engine]:
    """A PostgreSQL database that ends every statement after a while."""
    install_small(postgresql_url)
    engine = open_database(postgresql_url)
    with engine.begin() as connection:
        name = make_url(postgresql_url).database
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET {limit} = '300ms'")
    engine.dispose()
    yield engine
    engine.dispose()


def test_c14_a_statement_that_is_ended_is_done_again(impatient: Engine, wanted: Books) -> None:
    slow = iter([True, False, True])

    def sleep(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM loan_state") and next(slow, False):
            connection.exec_driver_sql("SELECT pg_sleep(2)")

    event.listen(impatient, "before_cursor_execute", sleep)
    close_all(impatient)
    event.remove(impatient, "before_cursor_execute", sleep)
    assert next(slow, None) is None
    assert books(impatient) == wanted
