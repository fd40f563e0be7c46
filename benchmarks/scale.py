"""`make bench-scale`: from 10,000 to 1,000,000 loans, time a loan and memory; a quiet night against a full one.

Each night runs in a process of its own, whose peak memory is measured; that of the PostgreSQL server is not in it.
The history is two months long, so that the largest portfolio fits on a small disk. All sizes take turns, so that none
has a better hour of the machine than another.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks import night
from benchmarks.databases import Databases, copied, postgresql, sqlite
from benchmarks.portfolio import Size, build
from benchmarks.run import MILLION, NIGHT
from benchmarks.tables import circumstances, many, mid, note, show, table
from jobs.garbage import keep_what_is_loaded
from ledger.database import open_database

MONTHS = 2
SIZES = (10_000, 100_000, 1_000_000)
PERCENT_QUIET = 1


Make = Callable[[], AbstractContextManager[Databases]]


class Ran(NamedTuple):
    """Nights of a portfolio of so many loans, of which so many in a hundred were due: seconds, and most memory."""

    database: str
    loans: int
    percent_due: int
    seconds: list[float]
    megabytes: float


def main() -> None:
    """Measure up to so many loans and print the tables; with --url, be the process that works one night."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("most", type=int, nargs="?", default=SIZES[-1])
    parser.add_argument("runs", type=int, nargs="?", default=1)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.url:
        _work(asked.url)
        return
    show(f"{MONTHS} months of history, medians of {asked.runs} runs. {circumstances()}")
    sizes = [loans for loans in SIZES if loans <= asked.most]
    found: list[Ran] = []
    makes: list[Make] = [sqlite, postgresql]
    wanted = [*(Size(loans, MONTHS, NIGHT) for loans in sizes), Size(sizes[-1], MONTHS, NIGHT, PERCENT_QUIET)]
    for make in makes:
        found += _ran(make, wanted, asked.runs)
    show(table(HEADINGS, [_line(ran, found) for ran in found]), f"After: {circumstances()}")


HEADINGS = ("database", "loans", "due", "seconds", "us a loan due", "against all due", "peak memory")


def _line(ran: Ran, all_of_them: Sequence[Ran]) -> Sequence[str]:
    full = next(one for one in all_of_them if one[:3] == (ran.database, ran.loans, 100))
    due = ran.loans * ran.percent_due // 100
    return (
        ran.database,
        many(ran.loans),
        f"{ran.percent_due} %",
        format(mid(ran.seconds), ".2f"),
        format(mid(ran.seconds) * MILLION / due, ".1f"),
        f"{100 * mid(ran.seconds) / mid(full.seconds):.1f} %",
        f"{ran.megabytes:.0f} MB",
    )


def _ran(make: Make, sizes: Sequence[Size], runs: int) -> list[Ran]:
    """A night of each size in turn, so many times."""
    with ExitStack() as stack:
        every = [_prepared(stack.enter_context(make()), size) for size in sizes]
        rounds = [[_in_process(databases) for databases in every] for _ in range(runs)]
    ran = []
    for size, databases, told in zip(sizes, every, zip(*rounds, strict=True), strict=True):
        seconds, megabytes = zip(*told, strict=True)
        ran.append(Ran(databases.name, size.loans, size.percent_due, list(seconds), max(megabytes)))
    return ran


def _prepared(databases: Databases, size: Size) -> Databases:
    note(f"{databases.name}: {many(size.loans)} loans, {size.percent_due} % due")
    databases.prepare(lambda engine: build(engine, size))
    return databases


def _in_process(databases: Databases) -> tuple[float, float]:
    """Seconds and megabytes of a night in a process of its own."""
    with copied(databases) as engine:
        url = engine.url.render_as_string(hide_password=False)
        engine.dispose()
        command = [sys.executable, "-m", "benchmarks.scale", "--url", url]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told["seconds"], told["megabytes"]


def _work(url: str) -> None:
    engine = open_database(url)
    keep_what_is_loaded()
    taken = night.measure(engine, NIGHT)
    engine.dispose()
    peak = _peak_megabytes()
    sys.stdout.write(json.dumps({"seconds": taken.night, "megabytes": peak}))


def _peak_megabytes() -> float:
    """The most memory this program has held; Linux counts for `getrusage` what the process was before it, too."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


if __name__ == "__main__":
    main()
