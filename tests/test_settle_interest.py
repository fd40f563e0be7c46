"""Interest of business capital in the yearly cycle: asked, proposed, decided and remitted (Bbz art. 21)."""

from __future__ import annotations

from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.desk import LOAN, add_debtor, add_loan, open_desk, run
from tests.nights import at, close_until, sums
from tests.offices import by, good_by, open_office
from tests.settled_years import decided, figures

COUPLE = ("household=couple", "income_tax_percent=20")


@pytest.fixture
def office(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """Worked case 12: 60,000.00 at 8 % in 84 instalments from 1 July 2023, of which nothing was paid."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    with freeze_time("2023-07-01"):
        granted = {"principal": "60000.00", "instalments": "84", "start": "2023-07-01"}
        for done in (
            add_debtor(),
            add_loan(**granted, decision_date="2023-07-01"),
            run("loan", "disburse", LOAN, "--amount", "60000.00", "--on", "2023-07-01"),
        ):
            assert done.code == 0, done.err
    open_office(tmp_path, monkeypatch)
    return sqlite_database


def test_case_12_what_is_open_of_the_interest_is_remitted(office: Engine) -> None:
    with freeze_time("2025-05-10"), authenticated("clerk"):
        figures("JR-2024", "profit=24375.00", *COUPLE, loan=LOAN, year="2024")
        figures("JR-2023", "profit=24375.00", *COUPLE, loan=LOAN, year="2023")
    with freeze_time("2025-05-11"):
        good_by("clerk", "settle", "propose")
        rows = {row["book_year"]: row for row in good_by("clerk", "settle", "list")}
        # The year of the application lies outside the window (lid 1).
        assert [rows[f"{year}-01-01"]["remission"] for year in (2023, 2024)] == ["0.00", "2719.50"]
        assert by("clerk", "settle", "decide", LOAN, "--year", "2022").code == 2
        decided("--year", "2024", loan=LOAN)
        decided("--year", "2023", loan=LOAN)
        rows = {row["book_year"]: row["state"] for row in good_by("clerk", "settle", "list")}
        assert rows == {"2023-01-01": "settled", "2024-01-01": "settled"}
    with freeze_time("2025-05-12 12:00:00"):
        close_until(office, at("2025-05-11"))
        booked = [cents for (_, account, _), cents in sums(office).items() if account == 4980]
        assert booked == [271950]
        lines = good_by("clerk", "statement", LOAN, "--format", "json")["lines"]
        remission = next(line for line in lines if line["kind"] == "remission")
        because = good_by("clerk", "explain", remission["key"])["lines"]
    assert (remission["interest"], because[0]["amount"]) == ("-2719.50", "2719.50")
