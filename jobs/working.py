"""The work of one business date: the short lane first, then the loans that need the full function, chunk by chunk."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine

from jobs.chunk import Night, work_chunk
from jobs.lease import Lease, renew
from jobs.manifest import Manifest
from jobs.short_night import work_short_chunk
from jobs.work_list import chunks_of, loans_apart, loans_to_work, short_loans
from ledger.database import reading, writing
from ledger.errors import Held, StoppedByThreshold
from ledger.faults import classify

DEFAULT_CHUNK = 10_000
MOST_CATCH_UP_DAYS = 45
"""More open dates than this need a word from a person (a wrong clock must not close years)."""

MOST_FAILURES = 20
LEAST_FAILURES_OF_SHARE = 2
FAILURE_SHARE = 20
"""The night stops above 20 new failures, or above one in 20 touched loans and at least 2."""

TRIES = 5

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done; nothing here changes what it books."""

    arrears_limits: tuple[int, ...]
    chunk: int = DEFAULT_CHUNK
    confirm_days: int = MOST_CATCH_UP_DAYS
    progress: Callable[[date, int, int], None] = lambda _day, _done, _all: None
    stop_asked: Callable[[], bool] = lambda: False
    closed: Callable[[Manifest], None] = lambda _manifest: None


@dataclass(slots=True)
class _Count:
    """How far the night is: loans to touch, done, and newly failed."""

    whole: int
    done: int = 0
    failed: int = 0


def work_night(engine: Engine, held: Lease, night: Night, previous: date | None, options: Options) -> None:
    """Work every loan that business date touches; raises `Held` when asked to stop, `StoppedByThreshold`."""
    with reading(engine) as connection:
        apart = loans_apart(connection, night.day, previous)
        count = _Count(short_loans(connection, night.day))
    options.progress(night.day, 0, count.whole)
    _work_short(engine, held, night, apart, options, count)
    with reading(engine) as connection:
        loans = loans_to_work(connection, night.day, previous)
    count.whole = count.done + len(loans)
    for part in chunks_of(loans, options.chunk):
        _work_full(engine, held, night, part, options, count)


def _work_short(  # noqa: PLR0913 - the night, the run and how far it is
    engine: Engine, held: Lease, night: Night, apart: frozenset[int], options: Options, count: _Count
) -> None:
    last = 0
    while count.whole:
        _stop_if_asked(night.day, options)
        unit = partial(work_short_chunk, night=night, after=last, size=options.chunk, apart=apart)
        result = in_transaction(engine, held, unit)
        if not result.last:
            return
        last = result.last
        count.done += result.worked
        options.progress(night.day, count.done, count.whole)


def _work_full(  # noqa: PLR0913 - the night, the run and how far it is
    engine: Engine, held: Lease, night: Night, part: Sequence[int], options: Options, count: _Count
) -> None:
    _stop_if_asked(night.day, options)
    result = in_transaction(engine, held, lambda connection: work_chunk(connection, part, night))
    count.done += len(part)
    count.failed += result.new_failures
    options.progress(night.day, count.done, count.whole)
    _check_threshold(night.day, count)


def _stop_if_asked(day: date, options: Options) -> None:
    if options.stop_asked():
        raise Held(f"stopped on request with {day} open; the next start goes on")


def in_transaction(engine: Engine, held: Lease, unit: Callable[[Connection], Result]) -> Result:
    """One unit in one transaction; conflicts and lost connections run it again as a whole, a few times."""
    for attempt in range(1, TRIES + 1):
        try:
            with writing(engine) as connection:
                renew(connection, held)
                return unit(connection)
        except Exception as error:
            if classify(error) != "transient" or attempt == TRIES:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter is no secret
    raise AssertionError("the loop returns or raises")


def _check_threshold(day: date, count: _Count) -> None:
    share = count.failed >= LEAST_FAILURES_OF_SHARE and count.failed * FAILURE_SHARE > count.whole
    if count.failed > MOST_FAILURES or share:
        raise StoppedByThreshold(
            f"{day} stays open: {count.failed} of {count.whole} loans failed, which is no accident of one loan; "
            "aflos status shows them"
        )
