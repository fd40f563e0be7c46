"""The database as a command uses it: opened, checked, and closed again; who was refused what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from backoffice.actor import actor
from backoffice.rights import check_right_somewhere
from jobs.business_dates import recorded
from jobs.garbage import keep_what_is_loaded
from ledger.database import check_schema, open_database, reading, writing
from servicing.decisions.store import log_refusal
from servicing.people import NotAllowed, Right
from servicing.store import Recorded


class Desk(NamedTuple):
    """A transaction that may write, and the stamp of whoever records in it."""

    connection: Connection
    by: Recorded


@contextmanager
def opened() -> Iterator[Engine]:
    """The database AFLOS_DATABASE names; raises `Misconfigured` where the schema is missing or another."""
    engine = open_database()
    keep_what_is_loaded()
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def looking() -> Iterator[Connection]:
    """One snapshot of the database, to read from, for somebody with a role."""
    with opened() as engine, refusals_kept(engine):
        check_right_somewhere(actor(), "see")
        with reading(engine) as connection:
            yield connection


@contextmanager
def recording(claimed: str | None = None, right: Right = "record") -> Iterator[Desk]:
    """One transaction in which the person at the keyboard records; kept as a whole or not at all."""
    name = actor(claimed)
    with opened() as engine, refusals_kept(engine):
        check_right_somewhere(name, right)
        with writing(engine) as connection:
            yield Desk(connection, recorded(connection, name))


@contextmanager
def refusals_kept(engine: Engine) -> Iterator[None]:
    """Keep who was refused what, after the transaction that was refused is undone."""
    try:
        yield
    except NotAllowed as refused:
        with writing(engine) as connection:
            check_schema(connection)
            by = recorded(connection, refused.account)
            log_refusal(connection, refused.what, str(refused), by)
        raise
