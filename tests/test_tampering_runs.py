"""J1, J2, J3: runs of collections and refunds that a night found are not changed or taken out unseen."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from jobs.closing import OtherSeal
from jobs.manifest import folder
from jobs.runs_kept import runs_gone
from jobs.tables import business_day
from ledger.database import open_database, reading, writing
from ledger.day import number_of
from servicing.collecting.released import Collected, Run
from servicing.collecting.store import add_run
from servicing.collecting.tables import collection, collection_run
from servicing.facts import Draft, FactKind
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loan, tell
from tests.tamper import found, tamper, without_triggers

DAY = at("2024-01-10")
LOAN = 100000001
MANDATE = Draft(
    LOAN,
    FactKind.MANDATE,
    DAY,
    "M-1",
    data={"iban": "NL17TEST0340000002", "name": "S. Celik", "document": "scan 17"},
)


@pytest.fixture
def books(database: Engine) -> Engine:
    """A loan of which an instalment was released to be collected on each of two days, each night closed."""
    begin(database)
    for days in (0, 1):
        release(database, days + 1)
        close_until(database, DAY + timedelta(days))
    without_triggers(database)
    assert told(database) == []
    return database


def begin(engine: Engine) -> None:
    begin_on(engine, DAY)
    assert new_loan(engine, PLAIN_TERMS, known=DAY) == LOAN
    tell(engine, DAY, MANDATE)


def release(engine: Engine, number: int) -> None:
    message, moment, due = f"INC-0001-{number:06}", "2024-01-10T10:00:00", 20240101 + number * 100
    run = Run(number, 1, message, "a", "b", "c", 1, 50691, moment, "x", "one", "two", moment)
    row = (LOAN, due, number, f"INC-{LOAN}-{due}", f"{message}-001", 50691, due, 3, "FRST")
    with writing(engine) as connection:
        add_run(connection, run, [Collected(*row)])


def told(engine: Engine) -> list[tuple[str, str]]:
    return [(str(one.business_date), one.what) for one in found(engine)]


def test_j2_the_last_run_is_not_taken_out_unseen(books: Engine) -> None:
    tamper(
        books,
        delete(collection).where(collection.c.run_id == 2),
        delete(collection_run).where(collection_run.c.id == 2),
    )
    assert told(books) == [("2024-01-11", "collection_run: runs 2 to 2 were changed, added or removed since")]


def test_j1_each_column_of_a_run_is_held(books: Engine) -> None:
    for table, name in ((collection_run, "sha256"), (collection_run, "actor"), (collection, "block_id")):
        number = collection.c.run_id if table is collection else collection_run.c.id
        before = select(table.c[name]).where(number == 1)
        with reading(books) as connection:
            old = connection.execute(before).scalar_one()
        tamper(books, update(table).where(number == 1).values({name: "y"}))
        what = "collection_run: runs 1 to 1 were changed, added or removed since"
        assert told(books) == [("2024-01-10", what)], name
        tamper(books, update(table).where(number == 1).values({name: old}))
    assert told(books) == []


def test_j2_a_run_is_not_put_between(books: Engine) -> None:
    with reading(books) as connection:
        row = connection.execute(select(collection).where(collection.c.run_id == 2)).one()._asdict()
    tamper(books, insert(collection).values(row | {"end_to_end": "other", "attempt": 2}))
    assert ("2024-01-11", "collection_run: runs 2 to 2 were changed, added or removed since") in told(books)


def test_what_is_released_since_the_last_night_is_no_difference(books: Engine) -> None:
    release(books, 3)
    assert told(books) == []


def test_j1_what_a_manifest_says_of_runs_may_be_anything(books: Engine) -> None:
    here = business_day.c.day == number_of(DAY + timedelta(1))
    with reading(books) as connection:
        manifest = json.loads(connection.execute(select(business_day.c.manifest).where(here)).scalar_one())
    wrong: tuple[Any, ...] = (
        7,
        {"collection_run": 7},
        {"collection_run": {"last": 10**30}},
        {"collection_run": {"last": 1, "digest": ""}},
        {"collection_run": {"last": 9, "digest": None}},
    )
    for runs in wrong:
        content = json.dumps(manifest | {"runs": runs})
        tamper(books, update(business_day).where(here).values(manifest=content))
        assert ("2024-01-11", "the manifest kept outside the database says otherwise: runs") in told(books)


def test_j3_an_older_copy_without_a_run_is_not_closed(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    engine = open_database(sqlite_url)
    begin(engine)
    close_until(engine, DAY)
    engine.dispose()
    old, next_day = path.read_bytes(), DAY + timedelta(1)
    release(engine, 1)
    (then,) = close_until(engine, next_day)
    engine.dispose()
    path.write_bytes(old)
    gone = r"found collection_run 1 to 1, which this database does not have.*would go once more"
    with pytest.raises(OtherSeal, match=gone):
        close_until(engine, next_day)
    release(engine, 1)
    assert close_until(engine, next_day)[0]["seal"] == then["seal"]
    with reading(engine) as connection:
        kept = json.loads((folder(engine) / f"{next_day}.json").read_text())["runs"]
        assert list(runs_gone(connection, kept)) == []
    engine.dispose()
