"""The commands `aflos import ...` as they are called from outside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import URL

from tests.command import called, started
from tests.conftest import blank_postgresql
from tests.portfolios import DEBTOR, OPENED, PAID_OUT, PAYMENT, write_csv


def aflos(database: str, *words: str | Path, **environment: str) -> CompletedProcess[str]:
    others = dict.fromkeys(key for key in os.environ if key.startswith("AFLOS_"))
    return called(*map(str, words), variables={**others, "AFLOS_DATABASE": database, **environment})


@pytest.fixture
def blank(tmp_path: Path) -> str:
    """The URL of a database that is not there yet."""
    return f"sqlite:///{tmp_path / 'new.db'}"


def test_a_portfolio_makes_the_database_and_the_nights_work_it(blank: str, tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "oud", OPENED | {"payments": [PAYMENT | {"date": "2025-01-02"}]})
    done = started("import", "portfolio", str(folder), "--json", variables={"AFLOS_DATABASE": blank})
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert (answer["cut_over"], answer["first_business_date"]) == ("2024-12-31", "2025-01-01")
    assert {name: number for name, number in answer["new"].items() if number} == {
        "debtors": 1,
        "loans": 1,
        "opening_balances": 1,
        "payments": 1,
    }
    assert "almere: quiet since 2024-12-31: no letter and no direct debit is proposed" in done.stderr
    assert answer["total"]["principal"] == "20000.00"
    assert "first business date 2025-01-01" in done.stderr
    again = aflos(blank, "import", "portfolio", folder)
    assert (again.returncode, "oud: 0 rows: the same files came in on" in again.stderr) == (0, True)
    night = aflos(blank, "nightly", "--date", "2025-01-02", "--json")
    assert [manifest["business_date"] for manifest in json.loads(night.stdout)] == [
        "2025-01-01",
        "2025-01-02",
    ]
    assert night.returncode == 0


def test_a_blank_postgresql_database_gets_its_tables(postgresql_server: URL, tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "oud", PAID_OUT)
    with blank_postgresql(postgresql_server) as url:
        dry = aflos(url, "import", "portfolio", folder, "--dry-run", "--json")
        assert (dry.returncode, aflos(url, "status").returncode) == (0, 78)
        done = aflos(url, "import", "portfolio", folder, "--json")
    first, second = json.loads(dry.stdout), json.loads(done.stdout)
    assert first["new"] == second["new"]
    assert second["first_business_date"] == "2024-01-01"


def test_errors_are_listed_and_no_database_is_made(blank: str, tmp_path: Path) -> None:
    wrong = [PAYMENT | {"amount": "1.234"}, PAYMENT | {"loan": "L-9"}]
    done = aflos(blank, "import", "portfolio", write_csv(tmp_path / "oud", PAID_OUT | {"payments": wrong}))
    assert (done.returncode, done.stdout) == (2, "")
    rule = "ambiguous, thousands or decimals: write it with two decimals, such as 1234,00 or 1,23"
    assert done.stderr.splitlines() == [
        "aflos: 2 errors, nothing was imported",
        f"payments.csv:2:amount: 1.234: {rule}",
        "payments.csv:3:loan: L-9: a loan that stands in the files or in the database",
    ]
    assert not (tmp_path / "new.db").exists()


def test_a_dry_run_makes_no_database(blank: str, tmp_path: Path) -> None:
    done = aflos(blank, "import", "portfolio", write_csv(tmp_path / "oud", PAID_OUT), "--dry-run")
    assert (done.returncode, "dry run, nothing was kept" in done.stderr) == (0, True)
    assert "almere bbz_business_capital" in done.stdout
    assert not (tmp_path / "new.db").exists()


def test_a_bsn_needs_a_key(blank: str, tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "oud", {"debtors": [DEBTOR | {"bsn": "999990019"}]})
    done = aflos(blank, "import", "portfolio", folder)
    assert (done.returncode, "999990019" in done.stderr) == (78, False)
    assert not (tmp_path / "new.db").exists()
    assert aflos(blank, "debtor", "key", tmp_path / "keys").returncode == 0
    done = aflos(blank, "import", "portfolio", folder, AFLOS_KEY_FILE=str(tmp_path / "keys"))
    assert done.returncode == 0


def test_wrong_usage(blank: str, tmp_path: Path) -> None:
    assert aflos(blank, "import", "portfolio", tmp_path / "nowhere").returncode == 2
    assert aflos(blank, "import", "portfolio", tmp_path, "--cut-over", "31-12-2024").returncode == 2
    assert aflos(blank, "import", "portfolio", tmp_path, "--encoding", "utf-7").returncode == 2
    assert aflos(blank, "import", "portfolio", tmp_path, "--actor", "somebody-else").returncode == 2


def test_the_templates_are_written(blank: str, tmp_path: Path) -> None:
    done = aflos(blank, "import", "templates", tmp_path / "made")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 68)
    assert (tmp_path / "made" / "nl" / "csv" / "beginstanden.csv").exists()


def test_help_shows_an_example(blank: str) -> None:
    for words in (["import"], ["import", "portfolio"], ["import", "templates"]):
        assert "Example: aflos import" in aflos(blank, *words, "--help").stdout
