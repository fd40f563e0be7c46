"""The quickest way into each database for many rows: executemany of tuples, or binary COPY."""

from __future__ import annotations

import json
from functools import cache
from itertools import chain
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
    from collections.abc import Iterable, Sequence

    from psycopg import Connection as PsycopgConnection
    from sqlalchemy import Column, ColumnElement

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
    values = [*chain.from_iterable(rows)]
    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        raise NotPlain(
            f"{table.name}: rows hold {', '.join(sorted(kind.__name__ for kind in kinds - _PLAIN))}"
        )
    if connection.dialect.name == "sqlite":
        _insert(connection, table.name, tuple(columns), values)
    else:
        _copy(connection, table, columns, rows)


def _insert(connection: Connection, table: str, columns: tuple[str, ...], values: Sequence[object]) -> None:
    """Insert the values of rows, many rows by one statement: a statement for each takes half as long again."""
    width = len(columns)
    many = width * ROWS_OF_STATEMENT
    end = len(values) // many * many
    for rows, start, stop in ((ROWS_OF_STATEMENT, 0, end), (1, end, len(values))):
        step = width * rows
        if start < stop:
            parts = [tuple(values[place : place + step]) for place in range(start, stop, step)]
            connection.exec_driver_sql(_statement(table, columns, rows), parts)


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
