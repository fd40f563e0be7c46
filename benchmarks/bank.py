"""`make bench-bank`: bank lines from the inbox to the books in one command, with the steps it takes and its memory.

Every loan has a row that falls due in the night, and is paid on that day by a line that names it; so the night also
does for each loan what it would do without a bank.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.databases import copied, sqlite
from benchmarks.lives import ARREARS_LIMITS, lives
from benchmarks.portfolio import CREDITORS, Size, build, life_number, loan_number
from benchmarks.run import NIGHT
from benchmarks.tables import circumstances, many, mid, show
from jobs.garbage import keep_what_is_loaded
from jobs.night import close_nights
from jobs.run import Options
from ledger.database import open_database
from ledger.fault_points import watched
from servicing.files import creditors
from tests.bank_account import Account, paying

MONTHS = 2


def main() -> None:
    """Measure with so many lines, so often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=int, nargs="?", default=100_000)
    parser.add_argument("runs", type=int, nargs="?", default=3)
    asked = parser.parse_args()
    show(f"{many(asked.lines)} lines, medians of {asked.runs} runs. {circumstances()}")
    size = Size(asked.lines, MONTHS, NIGHT)
    with sqlite() as databases, tempfile.TemporaryDirectory(prefix="aflos_inbox_") as folder:
        databases.prepare(lambda engine: build(engine, size))
        texts = list(_texts(size))
        taken = []
        for run in range(asked.runs):
            place = Path(folder) / str(run)
            for code, text in texts:
                (place / code).mkdir(parents=True)
                (place / code / "statement.xml").write_text(text, encoding="utf-8")
            with copied(databases) as engine:
                taken.append(_ran(engine.url.render_as_string(hide_password=False), place))
    for what, column in (("on the clock", 0), ("of computing", 1)):
        seconds = mid([float(each[column]) for each in taken])
        show(f"{seconds:.1f} s {what}, {asked.lines / seconds:,.0f} lines a second")
    show(
        f"peak {taken[-1][-1]} MB; of the last run: {', '.join(taken[-1][2:-1])}", f"After: {circumstances()}"
    )


def _texts(size: Size) -> Iterator[tuple[str, str]]:
    """A statement of each creditor with a line for each of its loans."""
    found = lives(size.night, size.months)
    for creditor in creditors().values():
        places = range(creditor.id - 1, size.loans, CREDITORS)
        amounts = ((loan_number(place), found[life_number(place, size)].state.instalment) for place in places)
        lines = [paying(loan, size.night, cents, f"R{loan}") for loan, cents in amounts]
        yield creditor.code, Account(iban=creditor.iban, lines=lines).statement()


def _ran(url: str, inbox: Path) -> list[str]:
    # Not as a module: the process that reads bank files would load it again, and with it much the command has not.
    command = [sys.executable, "-c", f"from benchmarks.bank import work\nwork({url!r})"]
    environment = os.environ | {"AFLOS_INBOX": str(inbox)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip().split(";")


def work(url: str) -> None:
    """Close the night as the command does and say how long each step took."""
    engine = open_database(url)
    keep_what_is_loaded()
    with _steps() as steps:
        begun, computed = time.perf_counter(), time.process_time()
        (manifest,) = close_nights(engine, NIGHT, Options(ARREARS_LIMITS))
        seconds, computing = time.perf_counter() - begun, time.process_time() - computed
    assert manifest["quarantined"] == []
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    bank = manifest["bank"]
    assert isinstance(bank, dict)
    assert bank["unmatched"] == 0
    show(";".join([f"{seconds:.3f}", f"{computing:.3f}", *steps(), f"{bank['lines']} lines", str(megabytes)]))


@contextmanager
def _steps() -> Iterator[Callable[[], list[str]]]:
    """When the last file was kept, and when the last unit of loans was done, in seconds from the start."""
    begun = time.perf_counter()
    seen: dict[str, float] = {}

    def note(place: str) -> None:
        seen[place] = time.perf_counter() - begun

    with watched(note):
        yield lambda: [f"{name} {seconds:.1f} s" for name, seconds in seen.items()]


if __name__ == "__main__":
    main()
