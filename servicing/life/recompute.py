"""The instalment computed again over the coming rows."""

from __future__ import annotations

from fractions import Fraction

from servicing.daycount import fraction
from servicing.life.beginning import equal_part
from servicing.life.falling_due import takes_principal
from servicing.life.notes import Spreading
from servicing.life.state import Row, State, round_amount
from servicing.schedule import annuity_instalment


def recompute_instalment(state: State) -> None:
    """Spread the coming principal over the coming rows that can take it, at today's rate; if there is none, keep it."""
    rows = [row for row in state.rows if _can_take(state, row)]
    if not rows or not state.unassigned:
        return
    forget_plan(state)
    coming = state.unassigned + sum(row.principal for row in rows)
    if state.notes is not None:
        state.notes.spreading = Spreading(coming, len(rows), state.running_rate)
    if state.terms.method == "linear":
        state.instalment = round_amount(state, equal_part(coming, len(rows)))
    elif state.terms.method == "annuity":
        growth = [state.running_rate * _whole_period(state, row) for row in rows]
        state.instalment = annuity_instalment(coming, growth, state.terms.rounding)


def forget_plan(state: State) -> None:
    """A new instalment takes the place of what a plan set for the coming rows."""
    for row in state.rows[state.falls_due_next :]:
        row.planned = None


def _can_take(state: State, row: Row) -> bool:
    return not row.fell_due and not row.closed and takes_principal(state, row)


def _whole_period(state: State, row: Row) -> Fraction:
    """The row's whole period as a fraction of a year, from the due date before it."""
    at = state.rows.index(row)
    since = state.rows[at - 1].due if row.nr > 1 else state.terms.start
    return fraction(state.terms.day_count, since, row.due, state.terms.grid)
