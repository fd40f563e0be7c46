"""Years and days as the books keep them: February, the end of a year, reports in any zone (faults B2, B4, B7)."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from jobs.night import close_nights
from jobs.run import Options
from ledger.balance import AsOf
from ledger.database import reading, writing
from ledger.entry import EntryKind
from ledger.period import PeriodClosing
from ledger.store import record_closing, trial_balance
from tests.desk import open_desk, run
from tests.nights import (
    ARREARS_LIMITS,
    PLAIN_TERMS,
    at,
    begin_on,
    close_until,
    journal_rows,
    new_loan,
    paid,
    tell,
)

ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles")


@pytest.mark.parametrize(
    ("year", "actual", "actual_year", "thirty"),
    [
        # 25,000.00 at 8 %: 29 or 28 days of 365 (act/365) or of the days of the year (act/act), or 30 of 360.
        (2024, "15890", "15847", "16667"),
        (2027, "15342", "15342", "16667"),
        (2028, "15890", "15847", "16667"),
        (2100, "15342", "15342", "16667"),
    ],
)
def test_b2_the_interest_over_february(
    sqlite_database: Engine, year: int, actual: str, actual_year: str, thirty: str
) -> None:
    first = date(year, 2, 1)
    begin_on(sqlite_database, first)
    terms = PLAIN_TERMS | {"start": str(first), "method": "bullet", "instalments": 12}
    for day_count in ("act/365", "act/act", "30E/360"):
        new_loan(sqlite_database, terms | {"day_count": day_count})
    with freeze_time(date(year, 3, 2)):
        close_until(sqlite_database, date(year, 3, 1))
    interest = [row for row in journal_rows(sqlite_database) if row[2] == EntryKind.INTEREST]
    assert {row[0] for row in interest} == {year * 10000 + 301}
    assert [str(row[9]) for row in interest] == [actual, actual_year, thirty]


@pytest.mark.parametrize("day_count", ["monthly", "30E/360", "act/365", "act/act"])
def test_b2_a_loan_of_the_29th_of_february_falls_due_each_year(database: Engine, day_count: str) -> None:
    begin_on(database, at("2028-02-27"))
    terms = PLAIN_TERMS | {"start": "2024-02-29", "every": "1y", "instalments": 5, "day_count": day_count}
    new_loan(database, terms, known=at("2028-02-27"))
    with freeze_time("2028-03-02"):
        close_until(database, at("2028-03-01"))
    dues = [(row[0], row[5]) for row in journal_rows(database) if row[2] == EntryKind.INSTALMENT]
    # The three years before were made up in the first night; the fourth falls due on its own.
    assert dues == [(20280227, year * 10000 + 228) for year in (2025, 2026, 2027)] + [(20280229, 20280229)]


def test_b4_the_year_closes_with_the_interest_up_to_its_last_day(database: Engine) -> None:
    """The night of 31 December runs after midnight; the year has its interest, and nothing comes to it later."""
    begin_on(database, at("2024-12-30"))
    loan = new_loan(
        database, PLAIN_TERMS | {"start": "2024-12-10", "day_count": "act/365"}, known=at("2024-12-30")
    )
    with freeze_time("2024-12-31 23:40:00"):  # 00:40 on New Year's Day in Amsterdam
        close_nights(database, at("2024-12-31"), Options(ARREARS_LIMITS))
    with writing(database) as connection:
        record_closing(
            connection,
            PeriodClosing(1, 202412, closed=True, known_on=at("2025-01-01"), actor="test", recorded_at="now"),
        )
    tell(database, at("2025-01-05"), paid(loan, "2024-12-20", 100_000))
    close_until(database, at("2025-01-11"))
    income = [row for row in journal_rows(database) if row[8] % 10000 == 8000 or row[7] % 10000 == 8000]
    # 25,000.00 at 8 % over the 22 days of 10 up to and including 31 December: 120.55.
    assert sum(row[9] for row in income if row[6] == 202412) == 12_055
    # The payment from before New Year makes it less: booked in January, on its old days.
    assert {row[6] for row in income if row[5] <= 20241231 and row[0] > 20241231} == {202501}
    with reading(database) as connection:
        year = trial_balance(connection, 1, AsOf(business_date=at("2024-12-31")))
    assert year.total_cents == 0
    assert {line.number: line.balance_cents for line in year.lines if line.number == 8000} == {8000: -12_055}


def test_b7_a_report_is_the_same_on_a_machine_in_any_zone(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2024-01-01"))
    loan = new_loan(sqlite_database, PLAIN_TERMS)
    tell(sqlite_database, at("2024-02-01"), paid(loan, "2024-02-01", 50_691))
    with freeze_time("2024-02-02 23:30:00"):  # 3 February in Amsterdam and Tokyo, 2 February elsewhere
        close_until(sqlite_database, at("2024-02-02"))
    asked = ("statement", str(loan), "--to", "2024-02-10", "--known-at")
    for words in (
        (*asked, "2024-02-03T00:45:00"),
        (*asked, "2024-02-01"),
        ("loan", "show", str(loan), "--on", "2024-02-03"),
        ("payment", "list", str(loan), "--on", "2024-02-03"),
        ("status",),
        ("verify",),
    ):
        answers = {in_zone(zone, monkeypatch, *words, "--json") for zone in ZONES}
        assert len(answers) == 1, words


def in_zone(zone: str, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What a command prints on a machine in a zone, at a moment at which its day differs from ours."""
    with monkeypatch.context() as context, freeze_time("2024-02-03 23:30:00"):
        context.setenv("TZ", zone)
        time.tzset()
        done = run(*words)
    time.tzset()
    assert done.code == 0, done.err
    return done.out
