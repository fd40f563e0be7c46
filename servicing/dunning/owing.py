"""What of a loan is overdue on a day: the rows that fell due and are open, and what else stands open beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from servicing.life.outcome import asked_of, open_amounts
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

    `coming` are open rows that fell due that very day: they are overdue from the next day on.
    """

    rows: tuple[OverdueRow, ...]
    costs: int = 0
    statutory: int = 0
    whole: int = 0
    coming: tuple[OverdueRow, ...] = ()

    @property
    def since(self) -> date:
        """The due date of the oldest of them."""
        return self.rows[0].due

    def on(self, day: date) -> Overdue:
        """The same on a later day, if nothing but time happened."""
        known = (*self.rows, *self.coming)
        rows = tuple(row for row in known if row.due < day)
        return replace(self, rows=rows, coming=tuple(row for row in known if row.due >= day))

    def and_due(self, row: OverdueRow) -> Overdue:
        """The same with a row that fell due, and is overdue from the next day on."""
        return replace(self, coming=(*self.coming, row))

    @property
    def cents(self) -> int:
        """Principal and interest that are overdue, without costs."""
        return sum(row.principal + row.interest for row in self.rows)


def overdue_of(state: State, day: date) -> Overdue | None:
    """What is overdue by the end of a day: due before it; None if nothing is."""
    rows = sorted(
        (OverdueRow(one.row.nr, one.due, int(one.principal), int(one.interest)) for one in asked_of(state)),
        key=lambda row: (row.due, row.nr),
    )
    if not rows or rows[0].due >= day:
        return None
    whole = int(open_amounts(state, day).total)
    return Overdue(tuple(rows), int(state.costs), int(state.statutory), whole).on(day)
