"""What commands print for people: amounts to the right in each table, a letter without cents or braces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backoffice.cli.letter_page import letter_page
from backoffice.cli.output import is_amount, pairs
from backoffice.cli.table import table
from letters.catalogue import PAYMENT, Kind
from letters.fields import FieldRule
from letters.files import catalogue


def test_amounts_stand_to_the_right_under_their_header_and_text_to_the_left() -> None:
    rows = [["1", "506.91", "-"], ["22", "-25000.00", ""], ["3", "-", "1.00"]]
    assert table(("loan", "principal due", "paid"), rows).splitlines() == [
        "loan  principal due  paid",
        "1            506.91     -",
        "22        -25000.00",
        "3                 -  1.00",
    ]


def test_parts_of_a_cent_keep_the_points_below_each_other() -> None:
    assert table(("because", "amount"), [["a", "7.25070667"], ["b", "15.16"]]).splitlines() == [
        "because       amount",
        "a         7.25070667",
        "b        15.16",
    ]


@pytest.mark.parametrize("texts", [["506.91", "none"], ["2025-01-01", "-"], ["-", "-"], ["12", "7"], ["1.5"]])
def test_a_column_with_anything_else_is_text(texts: list[str]) -> None:
    assert table(("much longer", "x"), [[text, "x"] for text in texts]).splitlines()[1].startswith(texts[0])


def test_names_and_values_have_their_amounts_below_each_other() -> None:
    assert pairs({"loan": 7, "principal": "1234.00", "costs": "0.07", "since": None}).splitlines() == [
        "loan       7",
        "principal  1234.00",
        "costs         0.07",
        "since      -",
    ]


def page(fields: Mapping[str, object], rules: Mapping[str, FieldRule]) -> list[str]:
    amount = {"name": "overdue", "amount": "10.19", "entries": ["a", "b"], "balance": "overdue"}
    answer = {"letter": 7, "demanded": "10.19", "fields": fields, "amounts": [amount], "steps": []}
    return letter_page(answer, rules).splitlines()


def test_a_letter_is_shown_with_amounts_and_rows() -> None:
    fields = {
        "addressee": ["Ilse Terpooi", "1301 MA  Almere"],
        "open_rows": [["2026-09-30", "Termijn 79", 101919], ["2026-10-30", "Termijn 80", 5]],
        "open_total": 101924,
        "pay_reference": "3000000100000001",
    }
    assert page(fields, catalogue().kind("reminder").fields) == [
        "letter    7",
        "demanded  10.19",
        "",
        "amounts",
        "name     amount  balance  entries",
        "overdue   10.19  overdue  a, b",
        "",
        "fields",
        "addressee:",
        "  Ilse Terpooi",
        "  1301 MA  Almere",
        "open_rows:",
        "  Vervaldatum  Omschrijving   Bedrag",
        "  2026-09-30   Termijn 79    1019.19",
        "  2026-10-30   Termijn 80       0.05",
        "open_total: 1019.24",
        "pay_reference: 3000000100000001",
    ]


def kinds() -> list[Kind]:
    return [kind for _, kind in sorted(catalogue().kinds.items())]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.code)
def test_no_kind_of_letter_shows_cents_or_braces(kind: Kind) -> None:
    lines = page(kind.sample, kind.fields)
    told = [line.partition(": ")[2] for line in lines if line.partition(": ")[0] in _amounts(kind)]
    assert all(text == "-" or is_amount(text) for text in told), told
    assert len(told) == len(_amounts(kind) & {*kind.sample})
    assert not [line for line in lines if any(sign in line for sign in "{}[]")]
    assert {*PAYMENT} <= {*kind.fields} or not kind.asks_money


def _amounts(kind: Kind) -> set[str]:
    return {name for name, rule in kind.fields.items() if rule.type == "amount"}


def test_a_letter_of_a_kind_that_is_no_more_is_shown_as_it_was_kept() -> None:
    told: dict[str, Any] = {"total": 1019, "rows": [["a", 5], ["b"]], "flag": True}
    assert page(told, {})[-5:] == ["total: 1019", "rows:", "  a, 5", "  b", "flag: yes"]


def test_a_row_that_has_not_the_columns_of_now_is_shown_as_it_was_kept() -> None:
    rules = catalogue().kind("reminder").fields
    assert page({"open_rows": [["2026-09-30", 1019]]}, rules)[-2:] == ["open_rows:", "  2026-09-30, 1019"]
