"""The commands `aflos law ...` as a person and a program see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.files import config_text
from tests.command import called, started
from tests.law_files import write


def test_list_gives_every_value_on_a_day() -> None:
    done = started("law", "list", "--on", "2025-07-01", "--json")
    rows = {row["parameter"]: row for row in json.loads(done.stdout)}
    assert (done.returncode, done.stderr) == (0, "")
    assert rows["norm_couple_21_to_pension"]["value"] == "1955.80"
    assert rows["statutory_interest_non_trade"]["from"] == "2025-01-01"
    assert rows["flat_income_tax"]["verified"] is False
    assert rows["norm_single_base_until_2015"]["why"] == "it ended on 2015-01-01"
    assert rows["norm_single_base_until_2015"]["value"] is None


def test_list_is_a_table_for_people() -> None:
    lines = called("law", "list", "--on", "2025-07-01").stdout.splitlines()
    column = lines[0].index("value")
    assert lines[0].startswith("parameter ")
    assert {line[column - 2 : column] for line in lines} == {"  "}


@pytest.mark.parametrize("name", ["reminder_fee_high", "aanmaning_vergoeding_hoog"])
def test_show_takes_the_english_name_and_the_dutch_term(name: str) -> None:
    shown = json.loads(called("law", "show", name, "--on", "2025-01-01", "--json").stdout)
    assert shown["parameter"] == "reminder_fee_high"
    assert shown["value"] == "20.00"
    assert shown["values"][0]["from"] == "2009-07-01"
    assert "Aanmaningsvergoeding" in called("law", "show", name).stdout


def test_show_of_an_unknown_name_suggests_others() -> None:
    done = called("law", "show", "reminder_fee_hihg")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean reminder_fee_high" in done.stderr


def test_check_lists_what_is_unknown_not_verified_and_due() -> None:
    done = called("law", "check", "--on", "2025-11-01", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["unknown"] == [
        {
            "parameter": "assistance_term_starter",
            "day": "2025-11-01",
            "why": "the figure exists but was not found; 36 months, or 18 if Stb. 2025, 220 holds from 2025-07-01 "
            "and not from 2026-01-01: not certain",
        },
        {
            "parameter": "doorstartfonds_interest",
            "day": "2025-11-01",
            "why": "the figure exists but was not found; the customer assumes 8; no public document states it",
        },
    ]
    assert "flat_income_tax" in {one["parameter"] for one in found["not_verified"]}
    due = {one["parameter"]: one["day"] for one in found["due"]}
    assert due["capital_limit_established"] == "2026-01-01"
    # The norms of 2026-01-01 are there, the Bbz amounts are not.
    assert "norm_couple_21_to_pension" not in due


def test_check_in_june_asks_for_the_norms_of_july() -> None:
    due = json.loads(called("law", "check", "--on", "2026-06-01", "--json").stdout)["due"]
    assert {one["day"] for one in due if one["parameter"].startswith("norm_")} == {"2026-07-01"}


def test_check_tells_people_how_many_and_which() -> None:
    text = called("law", "check", "--on", "2025-11-01").stdout
    assert "unknown on 2025-11-01: 2" in text
    assert "not verified on 2025-11-01: " in text


def test_policy_lists_all_choices() -> None:
    rows = {row["key"]: row for row in json.loads(called("law", "policy", "--json").stdout)}
    assert rows["art12.cap"]["value"] == "months"
    assert rows["art13.mode"]["value"] is None
    assert rows["art13.mode"]["options"] == ["i", "ii", "iii"]
    assert rows["loan.payment_tolerance"] | {"chosen": False, "value": "0"} == rows["loan.payment_tolerance"]


def test_policy_of_a_creditor_shows_what_it_chose() -> None:
    rows = json.loads(
        called("law", "policy", "--creditor", "flevoland", "--on", "2025-01-01", "--json").stdout
    )
    fee = next(row for row in rows if row["key"] == "fee.charge")
    assert fee["value"] == "none"
    assert "Awb art. 4:85" in fee["source"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("policy", "--creditor", "almeer"), "--creditor: 'almeer': choose one of almere, dronten"),
        (("list", "--on", "1-7-2025"), "'1-7-2025' is not a day written as 2025-03-01"),
        (("list", "--on", "2025-02-30"), "'2025-02-30' is not a day"),
    ],
)
def test_bad_input_exits_2(words: tuple[str, ...], message: str) -> None:
    done = called("law", *words)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize("words", [("list",), ("check",), ("policy",)])
def test_a_mistake_in_the_configuration_exits_78(words: tuple[str, ...], tmp_path: Path) -> None:
    name = "policy/defaults.yaml" if words == ("policy",) else "law/reminder_fee_low.yaml"
    write(tmp_path, name, "speling: 1")
    done = called("law", *words, variables={"AFLOS_CONFIG": str(tmp_path)})
    assert done.returncode == 78
    assert done.stdout == ""
    assert name in done.stderr


def test_help_gives_an_example() -> None:
    for command in ("list", "show", "check", "policy"):
        assert f"Example: aflos law {command}" in called("law", command, "--help").stdout


@pytest.mark.parametrize(
    "name",
    [
        "arrears.yaml",
        "bank.yaml",
        "chart_of_accounts.yaml",
        "creditors.yaml",
        "dunning/private.yaml",
        "law/flat_income_tax.yaml",
        "letterheads.yaml",
        "letters/reminder.yaml",
        "manual_entries.yaml",
        "people.yaml",
        "policy/defaults.yaml",
        "products/recovery_claim.yaml",
        "timetable.yaml",
    ],
)
def test_check_reads_the_whole_configuration(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, name, f"{config_text(name)}\nstrange: 1\n")
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    done = called("law", "check")
    assert done.returncode == 78
    assert name in done.stderr
    assert "strange" in done.stderr
