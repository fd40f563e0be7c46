"""The files of a folder as records of cells, each with its row; what cannot be read is refused as a whole."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from backoffice.given_files import content_of
from backoffice.portfolio.columns import COMPARED, TABLE_NAMES, Table, TableName, plain, table_names, tables
from backoffice.portfolio.problems import Place, Problems
from backoffice.portfolio.workbooks import Unreadable, sheets_of
from ledger.errors import BadInput, IoFailed

MOST_BYTES = 500_000_000
MOST_ROWS = 2_000_000
MOST_SHEET_ROWS = 1_048_576
"""No spreadsheet program has more."""

DATA_SUFFIXES = frozenset({".csv", ".xlsx", ".xlsm", ".xls", ".ods", ".tsv"})
TEXT_SUFFIXES = frozenset({"", ".txt"})

ENCODINGS = ("utf-8", "windows-1252", "iso-8859-15", "utf-16")

Record = tuple[int, list[str]]
"""The number of a row as a spreadsheet shows it, and its cells."""


class Sheet(NamedTuple):
    """One file, or one sheet of a workbook, that holds a table; `records` can be read once."""

    table: Table
    file: str
    records: Iterator[Record]


class Folder(NamedTuple):
    """What a folder holds: its tables, and the SHA-256 over what the files hold."""

    name: str
    sheets: dict[TableName, Sheet]
    sha256: str


def read_folder(folder: Path, encoding: str, problems: Problems) -> Folder:
    """The tables in the CSV and XLSX files of a folder; raises `BadInput` or `IoFailed` without any."""
    sheets: dict[TableName, Sheet] = {}
    digests = []
    for path in _files(folder):
        try:
            content = _content(path)
            found = list(_sheets(path, content, encoding))
        except Unreadable as wrong:
            problems.add(Place(path.name, wrong.row), "", None, str(wrong))
            problems.refused_whole.add(table_names().get(plain(path.stem), path.stem))
            continue
        for sheet in found:
            if sheet.table.name in sheets:
                other = sheets[sheet.table.name].file
                problems.add(Place(sheet.file, 0), "", None, f"the same table stands in {other} already")
            sheets[sheet.table.name] = sheet
        names = " ".join(sorted(sheet.table.name for sheet in found))
        digests.append(f"{names} {hashlib.sha256(content).hexdigest()}")
    if not sheets and not problems.error_count:
        names = ", ".join(f"{name}.csv" for name in TABLE_NAMES if name != COMPARED)
        raise BadInput(f"{folder}: holds none of {names} (or .xlsx, or with Dutch names)")
    return Folder(folder.name, sheets, hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest())


def read_compared(path: Path, encoding: str) -> Sheet:
    """The balances of another administration in a CSV or XLSX file of any name; raises `Unreadable`, `IoFailed`."""
    content = content_of(path, MOST_BYTES)
    table = tables()[COMPARED]
    if path.suffix.lower() == ".xlsx":
        _, records = next(iter(sheets_of(content, named_as_table=True)))
        return Sheet(table, path.name, _bounded(records, MOST_SHEET_ROWS))
    return Sheet(table, path.name, _bounded(csv_records(_decoded(content, encoding)), MOST_ROWS))


def csv_records(text: str) -> Iterator[Record]:
    """The records of a CSV text, separated by semicolons or commas; raises `Unreadable` where it breaks."""
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            yield row, cells
    except csv.Error as wrong:
        raise Unreadable(f"is not CSV: {wrong}", row + 1) from None


def _files(folder: Path) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"{folder}: must be a folder that exists") from None
    except OSError as wrong:
        raise IoFailed(f"{folder}: {wrong.strerror}") from wrong
    return [path for path in paths if _is_data(path)]


def _is_data(path: Path) -> bool:
    """Whether something in the folder is meant for the portfolio; locks of office programs and notes are not."""
    if path.name.startswith((".", "~$")):
        return False
    # A table that was saved as text: payments that are passed over in silence would be lost.
    is_text = path.suffix.lower() in TEXT_SUFFIXES and plain(path.stem) in table_names() and not path.is_dir()
    return is_text or path.suffix.lower() in DATA_SUFFIXES


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise Unreadable("is no file that can be read: a folder, or a link to nothing")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{path}: larger than {MOST_BYTES} bytes: split it over more imports")
        return path.read_bytes()
    except OSError as wrong:
        raise IoFailed(f"{path}: {wrong.strerror}") from wrong


def _sheets(path: Path, content: bytes, encoding: str) -> Iterator[Sheet]:
    if path.suffix.lower() == ".csv":
        text = _decoded(content, encoding)
        yield Sheet(_table(path.stem), path.name, _bounded(csv_records(text), MOST_ROWS))
    elif path.suffix.lower() == ".xlsx":
        for title, records in sheets_of(content, plain(path.stem) in table_names()):
            label = f"{path.name}[{title}]" if title else path.name
            yield Sheet(_table(title or path.stem), label, _bounded(records, MOST_SHEET_ROWS))
    else:
        ending = path.suffix or "a file without an ending"
        raise Unreadable(f"is no CSV or XLSX: save it as one of these, not as {ending}")


def _table(name: str) -> Table:
    found = table_names().get(plain(name))
    if found is None:
        whole = (each for each in tables().values() if each.name != COMPARED)
        known = ", ".join(f"{each.name} ({each.names['nl']})" for each in whole)
        raise Unreadable(f"{name!r} is no table of a portfolio; known are {known}")
    if found == COMPARED:
        raise Unreadable("is no part of a portfolio: aflos import compare lays it beside the books")
    return tables()[found]


def _bounded(records: Iterable[Record], most: int) -> Iterator[Record]:
    for row, cells in records:
        if row > most:
            raise Unreadable(f"more than {most} rows: split it over more imports", row)
        yield row, cells


def _decoded(content: bytes, encoding: str) -> str:
    """The text in the encoding that was declared; refused as a whole otherwise, never guessed."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and encoding != "utf-16":
        raise Unreadable("is UTF-16: save it as CSV UTF-8, or give --encoding utf-16", 1)
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode(encoding)
    except UnicodeDecodeError as wrong:
        row = wrong.object.count(b"\n", 0, wrong.start) + 1
        byte = wrong.object[wrong.start]
        way_out = (
            "save it as CSV UTF-8, or give --encoding windows-1252" if encoding == "utf-8" else "refused"
        )
        raise Unreadable(f"byte 0x{byte:02x} is not {encoding.upper()}: {way_out}", row) from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable("holds a NUL character: this is no text file", row)
    return text
