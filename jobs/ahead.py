"""On SQLite, which takes one writer, another process decides about the loans with news before this one writes them.

It may read ahead: what it decides from is written by this night alone, about other loans, or known since it began.
So it decides while the banks are booked and the short lane is worked. It ends with the process that began it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager

from jobs.chunk import Night
from jobs.cores import usable_cores
from jobs.paid_night import PaidChunk, decide_paid
from jobs.run import Run
from jobs.units import FullUnit, Task, Unit
from jobs.work_list import chunks_of
from jobs.workers import at_desk, processes

UNITS_AHEAD = 3
"""Units that are decided before the first of them is written; each takes some 15 MB."""

Decided = tuple[Unit, PaidChunk | None]

_Coming = Future[PaidChunk]


class Ahead:
    """The loans another process decides about, in units, a few of them ahead; none without such a process."""

    def __init__(self, pool: ProcessPoolExecutor | None, parts: Sequence[Sequence[int]], late: int) -> None:
        self._pool, self._late = pool, late
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

    def _go_on(self) -> None:
        while self._pool and len(self._waiting) < UNITS_AHEAD:
            part = next(self._parts, None)
            if part is None:
                return
            self._waiting.append((part, self._submitted(self._pool, part)))

    def _submitted(self, pool: ProcessPoolExecutor, part: Sequence[int]) -> _Coming | None:
        try:
            return pool.submit(_decide, part, self._late)
        except BrokenExecutor:
            return None


@contextmanager
def deciding_ahead(
    run: Run, night: Night, loans: Collection[int], late: int, cores: int = 0
) -> Iterator[Ahead]:
    """Have another process decide about these loans where that is worth it; `late` is that of `Dunning`."""
    parts = chunks_of(sorted(loans), run.options.chunk)
    if not _is_worth_it(run, parts, cores or usable_cores()):
        yield Ahead(None, (), late)
        return
    with processes(run, Task(night, frozenset()), 1) as pool:
        yield Ahead(pool, parts, late)


def _is_worth_it(run: Run, parts: Sequence[Sequence[int]], cores: int) -> bool:
    """Whether there are loans enough, one writer, and a core for it."""
    is_alone = run.access.engine.dialect.name == "sqlite" and not run.access.is_rehearsal
    return is_alone and cores > 1 and len(parts) > 1 and sum(map(len, parts)) >= run.options.ahead


def _unit(part: Sequence[int], wanted: Collection[int]) -> FullUnit:
    return FullUnit([loan for loan in part if loan in wanted])


def _result(coming: _Coming) -> PaidChunk | None:
    """What was decided; nothing if that failed: whoever writes then decides, and tells what is wrong."""
    try:
        return coming.result()
    except Exception:  # noqa: BLE001 - whatever it was, it is met again where it counts
        return None


def _decide(loans: Sequence[int], late: int) -> PaidChunk:
    """In the other process: what `write_paid` is to write of these loans."""
    run, task = at_desk()
    return run.access.read(lambda connection: decide_paid(connection, loans, task.night, late))
