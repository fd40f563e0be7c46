"""`make bench-camt`: a bank file of so many bytes is written, read to its end in a process of its own, and removed."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from bank.camt import read_camt
from bank.statement import Line
from benchmarks.tables import circumstances, many, show
from tests.bank_account import ALMERE, camt, paying

GIGABYTE = 1_000_000_000
LOANS, DAYS, CENTS = 1_000, 365, 50_691


def main() -> None:
    """Write and read a file; with --read, be the process that reads it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bytes", type=int, nargs="?", default=2 * GIGABYTE)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(tempfile.gettempdir()))
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        _read(asked.read)
        return
    show(f"A file of {many(asked.bytes)} bytes. {circumstances()}")
    with tempfile.TemporaryDirectory(prefix="aflos_camt_", dir=asked.folder) as folder:
        path = Path(folder) / "statement.xml"
        _write(path, asked.bytes)
        command = [sys.executable, "-m", "benchmarks.bank_stream", "--read", str(path)]
        show(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def _write(path: Path, size: int) -> None:
    """The lines of some loans, over and over, under balances that hold all of them."""
    begin, end = date(2025, 1, 1), date(2025, 12, 31)
    lines = [
        paying(100000001 + number, begin + timedelta(days=number % DAYS), CENTS, f"R{number}")
        for number in range(LOANS)
    ]
    once = camt(ALMERE, (0, begin, 0, end), lines)
    entries = once[once.index("<Ntry>") : once.index("</Stmt>")]
    times = max(1, size // len(entries))
    around = camt(ALMERE, (0, begin, times * LOANS * CENTS, end), [])
    place = around.index("</Stmt>")
    with path.open("w", encoding="utf-8") as file:
        file.write(around[:place])
        for _ in range(times):
            file.write(entries)
        file.write(around[place:])


def _read(path: Path) -> None:
    """Read to the end, keep nothing, and say how long that took and the most memory it took."""
    before = _megabytes()
    begun, computed, lines = time.perf_counter(), time.process_time(), 0
    with path.open("rb") as stream:
        for item in read_camt(stream, path.name):
            lines += isinstance(item, Line)
    seconds, computing = time.perf_counter() - begun, time.process_time() - computed
    show(
        f"{many(lines)} lines in {seconds:.0f} s ({computing:.0f} s of computing, "
        f"{lines / computing:,.0f} lines a second of computing); "
        f"peak memory {_megabytes()} MB, {before} MB of it before the file"
    )


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
