"""The only module that asks what day or time it is; everything else gets it as an argument."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def today() -> date:
    """Today's date in Amsterdam, whatever the time zone of the machine."""
    return datetime.now(AMSTERDAM).date()


def now_utc() -> datetime:
    """This moment in UTC, for recording when something was done."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never goes back, for measuring how long something takes."""
    return time.monotonic()
