"""C11 of the fault catalogue: the file of the database is looked through beside the work, before anything is kept."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, column, insert, select, table
from sqlalchemy.exc import IntegrityError

from jobs.access import Access
from jobs.business_dates import last_started
from jobs.soundness import NotSound, check_sound, looking_through
from jobs.tables import quarantine
from ledger.database import PAGE_SIZE, reading, writing
from ledger.errors import IoFailed
from servicing.tables import fact
from tests.bank_account import Account, paying
from tests.bank_desk import FIRST, INSTALMENT, START, drop, lines, open_books
from tests.nights import close_until

LOAN = 100_000_001

schema = table("sqlite_master", column("name"), column("rootpage"))


@pytest.fixture
def damaged(sqlite_database: Engine) -> Engine:
    """Books with a loan, in a file of which a page is overwritten that taking bank files does not need."""
    open_books(sqlite_database, 1)
    with reading(sqlite_database) as connection:
        query = select(schema.c.rootpage).where(schema.c.name == quarantine.name)
        page = connection.execute(query).scalar_one()
    sqlite_database.dispose()
    with Path(sqlite_database.url.database or "").open("r+b") as file:
        file.seek((page - 1) * PAGE_SIZE)
        file.write(b"7" * PAGE_SIZE)
    return sqlite_database


def started(engine: Engine) -> object:
    """The date that was begun last."""
    with reading(engine) as connection:
        return last_started(connection)


def test_c11_nothing_is_kept_before_the_file_is_looked_through(damaged: Engine) -> None:
    path = drop(damaged, "s.xml", Account(lines=[paying(LOAN, FIRST, INSTALMENT, "R1")]).statement())
    before = started(damaged)
    with pytest.raises(NotSound, match=rf"is damaged (?s:.*); the last date that is good is {START}\."):
        close_until(damaged, FIRST)
    assert (lines(damaged), path.exists(), started(damaged)) == (0, True, before)


def test_c11_what_damage_leads_to_is_told_as_damage(damaged: Engine) -> None:
    with (
        pytest.raises(NotSound, match="is damaged"),
        looking_through(Access(damaged)),
    ):
        raise IoFailed("a page that cannot be read")


def test_c11_rows_keep_to_their_rules_after_the_look(sqlite_database: Engine) -> None:
    open_books(sqlite_database, 1)
    check_sound(Access(sqlite_database))
    with ExitStack() as open_ones:
        several = [open_ones.enter_context(reading(sqlite_database)) for _ in range(4)]
        assert {settings(each) for each in several} == {(0, -65536)}
    with pytest.raises(IntegrityError, match="counts_from_one"), writing(sqlite_database) as connection:
        row = connection.execute(fact.select()).mappings().first()
        assert row is not None
        connection.execute(insert(fact).values(**{**row, "nr": 0, "key": "another"}))


def settings(connection: Connection) -> tuple[int, int]:
    """Whether rules of rows are passed over, and how many pages are kept in memory."""
    names = ("ignore_check_constraints", "cache_size")
    passed, pages = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names)
    return passed, pages
