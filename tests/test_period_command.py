"""`aflos period`: a closed month takes nothing more; news about it goes to the first open one with its old day."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from backoffice.cli.period import period
from ledger.database import writing
from ledger.errors import BadInput
from ledger.period import PeriodClosing, WrongPeriod
from ledger.store import record_closing
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, journal_rows, new_loan, paid, tell


@pytest.fixture
def desk(database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database the commands find."""
    monkeypatch.setenv("AFLOS_DATABASE", database_url)
    return database


def run(*words: str) -> str:
    """The output of the command."""
    return CliRunner().invoke(period, words, catch_exceptions=False).output


def test_news_about_a_closed_month_is_booked_in_the_first_open_one(database: Engine) -> None:
    begin_on(database, at("2024-01-30"))
    loans = [
        new_loan(database, PLAIN_TERMS, creditor=creditor, known=at("2024-01-30")) for creditor in (1, 2)
    ]
    close_until(database, at("2024-02-15"))
    with writing(database) as connection:
        record_closing(
            connection,
            PeriodClosing(1, 202401, closed=True, known_on=at("2024-02-16"), actor="test", recorded_at="now"),
        )
    tell(database, at("2024-02-16"), *(paid(loan, "2024-01-20", 10_000) for loan in loans))
    close_until(database, at("2024-02-16"))
    tonight = {(row[1], row[5], row[6]) for row in journal_rows(database) if row[0] == 20240216}
    # The value date stays; Almere has closed January, Dronten has not.
    assert (loans[0], 20240120, 202402) in tonight
    assert (loans[1], 20240120, 202401) in tonight


def test_a_month_is_closed_by_hand(desk: Engine) -> None:
    assert "almere: 2024-01 and all before it are closed" in run("close", "--creditor", "almere", "2024-01")
    assert '"period": "2024-01"' in run("list", "--creditor", "almere", "--json")
    assert "dronten          no period is closed" in run("list", "--creditor", "dronten")
    with pytest.raises(WrongPeriod, match="closed already"):
        run("close", "--creditor", "almere", "2023-12")


def test_what_is_no_month_or_no_creditor_is_refused(desk: Engine) -> None:
    with pytest.raises(BadInput, match=r"period: '2024': must be a month such as 2025-12"):
        run("close", "--creditor", "almere", "2024")
    with pytest.raises(BadInput, match=r"creditor: 'utrecht': must be one of almere, dronten"):
        run("close", "--creditor", "utrecht", "2024-01")
    with pytest.raises(WrongPeriod, match="not over"):
        run("close", "--creditor", "almere", "2199-01")
