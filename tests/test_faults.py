"""Whose fault an error is, shown with errors that the databases really give."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import URL, Connection, Engine, insert, make_url, text
from sqlalchemy.exc import DBAPIError

from ledger.database import Fault, classify, open_database, writing
from ledger.entry import KeyReused
from ledger.errors import AflosError, BadInput, Held, IoFailed, Misconfigured
from ledger.store import append
from ledger.tables import journal
from tests.books import ROW, interest

RAISE = """
CREATE FUNCTION fail(state text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = state; END $$
"""


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ZeroDivisionError(), "business"),
        (BadInput("a rate without a value"), "business"),
        (OverflowError(), "business"),
        (KeyReused("booked as"), "fatal"),
        (IoFailed("disk"), "fatal"),
        (Misconfigured("schema"), "fatal"),
        (Held("locked"), "transient"),
        (OSError(), "fatal"),
        (MemoryError(), "fatal"),
        (KeyboardInterrupt(), "fatal"),
        (SystemExit(), "fatal"),
    ],
)
def test_errors_of_the_program(error: BaseException, fault: Fault) -> None:
    assert classify(error) == fault


@pytest.mark.parametrize(
    ("state", "fault", "kind"),
    [
        ("40001", "transient", Held),  # C3: serialisation failure
        ("40P01", "transient", Held),  # C3: deadlock
        ("55P03", "transient", Held),
        ("57014", "transient", Held),  # C14: statement timeout
        ("25P03", "transient", Held),  # C14: idle in transaction
        ("57P01", "transient", Held),  # C2: shut down
        ("57P03", "transient", Held),
        ("08006", "transient", Held),
        ("53300", "transient", Held),
        ("53100", "fatal", IoFailed),  # C5: disk full
        ("58030", "fatal", IoFailed),
        ("42501", "fatal", Misconfigured),
        ("23514", "business", DBAPIError),
        ("22003", "business", DBAPIError),
        ("42P01", "fatal", DBAPIError),
        ("AF001", "fatal", DBAPIError),
    ],
)
def test_errors_of_postgresql(
    postgresql_database: Engine, state: str, fault: Fault, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as raised, writing(postgresql_database) as connection:
        connection.execute(text(RAISE))
        connection.execute(text("SELECT fail(:state)"), {"state": state})
    assert classify(raised.value) == fault
    if isinstance(raised.value, AflosError):
        assert raised.value.__cause__ is not None
        assert classify(raised.value.__cause__) == fault


def test_c1_a_lost_connection_is_transient_and_the_next_one_works(postgresql_database: Engine) -> None:
    with pytest.raises(Held) as raised, writing(postgresql_database) as connection:
        append(connection, [interest()])
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert classify(raised.value) == "transient"
    with writing(postgresql_database) as connection:
        assert append(connection, [interest()]) == 1


def test_c14_a_real_statement_timeout(postgresql_database: Engine) -> None:
    with (
        pytest.raises(Held, match="ended the statement") as raised,
        writing(postgresql_database) as connection,
    ):
        connection.execute(text("SET LOCAL statement_timeout = 50"))
        connection.execute(text("SELECT pg_sleep(5)"))
    assert classify(raised.value) == "transient"


def test_c7_a_row_lock_is_waited_for_a_bounded_time(postgresql_url: str) -> None:
    engine = open_database(postgresql_url, wait_seconds=1)
    lock = text("SELECT id FROM creditor WHERE id = 1 FOR UPDATE")
    with writing(engine) as connection:
        connection.execute(lock)
        with pytest.raises(Held, match="the rows are locked"), writing(engine) as other:
            other.execute(lock)
    engine.dispose()


def test_c12_nothing_stays_in_the_session(postgresql_database: Engine) -> None:
    shown = text("SELECT current_setting('lock_timeout') || current_setting('default_transaction_isolation')")
    with writing(postgresql_database) as connection:
        for _ in range(10):
            connection.execute(text("SELECT count(*) FROM journal"))
    with postgresql_database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.execute(shown.text).fetchone() == ("0read committed",)
        assert driver.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_c3_what_does_not_fit_in_a_row_is_refused(postgresql_database: Engine) -> None:
    """Each reads what the other writes: one has to run again."""

    def look_and_book(connection: Connection, nr: int) -> None:
        connection.execute(text("SELECT sum(cents) FROM journal")).scalar()
        connection.execute(insert(journal), [ROW | {"nr": nr}])

    with pytest.raises(Held, match="changed the same rows") as raised, writing(postgresql_database) as first:
        look_and_book(first, 1)
        with writing(postgresql_database) as second:
            look_and_book(second, 2)
    assert classify(raised.value) == "transient"


def test_c4_two_who_book_the_same_entry_book_it_once(postgresql_database: Engine) -> None:
    faults: list[Fault] = []
    begun = threading.Barrier(2)

    def book() -> None:
        try:
            with writing(postgresql_database) as connection:
                append(connection, [])
                begun.wait()
                append(connection, [interest()])
        except (DBAPIError, AflosError) as error:
            faults.append(classify(error))
            with writing(postgresql_database) as connection:
                assert append(connection, [interest()]) == 0

    run_twice(book)
    assert faults == ["transient"]


def run_twice(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(Held, match="cannot be reached") as raised:
        url = URL.create("postgresql", "aflos", "hidden", "127.0.0.1", 1, "aflos")
        open_database(url.render_as_string(hide_password=False), wait_seconds=1)
    assert "hidden" not in str(raised.value)
    assert classify(raised.value) == "transient"


def test_a_database_that_is_not_there_is_named(postgresql_url: str) -> None:
    url = make_url(postgresql_url).set(database="elsewhere").render_as_string(hide_password=False)
    with pytest.raises(Held, match='database "elsewhere" does not exist'):
        open_database(url)
