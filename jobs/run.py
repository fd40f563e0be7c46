"""A run of the night: how it is done, how it reaches the database, and the lease it holds meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection

from jobs.access import Access, again
from jobs.lease import Lease, new_claim, release, renew, share, take
from jobs.manifest import Manifest

DEFAULT_CHUNK = 10_000
MOST_CATCH_UP_DAYS = 45
"""More open dates than this need a word from a person (a wrong clock must not close years)."""

PATIENCE_TO_BEGIN = 1
"""A run that finds the database locked for longer than the usual wait leaves at once and says who holds it."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done; nothing here changes what it books.

    So many loans as `ahead` are worth a process that decides ahead of the one that writes.
    """

    arrears_limits: tuple[int, ...]
    chunk: int = DEFAULT_CHUNK
    confirm_days: int = MOST_CATCH_UP_DAYS
    progress: Callable[[date, int, int], None] = lambda _day, _done, _all: None
    stop_asked: Callable[[], bool] = lambda: False
    closed: Callable[[Manifest], None] = lambda _manifest: None
    workers: int = 1
    ahead: int = 2 * DEFAULT_CHUNK
    waiting: Callable[[Sequence[tuple[str, str]]], None] = lambda _files: None


@dataclass(frozen=True, slots=True)
class Run:
    """A run that holds the lease; in `shared` ones several processes work at the same time.

    `looked` is asked before each commit: it waits for the look through the database, and raises what that found.
    """

    access: Access
    held: Lease
    options: Options
    shared: bool = False
    looked: Callable[[], None] = lambda: None

    def write(self, unit: Callable[[Connection], Result]) -> Result:
        """A unit in one transaction that fits with what people record, tried again as a whole if need be."""

        def attempt() -> Result:
            with self.access.writing() as connection:
                renew(connection, self.held)
                return self._sound(unit(connection))

        return again(attempt)

    def book(self, unit: Callable[[Connection], Result]) -> Result:
        """A unit in one transaction that only reads and writes what the night writes, and facts known for long."""

        def attempt() -> Result:
            with self.access.booking() as connection:
                (share if self.shared else renew)(connection, self.held)
                return self._sound(unit(connection))

        return again(attempt)

    def _sound(self, done: Result) -> Result:
        self.looked()
        return done

    def beat(self) -> None:
        """Show that the run is alive; raises `LeaseLost`."""

        def attempt() -> None:
            with self.access.booking() as connection:
                renew(connection, self.held)

        again(attempt)


@contextmanager
def begun(access: Access, options: Options) -> Iterator[Run]:
    """Hold the lease for a run; raises `LeaseHeld` naming who has it."""
    claim = new_claim()

    def attempt() -> Lease:
        with access.writing() as connection:
            return take(connection, claim)

    held = again(attempt, PATIENCE_TO_BEGIN)
    try:
        yield Run(access, held, options)
    finally:
        # What went wrong before counts; a lease not given back is free once this process has ended.
        with suppress(Exception), access.writing() as connection:
            release(connection, held)
