"""From the trial balance of a creditor down to one posting, and up again: each level adds up to the one above."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.balance import AsOf, TrialBalance, TrialBalanceLine
from reports.general_ledger.lines import Unequal, balance_rows
from servicing.facts import Draft, FactKind
from tests.desk import good, open_desk, run
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loans, paid, tell
from tests.offices import by, good_by, open_office

FIRST, LAST = at("2024-01-31"), at("2024-02-10")
BACK = "2024-02-06"


@pytest.fixture
def books(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two loans of Almere and one of Urk; a payment came, one of before was told late, and one came back."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, FIRST)
    one, other, _ = new_loans(sqlite_database, [(1, PLAIN_TERMS), (1, PLAIN_TERMS), (5, PLAIN_TERMS)], FIRST)
    first, _ = tell(
        sqlite_database, at("2024-02-01"), paid(one, "2024-02-01", 50691), paid(other, "2024-02-01", 100)
    )
    close_until(sqlite_database, at("2024-02-04"))
    late = Draft(one, FactKind.REVERSAL, at(BACK), "back", of=first)
    tell(sqlite_database, at(BACK), late, paid(other, "2024-01-20", 9000))
    close_until(sqlite_database, LAST)


def balance(on: date, *more: str) -> dict[int, int]:
    """The balances of the accounts of Almere in cents, debit positive."""
    rows = good("report", "trial-balance", "--creditor", "almere", "--on", on.isoformat(), *more)
    *lines, total = rows
    for side in ("debit", "credit", "debit_balance", "credit_balance"):
        assert sum(cents(line[side]) for line in lines) == cents(total[side])
    assert total["debit"] == total["credit"]
    assert total["debit_balance"] == total["credit_balance"]
    return {line["account"]: cents(line["debit_balance"]) - cents(line["credit_balance"]) for line in lines}


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def account(number: int, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = good("report", "account", str(number), "--creditor", "almere", *words)
    return found


@pytest.mark.usefixtures("books")
def test_each_level_adds_up_to_the_one_above_and_ends_in_a_fact() -> None:
    held = balance(LAST)
    assert sum(held.values()) == 0
    assert (held[1195], held[1100]) == (0, 9100)
    for number, cents_held in held.items():
        days, entries = account(number), account(number, "--by", "entry", "--from", "2024-01-01")
        *loans, total = account(number, "--by", "loan")
        assert {cents(rows[-1]["balance"]) for rows in (days, entries, [total])} == {cents_held}
        assert sum(cents(row["balance"]) for row in loans) == cents_held
        for side in ("debit", "credit"):
            sums = {sum(cents(row[side]) for row in rows) for rows in (days, entries, loans)}
            assert sums == {cents(total[side])}
    for row in account(1100, "--by", "entry", "--from", "2024-01-01")[1:]:
        assert good("explain", row["key"])["fact"]["nr"] == row["fact"]


@pytest.mark.usefixtures("books")
def test_a_day_in_the_past_and_what_holds_then_are_two_questions() -> None:
    then = at("2024-02-04")
    assert balance(then)[1100] == 50791
    before, *days = account(1100, "--from", BACK)
    assert (before["balance"], [day["business_date"] for day in days]) == ("507.91", [BACK])
    holding = balance(LAST, "--value-date", "2024-01-31")
    assert (holding[1100], holding[1300], holding[8000]) == (9000, 5_000_000, -9000)
    assert account(1100, "--value-date", "2024-01-31")[-1]["balance"] == "90.00"
    (entry,) = account(1100, "--by", "entry", "--from", BACK, "--value-date", "2024-01-31")[1:]
    assert (entry["value_date"], entry["debit"], entry["against"]) == ("2024-01-20", "90.00", 1330)
    (opening, *_), whole = account(1100, "--by", "loan", "--from", BACK), account(1100, "--by", "loan")
    assert (opening["opening"], whole[0]["opening"]) == ("506.91", "0.00")


@pytest.mark.usefixtures("books")
def test_p16_each_sees_the_books_of_his_own_creditors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_office(tmp_path / "office", monkeypatch)
    assert {row["creditor"] for row in good_by("urk", "report", "trial-balance")} == {"urk"}
    assert {row["creditor"] for row in good_by("auditor", "report", "trial-balance")} >= {"almere", "urk"}
    for words in (("trial-balance",), ("account", "1100")):
        assert by("urk", "report", *words, "--creditor", "almere").code == 2


@pytest.mark.usefixtures("books")
def test_what_cannot_be_shown_is_refused_with_the_reason() -> None:
    almere = ("--creditor", "almere")
    for words, why in {
        (
            "trial-balance",
            "--on",
            "2024-02-11",
        ): "on: 2024-02-11: its night is not closed; the last closed is 2024-02-10",
        ("trial-balance", "--creditor", "nowhere"): "must be one of",
        ("account", "1100", *almere, "--to", "2024-02-11"): "to: 2024-02-11: its night is not closed",
        ("account", "9999", *almere): "almere has no such account",
        (
            "account",
            "1100",
            *almere,
            "--from",
            "2024-02-10",
            "--to",
            "2024-02-09",
        ): "lies after --to, 2024-02-09",
        ("account", "1100", *almere, "--csv", "--json"): "not both",
    }.items():
        done = run("report", *words)
        assert (done.code, why in done.err) == (2, True), done.err
    told = list(csv.reader(io.StringIO(run("report", "account", "1200", *almere, "--csv").out)))
    assert told[-1][1:] == ["0.00", "50000.00", "-50000.00"]


def test_sides_that_differ_are_named() -> None:
    held = TrialBalance(1, AsOf(), (TrialBalanceLine(11100, 1100, "Bank", "Bank", 5, 4),))
    with pytest.raises(Unequal, match=r"almere: 0\.05 was debited and 0\.04 credited"):
        balance_rows("almere", held)
