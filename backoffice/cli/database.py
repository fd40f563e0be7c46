"""The database as a command uses it: opened, checked, and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from backoffice.actor import actor
from jobs.business_dates import recorded
from ledger.database import open_database, reading, writing
from servicing.store import Recorded


class Desk(NamedTuple):
    """A transaction that may write, and the stamp of whoever records in it."""

    connection: Connection
    by: Recorded


@contextmanager
def opened() -> Iterator[Engine]:
    """The database AFLOS_DATABASE names; raises `Misconfigured` where the schema is missing or another."""
    engine = open_database()
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def looking() -> Iterator[Connection]:
    """One snapshot of the database, to read from."""
    with opened() as engine, reading(engine) as connection:
        yield connection


@contextmanager
def recording(claimed: str | None = None) -> Iterator[Desk]:
    """One transaction in which the person at the keyboard records; kept as a whole or not at all."""
    name = actor(claimed)
    with opened() as engine, writing(engine) as connection:
        yield Desk(connection, recorded(connection, name))
