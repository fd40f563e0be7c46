"""Folders with the files of a portfolio, written by tests, and what importing them says."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]
from sqlalchemy import Engine, select

from backoffice.portfolio.importing import Imported, Request, import_portfolio
from backoffice.portfolio.problems import PortfolioRefused
from ledger.database import reading
from servicing.tables import debtor, fact, import_batch, loan

Row = dict[str, Any]
Files = dict[str, list[Row]]

DEBTOR: Row = {
    "number": "D-1",
    "name": "S. de Jong",
    "street": "Agorabaan",
    "house_number": "3",
    "postcode": "8232 AB",
    "city": "Lelystad",
}
LOAN: Row = {
    "number": "L-1",
    "creditor": "almere",
    "product": "bbz_business_capital",
    "debtors": "D-1",
    "application_date": "2023-11-15",
    "decision_date": "2024-01-01",
    "purpose": "bestelwagen",
    "amount": "25000.00",
    "rate": "8",
    "instalments": "60",
    "method": "annuity",
}
DISBURSEMENT: Row = {
    "loan": "L-1",
    "date": "2024-01-01",
    "amount": "25000.00",
    "reference": "U-1",
}
OPENING: Row = {
    "loan": "L-1",
    "cut_over": "2024-12-31",
    "principal": "20000.00",
    "next_due": "2025-01-31",
    "remaining_instalments": "48",
}
PAYMENT: Row = {"loan": "L-1", "date": "2024-02-01", "amount": "506.91", "reference": "B-1"}

PAID_OUT: Files = {"debtors": [DEBTOR], "loans": [LOAN], "disbursements": [DISBURSEMENT]}
"""A debtor, a loan and its disbursement."""

OPENED: Files = {"debtors": [DEBTOR], "loans": [LOAN], "opening_balances": [OPENING]}
"""A debtor, and a loan that is taken over with its balance."""


def csv_text(rows: list[Row], separator: str = ";") -> str:
    """Rows as CSV under the names of all their columns."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return text.getvalue()


def write_csv(folder: Path, files: Files) -> Path:
    """A folder with each table as a CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")
    return folder


def write_xlsx(path: Path, files: Files) -> Path:
    """A workbook with each table as a sheet; cells are what the rows hold."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in files.items():
        sheet = book.create_sheet(name)
        names = list(dict.fromkeys(key for row in rows for key in row))
        sheet.append(names)
        for row in rows:
            sheet.append([row.get(key) for key in names])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def bring(engine: Engine | None, folder: Path, **request: Any) -> Imported:
    """Import a folder as a test."""
    return import_portfolio(engine, Request(folder, "test", **request))


def refusal(engine: Engine | None, folder: Path, **request: Any) -> list[str]:
    """Every error in a folder, which must have some."""
    with pytest.raises(PortfolioRefused) as caught:
        bring(engine, folder, **request)
    return list(caught.value.lines)


def resting(engine: Engine | None, folder: Path, **request: Any) -> tuple[list[str], list[str]]:
    """Every error in a folder by file, row and column, and what is said of the lines that rest on those."""
    with pytest.raises(PortfolioRefused) as caught:
        bring(engine, folder, **request)
    lines = str(caught.value).splitlines()
    count = len(caught.value.lines)
    assert lines[1:] == [*caught.value.lines, *caught.value.resting]
    assert lines[0].startswith(f"{count} error")
    return [line.split(": ")[0] for line in caught.value.lines], list(caught.value.resting)


def held(engine: Engine) -> tuple[int, ...]:
    """How many debtors, loans, facts and imports the database holds."""
    with reading(engine) as connection:
        return tuple(
            len(connection.execute(select(table)).all()) for table in (debtor, loan, fact, import_batch)
        )
