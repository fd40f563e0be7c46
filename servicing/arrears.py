"""Arrears (achterstand): how long the oldest open row is past its due date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from ledger.config import Strict, checked
from ledger.errors import Misconfigured


class _File(Strict):
    age_classes: list[int]


def limits_from(content: object, file: str) -> tuple[int, ...]:
    """The first day past due of each age class, in order; raises `Misconfigured`."""
    limits = tuple(checked(_File, content, file).age_classes)
    if not limits or limits[0] < 1 or any(low >= high for low, high in pairwise(limits)):
        raise Misconfigured(
            f"{file}: age_classes: {list(limits)}: days from 1, each more than the one before"
        )
    return limits


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
