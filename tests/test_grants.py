"""The role that runs the program on PostgreSQL can do its work, and cannot change the books."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, text

from ledger.database import classify, open_database, reading, writing
from ledger.errors import Misconfigured
from ledger.store import append, entries_of_loan
from migrations.grants import grant
from tests.books import LOAN, interest


@pytest.fixture
def clerk(postgresql_database: Engine) -> Iterator[Engine]:
    """The database as the program's own role sees it; something is booked."""
    make = "DO $$ BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    with writing(postgresql_database) as connection:
        connection.execute(text(make))
        append(connection, [interest(1)])
    grant(postgresql_database, "clerk")
    grant(postgresql_database, "clerk")
    url = make_url(postgresql_database.url).set(username="clerk")
    engine = open_database(url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET cents = 1",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "DROP TRIGGER journal_only_grows ON journal",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "SET session_replication_role = replica",
        "DROP TABLE journal",
        "DELETE FROM account",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_j4_the_program_has_no_right_to_change_the_books(clerk: Engine, statement: str) -> None:
    denied = r"permission denied|must be owner|may not do that"
    with pytest.raises(Exception, match=denied) as refused, writing(clerk) as connection:
        connection.execute(text(statement))
    assert classify(refused.value) == "fatal"
    with reading(clerk) as connection:
        assert entries_of_loan(connection, LOAN) == [interest(1)]


def test_the_program_can_do_its_work(clerk: Engine) -> None:
    with writing(clerk) as connection:
        assert append(connection, [interest(1), interest(2)]) == 1
        connection.execute(text("UPDATE creditor SET iban = iban"))
        connection.execute(text("DELETE FROM loan_state"))


def test_sqlite_has_no_roles(sqlite_database: Engine) -> None:
    with pytest.raises(Misconfigured, match="SQLite knows no roles"):
        grant(sqlite_database, "clerk")
