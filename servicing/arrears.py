"""Arrears (achterstand): how long the oldest open row is past its due date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta


def days_past_due(since: date | None, day: date) -> int:
    """Days from the oldest unpaid due date up to a day; 0 when nothing is late."""
    return max(0, (day - since).days) if since else 0


def bucket(days: int, limits: Sequence[int]) -> int:
    """The age class (ouderdomsklasse): 0 is not late, n from the n-th limit of days on."""
    return sum(1 for limit in limits if days >= limit)


def next_bucket_day(since: date | None, day: date, limits: Sequence[int]) -> date | None:
    """The first later day on which the age class changes, or None."""
    if since is None:
        return None
    return next(
        (since + timedelta(days=limit) for limit in limits if since + timedelta(days=limit) > day), None
    )
