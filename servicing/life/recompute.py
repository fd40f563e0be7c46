"""The instalment computed again over the coming rows."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from servicing.daycount import fraction
from servicing.life.beginning import equal_part
from servicing.life.falling_due import takes_principal
from servicing.life.state import Row, State, round_amount
from servicing.schedule import annuity_instalment


def recompute_instalment(state: State, since: date | None = None) -> None:
    """Spread the coming principal over rows due on or after `since` (default: all coming ones), at today's rate."""
    rows = [row for row in state.rows if _can_take(row) and (since is None or row.due >= since)]
    if not rows or not state.unassigned:
        return
    if state.terms.method == "linear":
        state.instalment = round_amount(state, equal_part(state.unassigned, len(rows)))
    elif state.terms.method == "annuity":
        growth = [state.rate * _whole_period(state, row) for row in rows]
        state.instalment = annuity_instalment(state.unassigned, growth, state.terms.rounding)


def _can_take(row: Row) -> bool:
    return not row.fell_due and not row.closed and takes_principal(row)


def _whole_period(state: State, row: Row) -> Fraction:
    """The row's whole period as a fraction of a year, from the due date before it."""
    at = state.rows.index(row)
    since = state.rows[at - 1].due if row.nr > 1 else state.terms.start
    return fraction(state.terms.day_count, since, row.due, state.terms.grid)
