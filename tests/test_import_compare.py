"""P32: the parallel run names each loan that differs, each amount, and the totals; and the old account is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from servicing.facts import Fact, FactKind
from servicing.parallel import balances_on
from tests.desk import good, open_desk, run
from tests.nights import at, close_until
from tests.portfolios import LOAN, OPENED, OPENING, Row, bring, csv_text, write_csv, write_xlsx

OPEN: Row = OPENING | {
    "principal_due": "250.00",
    "interest_due": "60.00",
    "accrued_interest": "58.06",
    "deferred_interest": "10.00",
    "costs": "7.00",
    "arrears_since": "2024-12-01",
}
OLD: Row = {
    "loan": "L-1",
    "principal": "20.250,00",
    "interest": "70,00",
    "accrued_interest": "58,06",
    "costs": "7,00",
    "arrears": "310,00",
    "credit": "",
}
EMPTY: Row = {"loan": "L-2", "principal": "20.000,00"}
SHEET = {"oude_standen": [OLD, EMPTY]}


@pytest.fixture
def office(database_url: str, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Two loans taken over, at a desk."""
    open_desk(database_url, tmp_path, monkeypatch)
    files = OPENED | {
        "loans": [LOAN, LOAN | {"number": "L-2"}],
        "opening_balances": [OPEN, OPENING | {"loan": "L-2"}],
    }
    lines = [
        {
            "loan": "L-1",
            "date": "2024-12-05",
            "text": "Deelbetaling",
            "interest": "-50,00",
            "balance": "9060,00",
        }
    ]
    bring(database, write_csv(tmp_path / "a", files | {"history": lines}))
    return database


def test_p32_equal_administrations_are_equal(office: Engine, tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text(csv_text([OLD, EMPTY]), encoding="utf-8")
    found = good("import", "compare", str(old), "--on", "2024-12-31")
    assert (found["compared"], found["equal"], found["differing"]) == (2, True, [])
    assert found["totals"][0] == {
        "what": "principal",
        "old": "40250.00",
        "ours": "40250.00",
        "difference": "0.00",
    }
    assert [each["what"] for each in found["totals"]] == [
        *("principal", "interest", "accrued_interest", "costs", "arrears")
    ]
    sheet = write_xlsx(tmp_path / "old.xlsx", SHEET)
    assert good("import", "compare", str(sheet), "--on", "2024-12-31")["equal"]


def test_p32_each_loan_and_amount_that_differs_is_named(office: Engine, tmp_path: Path) -> None:
    close_until(office, at("2025-01-31"))
    old = tmp_path / "old.csv"
    rows = [
        OLD | {"principal": "20.249,00", "accrued_interest": "", "arrears": "311,00"},
        OLD | {"loan": "L-7"},
    ]
    old.write_text(csv_text(rows), encoding="utf-8")
    done = run("import", "compare", str(old), "--on", "2024-12-31", "--json")
    assert done.code == 3
    found = done.json
    assert [(each["loan"], each["what"], each["old"], each["difference"]) for each in found["differing"]] == [
        (100000001, "principal", "20249.00", "1.00"),
        (100000001, "arrears", "311.00", "-1.00"),
    ]
    assert found["not_here"] == [{"row": 3, "loan": "L-7"}]
    assert found["not_there"] == [{"loan": 100000002, "number": "L-2", "creditor": "almere"}]
    page = run("import", "compare", str(old))
    assert (page.code, "2025-01-31: 1 loans compared" in page.out, "not equal" in page.out) == (3, True, True)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([OLD | {"principal": "1.234"}], "old.csv:2:principal: 1.234: ambiguous"),
        ([{"loan": "L-1", "principal": ""}], "old.csv:2: at least one amount to compare"),
        ([OLD, OLD], "old.csv:3:loan: L-1: a loan once; it is on row 2 already"),
    ],
)
def test_p32_a_file_that_cannot_be_compared_is_refused(
    office: Engine, tmp_path: Path, rows: list[Row], expected: str
) -> None:
    old = tmp_path / "old.csv"
    old.write_text(csv_text(rows), encoding="utf-8")
    done = run("import", "compare", str(old), "--on", "2024-12-31")
    first, line = done.err.splitlines()
    assert (done.code, first) == (2, "1 error, nothing was compared")
    assert line.startswith(expected)


def test_p32_before_its_first_fact_a_loan_owes_nothing() -> None:
    grant = Fact(1, 1, FactKind.GRANT, at("2025-01-01"), at("2025-01-01"), "grant", 0, 0, {}, "", "")
    assert set(balances_on([grant], at("2024-12-31")).values()) == {0}


def test_p32_the_old_account_is_read_before_ours_and_never_added_up(office: Engine) -> None:
    close_until(office, at("2025-01-02"))
    found = good("statement", "L-1", "--to", "2025-01-02")
    assert found["earlier"] == [
        {
            "value_date": "2024-12-05",
            "text": "Deelbetaling",
            "principal": "0.00",
            "interest": "-50.00",
            "costs": "0.00",
            "balance": "9060.00",
        }
    ]
    assert found["closing"]["total"] == "20389.41"  # with the interest of 31 December, 4.35
    assert good("statement", "L-1", "--from", "2025-01-01", "--to", "2025-01-02")["earlier"] == []
    page = run("statement", "L-1", "--to", "2025-01-02").out
    assert "as the previous administration kept it, not booked here" in page
    assert "earlier,Deelbetaling,0.00,-50.00" in run("statement", "L-1", "--format", "csv").out
