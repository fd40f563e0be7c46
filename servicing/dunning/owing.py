"""What of a loan is overdue on a day: the rows that fell due and are open, and what else stands open beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from servicing.life.outcome import open_amounts
from servicing.life.state import State


class OverdueRow(NamedTuple):
    """An instalment that fell due and is not paid: what is open of it, in cents."""

    nr: int
    due: date
    principal: int
    interest: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """The overdue rows, oldest first; costs and statutory interest that are open, and all that is owed; in cents.

    `grows`: something open fell due that very day, so that more is overdue the next day.
    """

    rows: tuple[OverdueRow, ...]
    costs: int = 0
    statutory: int = 0
    whole: int = 0
    grows: bool = False

    @property
    def since(self) -> date:
        """The due date of the oldest of them."""
        return self.rows[0].due

    @property
    def cents(self) -> int:
        """Principal and interest that are overdue, without costs."""
        return sum(row.principal + row.interest for row in self.rows)


def overdue_of(state: State, day: date) -> Overdue | None:
    """What is overdue by the end of a day: due before it; None if nothing is."""
    asked = [row for row in state.rows if row.fell_due and row.payable]
    open_ones = [row for row in asked if row.open_principal or row.open_interest]
    rows = sorted(
        (
            OverdueRow(row.nr, row.due, int(row.open_principal), int(row.open_interest))
            for row in open_ones
            if row.due < day
        ),
        key=lambda row: (row.due, row.nr),
    )
    if not rows:
        return None
    return Overdue(
        tuple(rows),
        int(state.costs),
        int(state.statutory),
        int(open_amounts(state, day).total),
        len(rows) < len(open_ones),
    )
