"""A typing mistake in configuration is refused at once, with file, key, value and rule; two layers of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ledger.accounts import account_id, chart_from
from ledger.config import read_yaml
from ledger.errors import Misconfigured
from ledger.files import (
    SHIPPED,
    chart_of_accounts,
    config_file,
    config_files,
    config_hash,
    config_names,
    config_text,
    steady_config,
)
from servicing import files
from servicing.creditor import creditors_from
from tests.law_files import HEAD, parameter, row, write

GOOD = row("2025-01-01", '"6.00"')


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (row("2025-01-01", "6.00"), "values.2025-01-01.value: 6.0: write text"),
        (row("2025-01-01", "6"), "values.2025-01-01.value: 6: write text"),
        (row("2025-01-01", "yes"), "values.2025-01-01.value: True: write text"),
        (
            row("2025-01-01", '"6"'),
            "values.2025-01-01.value: '6': write an amount in euros with two decimals",
        ),
        (row("2025-01-01", '"6,00"'), "values.2025-01-01.value: '6,00': write an amount"),
        (row("2025-01-01", '"-6.00"'), "values.2025-01-01.value: '-6.00': write an amount"),
        (row("2025-01-01", '"NaN"'), "values.2025-01-01.value: 'NaN': write an amount"),
        (row("2025-1-1", '"6.00"'), "values.2025-1-1: '2025-1-1': write a day as 2025-03-01"),
        (row('"2025-01-01"', '"6.00"'), "values.2025-01-01: '2025-01-01': write a day as 2025-03-01"),
        (row("2025-02-30", '"6.00"'), "law/fee.yaml line 10: '2025-02-30' is not a day"),
        (row("2025-01-01 10:00:00", '"6.00"'), "line 10: '2025-01-01 10:00:00' is not a day"),
        (GOOD + GOOD, "law/fee.yaml line 11: '2025-01-01' stands twice"),
        ("  2025-01-01: {value: null, value: null, source: x, verified: true}\n", "'value' stands twice"),
        ("  2025-01-01: {value: null, verified: true}\n", "values.2025-01-01.source: this key is missing"),
        ("  2025-01-01: {value: null, source: '', verified: true}\n", "values.2025-01-01.source: ''"),
        ("  2025-01-01: {value: null, source: x}\n", "values.2025-01-01.verified: this key is missing"),
        ("  2025-01-01: {value: null, source: x, verified: 1}\n", "verified: 1: write true or false"),
        ("  2025-01-01: {source: x, verified: true}\n", "values.2025-01-01: write either a value (null"),
        ("  2025-01-01: {value: null, ended: true, source: x, verified: true}\n", "write either a value"),
        ("  2025-01-01: {valeu: null, source: x, verified: true}\n", "values.2025-01-01.valeu"),
        (
            "  2025-01-01: {until: 2026-01-01, value: null, source: x, verified: true}\n",
            "this key is unknown",
        ),
        ("  2025-01-01: '6.00'\n", "values.2025-01-01: '6.00'"),
        ("  {}\n", "values"),
        ("  2025-01-01: {value: [\n", "law/fee.yaml line"),
    ],
)
def test_a_wrong_row_is_refused(rows: str, message: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        parameter(rows)
    assert message in str(refused.value)
    assert "law/fee.yaml" in str(refused.value)
    assert refused.value.exit_code == 78


@pytest.mark.parametrize(
    ("changes", "day"), [("yearly", "2025-02-01"), ("yearly", "2025-07-01"), ("half_yearly", "2025-06-30")]
)
def test_an_indexed_value_starts_with_its_period(changes: str, day: str) -> None:
    """F4: a value that starts inside a period would leave part of it to another value."""
    with pytest.raises(Misconfigured, match=f"values.{day}: a {changes} value starts on the first day"):
        parameter(row(day, '"6.00"'), changes)


@pytest.mark.parametrize(
    ("unit", "value", "rule"),
    [
        ("months", '"6.5"', "write a whole number in quotes"),
        ("percent_per_year", '"6%"', "write a decimal in quotes"),
        ("percent_per_year", '"1e3"', "write a decimal in quotes"),
        ("eur", '"6.005"', "write an amount in euros with two decimals"),
    ],
)
def test_a_value_fits_its_unit(unit: str, value: str, rule: str) -> None:
    with pytest.raises(Misconfigured, match=rule):
        parameter(row("2025-01-01", value), unit=unit)


@pytest.mark.parametrize(
    ("unit", "changes", "message"),
    [
        ("guilders", "by_decree", "unit: 'guilders'"),
        ("eur", "monthly", "changes: 'monthly'"),
        ("eur\nspeling: x", "by_decree", "speling: 'x': this key is unknown here"),
    ],
)
def test_a_wrong_head_is_refused(unit: str, changes: str, message: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        parameter(GOOD, changes, unit)
    assert message in str(refused.value)


def test_more_mistakes_are_counted() -> None:
    with pytest.raises(Misconfigured, match=r"\(and 1 more\)"):
        parameter("  2025-01-01: {value: 1, source: 2, verified: true}\n")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "text"])
def test_a_file_that_is_no_table_of_keys_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "law/reminder_fee_low.yaml", text)
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    with pytest.raises(Misconfigured, match=r"reminder_fee_low\.yaml"):
        files.law()


def test_yaml_makes_no_objects() -> None:
    with pytest.raises(Misconfigured, match="line 1"):
        read_yaml("a: !!python/object/apply:os.getcwd []", "x.yaml")


def test_a_file_lies_over_the_shipped_one_and_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = config_names("law")
    text = f"{HEAD}unit: eur\nchanges: by_decree\nselect_by: calendar_day\nvalues:\n{GOOD}"
    write(tmp_path, "law/reminder_fee_low.yaml", text)
    write(tmp_path, "law/own_figure.yaml", text)
    write(tmp_path, "law/.hidden.yaml", "nonsense: [")
    write(tmp_path, "README.md", "ours")
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    assert config_text("law/reminder_fee_low.yaml") == text
    assert config_hash("law/reminder_fee_low.yaml") == hashlib.sha256(text.encode()).hexdigest()
    assert config_file("law/reminder_fee_high.yaml").origin == str(SHIPPED / "law/reminder_fee_high.yaml")
    assert set(config_names("law")) == {*shipped, "law/own_figure.yaml"}
    assert files.parameter("own_figure").name == "own_figure"


def test_inside_one_piece_of_work_every_file_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    write(tmp_path, "policy/urk.yaml", "one: 1")
    with steady_config():
        write(tmp_path, "policy/urk.yaml", "one: 2 and more")
        write(tmp_path, "law/own_figure.yaml", "new: 1")
        assert config_text("policy/urk.yaml") == "one: 1"
        assert {file.text for file in config_files() if file.name == "policy/urk.yaml"} == {"one: 1"}
        assert "law/own_figure.yaml" not in config_names("law")
    assert config_text("policy/urk.yaml") == "one: 2 and more"
    assert "law/own_figure.yaml" in config_names("law")


def test_a_file_written_later_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    found = []
    for content in ("one: 1", "one: 2"):
        write(tmp_path, "policy/urk.yaml", content)
        found.append({file.name: file.text for file in config_files()})
    (tmp_path / "policy/urk.yaml").unlink()
    found.append({file.name: file.text for file in config_files()})
    assert [texts["policy/urk.yaml"] for texts in found[:2]] == ["one: 1", "one: 2"]
    assert found[2]["policy/urk.yaml"] == config_text("policy/urk.yaml")


def test_no_own_folder_and_an_empty_variable_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFLOS_CONFIG", raising=False)
    without = config_files()
    monkeypatch.setenv("AFLOS_CONFIG", "")
    assert config_files() == without
    assert {file.name for file in without} >= {
        "creditors.yaml",
        "chart_of_accounts.yaml",
        "policy/defaults.yaml",
    }
    assert len({file.name for file in without}) == len(without)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("laws/reminder_fee_low.yaml", "laws: nothing reads this; known here: "),
        ("creditor.yaml", r"creditor\.yaml: nothing reads this"),
        ("law/reminder_fee_low.yml", r"reminder_fee_low\.yml: a configuration file ends in \.yaml"),
    ],
)
def test_a_file_that_nobody_would_read_is_refused(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, name, "a: b")
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    with pytest.raises(Misconfigured, match=message):
        files.law()


def test_a_missing_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "gone"))
    with pytest.raises(Misconfigured, match=r"AFLOS_CONFIG: .*gone': there is no such folder"):
        config_text("creditors.yaml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    (tmp_path / "law" / "reminder_fee_low.yaml").mkdir(parents=True)
    with pytest.raises(Misconfigured, match=r"reminder_fee_low\.yaml: cannot be read: Is a directory"):
        config_text("law/reminder_fee_low.yaml")
    write(tmp_path, "law/x.yaml", "").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured, match=r"x\.yaml: is not text in UTF-8"):
        config_text("law/x.yaml")


@pytest.mark.parametrize("name", ["../pyproject.toml", "/etc/hostname", "law/../../pyproject.toml"])
def test_no_file_outside_the_folders_is_read(name: str) -> None:
    with pytest.raises(Misconfigured, match="inside the configuration folder"):
        config_text(name)


def test_a_file_in_no_layer_is_refused() -> None:
    with pytest.raises(Misconfigured, match=r"law/none\.yaml: there is no such file"):
        config_text("law/none.yaml")


def test_the_chart_has_every_account_the_program_books_on() -> None:
    chart = chart_of_accounts()
    assert list(chart.accounts) == sorted(chart.accounts)
    assert {1100, 1195, 1200} <= set(chart.clearing)
    assert chart.accounts[1300].nl == "Hoofdsom nog niet opeisbaar"
    assert [number for number, one in chart.accounts.items() if one.kind == "result"] == [
        4900,
        4910,
        4920,
        4930,
        4940,
        4950,
        4960,
        4970,
        4975,
        4980,
        4985,
        8000,
        8010,
        8020,
        8030,
    ]
    assert account_id(1, 1300) == 11300


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  1300:", "  130:"), "accounts: 130: an account number has four digits"),
        (("  1300:", "  1301:"), "accounts: 1300: this account is booked on and must exist"),
        (("kind: balance", "kind: balans"), "accounts.1010.kind: 'balans'"),
        (("  1300:", "  1310:"), "'1310' stands twice"),
    ],
)
def test_a_wrong_chart_is_refused(change: tuple[str, str], message: str) -> None:
    text = config_text("chart_of_accounts.yaml").replace(*change)
    with pytest.raises(Misconfigured) as refused:
        chart_from(read_yaml(text, "chart.yaml"), "chart.yaml")
    assert message in str(refused.value)


def test_the_seven_creditors() -> None:
    creditors = files.creditors()
    assert [(one.id, code) for code, one in creditors.items()] == [
        (1, "almere"),
        (2, "dronten"),
        (3, "lelystad"),
        (4, "noordoostpolder"),
        (5, "urk"),
        (6, "zeewolde"),
        (7, "flevoland"),
    ]
    assert creditors["almere"].name == "college van burgemeester en wethouders van Almere"
    assert all("TEST" in one.iban for one in creditors.values())
    assert "college" not in creditors["flevoland"].name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("NL44TEST0340000001", "NL45TEST0340000001"), "creditors.almere.iban: 'NL45TEST0340000001'"),
        (("NL44TEST0340000001", "NL44 TEST 0340 0000 01"), "without spaces"),
        (("id: 2", "id: 1"), "each creditor has its own number"),
        (("id: 2", "id: 0"), "creditors.dronten.id: 0"),
        (("kind: province", "kind: provincie"), "creditors.flevoland.kind: 'provincie'"),
    ],
)
def test_a_wrong_creditor_is_refused(change: tuple[str, str], message: str) -> None:
    text = config_text("creditors.yaml").replace(*change)
    with pytest.raises(Misconfigured) as refused:
        creditors_from(read_yaml(text, "creditors.yaml"), "creditors.yaml")
    assert message in str(refused.value)
