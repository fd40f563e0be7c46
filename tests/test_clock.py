"""The clock says which day it is in Amsterdam, also around midnight and the change to summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from freezegun import freeze_time

from jobs import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2025-01-01 22:59:59", date(2025, 1, 1)),
        ("2025-01-01 23:00:00", date(2025, 1, 2)),
        ("2025-07-01 21:59:59", date(2025, 7, 1)),
        ("2025-07-01 22:00:00", date(2025, 7, 2)),
        # Clocks go forward at 01:00 UTC on 30 March 2025: the day is short, the date stays.
        ("2025-03-30 00:59:59", date(2025, 3, 30)),
        ("2025-03-30 21:59:59", date(2025, 3, 30)),
        ("2025-03-30 22:00:00", date(2025, 3, 31)),
        ("2025-10-26 22:59:59", date(2025, 10, 26)),
    ],
)
def test_b7_today_is_the_day_in_amsterdam(moment: str, day: date) -> None:
    with freeze_time(moment):
        assert clock.today() == day


def test_b7_now_is_in_utc() -> None:
    with freeze_time("2025-07-01 22:00:00"):
        assert clock.now_utc() == datetime(2025, 7, 1, 22, tzinfo=UTC)


def test_b5_monotonic_never_goes_back() -> None:
    assert clock.monotonic() <= clock.monotonic()
