"""Templates of the files, and the page that documents their columns, both made from columns.yaml."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

from backoffice.portfolio.columns import COMPARED, Column, Language, Table, tables
from backoffice.portfolio.kinds import Kind, amount, day
from ledger.day import LAST_DAY
from ledger.errors import IoFailed
from ledger.money import LARGEST_CENTS
from servicing.debtors.values import EARLIEST_BIRTH

LANGUAGES: tuple[Language, ...] = ("en", "nl")
FORMATS: dict[Kind, str] = {
    "amount": "#,##0.00",
    "balance": "#,##0.00",
    "movement": "#,##0.00",
    "day": "dd-mm-yyyy",
    "coming_day": "dd-mm-yyyy",
    "birth": "dd-mm-yyyy",
    "percent": "General",
    "count": "0",
    "balance_count": "0",
}
"""How a spreadsheet shows a column; every other one is text, so that no zero and no number is changed."""

TEXT = "@"
NOTES = {"en": "explanation", "nl": "toelichting"}
MADE_ON = datetime(2025, 1, 1)  # noqa: DTZ001 - a workbook's properties know no time zone


def write_templates(folder: Path) -> list[Path]:
    """Write all templates under a folder, by language and form; their paths. Raises `IoFailed`."""
    written = []
    try:
        for language in LANGUAGES:
            for table in tables().values():
                for path, content in (
                    (place_of(folder, table, language, "csv"), csv_template(table, language)),
                    (place_of(folder, table, language, "xlsx"), xlsx_template(table, language)),
                ):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
                    written.append(path)
    except OSError as wrong:
        raise IoFailed(f"{folder}: {wrong.strerror}") from wrong
    return written


def place_of(folder: Path, table: Table, language: Language, form: str) -> Path:
    """Where the template of a table stands; what is no part of a portfolio stands apart."""
    kind = "compare" if table.name == COMPARED else form
    return folder / language / kind / f"{table.names[language]}.{form}"


def csv_template(table: Table, language: Language) -> bytes:
    """A file with the names of the columns and one example, with semicolons, as Dutch spreadsheets read it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.names[language] for column in table.columns])
    writer.writerows(zip(*(column.examples[language] for column in table.columns), strict=True))
    return text.getvalue().encode("utf-8-sig")


def xlsx_template(table: Table, language: Language) -> bytes:
    """A workbook with the names of the columns, one example, and a sheet that explains each."""
    book = Workbook()
    book.properties.created = book.properties.modified = MADE_ON
    sheet = book.active
    sheet.title = table.names[language]
    notes = book.create_sheet(NOTES[language])
    for at, column in enumerate(table.columns, start=1):
        _write_column(sheet, at, column, language)
        notes.append([column.names[language], column.about[language]])
    sheet.freeze_panes = "A2"
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 28, 100
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def documented(table: Table) -> str:
    """The columns of a table in Markdown, as docs/import.md has them."""
    lines = ["| column | kolom | required | example | meaning |", "|---|---|---|---|---|"]
    for column in table.columns:
        shown = next(filter(None, column.examples["en"]), "")
        example = f"`{shown}`" if shown else ""
        cells = (
            f"`{column.name}`",
            f"`{column.names['nl']}`",
            "yes" if column.required else "",
            example,
            column.about["en"].replace("|", "\\|"),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _write_column(sheet: Worksheet, at: int, column: Column, language: Language) -> None:
    name = column.names[language]
    head = sheet.cell(row=1, column=at, value=name)
    head.font = Font(bold=True)
    shape = sheet.column_dimensions[head.column_letter]
    shape.width = max(12, len(name) + 2)
    # For the rows below as well, so that what is typed or pasted there stays what it is.
    shape.number_format = FORMATS.get(column.kind, TEXT)
    for row, example in enumerate(column.examples[language], start=2):
        cell = sheet.cell(row=row, column=at, value=_typed(column.kind, example))
        cell.number_format = FORMATS.get(column.kind, TEXT)


def _typed(kind: Kind, example: str) -> object:
    """The example as a spreadsheet keeps it: days as days, numbers as numbers, all else as text."""
    if not example:
        return None
    match kind:
        case "amount" | "balance":
            return amount(example, smallest=0) / 100
        case "movement":
            return amount(example, smallest=-LARGEST_CENTS) / 100
        case "day" | "coming_day" | "birth":
            return day(example, first=EARLIEST_BIRTH, last=LAST_DAY)
        case "count" | "balance_count" | "percent":
            return int(example)
        case _:
            return example
