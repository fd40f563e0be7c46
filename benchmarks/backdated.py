"""`make bench-backdated`: a payment of years ago on a loan of ten years: read, worked, compared and booked again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, timedelta

from sqlalchemy import Engine, func, select

from backoffice.installation import install
from benchmarks.databases import Databases, copied, postgresql, sqlite
from benchmarks.tables import circumstances, mid, show, table
from jobs.chunk import work_chunk
from jobs.garbage import keep_what_is_loaded
from jobs.night import night_of
from jobs.run import Options
from ledger.database import reading, writing
from ledger.tables import journal
from servicing.facts import Draft, FactKind
from tests.nights import ARREARS_LIMITS, begin_on, close_until, new_loan, paid, tell

START = date(2014, 1, 1)
YEARS = 10
MONTHS = 12 * YEARS
TERMS = {
    "principal": "25000.00",
    "annual_rate_percent": "8",
    "start": START.isoformat(),
    "instalments": MONTHS + 6,
}
INSTALMENT = 296_05
NIGHT = date(2024, 1, 15)
TIMES = 200


def main() -> None:
    """Measure on both databases and print a table."""
    keep_what_is_loaded()
    show(f"A payment of ten years ago, {MONTHS} payments after it, {TIMES} times. {circumstances()}")
    with ExitStack() as stack:
        both: list[Databases] = [stack.enter_context(sqlite()), stack.enter_context(postgresql())]
        rows = [_row(databases) for databases in both]
    headings = (
        "database",
        "postings before",
        "postings booked",
        "p50 ms",
        "p99 ms",
        "worst ms",
        "p50 ms of our process",
    )
    show(table(headings, rows), f"After: {circumstances()}")


def _row(databases: Databases) -> Sequence[str]:
    databases.prepare(_ten_years)
    with copied(databases) as engine:
        loan = _loan(engine)
        before = _postings(engine)
        tell(engine, NIGHT, Draft(loan, FactKind.PAYMENT, date(2014, 2, 15), "found", cents=100_00))
        measured = [_worked(engine, loan, before) for _ in range(TIMES)]
    taken, own = sorted(seconds for seconds, _, _ in measured), [seconds for _, seconds, _ in measured]
    seconds = (mid(taken), taken[len(taken) * 99 // 100], taken[-1], mid(own))
    figures = (format(1000 * each, ".1f") for each in seconds)
    return databases.name, str(before), str(measured[0][2]), *figures


def _ten_years(engine: Engine) -> None:
    """One loan with every row paid on its day, all of it booked."""
    install(engine)
    begin_on(engine, NIGHT - timedelta(days=1))
    loan = new_loan(engine, TERMS)
    drafts = [paid(loan, _due(month).isoformat(), INSTALMENT) for month in range(1, MONTHS + 1)]
    tell(engine, START, *drafts)
    close_until(engine, NIGHT - timedelta(days=1))


def _due(month: int) -> date:
    return date(START.year + month // 12, month % 12 + 1, 1)


def _loan(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.max(journal.c.loan))).scalar_one())


def _postings(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(journal)).scalar_one())


def _worked(engine: Engine, loan: int, before: int) -> tuple[float, float, int]:
    """Seconds of the work on the loan in its transaction, which is undone; of this process; and what it booked."""
    with writing(engine) as connection:
        night = night_of(connection, NIGHT, Options(ARREARS_LIMITS))
        begun, worked = time.perf_counter(), time.process_time()
        work_chunk(connection, [loan], night)
        seconds, own = time.perf_counter() - begun, time.process_time() - worked
        count = connection.execute(select(func.count()).select_from(journal)).scalar_one()
        connection.rollback()
    return seconds, own, int(count) - before


if __name__ == "__main__":
    main()
