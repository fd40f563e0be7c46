"""The service: catches up, closes each date once whatever the clock does, outlives failures, stops when asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine, select

from jobs import clock
from jobs.business_dates import known_on, last_closed
from jobs.lease import LeaseHeld, new_claim, release, take
from jobs.scheduler import Service, close_open_dates, look_again, wait, woken_up
from jobs.tables import business_day
from jobs.timetable import timetable, trigger_at, wake_times
from jobs.verify import verify
from ledger.database import open_database, reading, writing
from ledger.day import number_of
from ledger.entry import EntryKind
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, journal_rows, new_loan, new_loans

ONE_DAY = timedelta(days=1)
DAILY = PLAIN_TERMS | {"every": "1d", "day_count": "act/365", "instalments": 400}
"""Something falls due every day, so that every night has work."""


class Lines(list[dict[str, Any]]):
    """What a service said."""

    def say(self, line: str) -> None:
        self.append(json.loads(line))

    def events(self) -> list[str]:
        return [line["event"] for line in self]


def service_of(engine: Engine) -> tuple[Service, Lines]:
    lines = Lines()
    return Service(engine, lines.say, ARREARS_LIMITS), lines


@contextmanager
def held_run(engine: Engine) -> Iterator[None]:
    """Another run is busy."""
    with writing(engine) as connection:
        lease = take(connection, new_claim())
    yield
    with writing(engine) as connection:
        release(connection, lease)


def closed_dates(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        query = (
            select(business_day.c.day).where(business_day.c.state == "closed").order_by(business_day.c.day)
        )
        return list(connection.execute(query).scalars())


def numbers(first: date, count: int) -> list[int]:
    return [number_of(first + days * ONE_DAY) for days in range(count)]


def look(service: Service, moment: str) -> list[str]:
    """Let the service wake up at a moment in UTC; the dates it closes."""
    with freeze_time(moment):
        return [str(manifest["business_date"]) for manifest in close_open_dates(service)]


@pytest.mark.parametrize("nights", [1, 3, 40])
def test_missed_nights_are_closed_one_by_one(sqlite_database: Engine, nights: int) -> None:
    first = at("2025-03-01")
    begin_on(sqlite_database, first)
    service, lines = service_of(sqlite_database)
    look(service, f"{first + nights * ONE_DAY} 05:30:00")
    assert closed_dates(sqlite_database) == numbers(first, nights)
    closed = [line for line in lines if line["event"] == "closed"]
    assert len({line["seal"] for line in closed}) == len(closed) == nights


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25"])
def test_b1_each_date_is_closed_once_where_the_clocks_change(sqlite_database: Engine, change: str) -> None:
    first = at(change) - 2 * ONE_DAY
    begin_on(sqlite_database, first)
    service, _ = service_of(sqlite_database)
    with freeze_time(f"{first} 12:00:00"):
        since = clock.now_utc()
    times = sorted(
        moment
        for wake_up in timetable()
        for moment in wake_times(trigger_at(wake_up.at), since, since + 5 * ONE_DAY)
    )
    found = [look(service, moment.isoformat()) for moment in times]
    # The later wake-ups of a day find nothing open.
    expected = [str(first + days * ONE_DAY) for days in range(5)]
    assert found == [dates for day in expected for dates in ([day], [], [])]


def test_b4_a_night_after_new_year_books_in_the_old_year(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-12-30"))
    new_loan(sqlite_database, PLAIN_TERMS | {"start": "2024-12-10"}, known=at("2024-12-30"))
    service, _ = service_of(sqlite_database)
    assert look(service, "2024-12-31 23:40:00") == ["2024-12-30", "2024-12-31"]
    (cut_off,) = (row for row in journal_rows(sqlite_database) if row[2] == EntryKind.CUT_OFF)
    business_date, value_date, period = cut_off[0], cut_off[5], cut_off[6]
    assert (business_date, value_date, period) == (20241231, 20241231, 202412)


@pytest.mark.parametrize("back", [timedelta(hours=1), ONE_DAY, 400 * ONE_DAY], ids=str)
def test_b5_a_clock_set_back_closes_nothing_again(sqlite_database: Engine, back: timedelta) -> None:
    begin_on(sqlite_database, at("2025-02-27"))
    service, lines = service_of(sqlite_database)
    look(service, "2025-03-02 00:30:00")
    rows, closed = journal_rows(sqlite_database), closed_dates(sqlite_database)
    with freeze_time("2025-03-02 00:30:00") as frozen:
        frozen.tick(-back)
        assert close_open_dates(service) == []
        with reading(sqlite_database) as connection:
            # News of before is for the first night that has not begun.
            assert known_on(connection, clock.today()) == max(clock.today(), at("2025-03-02"))
    assert lines.events()[-1] == "nothing_open"
    assert (journal_rows(sqlite_database), closed_dates(sqlite_database)) == (rows, closed)


def test_b11_a_run_across_midnight_keeps_its_day(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2025-02-27"))
    new_loan(sqlite_database, DAILY | {"start": "2025-02-01"}, known=at("2025-02-27"))
    service, _ = service_of(sqlite_database)
    with freeze_time("2025-03-01 22:59:59", auto_tick_seconds=20):
        found = [manifest["business_date"] for manifest in close_open_dates(service)]
        assert clock.today() == at("2025-03-02")
    assert found == ["2025-02-27", "2025-02-28"]
    assert {row[0] for row in journal_rows(sqlite_database)} == {20250227, 20250228}


def test_b6_a_clock_years_ahead_is_not_believed(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2025-03-01"))
    service, lines = service_of(sqlite_database)
    with freeze_time("2028-03-02 01:30:00"):
        look_again(service)
    assert lines.events() == ["woke_up", "failed"]
    assert "check the clock" in lines[-1]["error"]
    assert look(service, "2025-03-02 01:30:00") == ["2025-03-01"]


def test_a_run_by_hand_while_the_service_wakes_up(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2025-03-01"))
    service, lines = service_of(sqlite_database)
    with freeze_time("2025-03-02 01:29:55") as frozen:
        with held_run(sqlite_database):
            frozen.tick(5)
            look_again(service)
        assert lines.events() == ["woke_up", "held"]
        look_again(service)
    assert lines.events()[2:] == ["woke_up", "closed", "up_to_date"]


def test_h12_an_unforeseen_error_is_logged_without_its_text() -> None:
    lines = Lines()
    # At an hour at which a night waits for no bank statement.
    with freeze_time("2025-03-02 12:00:00"):
        look_again(Service(None, lines.say, ARREARS_LIMITS))  # type: ignore[arg-type]
    assert lines.events() == ["woke_up", "failed"]
    assert lines[-1]["error"] == "AttributeError"
    assert set(lines[-1]) == {"at", "event", "error", "where"}


def test_a_stop_asked_in_the_instant_before_a_wait_is_seen(sqlite_database: Engine) -> None:
    service, _ = service_of(sqlite_database)
    with ThreadPoolExecutor(1) as threads, woken_up(service, timetable()) as planner:
        waiting = threads.submit(wait, service, planner)
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        # What a signal leaves behind when it comes between the last look and the wait: nothing ends the wait.
        service.stopping = True
        assert waiting.result(10) is False


# The service as a process of its own.


@contextmanager
def started(url: str) -> Iterator[subprocess.Popen[str]]:
    """`aflos scheduler` on a database, killed if a test forgets it."""
    command = [sys.executable, "-c", "from backoffice.cli.main import main; main()", "scheduler"]
    environment = os.environ | {"AFLOS_DATABASE": url}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], *events: str) -> Lines:
    """The lines up to one of these events, or the end."""
    lines = Lines()
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("{"):
            lines.say(line)
            if lines[-1]["event"] in events:
                break
    return lines


def stop(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> int:
    """Ask a service to stop; its exit code, which comes within 10 seconds."""
    asked = time.monotonic()
    process.send_signal(number)
    code = process.wait(10)
    assert time.monotonic() - asked < 10
    return code


def open_nights(url: str, nights: int, loans: int, terms: dict[str, Any]) -> Engine:
    """A database with so many open dates up to yesterday."""
    engine = open_database(url)
    first = clock.today() - nights * ONE_DAY
    begin_on(engine, first)
    new_loans(engine, [(1, terms | {"start": first.isoformat()})] * loans, first)
    return engine


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_catches_up_and_stops(database_url: str, number: signal.Signals) -> None:
    engine = open_nights(database_url, 4, 1, PLAIN_TERMS)
    with started(database_url) as process:
        lines = read_until(process, "up_to_date")
        assert lines.events() == ["started", "woke_up", *["closed"] * 4, "up_to_date"]
        assert stop(process, number) == 0
    assert closed_dates(engine) == numbers(clock.today() - 4 * ONE_DAY, 4)
    engine.dispose()


def test_the_service_stops_in_the_middle_of_a_night(sqlite_url: str) -> None:
    engine = open_nights(sqlite_url, 30, 5, DAILY)
    with started(sqlite_url) as process:
        read_until(process, "closed")
        assert stop(process) == 75
    done = len(closed_dates(engine))
    assert 0 < done < 30
    with started(sqlite_url) as process:
        assert read_until(process, "up_to_date").events().count("closed") == 30 - done
        assert stop(process) == 0
    with reading(engine) as connection:
        assert verify(connection, Path(str(engine.url.database)).with_suffix(".manifests")).differences == []
    engine.dispose()


def test_a_service_does_not_begin_while_a_run_is_busy(database_url: str) -> None:
    engine = open_nights(database_url, 2, 0, PLAIN_TERMS)
    with held_run(engine), started(database_url) as process:
        assert read_until(process).events() == ["started", "woke_up", "held"]
        assert process.wait(10) == LeaseHeld.exit_code == 75
    assert closed_dates(engine) == []
    engine.dispose()


def test_two_services_on_one_database(database_url: str) -> None:
    engine = open_nights(database_url, 10, 2, DAILY)
    with started(database_url) as one, started(database_url) as other:
        ends = [read_until(each, "up_to_date", "nothing_open", "held").events()[-1] for each in (one, other)]
        codes = [
            each.wait(10) if end == "held" else stop(each)
            for each, end in zip((one, other), ends, strict=True)
        ]
    assert "up_to_date" in ends
    assert codes == [75 if end == "held" else 0 for end in ends]
    assert closed_dates(engine) == numbers(clock.today() - 10 * ONE_DAY, 10)
    engine.dispose()


def test_a_wrong_timetable_is_refused(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'jobs: {close_nights: {at: ["02:30"], reason: "a test"}}'
    (tmp_path / "timetable.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    with started(sqlite_url) as process:
        assert process.wait(20) == 78
        assert process.stderr is not None
        assert "02:30" in process.stderr.read()


def test_the_database_keeps_what_was_closed_last(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2025-03-01"))
    service, _ = service_of(sqlite_database)
    look(service, "2025-03-03 04:30:00")
    with reading(sqlite_database) as connection:
        assert last_closed(connection) == at("2025-03-02")
