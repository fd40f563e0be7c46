"""What a failing database means: whose fault it is, and how to tell a person."""

from __future__ import annotations

import sqlite3
from typing import Literal

from sqlalchemy.exc import DBAPIError, InterfaceError

from ledger.errors import AflosError, Held, IoFailed, Misconfigured, VerificationFailed

Fault = Literal["business", "transient", "fatal"]
"""business: this loan's; transient: the same unit may simply run again; fatal: the run must stop."""

APPEND_ONLY_REFUSED = "AF001"
"""The SQLSTATE with which our PostgreSQL triggers refuse UPDATE, DELETE and TRUNCATE."""

# Conflict, deadlock, lock not available, statement and idle timeouts, shutdown, too many connections.
_POSTGRESQL_TRANSIENT = ("40", "08", "55P03", "57014", "25P03", "57P", "53300")
# Broken constraints and values that do not fit belong to one loan; the journal's key is the exception, below.
_POSTGRESQL_BUSINESS = ("22", "23")
_SQLITE_TRANSIENT = ("SQLITE_BUSY", "SQLITE_LOCKED")
_SQLITE_BUSINESS = ("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE")

_SQLITE_TOLD: tuple[tuple[str, type[AflosError], str], ...] = (
    ("SQLITE_BUSY", Held, "the database is locked"),
    ("SQLITE_LOCKED", Held, "the database is locked"),
    ("SQLITE_FULL", IoFailed, "the disk is full; the transaction was undone"),
    ("SQLITE_IOERR", IoFailed, "the disk failed; the transaction was undone"),
    ("SQLITE_READONLY", Misconfigured, "the database cannot be written"),
    ("SQLITE_CANTOPEN", Misconfigured, "the database cannot be opened"),
    ("SQLITE_PERM", Misconfigured, "the database may not be opened"),
    ("SQLITE_CORRUPT", VerificationFailed, "the database file is damaged; restore a backup"),
    ("SQLITE_NOTADB", Misconfigured, "the file is not a database"),
)
_POSTGRESQL_TOLD: tuple[tuple[str, type[AflosError], str], ...] = (
    ("40", Held, "another transaction changed the same rows; try again"),
    ("55P03", Held, "the rows are locked"),
    ("57014", Held, "the database ended the statement"),
    ("25P03", Held, "the database ended an idle transaction"),
    ("53300", Held, "the database has no connection left"),
    ("57P", Held, "the database is shutting down"),
    ("08", Held, "the connection to the database was lost"),
    ("53", IoFailed, "the database has no room left; the transaction was undone"),
    ("58", IoFailed, "the database's disk failed; the transaction was undone"),
    ("28", Misconfigured, "the database refuses this user"),
    ("3D000", Misconfigured, "there is no such database"),
    ("42501", Misconfigured, "this user may not do that in the database"),
    ("XX00", VerificationFailed, "the database is damaged; restore a backup"),
)


def classify(error: BaseException) -> Fault:
    """Whose fault an error is: the loan's, nobody's (run the unit again) or everybody's (stop the run)."""
    cause = error.__cause__
    if isinstance(error, AflosError) and isinstance(cause, DBAPIError | sqlite3.Error):
        return classify(cause)
    if isinstance(error, Held):
        return "transient"
    if isinstance(error, IoFailed | Misconfigured | VerificationFailed):
        return "fatal"
    driver_error = driver_error_of(error)
    if isinstance(driver_error, sqlite3.Error):
        return _classify_sqlite(driver_error)
    if hasattr(driver_error, "sqlstate"):
        return _classify_postgresql(driver_error)
    if isinstance(error, DBAPIError | OSError | MemoryError) or not isinstance(error, Exception):
        return "fatal"
    return "business"


def driver_error_of(error: BaseException) -> BaseException:
    """The driver's own error inside SQLAlchemy's, or the error itself."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig
    return error


def told(error: BaseException) -> tuple[type[AflosError], str] | None:
    """The error class and words for a database error that a person can do something about, else nothing."""
    driver_error = driver_error_of(error)
    if isinstance(driver_error, sqlite3.Error):
        return _first(_SQLITE_TOLD, _sqlite_name(driver_error))
    state = getattr(driver_error, "sqlstate", None)
    if state is not None:
        return _first(_POSTGRESQL_TOLD, state)
    if is_lost_connection(driver_error):
        return Held, "the connection to the database was lost"
    return None


def is_lost_connection(driver_error: BaseException) -> bool:
    """Whether PostgreSQL's driver lost its server: an operational error to which no server gave a state."""
    kinds = {kind.__name__ for kind in type(driver_error).__mro__}
    named = hasattr(driver_error, "sqlstate") and driver_error.sqlstate is None
    return named and bool(kinds & {"OperationalError", InterfaceError.__name__})


def _first(
    table: tuple[tuple[str, type[AflosError], str], ...], name: str
) -> tuple[type[AflosError], str] | None:
    return next(((kind, words) for prefix, kind, words in table if name.startswith(prefix)), None)


def _sqlite_name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", None) or "")


def _classify_sqlite(error: sqlite3.Error) -> Fault:
    name = _sqlite_name(error)
    if name == "SQLITE_CONSTRAINT_TRIGGER":  # An append-only table was to be changed: a fault of the program.
        return "fatal"
    if name.startswith(_SQLITE_TRANSIENT):
        return "transient"
    return (
        "business" if name.startswith(_SQLITE_BUSINESS) or isinstance(error, sqlite3.DataError) else "fatal"
    )


def _classify_postgresql(error: BaseException) -> Fault:
    state = getattr(error, "sqlstate", None)
    if state is None:
        return "transient" if is_lost_connection(error) else "fatal"
    if state.startswith(_POSTGRESQL_TRANSIENT) or _is_journal_key(error, state):
        return "transient"
    return "business" if state.startswith(_POSTGRESQL_BUSINESS) else "fatal"


def _is_journal_key(error: BaseException, state: str) -> bool:
    """Whether another transaction just wrote the same journal key: run again, and `append` reads it back."""
    diagnosis = getattr(error, "diag", None)
    return state == "23505" and getattr(diagnosis, "constraint_name", None) == "pk_journal"
