"""The migrations lead to the tables the program knows, from every step, with data kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

import migrations
from ledger.database import check_schema, open_database, reading, writing
from ledger.entry import EntryKind, Key
from ledger.errors import Misconfigured
from ledger.store import append, entries_of_loan, reverse
from ledger.tables import SCHEMA_REVISION, account, append_only_tables, journal
from migrations.draft import draft
from migrations.schema import whole_schema
from migrations.upgrade import current_revision, head_revision, upgrade
from tests.books import DAY, LOAN, interest
from tests.conftest import blank_postgresql

REVISIONS = sorted(
    script.revision for script in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()
)

_POSTGRESQL_PARTS = """
SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT pg_get_triggerdef(oid) || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without any table."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path}/blank.db", create=True)
        yield engine
        engine.dispose()
        return
    with blank_postgresql(request.getfixturevalue("postgresql_server")) as url:
        engine = open_database(url, create=True)
        yield engine
        engine.dispose()


def parts(connection: Connection) -> list[str]:
    """All that the database holds in tables, constraints, indexes and triggers, as it says them itself."""
    if connection.dialect.name == "postgresql":
        found = list(connection.execute(text(_POSTGRESQL_PARTS)).scalars())
    else:
        kept = text("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'")
        statements = "\n".join(connection.execute(kept).scalars())
        found = [line.strip(" ,") for line in statements.splitlines()]
    return sorted(line for line in found if line and "alembic_version" not in line)


def test_there_is_one_head_and_the_program_is_written_for_it() -> None:
    assert head_revision() == SCHEMA_REVISION
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS


def test_the_migrated_schema_is_the_one_of_the_program(shared_database: Engine) -> None:
    whole = whole_schema()
    rules = [rule for table in whole.tables.values() for rule in table.constraints]
    # What is only for the other engine is not missing here.
    other = {
        rule.name for rule in rules if rule.info.get("dialect") not in {None, shared_database.dialect.name}
    }
    with reading(shared_database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [
            step for step in compare_metadata(context, whole) if getattr(step[1], "name", None) not in other
        ]
    assert found == []


def test_every_rule_of_the_tables_is_migrated(request: pytest.FixtureRequest, blank: Engine) -> None:
    with writing(blank) as connection:
        whole_schema().create_all(connection)
        made = parts(connection)
    engine = open_database(request.getfixturevalue(f"shared_{blank.dialect.name}_url"))
    with reading(engine) as connection:
        migrated = parts(connection)
    engine.dispose()
    assert migrated == made


def test_the_migrations_are_what_the_tables_say() -> None:
    folder = Path(migrations.__file__).parent / "versions"
    for file in sorted(folder.glob("0*.py")):
        revision, package = file.stem.split("_")
        drafted = draft(revision, package)
        assert squeezed(file.read_text(encoding="utf-8")) == squeezed(drafted), f"{file.name}: draft it again"


def squeezed(code: str) -> str:
    return "".join(code.split()).replace('"', "'").replace(",)", ")")


def test_a_blank_database_is_refused_and_upgraded_once(blank: Engine) -> None:
    with reading(blank) as connection, pytest.raises(Misconfigured, match="aflos db upgrade"):
        check_schema(connection)
    assert current_revision(blank) is None
    assert upgrade(blank) == head_revision()
    with reading(blank) as connection:
        check_schema(connection)
        before = parts(connection)
    assert upgrade(blank) == head_revision()
    with reading(blank) as connection:
        assert parts(connection) == before


@pytest.mark.parametrize("revision", REVISIONS)
def test_data_of_every_version_is_kept(blank: Engine, revision: str) -> None:
    upgrade(blank, revision)
    with writing(blank) as connection:
        connection.execute(text("INSERT INTO creditor VALUES (1, 'almere', 'Almere', 'NL44TEST0340000001')"))
        for number in (1330, 8000):
            row = (10_000 + number, 1, number, "name", "naam", "B", "balance", False)
            connection.execute(insert(account).values(row))
        append(connection, [interest(1), interest(2)])
        reverse(connection, interest(1).key, Key(DAY, LOAN, EntryKind.REVERSAL, 1))
        before = connection.execute(select(journal)).all()
    assert upgrade(blank) == head_revision()
    with reading(blank) as connection:
        assert connection.execute(select(journal)).all() == before
        assert len(entries_of_loan(connection, LOAN)) == 3
    for table in append_only_tables():
        with writing(blank) as connection:
            assert guards(connection, table), table
    with pytest.raises(DBAPIError, match="only grows"), writing(blank) as connection:
        connection.execute(text("DELETE FROM journal"))


def guards(connection: Connection, table: str) -> list[str]:
    if connection.dialect.name == "sqlite":
        found = text("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = :table")
    else:
        found = text("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND tgenabled = 'A'")
    return list(connection.execute(found, {"table": table}).scalars())


def test_an_upgrade_that_stops_half_way_leaves_nothing(blank: Engine) -> None:
    class Stopped(Exception):
        """What ends the upgrade."""

    for last in (3, 12, 30):
        seen = iter(range(last))

        def stop(*_: object) -> None:
            if next(seen, None) is None:  # noqa: B023
                raise Stopped

        event.listen(blank, "before_cursor_execute", stop)
        with pytest.raises(Stopped):
            upgrade(blank)
        event.remove(blank, "before_cursor_execute", stop)
        assert inspect(blank).get_table_names() == []
    assert upgrade(blank) == head_revision()


def test_another_version_is_refused_by_name(database: Engine) -> None:
    for version, way_out in (("0000", "run aflos db upgrade"), ("9999", "install the newer Aflos")):
        with writing(database) as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :version"), {"version": version}
            )
        with pytest.raises(Misconfigured, match=f"has schema {version}, this Aflos needs .*: {way_out}"):
            open_database(database.url.render_as_string(hide_password=False))
    with pytest.raises(Misconfigured, match="has schema 9999"):
        upgrade(database)
