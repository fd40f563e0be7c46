"""J1 to J5: whatever is changed behind the program's back, `verify` finds and names it; on good books it finds nothing.

The attacker of these tests has the owner's rights: he drops the triggers first.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import URL, ColumnElement, Engine, delete, insert, make_url, select, update

from jobs.expected import WorkedDates, wrong_rows
from jobs.manifest import folder
from jobs.tables import business_day
from jobs.verify_dates import aside_in, closed_rows
from ledger.database import open_database, reading
from ledger.day import day_of
from ledger.entry import EntryKind, Key
from ledger.tables import day_total, journal
from servicing.tables import fact
from tests.chaos.clients import BEFORE, NIGHTS
from tests.chaos.scenario import SMALL, close_all, install_scenario
from tests.conftest import copied
from tests.tamper import SEED, all_of, found, other, row_is, sampled, tamper, without_triggers


@pytest.fixture(scope="module")
def closed_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a SQLite database of closed nights, and its manifests, to be copied."""
    place = tmp_path_factory.mktemp("closed")
    url = f"sqlite:///{shutil.copy(sqlite_template, place / 'aflos.db')}"
    close_scenario(url)
    return place


def close_scenario(url: str, seed: int = SEED) -> None:
    """The scenario with its nights closed."""
    install_scenario(url, seed, SMALL)
    engine = open_database(url)
    close_all(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def closed_postgresql(postgresql_server: URL, postgresql_template: URL) -> Iterator[URL]:
    """A PostgreSQL database of closed nights, with its manifests, to be copied."""
    with copied(postgresql_server, postgresql_template) as url:
        close_scenario(url)
        yield make_url(url)


@pytest.fixture
def closed(closed_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """Closed nights of this test's own, on SQLite, with the triggers dropped."""
    place = shutil.copytree(closed_sqlite, tmp_path / "copy")
    engine = open_database(f"sqlite:///{place / 'aflos.db'}")
    without_triggers(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def closed_anywhere(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Closed nights of this test's own, on each database, with the triggers dropped."""
    if request.param == "sqlite":
        yield request.getfixturevalue("closed")
        return
    template = request.getfixturevalue("closed_postgresql")
    with copied(request.getfixturevalue("postgresql_server"), template) as url:
        engine = open_database(url)
        manifests = folder(engine)
        shutil.copytree(manifests.with_name(f"{template.database}.manifests"), manifests)
        without_triggers(engine)
        yield engine
        engine.dispose()


def nights() -> ColumnElement[bool]:
    return journal.c.business_date > 20231230


def test_j1_no_false_alarm(closed_anywhere: Engine) -> None:
    assert found(closed_anywhere) == []


@pytest.mark.parametrize("seed", range(4))
def test_j1_every_night_can_be_worked_again_from_the_facts(sqlite_url: str, seed: int) -> None:
    close_scenario(sqlite_url, seed)
    engine = open_database(sqlite_url)
    assert found(engine) == []
    with reading(engine) as connection:
        rows = closed_rows(connection)
        aside = {day_of(row.day): aside_in(row.manifest) for row in rows}
        worked = WorkedDates(list(aside), aside)
        assert [one for day in aside for one in wrong_rows(connection, day, worked)] == []
    engine.dispose()


@pytest.mark.parametrize("column", [column.name for column in journal.columns])
def test_j1_a_changed_journal_row_is_found_with_date_and_entry(closed: Engine, column: str) -> None:
    with reading(closed) as connection:
        rows = sampled(connection, journal, nights())
    for row in rows:
        old = getattr(row, column)
        tamper(closed, update(journal).where(row_is(journal, row)).values({column: other(old)}))
        key = Key(day_of(row.business_date), row.loan, EntryKind(row.kind), row.nr).text()
        named = [
            one for one in found(closed) if one.business_date == day_of(row.business_date) and one.key == key
        ]
        assert named, f"{column} of {key}"
        changed = row._asdict() | {column: other(old)}
        back = all_of(column == changed[column.name] for column in journal.primary_key.columns)
        tamper(closed, update(journal).where(back).values({column: old}))
        assert found(closed) == []


@pytest.mark.parametrize("column", [column.name for column in fact.columns])
def test_j1_a_changed_fact_is_found_with_date_and_number(closed: Engine, column: str) -> None:
    with reading(closed) as connection:
        rows = sampled(connection, fact, fact.c.known_on > 20231230)
    for row in rows:
        old = getattr(row, column)
        tamper(closed, update(fact).where(row_is(fact, row)).values({column: other(old)}))
        named = [
            one
            for one in found(closed)
            if one.business_date == day_of(row.known_on)
            and one.loan == row.loan_id
            and f"fact {row.nr}" in one.what
        ]
        assert named, f"{column} of fact {row.loan_id}:{row.nr}"
        changed = row._asdict() | {column: other(old)}
        back = all_of(column == changed[column.name] for column in fact.primary_key.columns)
        tamper(closed, update(fact).where(back).values({column: old}))
        assert found(closed) == []


@pytest.mark.parametrize("column", [column.name for column in business_day.columns])
@pytest.mark.parametrize("day", [BEFORE, *NIGHTS])
def test_j1_a_changed_date_is_found(closed: Engine, column: str, day: date) -> None:
    number = int(day.strftime("%Y%m%d"))
    with reading(closed) as connection:
        (row,) = connection.execute(select(business_day).where(business_day.c.day == number))
    values = {"state": "started", "day": 20240105}
    changed = values.get(column, other(getattr(row, column)))
    tamper(closed, update(business_day).where(business_day.c.day == number).values({column: changed}))
    assert day in {one.business_date for one in found(closed)}


@pytest.mark.parametrize("column", [column.name for column in day_total.columns])
def test_j1_a_changed_total_is_found(closed: Engine, column: str) -> None:
    with reading(closed) as connection:
        rows = sampled(connection, day_total, day_total.c.business_date > 20231230, 1)
    for row in rows:
        changed = {"account": 12345, "business_date": 20240105}.get(column, other(getattr(row, column)))
        tamper(closed, update(day_total).where(row_is(day_total, row)).values({column: changed}))
        assert day_of(row.business_date) in {one.business_date for one in found(closed)}


def test_j1_a_changed_row_is_found_on_both_databases(closed_anywhere: Engine) -> None:
    with reading(closed_anywhere) as connection:
        (row,) = sampled(connection, journal, nights(), 1)
        (known,) = sampled(connection, fact, fact.c.known_on > 20231230, 1)
    tamper(
        closed_anywhere,
        update(journal).where(row_is(journal, row)).values(cents=row.cents + 1),
        update(fact).where(row_is(fact, known)).values(actor="somebody else"),
    )
    differences = found(closed_anywhere)
    key = Key(day_of(row.business_date), row.loan, EntryKind(row.kind), row.nr).text()
    assert key in {one.key for one in differences}
    assert known.loan_id in {one.loan for one in differences if f"fact {known.nr}" in one.what}


def test_j2_a_deleted_row_is_found(closed_anywhere: Engine) -> None:
    with reading(closed_anywhere) as connection:
        rows = sampled(connection, journal, nights())
    for row in rows:
        tamper(closed_anywhere, delete(journal).where(row_is(journal, row)))
        key = Key(day_of(row.business_date), row.loan, EntryKind(row.kind), row.nr).text()
        assert key in {one.key for one in found(closed_anywhere)}
        tamper(closed_anywhere, insert(journal).values(**row._asdict()))
    assert found(closed_anywhere) == []


def test_j2_an_inserted_row_is_found(closed_anywhere: Engine) -> None:
    with reading(closed_anywhere) as connection:
        (row,) = sampled(connection, journal, nights(), 1)
    new = row._asdict() | {"kind": int(EntryKind.MANUAL), "nr": 1, "line": 1, "cents": 12_345}
    tamper(closed_anywhere, insert(journal).values(**new))
    key = Key(day_of(row.business_date), row.loan, EntryKind.MANUAL, 1).text()
    assert key in {one.key for one in found(closed_anywhere)}


def test_j2_two_swapped_rows_are_found(closed: Engine) -> None:
    with reading(closed) as connection:
        one, two = sampled(connection, journal, nights() & (journal.c.kind == int(EntryKind.CUT_OFF)), 2)
    assert one.cents != two.cents
    tamper(
        closed,
        update(journal).where(row_is(journal, one)).values(cents=two.cents),
        update(journal).where(row_is(journal, two)).values(cents=one.cents),
    )
    named = {each.loan for each in found(closed) if each.key}
    assert {one.loan, two.loan} <= named


@pytest.mark.parametrize("nights_cut", [1, 2, 3])
def test_j2_truncation_is_found_by_what_is_kept_outside(closed: Engine, nights_cut: int) -> None:
    since = int(NIGHTS[-nights_cut].strftime("%Y%m%d"))
    tamper(
        closed,
        delete(journal).where(journal.c.business_date >= since),
        delete(day_total).where(day_total.c.business_date >= since),
        delete(business_day).where(business_day.c.day >= since),
        delete(fact).where(fact.c.known_on >= since),
    )
    named = {one.business_date for one in found(closed) if "does not have it as closed any more" in one.what}
    assert named == set(NIGHTS[-nights_cut:])


def test_j2_a_removed_fact_is_found(closed: Engine) -> None:
    with reading(closed) as connection:
        (row,) = sampled(connection, fact, fact.c.known_on > 20231230, 1)
    tamper(closed, delete(fact).where(row_is(fact, row)))
    assert (day_of(row.known_on), row.loan_id) in {(one.business_date, one.loan) for one in found(closed)}


def test_j3_yesterdays_copy_is_found(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    install_scenario(sqlite_url, SEED, SMALL)
    yesterday = shutil.copy(path, path.with_name("yesterday.db"))
    engine = open_database(sqlite_url)
    close_all(engine)
    engine.dispose()
    shutil.copy(yesterday, path)
    engine = open_database(sqlite_url)
    assert {one.business_date for one in found(engine)} == set(NIGHTS)
    # Closing them again gives the same books, as after a real loss of the disk.
    close_all(engine)
    assert found(engine) == []
    engine.dispose()
