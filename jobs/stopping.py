"""How a run is stopped by SIGTERM or Ctrl-C: after the chunk at hand, or in its middle if that takes too long."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ledger.errors import Held

GRACE_SECONDS = 5
"""A chunk may take this long to finish; then it is undone. Who asks to stop waits 10 seconds at most."""


class Cut(BaseException):
    """Ends a chunk in its middle; no Exception, so that no loan can be blamed for it."""


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Whether a signal asked to stop. Raises `Held` where the chunk at hand had to be undone."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if not asked:
            signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
        asked.append(number)

    def cut(_number: int, _frame: FrameType | None) -> None:
        raise Cut

    handlers = {signal.SIGTERM: note, signal.SIGINT: note, signal.SIGALRM: cut}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield lambda: bool(asked)
    except Cut:
        raise Held(
            "stopped on request in the middle of a chunk, which was undone; the next start goes on"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
