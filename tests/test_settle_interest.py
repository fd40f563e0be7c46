"""Interest of business capital in the yearly cycle: asked, proposed, decided and remitted (Bbz art. 21)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.desk import LOAN, add_loan, open_desk, run
from tests.nights import at, close_until, sums
from tests.offices import by, good_by, open_office
from tests.settled_years import decided, figures

COUPLE = ("household=couple", "income_tax_percent=20")


@pytest.fixture
def office(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An office with people, and no loan yet."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    return sqlite_database


def lent(day: str, told: str) -> None:
    """Worked case 12: 60,000.00 at 8 % in 84 instalments from a day, of which nothing was paid."""
    with freeze_time(told), authenticated("clerk"):
        granted = {"principal": "60000.00", "instalments": "84", "start": day}
        for done in (
            run("debtor", "add", "--name", "S. Jansen", "--on", day),
            add_loan(**granted, decision_date=day),
            run("loan", "disburse", LOAN, "--amount", "60000.00", "--on", day),
        ):
            assert done.code == 0, done.err


def booked(engine: Engine, day: str) -> dict[int, int]:
    """Close the nights up to a day; what was remitted by account."""
    with freeze_time(f"{at(day) + timedelta(days=1)} 12:00:00"):
        close_until(engine, at(day))
        found = [
            (account, cents) for (_, account, _), cents in sums(engine).items() if account in (4980, 4985)
        ]
    return {account: sum(cents for one, cents in found if one == account) for account, _ in found}


def all_is_told() -> None:
    """Year norm, net income and the loan's own interest stand above what is remitted, each with its source."""
    shown = good_by("clerk", "settle", "show", LOAN, "--year", "2024")
    said = {line["text_en"]: (line["amount"], line["source"]) for line in shown["explanation"]}
    assert said["Profit of the business over the whole book year"] == ("24375.00", shown["figures"])
    assert said["Together this is the year norm"][0] == "22219.50"
    assert said["This is net income (never below zero)"][0] == "19500.00"
    rows = "the rows of loan 100000001 that fell due in the book year"
    assert said["Interest of the book year"] == ("4800.00", rows)
    assert said["Interest remitted"][0] == "2719.50"
    outside = good_by("clerk", "settle", "show", LOAN, "--year", "2023")["explanation"]
    assert [line["text_en"] for line in outside] == ["Outside the window"]


def test_case_12_what_is_open_of_the_interest_is_remitted(office: Engine) -> None:
    lent("2023-07-01", "2023-07-01")
    with freeze_time("2025-05-10"), authenticated("clerk"):
        figures("JR-2024", "profit=24375.00", *COUPLE, loan=LOAN, year="2024")
        figures("JR-2023", "profit=24375.00", *COUPLE, loan=LOAN, year="2023")
    with freeze_time("2025-05-11"):
        good_by("clerk", "settle", "propose")
        rows = {row["book_year"]: row for row in good_by("clerk", "settle", "list")}
        # The year of the application lies outside the window (lid 1).
        assert [rows[f"{year}-01-01"]["remission"] for year in (2023, 2024)] == ["0.00", "2719.50"]
        assert by("clerk", "settle", "decide", LOAN, "--year", "2022").code == 2
        all_is_told()
        decided("--year", "2024", loan=LOAN)
        decided("--year", "2023", loan=LOAN)
        rows = {row["book_year"]: row["state"] for row in good_by("clerk", "settle", "list")}
        assert rows == {"2023-01-01": "settled", "2024-01-01": "settled"}
    assert booked(office, "2025-05-11") == {4980: 271950}
    with freeze_time("2025-05-12 12:00:00"):
        lines = good_by("clerk", "statement", LOAN, "--format", "json")["lines"]
        remission = next(line for line in lines if line["kind"] == "remission")
        because = good_by("clerk", "explain", remission["key"])["lines"]
    assert (remission["interest"], because[0]["amount"]) == ("-2719.50", "2719.50")


def test_f5_a_corrected_remission_is_booked_by_its_difference_and_taken_back(office: Engine) -> None:
    lent("2023-07-01", "2023-07-01")
    with freeze_time("2025-05-10"), authenticated("clerk"):
        figures("JR-2024", "profit=24375.00", *COUPLE, loan=LOAN, year="2024")
    with freeze_time("2025-05-11"):
        good_by("clerk", "settle", "propose")
        decided("--year", "2024", loan=LOAN)
    assert booked(office, "2025-05-11") == {4980: 271950}
    # 1,000.00 more net income: 1,000.00 less is remitted.
    with freeze_time("2025-06-10"), authenticated("clerk"):
        figures("JR-2024b", "profit=25625.00", *COUPLE, loan=LOAN, year="2024")
    with freeze_time("2025-06-11"):
        good_by("clerk", "settle", "propose")
        corrected = decided("--year", "2024", loan=LOAN)
    assert booked(office, "2025-06-11") == {4980: 171950}
    with freeze_time("2025-06-12 12:00:00"):
        lines = good_by("clerk", "statement", LOAN, "--format", "json")["lines"]
        key = [line["key"] for line in lines if line["kind"] == "remission"][-1]
        because = good_by("clerk", "explain", key)["lines"]
        assert [line["amount"] for line in because[:2]] == ["1719.50", "-2719.50"]
        good_by("approver", "settle", "withdraw", str(corrected), "--reason", "figures of another client")
    with freeze_time("2025-06-13 09:00:00"):
        good_by("manager", "approve", str(good_by("clerk", "decide", "list")[-1]["decision"]))
    assert booked(office, "2025-06-13") == {4980: 271950}


def test_a_payment_after_the_proposal_is_proposed_anew_and_then_decided(office: Engine) -> None:
    lent("2023-07-01", "2023-07-01")
    with freeze_time("2025-05-10"), authenticated("clerk"):
        figures("JR-2024", "profit=24375.00", *COUPLE, loan=LOAN, year="2024")
    with freeze_time("2025-05-11"):
        assert good_by("clerk", "settle", "propose")["proposed"] == 1
        assert good_by("clerk", "settle", "propose")["proposed"] == 0
    with freeze_time("2025-05-12"), authenticated("clerk"):
        paid = ("--amount", "12000.00", "--on", "2025-05-12", "--reference", "B-1")
        assert run("payment", "add", LOAN, *paid).code == 0
    with freeze_time("2025-05-13"):
        refused = by("clerk", "settle", "decide", LOAN, "--year", "2024")
        assert (refused.code, "propose it again" in refused.err) == (2, True)
        assert good_by("clerk", "settle", "propose")["proposed"] == 1
        decided("--year", "2024", loan=LOAN)


def test_the_choice_year_of_an_old_application_turns_principal_into_a_gift(office: Engine) -> None:
    """Net income of 2017 is 10,000.00 and the year norm of a single person 11,815.86 (art. 21 as it was)."""
    lent("2017-03-01", "2020-02-01")
    with freeze_time("2020-05-10"), authenticated("clerk"):
        words = ("profit=12500.00", "household=single", "income_tax_percent=20", "choice_year=true")
        figures("JR-2017", *words, loan=LOAN, year="2017")
    with freeze_time("2020-05-11"):
        good_by("clerk", "settle", "propose")
        waits = good_by("clerk", "settle", "show", LOAN, "--year", "2017")["waits_for"]
        assert waits == "own_capital: is missing: choice_year: true asks it"
        with authenticated("clerk"):
            figures("JR-2017 met vermogen", *words, "own_capital=0.00", loan=LOAN, year="2017")
        good_by("clerk", "settle", "propose")
        assert good_by("clerk", "settle", "show", LOAN, "--year", "2017")["conversion"] == "1815.86"
        decided("--year", "2017", loan=LOAN)
    assert booked(office, "2020-05-11") == {4985: 181586}
