"""What somebody with the owner's rights can do to a database behind the program's back, and what `verify` finds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, select, text

from jobs.difference import Difference
from jobs.manifest import folder
from jobs.verify import verify
from ledger.database import reading
from ledger.tables import append_only_tables

SEED = 20240229
SAMPLED_ROWS = 3


def without_triggers(engine: Engine) -> None:
    """What only the owner of the tables can do."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.exec_driver_sql(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).scalars()
            for name in list(names):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for name in append_only_tables():
                connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER ALL")


def found(engine: Engine) -> list[Difference]:
    """What verify finds."""
    with reading(engine) as connection:
        return verify(connection, folder(engine)).differences


def other(value: object) -> object:
    """Another value of the same type, one byte away where that is possible."""
    if isinstance(value, int):
        return value + 1000  # not a neighbour, whose place may be taken
    return f"{value[:-1]}{chr(ord(value[-1]) ^ 1)}" if isinstance(value, str) and value else "x"


def tamper(engine: Engine, *statements: Any) -> None:
    """Change something with foreign keys and CHECKs out of the way."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("PRAGMA ignore_check_constraints = ON")
        with connection.begin():
            for statement in statements:
                connection.execute(statement)
        connection.invalidate()


def row_is(table: Table, row: Any) -> Any:  # noqa: ANN401 - a row and a condition
    """The condition that holds for one row."""
    columns = table.primary_key.columns
    return text("1 = 1") if not columns else all_of(column == getattr(row, column.name) for column in columns)


def all_of(conditions: Iterator[Any]) -> Any:  # noqa: ANN401 - a condition
    first, *others = conditions
    for each in others:
        first &= each
    return first


def sampled(
    connection: Connection, table: Table, where: ColumnElement[bool], many: int = SAMPLED_ROWS
) -> Sequence[Any]:
    rows = connection.execute(select(table).where(where).order_by(*table.primary_key)).all()
    assert rows, f"nothing of {table.name} to change"
    return random.Random(SEED).sample(list(rows), min(many, len(rows)))
