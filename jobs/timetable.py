"""When the service wakes up: times of the day in Amsterdam, once a day whatever the clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from apscheduler.triggers.cron import CronTrigger
from pydantic import AfterValidator, Field

from jobs.clock import AMSTERDAM
from ledger.config import Strict, Text, checked, read_yaml
from ledger.files import config_file

JobName = Literal["close_nights"]
"""What can be done at a wake-up."""

ONE_DAY = timedelta(days=1)

_REFUSED = (
    (
        time(2),
        time(3),
        "from 02:00 up to 03:00: in March this time does not exist on one day, in October it comes twice",
    ),
    # Seen in APScheduler 3.11.3: its step to the next day is 24 hours, which ends at 01:00 of the day after.
    (
        time(0),
        time(1),
        "before 01:00: the day after the clocks go forward the planner would pass over it",
    ),
)
"""Times of the day, from and up to, at which a wake-up would not come exactly once a day."""


def _time(text: str) -> str:
    try:
        at = time.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.strftime("%H:%M") != text:
        raise ValueError('write a time of the day in quotes, such as "01:30"')
    for since, until, why in _REFUSED:
        if since <= at < until:
            raise ValueError(f"nothing is planned {why}")
    return text


class _Job(Strict):
    at: Annotated[list[Annotated[str, AfterValidator(_time)]], Field(min_length=1)]
    reason: Text


class _File(Strict):
    jobs: Annotated[dict[JobName, _Job], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class WakeUp:
    """A job and a time of the day in Amsterdam, with the reason for it."""

    job: JobName
    at: time
    reason: str


def timetable() -> tuple[WakeUp, ...]:
    """The wake-ups in force; raises `Misconfigured` naming file, key, value and rule."""
    file = config_file("timetable.yaml")
    return timetable_from(read_yaml(file.text, file.origin), file.origin)


def timetable_from(content: object, file: str) -> tuple[WakeUp, ...]:
    """The wake-ups in a file, each once, by time; raises `Misconfigured`."""
    jobs = checked(_File, content, file).jobs
    found = {
        WakeUp(name, time.fromisoformat(text), job.reason) for name, job in jobs.items() for text in job.at
    }
    return tuple(sorted(found, key=lambda wake_up: (wake_up.at, wake_up.job)))


def trigger_at(at: time) -> CronTrigger:
    """What fires every day at a time of the day in Amsterdam; no jitter, which can skip a day."""
    return CronTrigger(hour=at.hour, minute=at.minute, second=0, timezone=AMSTERDAM)


def wake_times(trigger: CronTrigger, since: datetime, until: datetime) -> Iterator[datetime]:
    """The moments in [since, until) at which a trigger fires, in UTC."""
    fired, now = None, since.astimezone(UTC)
    while (fired := trigger.get_next_fire_time(fired, now)) and fired.astimezone(UTC) < until:
        # In UTC, because between two equal clock times an hour may lie.
        yield fired.astimezone(UTC)
        now = fired.astimezone(UTC) + timedelta.resolution


def date_ended(moment: datetime) -> date:
    """The last business date that has ended at a moment: the day before the day it is in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date() - ONE_DAY
