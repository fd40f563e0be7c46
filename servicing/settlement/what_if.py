"""What another profit would give: one year settled again and again, for a table and a curve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ledger.errors import BadInput
from ledger.money import euros
from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.figures import Figures
from servicing.settlement.settling import Settlement, settle

MOST_POINTS = 1000


class RangeRefused(BadInput):
    """The profits to try go up, in steps above zero, and are not too many."""


@dataclass(frozen=True, slots=True)
class Range:
    """Profits from the first up to and including the last, in equal steps; cents."""

    first: int
    last: int
    step: int

    def __post_init__(self) -> None:
        if self.step <= 0 or self.last < self.first:
            raise RangeRefused(
                f"profit from {euros(self.first)} to {euros(self.last)} by {euros(self.step)}: "
                "must go up in steps above zero"
            )
        if (self.last - self.first) // self.step >= MOST_POINTS:
            raise RangeRefused(f"step: {euros(self.step)}: gives more than {MOST_POINTS} profits")

    def __iter__(self) -> Iterator[int]:
        yield from range(self.first, self.last + 1, self.step)


@dataclass(frozen=True, slots=True)
class Point:
    """The outcome of one profit; `to_live_on` is net income with what stays of the assistance, lent or given."""

    profit: int
    settlement: Settlement

    @property
    def to_live_on(self) -> int:
        """Net income, gift and retained loan together, in cents."""
        found = self.settlement
        return found.net_income + found.gift + found.retained_loan


def points(figures: Figures, profits: Range, law: Law, policy: Choices) -> list[Point]:
    """The year settled for each profit; all else stays as it is."""
    return [Point(profit, settle(replace(figures, profit=profit), law, policy)) for profit in profits]
