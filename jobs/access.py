"""How a run reaches the database: for good, or for a rehearsal of which nothing is kept."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine

from jobs import clock
from jobs.lease import LeaseHeld, LeaseLost, is_alive
from ledger.database import booking, open_database, reading, writing
from ledger.errors import IoFailed
from ledger.faults import classify

TRIES = 5
"""So often a unit is tried as a whole when the database, and not the unit, is at fault."""

LONGEST_TRYING_SECONDS = 20
FIRST_PAUSE_SECONDS = 0.1
PAUSE_GROWS = 4

REHEARSAL = ".rehearsal-"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Access:
    """The transactions of a run; in a rehearsal on PostgreSQL all of them lie inside one that is undone."""

    engine: Engine
    whole: Connection | None = None
    is_rehearsal: bool = False

    def writing(self) -> AbstractContextManager[Connection]:
        """A serialisable transaction: for what must fit with what people record."""
        return writing(self.engine) if self.whole is None else _inside(self.whole)

    def booking(self) -> AbstractContextManager[Connection]:
        """A transaction that writes what only the holder of the lease writes."""
        return booking(self.engine) if self.whole is None else _inside(self.whole)

    def reading(self) -> AbstractContextManager[Connection]:
        """One snapshot."""
        return reading(self.engine) if self.whole is None else nullcontext(self.whole)

    def read(self, query: Callable[[Connection], Result]) -> Result:
        """What a query finds in one snapshot, asked again after a lost connection."""

        def attempt() -> Result:
            with self.reading() as connection:
                return query(connection)

        return again(attempt)


def again(unit: Callable[[], Result], patience: int = LONGEST_TRYING_SECONDS) -> Result:
    """Do a unit that is one transaction; on a conflict or a lost connection again as a whole, a few times.

    Not again after `patience` seconds. Since it may have been kept although the answer was lost, a unit must find
    its own work done.
    """
    begun = clock.monotonic()
    for attempt in range(1, TRIES + 1):
        try:
            return unit()
        except (LeaseHeld, LeaseLost):
            raise
        except Exception as error:
            waited = clock.monotonic() - begun
            if classify(error) != "transient" or attempt == TRIES or waited > patience:
                raise
        pause = FIRST_PAUSE_SECONDS * PAUSE_GROWS ** (attempt - 1)
        time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter is no secret
    raise AssertionError("the loop returns or raises")


@contextmanager
def rehearsal(engine: Engine) -> Iterator[Access]:
    """Access to the database as it is now, of which nothing is kept."""
    if engine.dialect.name == "sqlite":
        with _copied(engine) as copy:
            yield Access(copy, is_rehearsal=True)
        return
    with writing(engine) as whole:
        yield Access(engine, whole, is_rehearsal=True)
        whole.rollback()


@contextmanager
def _inside(whole: Connection) -> Iterator[Connection]:
    with whole.begin_nested():
        yield whole


@contextmanager
def _copied(engine: Engine) -> Iterator[Engine]:
    """A copy of a SQLite database, beside it because it needs the same room and the same secrecy."""
    path = Path(engine.url.database or "")
    _remove_left_behind(path.parent)
    folder = path.parent / f"{REHEARSAL}{os.getpid()}"
    try:
        _copy(path, folder)
        copy = open_database(f"sqlite:///{folder / path.name}")
        yield copy
        copy.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(path: Path, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(folder / path.name)) as target:
            source.backup(target)
    except (OSError, sqlite3.Error) as error:
        raise IoFailed(f"{path.parent}: no copy to rehearse on could be made: {error}") from error


def _remove_left_behind(folder: Path) -> None:
    """Copies of rehearsals that were killed."""
    for found in folder.glob(f"{REHEARSAL}*"):
        process = found.name.removeprefix(REHEARSAL)
        if process.isdigit() and not is_alive(int(process)):
            shutil.rmtree(found, ignore_errors=True)
