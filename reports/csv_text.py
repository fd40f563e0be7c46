"""Tables as CSV (RFC 4180) that a spreadsheet opens as what they are: no text becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from moneyed import Money

from servicing.wording import printable

FORMULA_STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the beginning of a formula, full-width forms too (OWASP ASVS 5, 1.2.10)."""

Cell = str | int | Money


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows under their headers; texts are made harmless, amounts stay numbers such as -12.50."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def amount_text(amount: Money) -> str:
    """The amount in euros with two decimals and a point, such as "506.91"."""
    return f"{amount.amount:.2f}"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Money):
        return amount_text(cell)
    return harmless(cell) if isinstance(cell, str) else str(cell)


def harmless(text: str) -> str:
    """The text as a spreadsheet shows it and a terminal prints it, never as something to carry out."""
    seen = printable(text)
    return f"'{seen}" if seen.lstrip()[:1] and seen.lstrip()[0] in FORMULA_STARTS else seen
