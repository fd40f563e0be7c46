"""`make bench-statement`: the statement of a loan of seven years among ten million postings, inside the process.

The statements are asked for in a process of their own, as a face of the program would be: without what making
the portfolio has left in memory.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import Engine, func, select

from benchmarks.databases import Databases, copied, postgresql, sqlite
from benchmarks.lives import lives
from benchmarks.portfolio import Size, build, loan_number
from benchmarks.run import NIGHT
from benchmarks.tables import circumstances, many, note, show, table
from jobs.garbage import keep_what_is_loaded
from ledger.database import open_database, reading
from ledger.tables import journal
from reports.statement import Period
from reports.store import statement
from servicing.store import find_loan

MONTHS = 84
ASKED = 1000
EVENING = NIGHT - timedelta(days=1)
SEED = 7


def main() -> None:
    """Measure with so many postings and print a table; with --url, be the process that is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("postings", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--loans", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.url:
        _work(asked.url, asked.loans)
        return
    rows_of_loan = sum(len(life.rows) for life in lives(NIGHT, MONTHS)) // len(lives(NIGHT, MONTHS))
    size = Size(asked.postings // rows_of_loan, MONTHS, NIGHT)
    show(f"Statements of {ASKED} random loans of {MONTHS} months. {circumstances()}")
    with ExitStack() as stack:
        both: list[Databases] = [stack.enter_context(sqlite()), stack.enter_context(postgresql())]
        rows = [_row(databases, size) for databases in both]
    headings = ("database", "postings", "loans", "entries", "p50 ms", "p99 ms", "worst ms")
    show(table(headings, rows), f"After: {circumstances()}")


def _row(databases: Databases, size: Size) -> Sequence[str]:
    note(f"{databases.name}: making the portfolio")
    databases.prepare(lambda engine: build(engine, size))
    with copied(databases) as engine:
        with reading(engine) as connection:
            postings = connection.execute(select(func.count()).select_from(journal)).scalar_one()
        asked = _in_process(engine, size.loans)
    taken = sorted(seconds for seconds, _ in asked)
    entries = sum(count for _, count in asked) // len(asked)
    p50, p99 = (taken[len(taken) * part // 100] for part in (50, 99))
    figures = (format(1000 * seconds, ".1f") for seconds in (p50, p99, taken[-1]))
    return databases.name, many(postings), many(size.loans), str(entries), *figures


def _in_process(engine: Engine, loans: int) -> list[tuple[float, int]]:
    """Seconds and entries of each statement, asked for in a process of its own."""
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    command = [sys.executable, "-m", "benchmarks.statements", "--url", url, "--loans", str(loans)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [(seconds, entries) for seconds, entries in told]


def _work(url: str, loans: int) -> None:
    engine = open_database(url)
    keep_what_is_loaded()
    choose = random.Random(SEED)
    numbers = [loan_number(choose.randrange(loans)) for _ in range(ASKED)]
    asked = [_asked(engine, number) for number in numbers]
    engine.dispose()
    sys.stdout.write(json.dumps(asked))


def _asked(engine: Engine, loan: int) -> tuple[float, int]:
    """Seconds to make the statement of a loan over its whole life, and its entries."""
    begun = time.perf_counter()
    with reading(engine) as connection:
        found = statement(connection, find_loan(connection, str(loan)), Period(None, EVENING), EVENING)
    return time.perf_counter() - begun, len(found.lines)


if __name__ == "__main__":
    main()
