"""What a failing database means: whose fault it is, and how to tell a person.

Known by the names the databases give their errors: SQLITE_BUSY and its like, and PostgreSQL's SQLSTATE.
"""

from __future__ import annotations

from typing import Literal

from ledger.errors import AflosError, Held, IoFailed, Misconfigured, VerificationFailed

Fault = Literal["business", "transient", "fatal"]
"""business: this loan's; transient: the same unit may simply run again; fatal: the run must stop."""

_Told = tuple[tuple[str, type[AflosError], str], ...]

_LOST = "lost"
"""The name we give an error of PostgreSQL's driver for which no server was left to give a state."""

_CLASSES: tuple[tuple[str, Fault], ...] = (
    ("SQLITE_BUSY", "transient"),
    ("SQLITE_LOCKED", "transient"),
    ("SQLITE_CONSTRAINT_TRIGGER", "fatal"),  # An append-only table was to be changed: a fault of the program.
    ("SQLITE_CONSTRAINT", "business"),
    ("SQLITE_MISMATCH", "business"),
    ("SQLITE_TOOBIG", "business"),
    ("SQLITE_RANGE", "business"),
    ("SQLITE", "fatal"),
    (_LOST, "transient"),
    ("08", "transient"),  # connection exceptions
    ("40", "transient"),  # serialisation failure 40001, deadlock 40P01
    ("55P03", "transient"),  # lock not available in time
    ("57014", "transient"),  # statement timeout
    ("25P03", "transient"),  # idle-in-transaction timeout
    ("57P", "transient"),  # shutdown and failover
    ("53300", "transient"),  # too many connections
    ("22", "business"),  # a value that does not fit
    ("23", "business"),  # a broken constraint
)
_TOLD: _Told = (
    ("SQLITE_BUSY", Held, "the database is locked"),
    ("SQLITE_LOCKED", Held, "the database is locked"),
    ("SQLITE_FULL", IoFailed, "the disk is full; the transaction was undone: make room and try again"),
    (
        "SQLITE_IOERR",
        IoFailed,
        "the disk failed, or is full; the transaction was undone: look at the disk first",
    ),
    ("SQLITE_READONLY", Misconfigured, "the database cannot be written"),
    ("SQLITE_CANTOPEN", Misconfigured, "the database cannot be opened"),
    ("SQLITE_PERM", Misconfigured, "the database may not be opened"),
    ("SQLITE_NOTADB", Misconfigured, "the file is not a database"),
    ("SQLITE_CORRUPT", VerificationFailed, "the database file is damaged; restore a backup"),
    (_LOST, Held, "the database cannot be reached"),
    ("08", Held, "the connection to the database was lost"),
    ("40", Held, "another transaction changed the same rows; try again"),
    ("55P03", Held, "the rows are locked"),
    ("57014", Held, "the database ended the statement"),
    ("25P03", Held, "the database ended an idle transaction"),
    ("57P", Held, "the database is shutting down"),
    ("53300", Held, "the database has no connection left"),
    ("53", IoFailed, "the database has no room left; the transaction was undone"),
    ("58", IoFailed, "the database's disk failed; the transaction was undone"),
    ("28", Misconfigured, "the database refuses this user"),
    ("3D000", Misconfigured, "there is no such database"),
    ("42501", Misconfigured, "this user may not do that in the database"),
    ("XX00", VerificationFailed, "the database is damaged; restore a backup"),
)


def classify(error: BaseException) -> Fault:
    """Whose fault an error is: the loan's, nobody's (run the unit again) or everybody's (stop the run)."""
    name = _name(error) or (_name(error.__cause__) if isinstance(error, AflosError) else "")
    if name:
        return "transient" if _is_journal_key(error) else _class_of(name)
    if isinstance(error, Held):
        return "transient"
    stopping = (IoFailed, Misconfigured, VerificationFailed, OSError, MemoryError)
    return "fatal" if isinstance(error, stopping) or not isinstance(error, Exception) else "business"


def told(error: BaseException) -> tuple[type[AflosError], str] | None:
    """The error class and words for a database error that a person can do something about, else nothing."""
    name = _name(error)
    found = next(((kind, words) for prefix, kind, words in _TOLD if name.startswith(prefix)), None)
    if found is not None and name == _LOST:
        return found[0], f"{found[1]}: {str(_driver_error(error)).splitlines()[0]}"
    return found


def _class_of(name: str) -> Fault:
    return next((fault for prefix, fault in _CLASSES if name.startswith(prefix)), "fatal")


def _driver_error(error: BaseException | None) -> object:
    """The driver's own error inside SQLAlchemy's, or the error itself."""
    return getattr(error, "orig", None) or error


def _name(error: BaseException | None) -> str:
    """What the database calls the error; empty if it does not come from a database."""
    found = _driver_error(error)
    if hasattr(found, "sqlstate"):
        is_lost = any(kind.__name__ == "OperationalError" for kind in type(found).__mro__)
        return found.sqlstate or (_LOST if is_lost else "unknown")
    return str(getattr(found, "sqlite_errorname", ""))


def _is_journal_key(error: BaseException) -> bool:
    """Whether another transaction just wrote the same journal key: run again, and `append` reads it back."""
    diagnosis = getattr(_driver_error(error), "diag", None)
    found = getattr(diagnosis, "sqlstate", None), getattr(diagnosis, "constraint_name", None)
    return found == ("23505", "pk_journal")
