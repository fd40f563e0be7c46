"""The floor: the database itself inserts the very rows a night books, from a table, in one statement.

The journal is the real one, with its keys, indexes, constraints, triggers and history. No program that keeps its
books in this database can be quicker than this.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date

from sqlalchemy import BigInteger, Column, Engine, Integer, SmallInteger, select

from ledger.bulk import append_rows
from ledger.database import reading, writing
from ledger.day import number_of
from ledger.seal import JOURNAL_COLUMNS
from ledger.tables import journal, new_table

Rows = Sequence[tuple[int, ...]]

_TYPES = {
    "loan": BigInteger,
    "cents": BigInteger,
    "fact": BigInteger,
    "kind": SmallInteger,
    "line": SmallInteger,
}


def rows_of_night(engine: Engine, night: date) -> Rows:
    """The journal rows that a night has booked, in the order of their keys."""
    query = select(*(journal.c[name] for name in JOURNAL_COLUMNS))
    query = query.where(journal.c.business_date == number_of(night)).order_by(*journal.primary_key)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query)]


def keep_rows(engine: Engine, table: str, rows: Rows) -> None:
    """Put rows in a table of their own, so that the database can take them from there."""
    columns = (Column(name, _TYPES.get(name, Integer), nullable=False) for name in JOURNAL_COLUMNS)
    source = new_table(table, *columns)
    with writing(engine) as connection:
        source.create(connection)
        append_rows(connection, source, JOURNAL_COLUMNS, rows)


def measure(engine: Engine, table: str) -> float:
    """Seconds the database takes to book the rows of a table, commit included."""
    names = ", ".join(JOURNAL_COLUMNS)
    begun = time.perf_counter()
    with writing(engine) as connection:
        connection.exec_driver_sql(f"INSERT INTO journal ({names}) SELECT {names} FROM {table}")
    return time.perf_counter() - begun
