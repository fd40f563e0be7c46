"""Many cases are answered by several processes at once, and given back in their order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

FEW = 64
"""So many cases are done before other processes could have started."""

BATCH = 16
"""Cases that go to a process at once."""

Case = TypeVar("Case")
Answer = TypeVar("Answer")


def in_order(cases: Iterable[Case], answer: Callable[[Case], Answer]) -> Iterator[Answer]:
    """The answer to each case in order; `answer` and what it takes and gives can be sent to another process."""
    coming = iter(cases)
    yield from map(answer, islice(coming, FEW))
    processes = os.cpu_count() or 1
    batch = list(islice(coming, BATCH))
    if processes == 1 or len(batch) < BATCH:
        yield from map(answer, batch)
        yield from map(answer, coming)
        return
    with ProcessPoolExecutor(processes) as pool:
        waiting: deque[Future[list[Answer]]] = deque()
        while batch or waiting:
            if batch:
                waiting.append(pool.submit(_answers, answer, batch))
                batch = list(islice(coming, BATCH))
            # Never more in hand than keeps every process busy: a file may hold millions of cases.
            if not batch or len(waiting) > 2 * processes:
                yield from waiting.popleft().result()


def _answers(answer: Callable[[Case], Answer], cases: list[Case]) -> list[Answer]:
    return [answer(case) for case in cases]
