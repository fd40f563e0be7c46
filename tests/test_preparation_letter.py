"""A preparation credit that gets its rate when the business starts is told by a decision of its own (Bbz art. 29)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.desk import add_debtor, add_loan, good, open_desk
from tests.letters_desk import ADDRESS, letter


def test_the_start_of_the_business_is_told_with_rate_balance_and_next_payment(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor("S. Jansen", *ADDRESS).code == 0
    terms = {"principal": "3000.00", "first_due": "2030-02-01", "instalments": "36"}
    made = add_loan(product="bbz_preparation_costs", group=None, known_on="2025-01-01", **terms)
    assert made.code == 0, made.err
    loan = made.out.split()[1].rstrip(":")
    good("loan", "disburse", loan, "--amount", "3000.00", "--on", "2025-01-01", "--known-on", "2025-01-01")
    started = (
        "loan",
        "rate",
        loan,
        "--percent",
        "8",
        "--on",
        "2025-06-01",
        "--recompute",
        "--decision",
        "B-2",
    )
    letters = ["preparation_costs_interest", "repayment_schedule"]
    assert good(*started, "--preview")["letters"] == letters
    good(*started)
    (waits,) = (item for item in good("worklist", "--source", "letter") if item["subject"] == "decision 1")
    assert "aflos letters write 1" in waits["next_action"]
    (written,) = good("letters", "write", "1", "--reason", "U bent gestart.")["letters"]
    page = letter(sqlite_database, written).draft
    row = good("loan", "show", loan)["rows"][0]
    said = [page.fields[name] for name in ("interest_starts", "rate", "first_due")]
    assert (page.kind, said) == (letters[0], ["2025-06-01", "8", row["date"]])
    assert f"{page.fields['instalment']}" == row["due"].replace(".", "")
