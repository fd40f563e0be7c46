"""Whether the row of a loan's ladder, from which coming nights look, says what is overdue by its facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jobs.difference import UNREADABLE, Difference
from servicing.dunning.owing import Overdue, overdue_of
from servicing.dunning.standing import Standing, overdue_in
from servicing.life.state import State


def wrong_ladder(row: Standing, state: State, day: date) -> Iterator[Difference]:
    """What is wrong with a ladder row after the night of a day; a row that was set aside says nothing to hold."""
    try:
        kept = overdue_in(row, day)
    except UNREADABLE as error:
        yield Difference(None, row.loan, "", f"its place on the ladder cannot be read: {error}")
        return
    if kept is None:
        return
    told, wanted = _rows(kept), _rows(overdue_of(state, day))
    if told != wanted:
        what = "its place on the ladder does not fit its facts"
        yield Difference(None, row.loan, "", f"{what}: overdue is {told}, must be {wanted}")


def _rows(overdue: Overdue | None) -> list[str]:
    """Each row that fell due and is open, with what is open of its principal and interest, in cents."""
    rows = (*overdue.rows, *overdue.coming) if overdue is not None else ()
    return [f"row {row.nr} of {row.due}: {row.principal} + {row.interest}" for row in rows]
