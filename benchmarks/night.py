"""Our night, as the command runs it: restart points after every chunk, checks, totals, seal and manifest.

What a run does once, however many nights it closes, is counted apart: it reads what is configured, and on a small
SQLite file it looks through the whole file.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Engine

from benchmarks.lives import ARREARS_LIMITS
from jobs.access import Access
from jobs.bank_reader import Reader
from jobs.manifest import Manifest
from jobs.night import close_night, make_ready
from jobs.run import Options, begun
from jobs.soundness import looking_through
from jobs.workers import with_workers


class Taken(NamedTuple):
    """Seconds for the look at the database before a run, and for the night; and what the night says it did."""

    before: float
    night: float
    manifest: Manifest


def measure(engine: Engine, night: date, **options: Any) -> Taken:
    """Close one night that is next, in the steps of `close_nights`; refuses a night that sets loans aside."""
    access = Access(engine)
    with begun(access, Options(ARREARS_LIMITS, **options)) as run, Reader() as reader:
        started = time.perf_counter()
        with looking_through(access) as looked_through:
            make_ready(access)
            looked_through()
        looked = time.perf_counter()
        manifest = close_night(with_workers(run), night, reader)
        ended = time.perf_counter()
    assert manifest["quarantined"] == []
    return Taken(looked - started, ended - looked, manifest)
