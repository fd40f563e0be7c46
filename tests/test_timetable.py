"""When the service wakes up: once for every business date, also where the clocks change, and what is refused."""

from __future__ import annotations

import time as clocks
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from freezegun import freeze_time

from jobs import clock
from jobs.clock import AMSTERDAM
from jobs.timetable import date_ended, timetable, timetable_from, trigger_at, wake_times
from ledger.errors import Misconfigured

ONE_DAY = timedelta(days=1)


def last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


CHANGES = [last_sunday(year, month) for year in range(2020, 2041) for month in (3, 10)]
"""The days on which the clocks change (Directive 2000/84/EC): the last Sundays of March and October."""


def dates_woken_for(at: time, change: date) -> Counter[date]:
    """How often a wake-up comes for each business date around a change of the clocks."""
    since = datetime.combine(change - 3 * ONE_DAY, time(12), AMSTERDAM)
    times = wake_times(trigger_at(at), since, since + timedelta(days=6))
    return Counter(date_ended(moment) for moment in times)


def once_each(change: date) -> Counter[date]:
    return Counter(change + days * ONE_DAY for days in range(-3, 3))


def test_there_are_42_changes_of_the_clocks() -> None:
    assert len(CHANGES) == 42
    for change in CHANGES:
        before, after = (datetime.combine(day, time(12), AMSTERDAM) for day in (change - ONE_DAY, change))
        assert before.utcoffset() != after.utcoffset()


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_b1_each_business_date_is_woken_for_once(change: date) -> None:
    for at in {wake_up.at for wake_up in timetable()} | {time(1), time(1, 30), time(3)}:
        assert dates_woken_for(at, change) == once_each(change), at


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(2, 59)])
def test_b1_from_two_to_three_a_wake_up_comes_twice(at: time) -> None:
    """Why such times are refused: in October the same time of the day comes twice."""
    for change in CHANGES:
        twice = [day for day, times in dates_woken_for(at, change).items() if times != 1]
        assert twice == ([change - ONE_DAY] if change.month == 10 else []), change


def test_b1_from_two_to_three_a_time_does_not_exist() -> None:
    """In March the wake-up comes at a time of the day that is not the one asked for."""
    since = datetime(2026, 3, 29, 0, 0, tzinfo=AMSTERDAM)
    (moment,) = wake_times(trigger_at(time(2, 30)), since, since + timedelta(hours=12))
    assert moment.astimezone(AMSTERDAM).time() == time(3, 30)


@pytest.mark.parametrize("at", [time(0), time(0, 30), time(0, 59)])
def test_b1_before_one_a_wake_up_is_passed_over(at: time) -> None:
    """Why such times are refused: in March the day after the change has none."""
    for change in CHANGES:
        missing = once_each(change) - dates_woken_for(at, change)
        assert list(missing) == ([change] if change.month == 3 else []), change


def test_a_year_has_as_many_wake_ups_as_days() -> None:
    since, until = datetime(2028, 1, 1, tzinfo=AMSTERDAM), datetime(2029, 1, 1, tzinfo=AMSTERDAM)
    for wake_up in timetable():
        assert len(list(wake_times(trigger_at(wake_up.at), since, until))) == 366


@pytest.mark.parametrize(
    ("moment", "ended"),
    [
        ("2025-12-31 22:59:59", date(2025, 12, 30)),
        ("2025-12-31 23:00:00", date(2025, 12, 31)),
        ("2026-06-30 21:59:59", date(2026, 6, 29)),
        ("2026-06-30 22:00:00", date(2026, 6, 30)),
        ("2028-02-29 23:30:00", date(2028, 2, 29)),
    ],
)
def test_b7_a_date_ends_at_midnight_in_amsterdam(moment: str, ended: date) -> None:
    assert date_ended(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == ended


@pytest.fixture
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of the machine, for the length of a test."""
    monkeypatch.setenv("TZ", request.param)
    clocks.tzset()
    yield request.param
    monkeypatch.undo()
    clocks.tzset()


@pytest.mark.parametrize(
    "machine_zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"], indirect=True
)
def test_b7_the_zone_of_the_machine_does_not_matter(machine_zone: str) -> None:
    with freeze_time("2026-10-24 22:30:00"):
        assert clock.today() == date(2026, 10, 25)
        assert date_ended(clock.now_utc()) == date(2026, 10, 24)
        times = list(wake_times(trigger_at(time(1, 30)), clock.now_utc(), clock.now_utc() + 3 * ONE_DAY))
    assert [moment.isoformat() for moment in times] == [
        "2026-10-24T23:30:00+00:00",
        "2026-10-26T00:30:00+00:00",
        "2026-10-27T00:30:00+00:00",
    ]


def a_file(*times: str, job: str = "close_nights", reason: object = "a test") -> dict[str, object]:
    return {"jobs": {job: {"at": list(times), "reason": reason}}}


def test_wake_ups_come_in_order_and_once() -> None:
    found = timetable_from(a_file("05:30", "01:30", "05:30"), "t.yaml")
    assert [wake_up.at for wake_up in found] == [time(1, 30), time(5, 30)]
    assert {wake_up.reason for wake_up in found} == {"a test"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            a_file("02:00"),
            r"t\.yaml: jobs\.close_nights\.at\.0: '02:00': nothing is planned from 02:00 up to 03:00",
        ),
        (a_file("01:30", "02:59"), r"at\.1: '02:59': nothing is planned from 02:00"),
        (a_file("00:59"), "'00:59': nothing is planned before 01:00"),
        (a_file("24:00"), "write a time of the day"),
        (a_file("0:30"), "write a time of the day"),
        (a_file("00:30:15"), "write a time of the day"),
        (a_file("00:30+01:00"), "write a time of the day"),
        (a_file(), r"close_nights\.at"),
        (a_file("01:30", job="make_tea"), "make_tea"),
        (a_file("01:30", reason=""), r"close_nights\.reason"),
        ({"jobs": {"close_nights": {"at": ["01:30"]}}}, "this key is missing"),
        ({"jobs": {}}, "jobs"),
        ({}, "jobs: this key is missing"),
    ],
)
def test_a_timetable_that_cannot_be_kept_is_refused(content: dict[str, object], says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        timetable_from(content, "t.yaml")
