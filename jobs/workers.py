"""Several processes work one night: each takes units and writes them itself; the first process counts and beats.

PostgreSQL only. Every unit holds the lease's token in shared mode while it writes, so that a takeover waits for
it, and none is written after one. The processes end with the process that began them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from multiprocessing.process import BaseProcess

from jobs.access import Access
from jobs.garbage import keep_what_is_loaded
from jobs.lease import Lease, expiry_seconds
from jobs.run import Options, Run
from jobs.stopping import Cut
from jobs.units import Done, Task, Unit, work_unit
from ledger.database import open_database
from ledger.errors import Held

UNITS_AHEAD = 2
"""Units given out for each process, so that none waits for the next."""

BEATS_AN_EXPIRY = 4

_desk: list[tuple[Run, Task]] = []


def work_in_processes(run: Run, task: Task, units: Iterable[Unit]) -> Iterator[Done]:
    """The outcome of each unit, in the order in which they are done; the first failure ends the work."""
    with processes(run, task, run.options.workers) as pool:
        yield from _flow(run, pool, iter(units))


@contextmanager
def processes(run: Run, task: Task, count: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes that know the run and its night; they end with it."""
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
    try:
        run = Run(Access(open_database(url)), held, Options(arrears_limits), shared=True)
    except Exception:
        if not _parent().is_alive():
            # What went wrong interests nobody any more; to print it would only alarm.
            os._exit(Held.exit_code)
        raise
    _desk.append((run, task))
    keep_what_is_loaded()


def _end_with_parent() -> None:
    _parent().join()
    os._exit(Held.exit_code)


def _parent() -> BaseProcess:
    parent = multiprocessing.parent_process()
    assert parent is not None
    return parent


def _work(unit: Unit) -> list[Done]:
    run, task = at_desk()
    return list(work_unit(run, task, unit))


def at_desk() -> tuple[Run, Task]:
    """In a working process: the run and the night it works for."""
    return _desk[-1]


def with_workers(run: Run) -> Run:
    """The run with as many processes as it was asked for, where the database can take more than one."""
    several = run.options.workers > 1 and run.access.engine.dialect.name == "postgresql"
    return replace(run, shared=several and not run.access.is_rehearsal)
