"""`make bench`: the database's own floor and our night side by side, on SQLite and on PostgreSQL, in one run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from statistics import median
from typing import NamedTuple

from benchmarks import floor, night
from benchmarks.databases import Databases, copied, postgresql, sqlite
from benchmarks.portfolio import Size, build

NIGHT = date(2025, 3, 1)
MONTHS = 24
TABLE = "bench_source"


class Measured(NamedTuple):
    """Seconds of each run on one database."""

    name: str
    floors: list[float]
    nights: list[float]


def main() -> None:
    """Measure with so many loans and runs (10,000 and 3 unless said otherwise) and print a table."""
    loans, runs = (int(word) for word in (sys.argv[1:] + ["10000", "3"][len(sys.argv) - 1 :])[:2])
    size = Size(loans, MONTHS, NIGHT)
    with ExitStack() as stack:
        databases: list[Databases] = [stack.enter_context(sqlite()), stack.enter_context(postgresql())]
        found = [_measured(each, size, runs, f"{TABLE}_{nr}") for nr, each in enumerate(databases)]
    sys.stdout.write(f"{loans} loans, all due, {MONTHS} months of history, median of {runs} runs\n")
    for line in _lines(found, loans):
        sys.stdout.write(line + "\n")


def _measured(databases: Databases, size: Size, runs: int, table: str) -> Measured:
    databases.prepare(lambda engine: build(engine, size))
    with copied(databases) as engine:
        night.measure(engine, size.night)
        rows = floor.rows_of_night(engine, size.night)
    databases.prepare(lambda engine: floor.keep_rows(engine, table, rows))
    floors, nights = [], []
    for _ in range(runs):
        with copied(databases) as engine:
            floors.append(floor.measure(engine, table))
        with copied(databases) as engine:
            nights.append(night.measure(engine, size.night).night)
    return Measured(databases.name, floors, nights)


def _lines(found: list[Measured], loans: int) -> Iterator[str]:
    yield f"{'database':<12}{'floor us/loan':>15}{'night us/loan':>15}{'x floor':>9}"
    for each in found:
        low, ours = (median(times) * 1_000_000 / loans for times in (each.floors, each.nights))
        yield f"{each.name:<12}{low:>15.1f}{ours:>15.1f}{ours / low:>9.1f}"


if __name__ == "__main__":
    main()
