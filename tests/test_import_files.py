"""Files of a portfolio: CSV and workbooks are read as they are, or refused as a whole and named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]

from backoffice.portfolio import workbooks
from backoffice.portfolio.importing import Imported
from ledger.errors import BadInput
from tests.portfolios import (
    DEBTOR,
    DISBURSEMENT,
    LOAN,
    OPENED,
    PAID_OUT,
    PAYMENT,
    Files,
    bring,
    csv_text,
    refusal,
    write_csv,
    write_xlsx,
)

COUNTED = (
    "a day such as 2025-03-01 or 01-03-2025; this is how a spreadsheet counts days: "
    "give the column the form of a date"
)


def checked(folder: Path, **request: Any) -> Imported:
    """The files alone, without a database."""
    return bring(None, folder, dry_run=True, **request)


def refused(folder: Path, **request: Any) -> list[str]:
    return refusal(None, folder, dry_run=True, **request)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "files", PAID_OUT)


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_csv_with_either_separator_and_with_a_mark(folder: Path, separator: str, bom: bytes) -> None:
    text = csv_text([DISBURSEMENT | {"amount": "25.000,00"}], separator)
    (folder / "disbursements.csv").write_bytes(bom + text.encode())
    assert checked(folder).proof["total"]["disbursed"] == "25000.00"


def test_blank_rows_and_missing_last_cells_are_nothing(folder: Path) -> None:
    text = csv_text([PAYMENT | {"reversed_on": ""}])
    (folder / "payments.csv").write_text(f"{text}\n;;\nL-1;2024-03-01;506,91;B-2\n \n", encoding="utf-8")
    assert checked(folder).proof["total"]["payments"] == 2


def test_a_cell_too_many_is_refused(folder: Path) -> None:
    rows = "loan,date,amount,reference\nL-1,2024-02-01,506,91,B-1\n"
    (folder / "payments.csv").write_text(rows, encoding="utf-8")
    assert refused(folder) == ["payments.csv:2: B-1: no cell here: there is no column name above it"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "naam\nRen\xe9e".encode("latin-1"),
            "debtors.csv:2: byte 0xe9 is not UTF-8: save it as CSV UTF-8, or give --encoding windows-1252",
        ),
        (
            "naam".encode("utf-16"),
            "debtors.csv:1: is UTF-16: save it as CSV UTF-8, or give --encoding utf-16",
        ),
        (b"number;name\nD-1;a\x00b\n", "debtors.csv:2: holds a NUL character: this is no text file"),
        (b'number;name\nD-1;"a\n', "debtors.csv:2: is not CSV: unexpected end of data"),
        (b'number;name\nD-1;"a"b\n', "debtors.csv:2: is not CSV: ';' expected after '\"'"),
        (
            b"",
            "debtors.csv:1: the column number (debiteurnummer) is missing: the office's own number of the debtor",
        ),
    ],
)
def test_h5_a_file_that_is_no_csv_is_refused_whole(folder: Path, content: bytes, expected: str) -> None:
    (folder / "debtors.csv").write_bytes(content)
    assert expected in refused(folder)


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-15", "utf-16"])
def test_h5_another_encoding_can_be_declared(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "debtors.csv").write_bytes(csv_text([DEBTOR | {"name": "Renée Çelik"}]).encode(encoding))
    checked(tmp_path, encoding=encoding)


def test_names_of_files_and_columns_in_dutch(tmp_path: Path) -> None:
    lines = {
        "Debiteuren": "Debiteurnummer;Naam;BSN\nD-1;S. de Jong;\n",
        "leningen": (
            "Leningnummer;Gemeente;Regeling;Debiteur;Datum aanvraag;Besluitdatum;Doel;"
            "Hoofdsom;Aantal termijnen;Methode\n"
            "L-1;Almere;bbz_business_capital;D-1;15-11-2023;1-1-2024;bus;25.000,00;60;annuïteit\n"
        ),
        "uitbetalingen": "leningnummer;valutadatum;bedrag\nL-1;1-1-2024;25.000,00\n",
        "betalingen": "leningnummer;betaaldatum;bedrag;kenmerk\nL-1;1-2-2024;506,91;B-1\n",
    }
    for name, text in lines.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert checked(tmp_path).proof["total"]["paid"] == "506.91"


def test_an_error_names_file_row_and_column_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "debiteuren.csv").write_text(
        "Nummer;Naam;Geb.datum;Geboortedatum\nD-1;A;;1-13-1980\n", encoding="utf-8"
    )
    known = "number (debiteurnummer), name (naam), street (straat)"
    (unknown,) = refused(tmp_path)
    assert unknown.startswith(f"debiteuren.csv:1:Geb.datum: unknown column; known are {known}")
    (tmp_path / "debiteuren.csv").write_text("Nummer;Naam;Geboortedatum\nD-1;A;1-13-1980\n", encoding="utf-8")
    expected = "a day of the calendar; a day such as 2025-03-01 or 01-03-2025"
    assert refused(tmp_path) == [f"debiteuren.csv:2:Geboortedatum: 1-13-1980: {expected}"]


def test_a_column_twice_and_a_column_missing(folder: Path) -> None:
    (folder / "payments.csv").write_text("loan;lening;date;reference\n", encoding="utf-8")
    assert refused(folder) == [
        "payments.csv:1:loan: the column loan stands twice",
        "payments.csv:1:lening: the column loan stands twice",
        "payments.csv:1: the column amount (bedrag) is missing: in euros",
    ]
    (folder / "payments.csv").write_text("loan;amount;amount;date;reference\n", encoding="utf-8")
    assert refused(folder) == ["payments.csv:1:amount: the column amount stands twice"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "leners.csv",
            "'leners' is no table of a portfolio; known are debtors (debiteuren), loans (leningen)",
        ),
        ("loans.ods", "is no CSV or XLSX: save it as one of these, not as .ods"),
        ("loans.xlsm", "is no CSV or XLSX: save it as one of these, not as .xlsm"),
        ("leningen.csv", "the same table stands in"),
        ("betalingen.txt", "is no CSV or XLSX: save it as one of these, not as .txt"),
        ("betalingen", "is no CSV or XLSX: save it as one of these, not as a file without an ending"),
        ("lee\nners.csv", "lee\\u000aners.csv: 'lee"),
    ],
)
def test_a_file_that_does_not_belong_is_named(folder: Path, name: str, expected: str) -> None:
    (folder / name).write_text("number\n", encoding="utf-8")
    assert any(expected in line for line in refused(folder))


def test_what_is_called_as_a_table_and_is_no_file_is_not_passed_over(folder: Path) -> None:
    (folder / "payments.csv").mkdir()
    expected = "payments.csv: is no file that can be read: a folder, or a link to nothing"
    assert refused(folder) == [expected]
    (folder / "payments.csv").rmdir()
    (folder / "payments.csv").symlink_to(folder / "gone.csv")
    assert refused(folder) == [expected]


def test_notes_and_locks_beside_the_files_are_left_alone(folder: Path) -> None:
    for name in ("README.txt", "~$loans.xlsx", ".~lock.loans.csv", "besluit.pdf"):
        (folder / name).write_text("?", encoding="utf-8")
    (folder / "besluiten").mkdir()
    checked(folder)


def test_a_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds none of debtors.csv, loans.csv, disbursements.csv"):
        checked(tmp_path)
    with pytest.raises(BadInput, match="must be a folder that exists"):
        checked(tmp_path / "nowhere")


def test_one_workbook_with_all_sheets(tmp_path: Path) -> None:
    typed: Files = {
        "debiteuren": [DEBTOR | {"birth_date": datetime(1971, 4, 17)}],  # noqa: DTZ001 - as a spreadsheet has it
        "leningen": [
            LOAN | {"amount": 25000, "rate": 8.5, "instalments": 60, "decision_date": date(2024, 1, 1)}
        ],
        "uitbetalingen": [DISBURSEMENT | {"amount": 25000.0, "date": date(2024, 1, 1)}],
        "payments": [PAYMENT | {"amount": 506.91}],
        "toelichting": [{"wat": "een verhaal"}],
        "Blad7": [],
    }
    write_xlsx(tmp_path / "portefeuille.xlsx", typed)
    total = checked(tmp_path).proof["total"]
    assert (total["granted"], total["disbursed"], total["paid"]) == ("25000.00", "25000.00", "506.91")


def test_a_workbook_a_table_whatever_its_sheet_is_called(tmp_path: Path) -> None:
    for name, rows in PAID_OUT.items():
        write_xlsx(tmp_path / f"{name}.xlsx", {"Blad1": rows})
    assert checked(tmp_path).proof["total"]["loans"] == 1


def test_a_sheet_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "alles.xlsx", {**PAID_OUT, "paymnets": [PAYMENT]})
    assert refused(tmp_path) == [
        "alles.xlsx: sheet 'paymnets' is no table of a portfolio: rename it, or call it toelichting"
    ]


NO_VALUE = "a plain value, no formula, error, time or truth value"


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("amount", "=500+6.91", f"a formula: {NO_VALUE}"),
        ("amount", True, f"TRUE: {NO_VALUE}"),
        ("amount", "#N/A", f"#N/A: {NO_VALUE}"),
        ("amount", time(9, 30), f"a time of day: {NO_VALUE}"),
        (
            "amount",
            506.905,
            "506.905: ambiguous, thousands or decimals: write it with two decimals, such as 1234,00 or 1,23",
        ),
        (
            "amount",
            1 / 3,
            "0.3333333333333333: an amount in euros such as 1.234,56 or 1234.56, with at most two decimals",
        ),
        ("date", datetime(2024, 2, 1, 12), f"a time of day: {NO_VALUE}"),  # noqa: DTZ001 - as a spreadsheet has it
        ("date", 45323, f"45323: {COUNTED}"),
        (
            "reference",
            date(2024, 2, 1),
            "2024-02-01: no day: the spreadsheet took it for one; make the column text",
        ),
    ],
)
def test_a_cell_without_a_plain_value_is_refused(
    tmp_path: Path, cell: str, value: object, expected: str
) -> None:
    write_xlsx(tmp_path / "alles.xlsx", {**PAID_OUT, "payments": [PAYMENT | {cell: value}]})
    assert refused(tmp_path) == [f"alles.xlsx[payments]:2:{cell}: {expected}"]


def test_h15_a_bsn_typed_as_a_number_has_lost_its_zero(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "debtors.xlsx", {"debtors": [DEBTOR | {"bsn": 12345672}]})
    expected = "8 characters: must be nine digits, a leading zero written"
    assert refused(tmp_path) == [f"debtors.xlsx[debtors]:2:bsn: (not shown): {expected}"]


def test_a_percentage_cell_is_read_as_it_is_shown(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "alles.xlsx", {**PAID_OUT, "loans": [LOAN | {"rate": 0.07}]})
    book = load_workbook(path)
    column = [cell.value for cell in book["loans"][1]].index("rate") + 1
    book["loans"].cell(row=2, column=column).number_format = "0%"
    book.save(path)
    (warning,) = (each for each in checked(tmp_path).warnings if ":rate:" in each)
    assert warning == "alles.xlsx[loans]:2:rate: 7: the law says 8 on 2024-01-01; the file's is kept"


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    rows = [PAYMENT | {"reference": f"B-{number}"} for number in range(30)]
    path = write_xlsx(tmp_path / "alles.xlsx", {**PAID_OUT, "payments": rows})
    changed(path, "xl/worksheets/sheet4.xml", lambda text: text.replace(b'ref="A1:D31"', b'ref="A1:D2"'))
    assert checked(tmp_path).proof["total"]["payments"] == 30


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {each.filename: archive.read(each) for each in archive.infolist()}
    assert parts[part] != change(parts[part])
    parts[part] = change(parts[part])
    rewritten(path, parts)


def rewritten(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_h7_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "loans.xlsx"
    rewritten(path, {"xl/worksheets/sheet1.xml": b"<a>" + b" " * 50_000_000 + b"</a>"})
    assert refused(tmp_path) == ["loans.xlsx: 'xl/worksheets/sheet1.xml' unpacks to 50000007 bytes: refused"]


def test_h7_too_many_parts_are_refused(tmp_path: Path) -> None:
    rewritten(tmp_path / "loans.xlsx", {f"xl/a{number}.xml": b"" for number in range(1001)})
    assert refused(tmp_path) == ["loans.xlsx: unpacks to more than 1000 parts or 1000000000 bytes: refused"]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("../../etc/cron.d/a.xml", "'../../etc/cron.d/a.xml' leads out of the archive: refused"),
        ("/etc/a.xml", "'/etc/a.xml' leads out of the archive: refused"),
        ("c:/a.xml", "'c:/a.xml' leads out of the archive: refused"),
        ("xl/embeddings/b.zip", "'xl/embeddings/b.zip' is an archive in the archive: refused"),
    ],
)
def test_h7_a_path_or_an_archive_in_the_archive_is_refused(tmp_path: Path, part: str, expected: str) -> None:
    rewritten(tmp_path / "loans.xlsx", {part: b"<a/>"})
    assert refused(tmp_path) == [f"loans.xlsx: {expected}"]


def test_h1_a_document_type_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "loans.xlsx", OPENED)
    dtd = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    changed(path, "xl/workbook.xml", lambda text: dtd + text)
    assert refused(tmp_path) == ["loans.xlsx: 'xl/workbook.xml' holds a document type: refused"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"number;name", b"\xd0\xcf\x11\xe0"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "loans.xlsx").write_bytes(content)
    (line,) = refused(tmp_path)
    assert line.startswith("loans.xlsx: is no workbook (XLSX): ")


def test_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "alles.xlsx", OPENED)
    changed(path, "xl/worksheets/sheet2.xml", lambda text: text[: len(text) // 2])
    (line,) = [each for each in refused(tmp_path) if "damaged" in each]
    assert line.startswith("alles.xlsx[loans]:1: the sheet is damaged: ")


def test_a_row_far_down_is_refused_quickly(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "alles.xlsx", OPENED)
    changed(path, "xl/worksheets/sheet2.xml", lambda text: text.replace(b'<row r="2"', b'<row r="99999999"'))
    (line,) = [each for each in refused(tmp_path) if "rows" in each]
    assert line == "alles.xlsx[loans]:1048577: more than 1048576 rows: split it over more imports"


def test_a_number_is_read_as_it_was_typed() -> None:
    book = Workbook()
    book.active.append([506.91, 1234567.1, 8, 25000.0, 1e-7, "  D-1 "])
    content = io.BytesIO()
    book.save(content)
    sheet = load_workbook(content, read_only=True).active
    (row,) = sheet.iter_rows()
    texts = [workbooks.cell_text(cell) for cell in row]
    assert texts == ["506.91", "1234567.1", "8", "25000", "0.0000001", "D-1"]


def test_a_number_beyond_all_numbers_is_refused_in_its_cell(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "alles.xlsx", {**PAID_OUT, "payments": [PAYMENT | {"amount": 506.91}]})
    changed(path, "xl/worksheets/sheet4.xml", lambda text: text.replace(b"<v>506.91</v>", b"<v>1e400</v>"))
    (line,) = refused(tmp_path)
    assert line.startswith("alles.xlsx[payments]:2:amount: a number too large for a workbook: ")


def test_a_file_that_is_not_read_is_the_only_one_that_is_called_wrong(folder: Path) -> None:
    (folder / "loans.csv").write_bytes((folder / "loans.csv").read_bytes().replace(b"number", b"volgnr"))
    (folder / "debtors.csv").write_bytes(b"number;name\nD-1;Jos\xe9\n")
    assert {line.partition(":")[0] for line in refused(folder)} == {"debtors.csv", "loans.csv"}
