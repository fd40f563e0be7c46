"""`make bench-catch-up`: 1,000 loans of 24 months, whose nights were missed and are made up at once.

The shape is that of the harness of Apache Fineract's close of business, which publishes no figures. The loans began on
the days of one month, every row is paid for, and all of it is known when the nights are made up.
"""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import cycle, islice

from sqlalchemy import Engine

from benchmarks.databases import Databases, copied, postgresql, sqlite
from benchmarks.lives import ARREARS_LIMITS, coming_lives
from benchmarks.portfolio import fill
from benchmarks.tables import circumstances, many, note, show, table
from jobs.garbage import keep_what_is_loaded
from jobs.night import close_nights
from jobs.run import Options

FIRST_NIGHT = date(2023, 1, 1)
MONTHS = 24
DAYS = (1, 7, 30, 100, 300, 700)


def main() -> None:
    """Measure with so many loans and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loans", type=int, nargs="?", default=1000)
    parser.add_argument("most_days", type=int, nargs="?", default=DAYS[-1])
    asked = parser.parse_args()
    keep_what_is_loaded()
    days = [each for each in DAYS if each <= asked.most_days]
    show(f"{many(asked.loans)} loans of {MONTHS} months. {circumstances()}")
    with ExitStack() as stack:
        both: list[Databases] = [stack.enter_context(sqlite()), stack.enter_context(postgresql())]
        rows = [row for databases in both for row in _rows(databases, asked.loans, days)]
    show(
        table(("database", "nights", "seconds", "ms a night", "postings"), rows), f"After: {circumstances()}"
    )


def _rows(databases: Databases, loans: int, days: list[int]) -> list[list[str]]:
    found = coming_lives(FIRST_NIGHT, MONTHS)
    numbers = list(islice(cycle(range(len(found))), loans))
    databases.prepare(lambda engine: fill(engine, FIRST_NIGHT, found, numbers))
    rows = []
    for nights in days:
        note(f"{databases.name}: {nights} nights")
        with copied(databases) as engine:
            seconds, postings = _caught_up(engine, nights)
        figures = format(seconds, ".2f"), format(1000 * seconds / nights, ".1f"), many(postings)
        rows.append([databases.name, str(nights), *figures])
    return rows


def _caught_up(engine: Engine, nights: int) -> tuple[float, int]:
    """Seconds to make up so many nights, and the postings they booked."""
    until = FIRST_NIGHT + timedelta(days=nights - 1)
    begun = time.perf_counter()
    manifests = close_nights(engine, until, Options(ARREARS_LIMITS, confirm_days=nights))
    seconds = time.perf_counter() - begun
    assert len(manifests) == nights
    assert not any(manifest["quarantined"] for manifest in manifests)
    return seconds, sum(int(str(manifest["postings"])) for manifest in manifests)


if __name__ == "__main__":
    main()
