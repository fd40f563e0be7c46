"""`make bench`: the floor of each database, our night and the usual way side by side, in one run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine

from benchmarks import floor, naive, night
from benchmarks.databases import Databases, copied, postgresql, sqlite
from benchmarks.phases import phase_table, watched
from benchmarks.portfolio import Size, build, record_news
from benchmarks.tables import circumstances, many, mid, note, show, table
from jobs.garbage import keep_what_is_loaded

NIGHT = date(2025, 7, 1)
MONTHS = 24
MOST_NAIVE_LOANS = 500
MILLION = 1_000_000


class Way(NamedTuple):
    """One way of doing the night on one database: seconds of each run, for how many loans, and its floor."""

    database: str
    name: str
    loans: int
    floor: str
    seconds: list[float]

    @property
    def micros(self) -> float:
        """Microseconds a loan in the median run."""
        return mid(self.seconds) * MILLION / self.loans


FLOOR, OURS, WORKERS, NAIVE = "floor", "our night", "our night, 2 processes", "a loan and a commit at a time"
MIX_FLOOR, MIX = "floor of the mix", "our night, the mix"


def main() -> None:
    """Measure with so many loans and runs and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loans", type=int, nargs="?", default=10_000)
    parser.add_argument("runs", type=int, nargs="?", default=3)
    asked = parser.parse_args()
    keep_what_is_loaded()
    size = Size(asked.loans, MONTHS, NIGHT)
    show(
        f"{many(asked.loans)} loans, {MONTHS} months of history, medians of {asked.runs} runs. {circumstances()}"
    )
    ways: list[Way] = []
    with ExitStack() as stack:
        both: list[Databases] = [stack.enter_context(sqlite()), stack.enter_context(postgresql())]
        for nr, databases in enumerate(both):
            ways += Measuring(databases, size, f"bench_rows_{nr}").ways(asked.runs)
    show(table(HEADINGS, _lines(ways)), f"After: {circumstances()}")


class Measuring:
    """The measures on one database."""

    def __init__(self, databases: Databases, size: Size, rows: str) -> None:
        self.databases = databases
        self.size = size
        self.plain, self.mix = rows, f"{rows}_mix"

    def ways(self, runs: int) -> list[Way]:
        """Every way, one after the other in each run, so that a busy moment hits all of them."""
        note(f"{self.databases.name}: making the portfolio")
        self._prepare()
        measures = self._measures()
        taken: dict[str, list[float]] = {name: [] for name in measures}
        for run in range(runs):
            for name, measure in measures.items():
                with copied(self.databases) as engine:
                    taken[name].append(measure(engine))
                note(f"{self.databases.name}: run {run + 1}, {name}: {taken[name][-1]:.3f} s")
        return [self._way(name, seconds) for name, seconds in taken.items()]

    def _prepare(self) -> None:
        """The portfolio, and beside it the very rows that the measured nights will book; shows where time goes."""
        self.databases.prepare(lambda engine: build(engine, self.size))
        watches = {}
        for name, rows_table, before in ((OURS, self.plain, _nothing), (MIX, self.mix, self._tell)):
            with copied(self.databases) as engine:
                before(engine)
                with watched(engine) as watch:
                    night.measure(engine, self.size.night)
                rows = floor.rows_of_night(engine, self.size.night)
            self._keep(rows_table, rows)
            watches[name] = watch
        show(f"Where the time goes on {self.databases.name}, microseconds a loan:")
        show(phase_table(watches, self.size.loans))

    def _keep(self, name: str, rows: floor.Rows) -> None:
        self.databases.prepare(lambda engine: floor.keep_rows(engine, name, rows))

    def _tell(self, engine: Engine) -> None:
        record_news(engine, self.size)

    def _measures(self) -> dict[str, Callable[[Engine], float]]:
        day = self.size.night

        def mix(engine: Engine) -> float:
            self._tell(engine)
            return night.measure(engine, day).night

        found: dict[str, Callable[[Engine], float]] = {
            FLOOR: lambda engine: floor.measure(engine, self.plain),
            OURS: lambda engine: night.measure(engine, day).night,
            MIX_FLOOR: lambda engine: floor.measure(engine, self.mix),
            MIX: mix,
            NAIVE: lambda engine: naive.measure(engine, day, self._naive_loans),
        }
        if self.databases.name == "PostgreSQL":
            found[WORKERS] = lambda engine: night.measure(engine, day, workers=2).night
        return found

    @property
    def _naive_loans(self) -> int:
        return min(MOST_NAIVE_LOANS, self.size.loans)

    def _way(self, name: str, seconds: list[float]) -> Way:
        loans = self._naive_loans if name == NAIVE else self.size.loans
        return Way(
            self.databases.name, name, loans, MIX_FLOOR if name in {MIX, MIX_FLOOR} else FLOOR, seconds
        )


def _nothing(_engine: Engine) -> None:
    """Nobody tells anything."""


HEADINGS = ("way", "database", "loans/s", "us a loan", "x floor", "times as quick as one at a time")


def _lines(ways: Sequence[Way]) -> Iterator[Sequence[str]]:
    known = {(way.database, way.name): way.micros for way in ways}
    for way in sorted(ways, key=lambda way: way.database, reverse=True):
        beside = known[way.database, way.floor], known[way.database, NAIVE]
        yield (
            f"{way.name} ({many(way.loans)} loans)" if way.name == NAIVE else way.name,
            way.database,
            many(MILLION / way.micros),
            format(way.micros, ".1f"),
            format(way.micros / beside[0], ".1f"),
            many(beside[1] / way.micros),
        )


if __name__ == "__main__":
    main()
