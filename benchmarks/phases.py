"""Where the time of a night goes: its functions and statements are watched during one night of their own."""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine, event

from benchmarks.tables import table

PHASES = LOOK, READ, DECIDE, PAID, FULL, HAND_OVER, LADDERS, JOURNAL, STATE, CLOSE, REST = (
    "before the run: configuration, small file",
    "read the loans",
    "decide and digest",
    "loans with payments: read, decide",
    "full function: read, decide",
    "hand rows over",
    "ladders of late loans",
    "journal rows",
    "state rows",
    "close: totals, checks, seal",
    "work lists, lease, commits",
)

_FUNCTIONS = (
    ("benchmarks.night", "make_ready", LOOK),
    ("jobs.short_night", "_load", READ),
    ("jobs.short_night", "_decide", DECIDE),
    ("jobs.short_night", "append_rows", HAND_OVER),
    ("jobs.chunk", "append_rows", HAND_OVER),
    ("jobs.paid_night", "append_rows", HAND_OVER),
    ("jobs.short_night", "ladders_of_lane", LADDERS),
    ("jobs.short_night", "look_in_lane", LADDERS),
    ("jobs.chunk", "look_at_ladders", LADDERS),
    ("jobs.paid_night", "look_at_ladders", LADDERS),
    ("jobs.units", "work_paid_chunk", PAID),
    ("jobs.units", "work_chunk", FULL),
    ("jobs.night", "close", CLOSE),
)
_STATEMENTS = (
    ("INSERT INTO journal", JOURNAL),
    ("UPDATE loan_state", STATE),
    ("DELETE FROM loan_state", STATE),
)


Given = ParamSpec("Given")
Returned = TypeVar("Returned")


class Stopwatch:
    """Seconds by phase, each without the phases inside it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.running = [REST]
        self.since = time.perf_counter()

    def begin(self, phase: str) -> None:
        """From now on the time counts for this phase."""
        self._count()
        self.running.append(phase)

    def end(self) -> None:
        """From now on the time counts for the phase around."""
        self._count()
        self.running.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        self.seconds[self.running[-1]] += now - self.since
        self.since = now


@contextmanager
def watched(engine: Engine) -> Iterator[Stopwatch]:
    """Watch a night on a database; slower than the night alone by a few parts in a hundred."""
    watch = Stopwatch()
    originals = [(importlib.import_module(place), name, phase) for place, name, phase in _FUNCTIONS]
    known = [(module, name, getattr(module, name)) for module, name, _ in originals]
    for module, name, phase in originals:
        setattr(module, name, _timed(watch, phase, getattr(module, name)))
    _watch_statements(engine, watch)
    try:
        yield watch
        watch.begin(REST)
    finally:
        for module, name, function in known:
            setattr(module, name, function)


def _timed(watch: Stopwatch, phase: str, function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    @wraps(function)
    def timed(*args: Given.args, **named: Given.kwargs) -> Returned:
        watch.begin(phase)
        try:
            return function(*args, **named)
        finally:
            watch.end()

    return timed


def _watch_statements(engine: Engine, watch: Stopwatch) -> None:
    def phase_of(statement: str) -> str:
        inside = watch.running[-1]
        phase = next((phase for begins, phase in _STATEMENTS if statement.startswith(begins)), inside)
        return inside if inside in {LOOK, CLOSE, HAND_OVER} else phase

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        watch.begin(phase_of(statement))

    def after(*_: object) -> None:
        watch.end()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def phase_table(watches: Mapping[str, Stopwatch], loans: int) -> str:
    """Microseconds a loan by phase, a column for each night."""

    def line(phase: str, seconds: Iterable[float]) -> list[str]:
        return [phase, *(format(each * 1_000_000 / loans, ".1f") for each in seconds)]

    seen = {phase for watch in watches.values() for phase in watch.seconds}
    rows = [
        line(phase, (watch.seconds[phase] for watch in watches.values())) for phase in PHASES if phase in seen
    ]
    whole = line("together", (sum(watch.seconds.values()) for watch in watches.values()))
    return table(("phase", *watches), [*rows, whole])
