"""Counts the places where a run writes or commits, and kills, stops or fails it there, in a child process.

A boundary lies before and after every statement that writes, every COPY and every commit. Nothing here knows
what a night is.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from ledger.errors import AflosError
from ledger.fault_points import watched

_WRITES = {"INSERT", "UPDATE", "DELETE", "CREATE", "COPY"}

KEPT = "kept"
"""The kind of boundary after a commit, at which a run holds no lock of the database."""

AtBoundary = Callable[[str], None]


@dataclass(slots=True)
class Countdown:
    """Counts boundaries and at number `at` (0: never) sends this process a signal."""

    at: int = 0
    number: int = signal.SIGKILL
    seen: int = 0
    kept: list[int] = field(default_factory=list)

    def __call__(self, kind: str) -> None:
        self.seen += 1
        if kind == KEPT:
            self.kept.append(self.seen)
        if self.seen == self.at:
            os.kill(os.getpid(), self.number)


@contextmanager
def at_boundaries(engine: Engine, reached: AtBoundary) -> Iterator[None]:
    """Call a function at every boundary of what goes through an engine."""
    committing: list[bool] = []

    def execute(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(maxsplit=1)[0].upper() in _WRITES:
            reached("write")

    def commit(_connection: Connection) -> None:
        committing.append(True)
        reached("commit")

    def given_back(*_: object) -> None:
        # A connection goes back to the pool right after its commit.
        if committing:
            committing.clear()
            reached(KEPT)

    listened: list[tuple[str, Callable[..., Any]]] = [
        ("before_cursor_execute", execute),
        ("after_cursor_execute", execute),
        ("commit", commit),
        ("checkin", given_back),
    ]
    for name, listener in listened:
        event.listen(engine, name, listener)
    with watched(reached):
        yield
    for name, listener in listened:
        event.remove(engine, name, listener)


@contextmanager
def failing(engine: Engine, share: float, seed: int) -> Iterator[list[str]]:
    """Let a share of all transactions fail at a write or at their commit, with the database's own transient error."""
    rng = random.Random(seed)
    injected: list[str] = []
    left = 0

    def begin(_connection: Connection) -> None:
        nonlocal left
        left = rng.randint(1, 4) if rng.random() < share else 0

    def write(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(maxsplit=1)[0].upper() in _WRITES:
            count(connection)

    def count(connection: Connection) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            injected.append("transient")
            conflict(connection)

    listened: list[tuple[str, Callable[..., Any]]] = [
        ("begin", begin),
        ("before_cursor_execute", write),
        ("commit", count),
    ]
    for name, listener in listened:
        event.listen(engine, name, listener)
    yield injected
    for name, listener in listened:
        event.remove(engine, name, listener)


def conflict(connection: Connection, state: str = "40001") -> None:
    """Raise what a database raises when the transaction must be tried again, with the same aftermath."""
    driver: Any = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorname = "SQLITE_BUSY"
        raise busy
    driver.execute(f"DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{state}'; END $$")


def begin_child(work: Callable[[], None]) -> int:
    """Fork a child that does some work and ends with its exit code; its process number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except AflosError as error:
        code = error.exit_code
    except BaseException:  # noqa: BLE001 - a child never returns into the parent's code
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a child; its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_child(work: Callable[[], None]) -> int:
    """Do some work in a child process; its exit code, or minus the signal that ended it."""
    return ended(begin_child(work))
