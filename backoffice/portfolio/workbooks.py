"""Excel workbooks (XLSX) as records of cells: bounded, without formulas, nothing in them ever run or fetched."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import PurePosixPath
from typing import IO, Protocol
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from backoffice.portfolio.columns import plain, table_names
from backoffice.portfolio.kinds import decimal_text

MOST_PARTS = 1000
MOST_UNPACKED = 1_000_000_000
MOST_STRINGS = 200_000_000
MOST_OTHER = 20_000_000
HIGHEST_RATIO = 400
"""A sheet of the same rows packs some 100 times smaller; a zip bomb 1,000 times."""

SMALLEST_BOMB = 1_000_000
MOST_COLUMNS = 32
"""Further to the right no table has anything."""

NOTES = {"toelichting", "uitleg", "explanation", "readme"}
"""Sheets that explain and hold no data."""

_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What openpyxl and zipfile raise for a workbook that is damaged or not one."""


class Unreadable(ValueError):
    """A file, or the rest of it from a row on, that cannot be read."""

    def __init__(self, rule: str, row: int = 0) -> None:
        super().__init__(rule)
        self.row = row


class Cell(Protocol):
    """What this module asks of a cell of openpyxl."""

    value: object
    data_type: str
    number_format: str


class Worksheet(Protocol):
    """What this module asks of a sheet of openpyxl."""

    title: str

    def reset_dimensions(self) -> None:
        """Forget the size the sheet states."""

    def iter_rows(self, *, max_col: int) -> Iterator[tuple[Cell, ...]]:
        """The rows, also the empty ones between others."""


class DayCell(str):
    """A cell that a spreadsheet holds as a day, in ISO form."""

    __slots__ = ()


class OddCell(str):
    """A cell that holds no plain value; the text says what instead."""

    __slots__ = ()


def sheets_of(content: bytes, named_as_table: bool) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:  # noqa: FBT001
    """The sheets with a table's name; if there is none and the file has such a name, the first one, titled "".

    Raises `Unreadable` for what is no workbook, is too large, or has a sheet that is not understood.
    """
    _check_parts(content)
    try:
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if plain(sheet.title) not in NOTES]
    except _BROKEN as wrong:
        raise Unreadable(f"is no workbook that can be read: {wrong}") from None
    tables = [sheet for sheet in sheets if plain(sheet.title) in table_names()]
    if not tables and named_as_table and sheets:
        tables = [sheets[0]]
    for sheet in sheets:
        if sheet not in tables and any(any(cells) for _, cells in _records(sheet)):
            raise Unreadable(
                f"sheet {sheet.title!r} is no table of a portfolio: rename it, or call it toelichting"
            )
    for sheet in tables:
        yield sheet.title if plain(sheet.title) in table_names() else "", _records(sheet)


def _records(sheet: Worksheet) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet; the size it states itself is not believed."""
    sheet.reset_dimensions()
    row = 0
    blank: object = None
    try:
        for row, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
            # Rows that are not in the file come as one and the same row, perhaps a million times.
            texts = [] if cells is blank else _texts(cells)
            blank = blank if texts else cells
            yield row, texts
    except _BROKEN as wrong:
        raise Unreadable(f"the sheet is damaged: {wrong}", row + 1) from None


def _texts(cells: Sequence[Cell]) -> list[str]:
    """The texts of a row up to the last one."""
    width = len(cells)
    while width and cells[width - 1].value is None:
        width -= 1
    return [cell_text(cell) for cell in cells[:width]]


def cell_text(cell: Cell) -> str:
    """What a cell shows, in a form that the columns understand; never through a binary fraction."""
    value = cell.value
    if isinstance(value, str) and cell.data_type not in {"f", "e"}:
        return value.strip()
    match value:
        case None:
            return ""
        case datetime() if value.time() == time():
            return DayCell(value.date().isoformat())
        case datetime() | time():
            return OddCell("a time of day")
        case date():
            return DayCell(value.isoformat())
        case bool():
            return OddCell(str(value).upper())
        case int() | float():
            return _number_text(value, is_percent="%" in (cell.number_format or ""))
        case _:
            return OddCell("a formula" if cell.data_type == "f" else str(value))


def _number_text(value: float, *, is_percent: bool) -> str:
    """A percentage is kept as a part of 1 and shown as 8%: read it as it is shown."""
    if not isfinite(value):
        return OddCell("a number too large for a workbook")
    if is_percent:
        return f"{(Decimal(repr(value)) * 100).normalize():f}%"
    return str(int(value)) if value == int(value) else decimal_text(value)


def _check_parts(content: bytes) -> None:
    """Refuse bombs, nested archives, paths that lead out and DTDs before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            for part in parts:
                _check_name(part)
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        _refuse_dtd(part.filename, stream)
    except Unreadable:
        raise
    except _BROKEN as wrong:
        raise Unreadable(f"is no workbook (XLSX): {wrong}") from None


def _check_sizes(parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable(f"unpacks to more than {MOST_PARTS} parts or {MOST_UNPACKED} bytes: refused")
    for part in parts:
        name = part.filename.lower()
        largest = MOST_UNPACKED if "worksheets/" in name else MOST_OTHER
        largest = MOST_STRINGS if name.endswith("sharedstrings.xml") else largest
        ratio = part.file_size // max(part.compress_size, 1)
        if part.file_size > largest or (ratio > HIGHEST_RATIO and part.file_size > SMALLEST_BOMB):
            raise Unreadable(f"{part.filename!r} unpacks to {part.file_size} bytes: refused")


def _check_name(part: zipfile.ZipInfo) -> None:
    path = PurePosixPath(part.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in part.filename or ":" in part.filename:
        raise Unreadable(f"{part.filename!r} leads out of the archive: refused")
    if path.suffix.lower() in {".zip", ".xlsx", ".xlsm", ".docx", ".gz", ".7z", ".rar"}:
        raise Unreadable(f"{part.filename!r} is an archive in the archive: refused")
    if part.flag_bits & 1:
        raise Unreadable("is locked with a password: save it without one")


class _PrologRead(Exception):
    """The root element has begun, so that no DTD can come any more."""


def _refuse_dtd(name: str, stream: IO[bytes]) -> None:
    parser = expat.ParserCreate()

    def on_dtd(*_: object) -> None:
        raise Unreadable(f"{name!r} holds a document type: refused")

    def on_root(*_: object) -> None:
        raise _PrologRead

    parser.StartDoctypeDeclHandler = on_dtd
    parser.StartElementHandler = on_root
    try:
        while part := stream.read(65536):
            parser.Parse(part, False)  # noqa: FBT003 - positional only
    except _PrologRead:
        return
    except expat.ExpatError as wrong:
        raise Unreadable(f"{name!r} is no XML: {wrong}") from None
