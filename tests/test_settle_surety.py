"""The college is surety for a loan of the bank: its interest is a gift for that loan (Bbz art. 21 lid 2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.desk import LOAN, add_debtor, add_loan, open_desk, run
from tests.letter_reading import read
from tests.nights import at, close_until, sums
from tests.offices import good_by, open_office
from tests.settled_years import decided, figures

COUPLE = ("household=couple", "income_tax_percent=20", "profit=24375.00")
ADDRESS = ("--street", "Agorabaan", "--house-number", "3", "--postcode", "8232 AB", "--city", "Lelystad")


@pytest.fixture
def office(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An office with people, and a surety for 60,000.00 of an established client."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    day = {"decision_date": "2023-07-01", "start": "2023-07-01", "application_date": "2023-07-01"}
    with freeze_time("2023-07-01"):
        assert add_debtor("S. Jansen", *ADDRESS).code == 0
        surety = {
            "product": "bbz_surety",
            "group": "established",
            "principal": "60000.00",
            "instalments": "84",
        }
        done = add_loan(**surety, **day, rate=None)
        assert done.code == 0, done.err
        refused = run("loan", "disburse", LOAN, "--amount", "1.00", "--on", "2023-07-01")
        assert (refused.code, "the bank pays it out" in refused.err) == (2, True)
    open_office(tmp_path, monkeypatch)
    return sqlite_database


def test_case_12_interest_of_the_bank_is_given_and_owed_to_the_client(office: Engine, tmp_path: Path) -> None:
    """Worked case 12: room of 2,719.50 under the norm of 2024, of 4,334.13 interest."""
    with freeze_time("2025-05-10"), authenticated("clerk"):
        (row,) = good_by("clerk", "settle", "list")
        assert (row["book_year"], row["state"]) == ("2024-01-01", "request-due")
        words = [word for each in COUPLE for word in ("--set", each)]
        missing = run("settle", "figures", LOAN, "--year", "2024", *words, "--document", "JR-2024")
        assert (missing.code, "capital_loan_interest: is missing: the yearly statement" in missing.err) == (
            2,
            True,
        )
        figures("JR-2024", *COUPLE, "capital_loan_interest=4334.13", loan=LOAN, year="2024")
    with freeze_time("2025-05-11"):
        good_by("clerk", "settle", "propose")
        number = decided("--year", "2024", loan=LOAN)
        (letter,) = good_by("clerk", "letters", "write", str(number))["letters"]
        shown = good_by("clerk", "letters", "preview", str(letter), "--to", str(tmp_path))
        text = read(Path(shown["file"]).read_bytes())
    assert "Daarom krijgt u € 2.719,50 als gift (Bbz 2004 artikel 21 lid 2)" in text
    assert "kwijt" not in text
    with freeze_time("2025-05-12 12:00:00"):
        close_until(office, at("2025-05-11"))
        booked = {account % 10_000: cents for (_, account, _), cents in sums(office).items() if cents}
    assert booked == {4980: 271950, 1400: -271950}
