"""What is wrong with the files, collected so that one run names all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.errors import BadInput
from servicing.debtors.values import without_bsn

MOST_SHOWN = 1000
LONGEST_VALUE = 60
EMPTY = "(empty)"
HIDDEN = "(not shown)"


class PortfolioRefused(BadInput):
    """The files cannot be imported (or compared); nothing was written. Holds every problem as a line."""

    def __init__(
        self, lines: Sequence[str], count: int, done: str = "imported", resting: Sequence[str] = ()
    ) -> None:
        more = [f"... and {count - len(lines)} more"] if count > len(lines) else []
        noun = "error" if count == 1 else "errors"
        super().__init__("\n".join([f"{count} {noun}, nothing was {done}", *lines, *more, *resting]))
        self.lines = tuple(lines)
        self.count = count
        self.resting = tuple(resting)


class Place(NamedTuple):
    """A row of a file, as the spreadsheet numbers it; row 0 is the file as a whole."""

    file: str
    row: int

    def __str__(self) -> str:
        """As the source of a fact: payments.csv:17."""
        return f"{self.file}:{self.row}" if self.row else self.file


@dataclass(slots=True)
class Problems:
    """Errors and warnings so far; of each at most a thousand are kept, all are counted."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error_count: int = 0
    warning_count: int = 0
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    """Columns as their file calls them, by file and English name."""
    refused: set[tuple[str, object]] = field(default_factory=set)
    """Tables and numbers of rows that have an error, so that what names them is not called an error too."""

    refused_whole: set[str] = field(default_factory=set)
    """Tables of which the file, or the rest of it, was not read: nobody knows what stands in it."""

    resting: dict[str, set[int]] = field(default_factory=dict)
    """Rows by file that name a row with an error: they wait for it, and are no error of their own by that."""

    def is_refused(self, table: str, number: object) -> bool:
        """Whether a row with this number stands in a file but has an error, or may stand in one that was not read."""
        return table in self.refused_whole or (table, number) in self.refused

    def rest(self, place: Place) -> None:
        """Note that a row names one that was refused: what of it depends on that one is not looked at now."""
        self.resting.setdefault(place.file, set()).add(place.row)

    def add(self, place: Place, column: str, value: object, expected: str) -> None:
        """Note that a value is not what is expected; None shows no value."""
        self.error_count += 1
        if len(self.errors) < MOST_SHOWN:
            self.errors.append(line(place, self._header(place, column), value, expected))

    def warn(self, place: Place, column: str, value: object, expected: str) -> None:
        """Note something odd that does not stop the import."""
        self.warning_count += 1
        if len(self.warnings) < MOST_SHOWN:
            self.warnings.append(line(place, self._header(place, column), value, expected))

    def _header(self, place: Place, column: str) -> str:
        return self.headers.get((place.file, column), column)

    def stop(self, done: str = "imported") -> None:
        """Raise `PortfolioRefused` if there was any error; `done` is what was not done."""
        if self.error_count:
            told = [_resting(file, len(rows)) for file, rows in sorted(self.resting.items())]
            raise PortfolioRefused(self.errors, self.error_count, done, told)


def line(place: Place, column: str, value: object, expected: str) -> str:
    """One problem as file:row:column: value: what is expected."""
    where = ":".join(str(part) for part in (_printable(place.file), place.row or "", column) if part)
    return f"{where}: {shown(value)}: {expected}" if value is not None else f"{where}: {expected}"


def _resting(file: str, number: int) -> str:
    what = "1 line rests" if number == 1 else f"{number} lines rest"
    return f"{_printable(file)}: {what} on lines that were refused: put those right, and import again"


def shown(value: object) -> str:
    """A value short, without characters that steer a terminal, and with any BSN in the wrong column masked."""
    text = str(value)
    if not text:
        return EMPTY
    short = text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."
    return without_bsn(_printable(short))


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
