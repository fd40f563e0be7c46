"""What was measured as tables in Markdown, with the circumstances they were measured in."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from statistics import median


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are figures."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in [lines[0], rule, *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cells[0].ljust(widths[0])]
    padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return f"| {' | '.join(padded)} |"


def circumstances() -> str:
    """The machine in a few words, and how busy it is with other work."""
    load = ", ".join(format(part, ".1f") for part in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; "
        f"load average {load}"
    )


def show(*texts: str) -> None:
    """Print texts with an empty line after each, at once."""
    for text in texts:
        sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Say what is being done, on the other stream."""
    sys.stderr.write(f"{text}\n")


def mid(seconds: Sequence[float]) -> float:
    """The median."""
    return median(seconds)


def many(number: float) -> str:
    """A large number: 23,400."""
    return f"{number:,.0f}"
