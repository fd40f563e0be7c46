"""`make bench-settle`: the settlements of many clients computed and proposed in one run, as the night does."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine

from backoffice.installation import install
from benchmarks.tables import circumstances, many, mid, show
from jobs.garbage import keep_what_is_loaded
from jobs.settlement_cycle import cases, propose_all
from ledger.database import open_database, writing
from ledger.money import euros
from servicing.facts import Draft, FactKind
from servicing.settlement.allowance import LIVING_ALLOWANCE
from servicing.settlement.book_year import BookYear
from servicing.store import Loan, Recorded, add_loan, record

YEAR = BookYear(date(2025, 1, 1))
TODAY = date(2026, 8, 30)
BY = Recorded("benchmark", date(2026, 8, 1), "2026-08-01T00:00:00+00:00")
SEED = 1
MOST_MONTHS = 12
HOUSEHOLDS = ("single", "couple", "cost_sharer")


def main() -> None:
    """Measure with so many clients, so often, each time in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clients", type=int, nargs="?", default=10_000)
    parser.add_argument("runs", type=int, nargs="?", default=5)
    asked = parser.parse_args()
    show(f"{many(asked.clients)} clients of one book year, SQLite, {asked.runs} runs. {circumstances()}")
    taken = []
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory(prefix="aflos_settle_") as folder:
            taken.append(_run(Path(folder), asked.clients))
    walls, processor = ([each[place] for each in taken] for place in (0, 1))
    rate = asked.clients / mid(walls)
    show(f"{mid(walls):.1f} s ({mid(processor):.1f} s of processor), {rate:,.0f} settlements a second")


def _run(folder: Path, clients: int) -> tuple[float, float]:
    engine = open_database(f"sqlite:///{folder}/settle.db", create=True)
    install(engine)
    fill(engine, clients)
    keep_what_is_loaded()
    begun, processor = time.perf_counter(), time.process_time()
    with writing(engine) as connection:
        found = cases(connection, TODAY)
        waiting = propose_all(connection, BY, TODAY, found)
    taken = time.perf_counter() - begun, time.process_time() - processor
    with writing(engine) as connection:
        after = cases(connection, TODAY)
    engine.dispose()
    assert not waiting
    assert len(after) == clients
    assert all(one.kept is not None for one in after)
    return taken


def fill(engine: Engine, clients: int) -> None:
    """Bring in so many clients with the figures of their year."""
    random = Random(SEED)
    with writing(engine) as connection:
        numbers = [
            add_loan(
                connection,
                Loan(0, 1, LIVING_ALLOWANCE, None, "-", YEAR.since, YEAR.since, "from-2020"),
                [],
                BY,
            )
            for _ in range(clients)
        ]
        record(connection, [draft for number in numbers for draft in _client(number, random)], BY)


def _client(number: int, random: Random) -> Iterator[Draft]:
    """One client: some months of assistance, and figures that lead to each kind of outcome."""
    year, day = YEAR.since.isoformat(), YEAR.since
    terms: dict[str, Any] = {"principal": "1.00", "annual_rate_percent": "0", "start": year, "instalments": 1}
    yield Draft(
        number, FactKind.GRANT, day, "grant", data=terms | {"first_due": "2075-01-01", "method": "bullet"}
    )
    yield Draft(number, FactKind.ASSISTANCE, day, "year", data={"book_year": year, "group": "established"})
    household, cents = random.choice(HOUSEHOLDS), random.randint(20_000, 150_000)
    for month in YEAR.months(1, random.randint(1, MOST_MONTHS)):
        says = {"month": f"{month:%Y-%m}", "household": household}
        yield Draft(number, FactKind.ADVANCE_PAID, month, f"{month}", cents, data=says)
    figures = {
        "profit": euros(random.randint(-500_000, 4_000_000)),
        "other_income": euros(random.randint(0, 500_000)),
        "own_capital": euros(random.randint(0, 5_500_000)),
        "income_tax_percent": "20",
    }
    says_year: dict[str, Any] = {"book_year": year, "figures": figures}
    yield Draft(number, FactKind.YEAR_FIGURES, date(2026, 7, 1), "figures", data=says_year)


if __name__ == "__main__":
    main()
