"""On SQLite, which takes one writer, another process decides about the loans with news before this one writes them.

It may read ahead: what it decides from is written by this night alone, about other loans, or known since it began.
So it works while the banks are booked and the short lane is worked: the digests of what became known, which the seal
needs, then those loans. It ends with the process that began it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple, TypeVar

from jobs.chunk import Night
from jobs.cores import usable_cores
from jobs.paid_night import PaidChunk, decide_paid
from jobs.run import Run
from jobs.sealed_rows import Span, sealed_days
from jobs.sealing import CountedAhead, counted_ahead
from jobs.units import FullUnit, Task, Unit
from jobs.work_list import chunks_of
from jobs.workers import at_desk, processes

UNITS_AHEAD = 3
"""Units that are decided before the first of them is written; each takes some 15 MB."""

Decided = tuple[Unit, PaidChunk | None]

_Coming = Future[PaidChunk]

Result = TypeVar("Result")


class News(NamedTuple):
    """The loans of which something became known after the date `since`, and since when one is late, as in `Dunning`."""

    loans: Collection[int]
    since: date | None
    late: int


class Ahead:
    """The loans another process decides about, in units, a few of them ahead; none without such a process."""

    def __init__(
        self, pool: ProcessPoolExecutor | None, parts: Sequence[Sequence[int]], late: int, span: Span
    ) -> None:
        self._pool, self._late = pool, late
        # First, because units that are not begun are taken here, and this is not.
        self._counted = _submitted(pool, _count, span) if pool else None
        self._parts = iter(parts)
        self._waiting: deque[tuple[Sequence[int], _Coming | None]] = deque()
        self.loans = frozenset(loan for part in parts for loan in part)
        self._go_on()

    def units(self, wanted: Collection[int]) -> Iterator[Decided]:
        """Of these loans those that stand in units, with what was decided; nothing where that failed.

        While no unit is ready, one that was not begun is left to who asks; in which order they come does not matter.
        """
        while self._waiting:
            part, coming = self._waiting[0]
            own = next(self._parts, None) if coming and not coming.done() else None
            if own is not None:
                yield _unit(own, wanted), None
                continue
            self._waiting.popleft()
            self._go_on()
            yield _unit(part, wanted), _result(coming) if coming else None

    def counted(self) -> CountedAhead:
        """What became known for this night, as `counted_ahead` gives it; nothing where that failed."""
        return (_result(self._counted) if self._counted else None) or CountedAhead()

    def _go_on(self) -> None:
        while self._pool and len(self._waiting) < UNITS_AHEAD:
            part = next(self._parts, None)
            if part is None:
                return
            self._waiting.append((part, _submitted(self._pool, _decide, part, self._late)))


@contextmanager
def deciding_ahead(run: Run, night: Night, news: News, cores: int = 0) -> Iterator[Ahead]:
    """Have another process decide about the loans with news where that is worth it."""
    parts = chunks_of(sorted(news.loans), run.options.chunk)
    if not _is_worth_it(run, parts, cores or usable_cores()):
        yield Ahead(None, (), news.late, {})
        return
    with processes(run, Task(night, frozenset()), 1) as pool:
        yield Ahead(pool, parts, news.late, sealed_days(night.day, news.since))


def _is_worth_it(run: Run, parts: Sequence[Sequence[int]], cores: int) -> bool:
    """Whether there are loans enough, one writer, and a core for it."""
    is_alone = run.access.engine.dialect.name == "sqlite" and not run.access.is_rehearsal
    return is_alone and cores > 1 and len(parts) > 1 and sum(map(len, parts)) >= run.options.ahead


def _unit(part: Sequence[int], wanted: Collection[int]) -> FullUnit:
    return FullUnit([loan for loan in part if loan in wanted])


def _submitted(
    pool: ProcessPoolExecutor, work: Callable[..., Result], *given: object
) -> Future[Result] | None:
    try:
        return pool.submit(work, *given)
    except BrokenExecutor:
        return None


def _result(coming: Future[Result]) -> Result | None:
    """What was found; nothing if that failed: whoever writes then finds it out, and tells what is wrong."""
    try:
        return coming.result()
    except Exception:  # noqa: BLE001 - whatever it was, it is met again where it counts
        return None


def _decide(loans: Sequence[int], late: int) -> PaidChunk:
    """In the other process: what `write_paid` is to write of these loans."""
    run, task = at_desk()
    return run.access.read(lambda connection: decide_paid(connection, loans, task.night, late))


def _count(span: Span) -> CountedAhead:
    run, _ = at_desk()
    return run.access.read(lambda connection: counted_ahead(connection, span))
