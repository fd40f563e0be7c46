"""Makes pages of letters from frozen data alone, in processes of their own: one that dies harms only its letter."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import NamedTuple

from ledger.errors import Misconfigured
from ledger.fault_points import reach
from letters.compose import Draft
from letters.files import press
from letters.render import Press, render

AHEAD = 4
"""Letters given out for each process, so that none waits for the next."""


class Rendered(NamedTuple):
    """What became of a letter: its page, or why there is none."""

    letter: int
    content: bytes = b""
    pages: int = 0
    error: str = ""


_desk: list[Press] = []
"""In a working process: what it prints with."""

Job = tuple[int, Draft]
"""A letter's number and what is printed."""


def render_all(jobs: Sequence[Job], prints: Press, workers: int = 1) -> Iterator[Rendered]:
    """A page of each letter, in the order in which they are done; with one worker in this process.

    A letter that cannot be made is told with its reason and stops no other; wording that is wrong stops all.
    """
    if workers <= 1 or len(jobs) <= 1:
        yield from (_rendered(prints, job) for job in jobs)
        return
    left = dict(jobs)
    for found in _in_processes(jobs, workers):
        del left[found.letter]
        yield found
    # A process died and took others' letters with it: each of those has one more try, in a process of its own.
    for job in left.items():
        yield from _in_processes([job], 1) or [Rendered(job[0], error=DIED)]


DIED = "the process that made its page died (out of memory?); try again"


def _in_processes(jobs: Sequence[Job], workers: int) -> list[Rendered]:
    """The pages that processes made before one of them died, if it did."""
    found: list[Rendered] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        waiting: list[Future[list[Rendered]]] = []
        with suppress(BrokenProcessPool):
            waiting += (pool.submit(_several, part) for part in _parts(jobs, workers))
        for each in waiting:
            with suppress(BrokenProcessPool):
                found += each.result()
    return found


def _parts(jobs: Sequence[Job], workers: int) -> Iterator[Sequence[Job]]:
    """The letters in pieces small enough that every process has several."""
    size = max(1, min(50, len(jobs) // (workers * AHEAD)))
    return (jobs[start : start + size] for start in range(0, len(jobs), size))


def _begin() -> None:
    """Make a new process ready; who began it decides about signals."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _desk.append(press())


def _several(jobs: Sequence[Job]) -> list[Rendered]:
    return [_rendered(_desk[-1], job) for job in jobs]


def _rendered(prints: Press, job: Job) -> Rendered:
    number, draft = job
    reach(f"before letter {number} is rendered")
    try:
        printed = render(prints, draft)
    except (Misconfigured, OSError, MemoryError):
        raise
    except Exception as wrong:  # noqa: BLE001 - one letter that cannot be made stops no other, whatever is wrong with it
        return Rendered(number, error=f"{type(wrong).__name__}: {wrong}"[:500])
    return Rendered(number, printed.content, printed.pages)
