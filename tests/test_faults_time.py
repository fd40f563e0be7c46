"""B of the fault catalogue: leap days, month ends, year ends, clocks that are wrong, zones that differ.

What the service does when the clocks change stands in test_scheduler.py and test_timetable.py.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine, select

from jobs.night import close_nights
from jobs.run import Options
from jobs.tables import business_day
from ledger.database import open_database, reading
from ledger.errors import BadInput
from servicing.daycount import Step, fraction
from servicing.schedule import due_dates, grid_of
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, journal_rows, new_loan, seals

MONTH, YEAR = Step(1, "m"), Step(1, "y")
DAY = timedelta(days=1)
ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles")


@pytest.mark.parametrize(
    ("since", "step", "dues"),
    [
        ("2024-02-29", YEAR, "2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        ("2024-01-31", MONTH, "2024-02-29 2024-03-31 2024-04-30"),
        ("2027-01-30", MONTH, "2027-02-28 2027-03-30"),
        ("2100-01-31", MONTH, "2100-02-28 2100-03-31"),  # 2100 is no leap year
        ("2096-02-29", YEAR, "2097-02-28 2098-02-28 2099-02-28 2100-02-28 2101-02-28"),
    ],
)
def test_b2_b3_a_missing_day_is_the_last_of_its_month_and_comes_back(
    since: str, step: Step, dues: str
) -> None:
    expected = tuple(at(due) for due in dues.split())
    assert due_dates(at(since), None, step, len(expected)) == expected


def test_b3_thirty_one_does_not_drift_in_twenty_years() -> None:
    for due in due_dates(date(2024, 1, 31), None, MONTH, 240):
        assert due.day == 31 or (due + DAY).day == 1


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2024, Fraction(366, 366)),
        (2027, Fraction(365, 365)),
        (2028, Fraction(366, 366)),
        (2100, Fraction(365, 365)),
    ],
)
def test_b2_a_year_is_a_year_by_actual_days(year: int, expected: Fraction) -> None:
    since, until = date(year, 1, 1), date(year + 1, 1, 1)
    assert fraction("act/act", since, until, grid_of(since, None, YEAR)) == expected
    days = 366 if year in {2024, 2028} else 365
    assert fraction("act/365", since, until, grid_of(since, None, YEAR)) == Fraction(days, 365)


@pytest.mark.parametrize(
    ("start", "dues"), [("2024-01-31", [20240229, 20240331]), ("2027-01-31", [20270228, 20270331])]
)
def test_b3_the_night_books_a_month_end(sqlite_database: Engine, start: str, dues: list[int]) -> None:
    begin_on(sqlite_database, at(start))
    new_loan(sqlite_database, PLAIN_TERMS | {"start": start})
    with freeze_time("2027-12-01"):
        close_until(sqlite_database, at(start) + 70 * DAY)
    instalments = sorted(row[0] for row in journal_rows(sqlite_database) if row[2] == 4)
    assert instalments == dues


def test_b4_a_night_that_ends_in_the_new_year_books_in_the_old(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2023-12-31"))
    new_loan(sqlite_database, PLAIN_TERMS | {"start": "2023-12-01"}, known=at("2023-12-31"))
    with freeze_time("2023-12-31 23:40:00"):  # 00:40 on 1 January in Amsterdam
        close_until(sqlite_database, at("2023-12-31"))
    rows = journal_rows(sqlite_database)
    assert {row[0] for row in rows} == {20231231}
    assert {row[6] for row in rows} == {202312}


def test_b5_a_clock_that_goes_back_in_a_run_changes_nothing(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    loan = new_loan(database, PLAIN_TERMS | {"start": "2024-01-01"})
    moments: Iterator[datetime] = iter(
        datetime(2024, 2, 4, tzinfo=UTC) - timedelta(days=30 * hour) for hour in range(9)
    )
    with freeze_time("2024-02-04") as clock:

        def back(_day: date, _done: int, _all: int) -> None:
            clock.move_to(next(moments, datetime(2023, 1, 1, tzinfo=UTC)))

        manifests = close_nights(database, at("2024-02-03"), Options(ARREARS_LIMITS, progress=back))
    assert [manifest["business_date"] for manifest in manifests] == [
        str(at("2024-01-01") + days * DAY) for days in range(34)
    ]
    assert {row[1] for row in journal_rows(database)} == {loan}
    with freeze_time("2024-01-10"):
        assert close_until(database, at("2024-01-09")) == []
        with pytest.raises(BadInput, match="2024-02-10 has not ended"):
            close_until(database, at("2024-02-10"))


def test_b6_a_clock_years_ahead_needs_a_word_from_a_person(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    close_until(database, at("2024-01-01"))
    with freeze_time("2027-01-01"):
        for confirmed in (1, 45, 1000):
            with pytest.raises(
                BadInput, match=r"1095 dates are open .*check the clock, then say --confirm-days 1095"
            ):
                close_nights(database, at("2026-12-31"), Options(ARREARS_LIMITS, confirm_days=confirmed))
    with reading(database) as connection:
        assert (
            connection.execute(select(business_day.c.day).where(business_day.c.state == "started")).first()
            is None
        )
    # 45 days are a long strike, not a wrong clock.
    assert len(close_nights(database, at("2024-02-15"), Options(ARREARS_LIMITS))) == 45


def test_b7_the_zone_of_the_machine_does_not_matter(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {last_seal(sqlite_template, tmp_path, zone, monkeypatch) for zone in ZONES}
    monkeypatch.undo()
    time.tzset()
    assert len(found) == 1


def last_seal(template: Path, folder: Path, zone: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """The seal of some nights on a machine in a zone."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    place = folder / zone.replace("/", "-")
    place.mkdir()
    engine = open_database(f"sqlite:///{shutil.copy(template, place / 'aflos.db')}")
    begin_on(engine, at("2024-01-30"))
    new_loan(engine, PLAIN_TERMS | {"start": "2024-01-01"}, known=at("2024-01-30"))
    *_, last = seals(close_until(engine, at("2024-02-02")))
    with reading(engine) as connection:
        moments = connection.execute(select(business_day.c.closed_at)).scalars().all()
    engine.dispose()
    assert all(moment is None or moment.endswith("+00:00") for moment in moments)
    return last
