"""Several processes work one night: each takes units and writes them itself; the first process counts and beats.

PostgreSQL only. Every unit holds the lease's token in shared mode while it writes, so that a takeover waits for
it, and none is written after one. SQLite takes one writer: there another process decides about the next units while
this one writes those before them. The processes end with the process that began them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from jobs.access import Access
from jobs.cores import usable_cores
from jobs.lease import Lease, expiry_seconds
from jobs.paid_night import PaidChunk, decide_paid
from jobs.run import Options, Run
from jobs.stopping import Cut
from jobs.units import Done, FullUnit, Task, Unit, work_unit
from ledger.database import open_database
from ledger.errors import Held

UNITS_AHEAD = 2
"""Units given out for each process, so that none waits for the next."""

BEATS_AN_EXPIRY = 4

_Decided = Future[PaidChunk | None]

_desk: list[tuple[Run, Task]] = []
"""In a working process: the run and the night it works for."""


def work_in_processes(run: Run, task: Task, units: Iterable[Unit]) -> Iterator[Done]:
    """The outcome of each unit, in the order in which they are done; the first failure ends the work."""
    with _processes(run, task, run.options.workers) as pool:
        yield from _flow(run, pool, iter(units))


def is_ahead_worth_it(run: Run, units: Sequence[Unit], cores: int = 0) -> bool:
    """Whether another process should decide about units ahead: enough loans, one writer, and a core for it (0: ask)."""
    access, loans = run.access, sum(len(unit.loans) for unit in units if isinstance(unit, FullUnit))
    is_alone = access.engine.dialect.name == "sqlite" and not access.is_rehearsal
    return is_alone and len(units) > 1 and loans >= run.options.ahead and (cores or usable_cores()) > 1


def decided_ahead(run: Run, task: Task, units: Iterable[Unit]) -> Iterator[tuple[Unit, PaidChunk | None]]:
    """The units, each with what another process decided about it; with nothing where nobody has, or that failed.

    It may read ahead: what it decides from is written by this night alone, about other loans, or known for long.
    While it is not ready, as at its beginning, units it has not begun are worked here; in which order does not matter.
    """
    with _processes(run, task, 1) as pool:
        coming, waiting = iter(units), deque[tuple[Unit, _Decided | None]]()
        while True:
            some = islice(coming, UNITS_AHEAD - len(waiting))
            waiting.extend((unit, _submitted(pool, unit)) for unit in some)
            if not waiting:
                return
            unit, future = waiting[0]
            own = next(coming, None) if future and not future.done() else None
            if own is not None:
                yield own, None
                continue
            waiting.popleft()
            yield unit, _result(future) if future else None


def _submitted(pool: ProcessPoolExecutor, unit: Unit) -> _Decided | None:
    try:
        return pool.submit(_decide, unit)
    except BrokenExecutor:
        return None


def _result(future: _Decided) -> PaidChunk | None:
    """What was decided; nothing if that failed: whoever writes then decides, and tells what is wrong."""
    try:
        return future.result()
    except Exception:  # noqa: BLE001 - whatever it was, it is met again where it counts
        return None


@contextmanager
def _processes(run: Run, task: Task, count: int) -> Iterator[ProcessPoolExecutor]:
    url = run.access.engine.url.render_as_string(hide_password=False)
    pool = ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(url, run.held, run.options.arrears_limits, task),
    )
    try:
        yield pool
    except Cut:
        for process in multiprocessing.active_children():
            process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _flow(run: Run, pool: ProcessPoolExecutor, units: Iterator[Unit]) -> Iterator[Done]:
    ahead = run.options.workers * UNITS_AHEAD
    waiting: set[Future[list[Done]]] = {pool.submit(_work, unit) for unit in islice(units, ahead)}
    while waiting:
        pause = expiry_seconds() / BEATS_AN_EXPIRY
        done, waiting = wait(waiting, timeout=pause, return_when=FIRST_COMPLETED)
        run.beat()
        for each in done:
            yield from each.result()
        waiting |= {pool.submit(_work, unit) for unit in islice(units, ahead - len(waiting))}


def _begin(url: str, held: Lease, arrears_limits: tuple[int, ...], task: Task) -> None:
    """Make a new process ready to work; who began it decides about signals."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    run = Run(Access(open_database(url)), held, Options(arrears_limits), shared=True)
    _desk.append((run, task))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(Held.exit_code)


def _work(unit: Unit) -> list[Done]:
    run, task = _desk[-1]
    return list(work_unit(run, task, unit))


def _decide(unit: Unit) -> PaidChunk | None:
    run, task = _desk[-1]
    if not isinstance(unit, FullUnit):
        return None
    return run.access.read(lambda connection: decide_paid(connection, unit.loans, task.night))


def with_workers(run: Run) -> Run:
    """The run with as many processes as it was asked for, where the database can take more than one."""
    several = run.options.workers > 1 and run.access.engine.dialect.name == "postgresql"
    return replace(run, shared=several and not run.access.is_rehearsal)
