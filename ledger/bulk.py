"""The quickest way into each database and out of it for many rows: tuples of the driver, or binary COPY."""

from __future__ import annotations

import json
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Connection,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy.exc import DBAPIError

from ledger.errors import BadInput
from ledger.fault_points import reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection as PsycopgConnection
    from sqlalchemy import Column, ColumnElement, CursorResult, Select

_POSTGRESQL_TYPES = (
    (SmallInteger, "int2"),
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Text, "text"),
    (LargeBinary, "bytea"),
    (Boolean, "bool"),
)
_PLAIN = {int, str, bytes, type(None)}

ROWS_OF_STATEMENT = 200
"""Rows that one statement of SQLite inserts; it takes up to 32,766 values."""


ROWS_READ_AT_ONCE = 10_000
NOTHING_GIVEN: Mapping[str, int] = MappingProxyType({})


class NotPlain(BadInput):
    """Rows hold whole numbers, text, bytes and None; a float never comes near money."""


def among(connection: Connection, column: Column[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column holds one of these numbers: one parameter for however many, so the query stays the same.

    To name each by itself costs more than to look it up.
    """
    if connection.dialect.name == "sqlite":
        each = func.json_each(json.dumps([*numbers])).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(literal([*numbers], ARRAY(BigInteger)))


def append_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Add rows to a table inside the transaction that is open; all of them or, on an error, none.

    Raises `NotPlain` for a float, Decimal, date or bool, and SQLAlchemy's own errors for the database's.
    """
    if not rows:
        return
    # Many rows as one run of values: a statement for each row takes half as long again.
    runs = [
        tuple([*chain.from_iterable(rows[start : start + ROWS_OF_STATEMENT])])  # noqa: C409 - a third quicker
        for start in range(0, len(rows), ROWS_OF_STATEMENT)
    ]
    _refuse_others(table, runs)
    if connection.dialect.name == "sqlite":
        _insert(connection, table.name, tuple(columns), runs)
    else:
        _copy(connection, table, columns, rows)


def _refuse_others(table: Table, runs: Iterable[tuple[object, ...]]) -> None:
    kinds: set[type] = set()
    for run in runs:
        kinds.update(set(map(type, run)))
    if not kinds <= _PLAIN:
        raise NotPlain(
            f"{table.name}: rows hold {', '.join(sorted(kind.__name__ for kind in kinds - _PLAIN))}"
        )


def _insert(
    connection: Connection, table: str, columns: tuple[str, ...], runs: Sequence[tuple[object, ...]]
) -> None:
    """Insert runs of values, all but the last as long as one statement takes; of a shorter last one row by row."""
    width = len(columns)
    rest = runs[-1] if len(runs[-1]) < width * ROWS_OF_STATEMENT else ()
    rows = [rest[start : start + width] for start in range(0, len(rest), width)]
    for count, parts in ((ROWS_OF_STATEMENT, runs[:-1] if rest else runs), (1, rows)):
        if parts:
            connection.exec_driver_sql(_statement(table, columns, count), parts)


@cache
def _statement(table: str, columns: tuple[str, ...], rows: int) -> str:
    marks = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([marks] * rows)}"  # noqa: S608 (names of our own tables)


def _copy(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    import psycopg  # noqa: PLC0415 (the driver is loaded only where PostgreSQL is used)

    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    driver: PsycopgConnection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    reach(f"before copy to {table.name}")
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.set_types([_postgresql_type(table, column) for column in columns])
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error
    reach(f"after copy to {table.name}")


def _postgresql_type(table: Table, column: str) -> str:
    kind = table.c[column].type
    return next(name for known, name in _POSTGRESQL_TYPES if isinstance(kind, known))


def streamed_rows(
    connection: Connection, query: Select[Any], given: Mapping[str, int] = NOTHING_GIVEN
) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a query, never all of them in memory at once."""
    return connection.execute(query, given, execution_options={"yield_per": ROWS_READ_AT_ONCE})


def plain_rows(
    connection: Connection, query: Select[Any], given: Mapping[str, int] = NOTHING_GIVEN
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the driver gives them, where it does so one by one: quicker than `streamed_rows`."""
    if connection.dialect.name != "sqlite":
        yield from streamed_rows(connection, query, given)
        return
    # Not streamed: then SQLAlchemy reads the first rows ahead, and its cursor no longer has them.
    cursor = connection.execute(query, given).cursor
    assert cursor is not None
    while rows := cursor.fetchmany(ROWS_READ_AT_ONCE):
        yield from rows
