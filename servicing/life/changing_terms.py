"""Terms change during a life: another rate, another instalment, deferral (uitstel, Bbz art. 41)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from servicing.events import Deferral, DueAtOnce, InstalmentSet, InterestResumed, RateChanged, Rescheduled
from servicing.life.beginning import first_instalment, new_row, new_rows
from servicing.life.falling_due import takes_principal
from servicing.life.recompute import forget_plan, recompute_instalment
from servicing.life.state import Row, State, accrue
from servicing.schedule import Amount


def change_rate(state: State, event: RateChanged) -> None:
    """Another rate from this day."""
    accrue(state, event.on)
    state.rate = event.rate
    if event.recompute:
        recompute_instalment(state)


def set_instalment(state: State, event: InstalmentSet) -> None:
    """Another instalment for rows that fall due from this day."""
    state.instalment = event.amount
    forget_plan(state)
    if state.notes is not None:
        state.notes.spreading = None


def defer(state: State, event: Deferral) -> None:
    """Rows due in the period take no principal; with `all` their interest is kept as deferred interest."""
    rows = [row for row in state.rows if _lies_in(row, event)]
    postponed = sum(1 for row in rows if takes_principal(state, row))
    for row in rows:
        row.deferred = "all" if event.of == "all" or row.keeps_interest else "principal"
    if event.end == "extend":
        _extend(state, postponed)
    elif event.since <= event.on:
        recompute_instalment(state)


def reschedule(state: State, event: Rescheduled) -> None:
    """New rows take the place of those that have not fallen due; what was paid ahead stays paid."""
    accrue(state, event.on)
    kept, unpaid = _make_way(state, event.on)
    state.terms = replace(event.terms, first_number=_next_number(kept))
    rows = new_rows(state.terms)
    rows[0].interest += unpaid
    state.rows = [*kept, *rows]
    state.rate = event.terms.rate
    if event.terms.plan:
        state.instalment = first_instalment(event.terms)
    elif event.terms.instalment is None:
        recompute_instalment(state)
    else:
        set_instalment(state, InstalmentSet(event.on, event.terms.instalment, event.fact))


def call_in(state: State, event: DueAtOnce) -> None:
    """One row, due now, takes the place of all that have not fallen due (opeising)."""
    if event.interest == "stops":
        stop_interest(state, event.on, event.fact)
    if state.running is None:
        return
    accrue(state, event.on)
    kept, unpaid = _make_way(state, event.on)
    state.rows = [*kept, Row(_next_number(kept), event.on, interest=unpaid)]


def stop_interest(state: State, on: date, fact: int) -> None:
    """No interest accrues from this day."""
    accrue(state, on)
    state.stops |= {fact}


def resume_interest(state: State, event: InterestResumed) -> None:
    """One stop less: interest runs again when none is left."""
    accrue(state, event.on)
    state.stops -= {event.fact}


def _make_way(state: State, on: date) -> tuple[list[Row], Amount]:
    """The rows that stay when the coming ones make way: those paid ahead are closed; and their unpaid interest."""
    kept = state.rows[: state.falls_due_next]
    ahead = [row for row in state.rows[state.falls_due_next :] if row.principal or row.interest]
    for row in ahead:
        row.due, row.closed = min(row.due, on), True
    return [*kept, *ahead], _unpaid(ahead)


def _next_number(rows: list[Row]) -> int:
    return max((row.nr for row in rows), default=0) + 1


def _unpaid(rows: list[Row]) -> Amount:
    """Take carried interest that is not paid off rows that close, in cents."""
    unpaid = sum((row.open_interest for row in rows), start=0)
    for row in rows:
        row.interest = row.interest_paid
    return unpaid


def _lies_in(row: Row, event: Deferral) -> bool:
    return event.since <= row.due < event.until and not row.fell_due and not row.closed


def _extend(state: State, count: int) -> None:
    """As many rows follow the last one as could take principal in the deferral."""
    for _ in range(count):
        number = state.last_row.nr + 1
        state.rows.append(new_row(state.terms, number, state.terms.due_date(number)))
