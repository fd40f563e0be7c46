"""A loan comes in at the cut-over with the balances another administration gave it."""

from __future__ import annotations

from fractions import Fraction

from ledger.entry import EntryKind
from servicing.events import Opened
from servicing.life.state import (
    COSTS,
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    OPENING,
    PRINCIPAL,
    PRINCIPAL_DUE,
    REFUNDABLE,
    Effect,
    Row,
    State,
    accrue,
    plus,
)


def open_balances(state: State, event: Opened) -> None:
    """Take over the balances; arrears become a row 0 that fell due, deferred interest another."""
    accrue(state, event.on)
    state.accrued_to = event.on
    state.principal += event.principal + event.principal_due
    state.unassigned += event.principal
    state.disbursed += event.principal + event.principal_due
    state.accrued = plus(state.accrued, Fraction(event.accrued))
    state.booked += event.accrued
    state.standing += event.accrued
    state.costs += event.costs
    state.credit += event.credit
    for row in reversed(_brought_rows(event)):
        state.rows.insert(0, row)
        state.falls_due_next += 1
    _book(state, event)


def _brought_rows(event: Opened) -> list[Row]:
    """Row 0 for the arrears, and one for deferred interest."""
    since = event.arrears_since or event.on
    rows = []
    if event.principal_due or event.interest_due:
        rows.append(Row(0, since, interest=event.interest_due, principal=event.principal_due, fell_due=True))
    if event.deferred_interest:
        rows.append(
            Row(0, since, interest=event.deferred_interest, fell_due=True, deferred="all", payable=False)
        )
    return rows


def _book(state: State, event: Opened) -> None:
    balances = {
        PRINCIPAL: event.principal,
        PRINCIPAL_DUE: event.principal_due,
        INTEREST_DUE: event.interest_due,
        INTEREST_ACCRUED: event.accrued,
        INTEREST_DEFERRED: event.deferred_interest,
        COSTS: event.costs,
    }
    for account, cents in balances.items():
        state.record(Effect(event.on, EntryKind.OPENING, account, OPENING, cents, event.fact))
    state.record(Effect(event.on, EntryKind.OPENING, OPENING, REFUNDABLE, event.credit, event.fact))
