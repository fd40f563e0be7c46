"""What holds from a first day until the next: no gap and no overlap can be written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Dated(Generic[Value]):
    """Values by the first day on which each holds; for a rule that changed, one function per first day."""

    __slots__ = ("_days", "_values")

    def __init__(self, values: Mapping[date, Value]) -> None:
        self._days = tuple(sorted(values))
        self._values = tuple(values[day] for day in self._days)

    @property
    def first(self) -> date:
        """The first day of all; there is at least one value."""
        return self._days[0]

    def on(self, day: date) -> tuple[date, Value] | None:
        """The value that started last on or before the day, with its first day; None before all of them."""
        place = bisect_right(self._days, day)
        return (self._days[place - 1], self._values[place - 1]) if place else None

    def items(self) -> tuple[tuple[date, Value], ...]:
        """All values with their first days, oldest first."""
        return tuple(zip(self._days, self._values, strict=True))
