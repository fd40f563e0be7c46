"""Named places where a test may make the program fail or stop; in production nobody watches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Watcher = Callable[[str], None]

_watchers: list[Watcher] = []


def reach(name: str) -> None:
    """Say that the program is at a place; nothing happens unless a test watches."""
    for watch in _watchers:
        watch(name)


@contextmanager
def watched(watch: Watcher) -> Iterator[None]:
    """Let a test hear of every place that is reached."""
    _watchers.append(watch)
    try:
        yield
    finally:
        _watchers.remove(watch)
