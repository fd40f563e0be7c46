"""`make bench-statement`: the statement of a loan of seven years among ten million postings, inside the process."""

from __future__ import annotations

import argparse
import random
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
from ledger.database import reading
from ledger.tables import journal
from reports.statement import Period
from reports.store import statement
from servicing.store import find_loan

MONTHS = 84
ASKED = 1000
EVENING = NIGHT - timedelta(days=1)
SEED = 7


def main() -> None:
    """Measure with so many postings and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("postings", type=int, nargs="?", default=10_000_000)
    asked = parser.parse_args()
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
        choose = random.Random(SEED)
        loans = [loan_number(choose.randrange(size.loans)) for _ in range(ASKED)]
        asked = [_asked(engine, loan) for loan in loans]
    taken = sorted(seconds for seconds, _ in asked)
    entries = sum(count for _, count in asked) // len(asked)
    p50, p99 = (taken[len(taken) * part // 100] for part in (50, 99))
    figures = (format(1000 * seconds, ".1f") for seconds in (p50, p99, taken[-1]))
    return databases.name, many(postings), many(size.loans), str(entries), *figures


def _asked(engine: Engine, loan: int) -> tuple[float, int]:
    """Seconds to make the statement of a loan over its whole life, and its entries."""
    begun = time.perf_counter()
    with reading(engine) as connection:
        found = statement(connection, find_loan(connection, str(loan)), Period(None, EVENING), EVENING)
    return time.perf_counter() - begun, len(found.lines)


if __name__ == "__main__":
    main()
