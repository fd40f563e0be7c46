"""Templates, the page about the columns and the values of rows all follow columns.yaml, and never drift."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from backoffice.portfolio.columns import PAST_NAMES, TABLE_NAMES, Language, TableName, tables
from backoffice.portfolio.past import ROWS as PAST_ROWS
from backoffice.portfolio.past_rows import OldBalanceRow, RepresentativeRow
from backoffice.portfolio.rows import (
    CoDebtorRow,
    DebtorRow,
    DisbursementRow,
    LoanRow,
    OpeningRow,
    PaymentRow,
)
from backoffice.portfolio.templates import (
    LANGUAGES,
    csv_template,
    documented,
    place_of,
    write_templates,
    xlsx_template,
)
from servicing.debtors.secrets import make_key_file
from tests.portfolios import bring

DOCS = Path(__file__).parents[1] / "docs"

ROWS: dict[TableName, type[Any]] = {
    "debtors": DebtorRow,
    "loans": LoanRow,
    "disbursements": DisbursementRow,
    "opening_balances": OpeningRow,
    "payments": PaymentRow,
    "co_debtors": CoDebtorRow,
    "representatives": RepresentativeRow,
    "old_balances": OldBalanceRow,
    **{name: PAST_ROWS[name] for name in PAST_NAMES},
}


def cells(content: bytes) -> list[list[tuple[Any, ...]]]:
    """What a workbook says, sheet by sheet; how it is packed depends on the machine."""
    book = load_workbook(io.BytesIO(content))
    return [
        [tuple((cell.value, cell.number_format) for cell in row) for row in sheet.iter_rows()]
        for sheet in book.worksheets
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TABLE_NAMES)
def test_the_templates_are_those_the_program_writes(name: TableName, language: Language) -> None:
    table = tables()[name]
    folder = DOCS / "templates"
    assert place_of(folder, table, language, "csv").read_bytes() == csv_template(table, language)
    kept = place_of(folder, table, language, "xlsx").read_bytes()
    assert cells(kept) == cells(xlsx_template(table, language))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_templates_can_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language, form: str
) -> None:
    make_key_file(tmp_path / "keys")
    monkeypatch.setenv("AFLOS_KEY_FILE", str(tmp_path / "keys"))
    write_templates(tmp_path)
    total = bring(None, tmp_path / language / form, dry_run=True).proof["total"]
    assert (total["loans"], total["payments"], total["disbursed"]) == (2, 3, "25000.00")
    assert (total["principal"], total["interest_due"], total["paid"]) == ("8750.00", "60.00", "6013.82")


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_the_page_tells_every_column(name: TableName) -> None:
    assert documented(tables()[name]) in (DOCS / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_a_row_has_a_field_for_every_column_in_its_order(name: TableName) -> None:
    fields = [{"on": "date"}.get(field, field) for field in ROWS[name]._fields[1:]]
    assert fields == [column.name for column in tables()[name].columns]


def test_every_name_means_one_column() -> None:
    for table in tables().values():
        for place, column in enumerate(table.columns):
            names = (*column.names.values(), *column.also)
            assert {table.find(name) for name in names} == {place}
            assert table.find(f" {column.name.upper().replace('_', '-')} ") == place
