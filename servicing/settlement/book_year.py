"""The book year (boekjaar, Bbz art. 1): twelve months from the first of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MONTHS_IN_YEAR = 12


def month_after(day: date, months: int) -> date:
    """The first day of the month that lies so many months after (or, below zero, before) that of a day."""
    at = day.year * MONTHS_IN_YEAR + day.month - 1 + months
    return date(at // MONTHS_IN_YEAR, at % MONTHS_IN_YEAR + 1, 1)


@dataclass(frozen=True, slots=True)
class BookYear:
    """Twelve months; `since` is their first day, and the day that picks the yearly figures of the law."""

    since: date

    def __post_init__(self) -> None:
        assert self.since.day == 1, f"a book year starts on the first of a month, not on {self.since}"

    @property
    def until(self) -> date:
        """The first day after the book year."""
        return month_after(self.since, MONTHS_IN_YEAR)

    def months(self, first: int = 1, last: int = MONTHS_IN_YEAR) -> tuple[date, ...]:
        """The first days of months `first` to `last`, counted from 1."""
        return tuple(month_after(self.since, at) for at in range(first - 1, last))

    def holding(self, day: date) -> BookYear:
        """The book year of the same books in which a day lies."""
        months = (day.year - self.since.year) * MONTHS_IN_YEAR + day.month - self.since.month
        return BookYear(month_after(self.since, months // MONTHS_IN_YEAR * MONTHS_IN_YEAR))

    def years_after(self, other: BookYear) -> int:
        """How many book years this one lies after another of the same books."""
        return self.since.year - other.since.year
