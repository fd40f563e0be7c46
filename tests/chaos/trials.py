"""The kinds of trials: each disturbs a run, lets another finish it, and compares the books."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from ledger.database import open_database
from ledger.errors import Held
from tests.chaos.books import books
from tests.chaos.databases import Databases
from tests.chaos.harness import Countdown, at_boundaries, begin_child, ended, failing, in_child
from tests.chaos.scenario import NEVER, close_all

HELD = Held.exit_code
ALLOWED = {0, HELD}
RUNNERS = 3
STAGGER_SECONDS = 0.05
FAILING_SHARE = 0.1
RESTARTS = 5
LEASE_SECONDS = 1
BETWEEN_TRANSACTIONS = 0.8


class Compiled(dict[Any, Any]):
    """SQL that is written once for all trials on a kind of database: to write it anew takes a quarter of each."""

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - whatever SQLAlchemy puts in
        return super().get(_of_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:  # noqa: ANN401
        super().__setitem__(_of_kind(key), value)


def _of_kind(key: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """The key with the name of a dialect in the place of the dialect of one engine."""
    return (key[0].name, *key[1:])


_COMPILED = Compiled()


@dataclass(slots=True)
class Trials:
    """What a kind of trials did, and what went wrong, each with the words to repeat it."""

    name: str
    wanted: int
    done: int = 0
    disturbed: int = 0
    seconds: float = 0
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bench:
    """An engine's databases, the books of the undisturbed run and how many boundaries it has."""

    databases: Databases
    books: dict[str, str]
    boundaries: int
    kept: tuple[int, ...]

    def different(self, url: str) -> list[str]:
        """Finish what is open in this process; the parts of the books that are not those of the undisturbed run."""
        with opened(url) as engine:
            for _ in range(RESTARTS):
                try:
                    close_all(engine)
                    break
                except Held:
                    continue
            found = books(engine)
        return [name for name, value in self.books.items() if found[name] != value]


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine that is closed afterwards."""
    engine = open_database(url)
    engine = engine.execution_options(compiled_cache=_COMPILED)
    try:
        yield engine
    finally:
        engine.dispose()


def bench(databases: Databases) -> Bench:
    """The undisturbed run."""
    countdown = Countdown()
    with databases.fresh() as url, opened(url) as engine:
        with at_boundaries(engine, countdown):
            close_all(engine)
        return Bench(databases, books(engine), countdown.seen, tuple(countdown.kept))


def signalled(
    url: str, at: int, number: int = signal.SIGKILL, wait_seconds: float = 0, ahead: int = NEVER
) -> Callable[[], None]:
    """A run that sends itself a signal at a boundary."""

    def work() -> None:
        time.sleep(wait_seconds)
        with opened(url) as engine, at_boundaries(engine, Countdown(at, number)):
            close_all(engine, ahead=ahead)

    return work


def kill(on: Bench, trials: Trials, *at: int, ahead: int = NEVER) -> None:
    """Kill a run at a boundary, the run that recovers at another, and so on; then finish."""
    with on.databases.fresh() as url:
        codes = [in_child(signalled(url, place, ahead=ahead)) for place in at]
        trials.disturbed += codes.count(-signal.SIGKILL)
        note(trials, f"killed at {at}", on.different(url), set(codes) - ALLOWED - {-signal.SIGKILL})


def race(on: Bench, trials: Trials, rng: random.Random) -> None:
    """Three runners at once; in half of the trials one is killed."""
    victim = rng.randrange(RUNNERS) if rng.random() < 0.5 else -1
    at = [rng.randint(1, on.boundaries) if runner == victim else 0 for runner in range(RUNNERS)]
    stagger = [rng.uniform(0, STAGGER_SECONDS) for _ in range(RUNNERS)]
    with on.databases.fresh() as url:
        runners = [
            begin_child(signalled(url, place, wait_seconds=wait))
            for place, wait in zip(at, stagger, strict=True)
        ]
        codes = [ended(runner) for runner in runners]
        trials.disturbed += HELD in codes
        strange = set(codes) - ALLOWED - ({-signal.SIGKILL} if victim >= 0 else set())
        note(trials, f"runners killed at {at}", on.different(url), strange)


def err(on: Bench, trials: Trials, rng: random.Random) -> None:
    """A tenth of all transactions fail with a transient error."""
    seed = rng.randrange(2**32)
    with on.databases.fresh() as url:
        with opened(url) as engine, failing(engine, FAILING_SHARE, seed) as injected:
            for _ in range(RESTARTS):
                try:
                    close_all(engine)
                    break
                except Held:
                    continue
        trials.disturbed += len(injected)
        note(trials, f"errors with seed {seed}", on.different(url), set())


def stop(on: Bench, trials: Trials, rng: random.Random) -> None:
    """A run is stopped, its lease expires, another takes over; then the first goes on and may not commit.

    Who is stopped in a transaction of SQLite keeps its lock; nobody can take over until the process is ended.
    """
    is_between = on.databases.name == "SQLite" and rng.random() < BETWEEN_TRANSACTIONS
    at = rng.choice(on.kept) if is_between else rng.randint(1, on.boundaries)
    with on.databases.fresh() as url:
        os.environ["AFLOS_LEASE_SECONDS"] = str(LEASE_SECONDS)
        zombie = begin_child(signalled(url, at, signal.SIGSTOP))
        _, status = os.waitpid(zombie, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            note(trials, f"stopped at {at}: ended before", on.different(url), set())
            return
        time.sleep(LEASE_SECONDS * 1.1)
        os.environ["AFLOS_LOCK_WAIT"] = "1"
        other = in_child(signalled(url, 0))
        os.kill(zombie, signal.SIGCONT)
        code = ended(zombie)
        trials.disturbed += other == 0
        note(
            trials,
            f"stopped at {at}, other {other}, zombie {code}",
            on.different(url),
            {other, code} - ALLOWED,
        )
        del os.environ["AFLOS_LOCK_WAIT"], os.environ["AFLOS_LEASE_SECONDS"]


def note(trials: Trials, what: str, different: list[str], strange: set[int]) -> None:
    """Count a trial and keep what went wrong in it."""
    trials.done += 1
    if different or strange:
        trials.differences.append(f"{what}: differs in {different}, exit codes {sorted(strange)}")
