"""What a life shows on a viewing date: the rows with what is still to come, the open amounts, the state."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from servicing.events import Disbursed, Event, Paid, PaidOff, Reversed
from servicing.life.falling_due import fall_due
from servicing.life.paying import pay
from servicing.life.state import (
    COSTS,
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    PRINCIPAL,
    PRINCIPAL_DUE,
    REFUNDABLE,
    Row,
    Split,
    State,
    accrue,
    untaken,
)
from servicing.life.timeline import live
from servicing.schedule import Amount
from servicing.terms import Terms

Standing = Literal["pending", "active", "overpaid", "closed", "written_off"]

COST_ACCOUNTS = (COSTS,)
INTEREST_ACCOUNTS = (INTEREST_DUE, INTEREST_ACCRUED, INTEREST_DEFERRED)
PRINCIPAL_ACCOUNTS = (PRINCIPAL, PRINCIPAL_DUE)
CREDIT_ACCOUNTS = (REFUNDABLE,)


@dataclass(frozen=True, slots=True)
class Open:
    """What is open on a day, in cents; interest is all that has run, due or not."""

    principal: Amount
    interest: Amount
    costs: Amount
    credit: Amount

    @property
    def total(self) -> Amount:
        """What pays the loan off that day, credit not set off, in cents."""
        return self.principal + self.interest + self.costs


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """A row as it stands or is expected, in cents; `paid` is what was really paid on it."""

    nr: int
    due: date
    principal: Amount
    interest: Amount
    paid: Amount
    balance: Amount
    deferred: str


def open_amounts(state: State, on: date) -> Open:
    """What is open on a day, interest up to (not including) it."""
    now = copy.copy(state)
    accrue(now, on)
    interest = sum((row.open_interest for row in now.rows), start=0) + untaken(now)
    return Open(now.principal, interest, now.costs, now.credit)


def standing(state: State, on: date) -> Standing:
    """In which state the loan is on a day."""
    if not state.disbursed:
        return "pending"
    if open_amounts(state, on).total:
        return "active"
    if state.credit:
        return "overpaid"
    return "written_off" if state.written_off else "closed"


def rows_on(terms: Terms, state: State, on: date) -> list[RowOutcome]:
    """All rows: fallen due as they are, coming ones as if what is overdue is paid today and the rest on time."""
    paid = {row.nr: row.interest_paid + row.principal_paid for row in state.rows}
    if not state.disbursed:
        state = live(terms, [Disbursed(terms.start, terms.principal)], [], terms.start)
        paid = {}
    expected = _expected(state, on)
    return [
        RowOutcome(
            row.nr, row.due, row.principal, row.interest, paid.get(row.nr, 0), row.balance, row.deferred
        )
        for row in expected.rows
    ]


def _expected(state: State, on: date) -> State:
    """The loan at its end, when everything overdue is paid on `on` and the coming rows on time."""
    expected = copy.deepcopy(state)
    accrue(expected, on)
    pay(expected, Split(0, on, _overdue(expected)))
    while (row := expected.running) is not None:
        fall_due(expected)
        pay(expected, Split(0, row.due, _overdue(expected)))
    return expected


def _overdue(state: State) -> Amount:
    """Costs and what fell due, in the tail also the interest that has run since; in cents."""
    due = [row for row in state.rows if row.fell_due and row.payable]
    running = untaken(state) if state.running is None else 0
    return state.costs + running + sum((row.open_interest + row.open_principal for row in due), start=0)


def splits_of(
    terms: Terms, events: Sequence[Event], reversals: Sequence[Reversed], on: date
) -> list[tuple[Split, bool]]:
    """How each payment was divided, and whether it was reversed: then with the split it had until that day."""
    state = live(terms, events, reversals, on)
    splits = {split.fact: split for split in state.splits}
    gone: dict[int, Split] = {}
    for nr, reversal in enumerate(reversals):
        if reversal.on <= on:
            before = live(terms, events, reversals[:nr], reversal.on)
            gone |= {s.fact: s for s in before.splits if s.fact == reversal.payment.fact}
    paid = [event for event in events if isinstance(event, (Paid, PaidOff)) and event.on <= on]
    return [
        (gone.get(event.fact) or splits[event.fact], event.fact in gone)
        for event in sorted(paid, key=lambda event: event.on)
    ]


def arrears_since(state: State) -> date | None:
    """The due date of the oldest row that fell due and is not paid, or None."""
    late = (row for row in state.rows if row.fell_due and row.payable and _is_open(row))
    return min((row.due for row in late), default=None)


def _is_open(row: Row) -> bool:
    return bool(row.open_interest or row.open_principal)
