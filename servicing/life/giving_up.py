"""A claim or a part of it is written off or waived, or was never owed: what is open of it becomes less."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.entry import EntryKind
from servicing.events import Cancelled, Ground, WrittenOff
from servicing.life.paying import Purse, open_rows, owed_in_full, pay_deferred, pay_interest
from servicing.life.state import (
    COST_INCOME,
    COSTS,
    PRINCIPAL,
    PRINCIPAL_DUE,
    REFUNDABLE,
    STATUTORY,
    STATUTORY_INCOME,
    WRITTEN_OFF,
    Effect,
    Split,
    State,
)
from servicing.terms import Part

KINDS: Mapping[Ground, EntryKind] = {"write_off": EntryKind.WRITE_OFF, "waiver": EntryKind.WAIVER}


def give_up(state: State, event: WrittenOff) -> None:
    """Take an amount off a part of the claim, at most what is open; of all: everything."""
    left = owed_in_full(state) if event.amount is None else event.amount
    before = [row.interest_paid + row.principal_paid for row in state.rows]
    for name, (part, take) in GIVEN_UP.items():
        if event.of in (name, "all"):
            purse = Purse(Split(event.fact, event.on, left))
            take(state, purse)
            _book(state, event, WRITTEN_OFF[event.ground][part], purse)
            left = purse.left
    for row, settled in zip(state.rows, before, strict=True):
        row.written_off += row.interest_paid + row.principal_paid - settled


def cancel(state: State, event: Cancelled) -> None:
    """Costs or statutory interest not owed after all: the open part goes, what was paid becomes credit."""
    account, income = CANCELLED[event.of]
    held = state.costs if event.of == "costs" else state.statutory
    gone = min(held, event.amount)
    if event.of == "costs":
        state.costs -= gone
    else:
        state.statutory -= gone
    state.credit += event.amount - gone
    for credited, cents in ((account, gone), (REFUNDABLE, event.amount - gone)):
        state.record(Effect(event.on, EntryKind.CANCELLATION, income, credited, cents, event.fact))


def _take_costs(state: State, purse: Purse) -> None:
    state.costs -= purse.pay(COSTS, state.costs)


def _take_statutory(state: State, purse: Purse) -> None:
    state.statutory -= purse.pay(STATUTORY, state.statutory)


def _take_interest(state: State, purse: Purse) -> None:
    """Interest of the rows, then deferred interest."""
    for row in list(open_rows(state)):
        pay_interest(state, purse, row)
    pay_deferred(state, purse)


def take_principal(state: State, purse: Purse) -> None:
    """Principal that fell due, then what no row has yet."""
    for row in list(open_rows(state)):
        if row.fell_due:
            gone = purse.pay(PRINCIPAL_DUE, row.open_principal)
            row.principal_paid += gone
            state.principal -= gone
    gone = purse.pay(PRINCIPAL, state.unassigned)
    state.unassigned -= gone
    state.principal -= gone


GIVEN_UP: Mapping[str, tuple[Part, Callable[[State, Purse], None]]] = {
    "costs": ("costs", _take_costs),
    "statutory_interest": ("interest", _take_statutory),
    "interest": ("interest", _take_interest),
    "principal": ("principal", take_principal),
}
"""The parts in the order in which all is given up, as which part they are booked, and what takes them."""

CANCELLED: Mapping[str, tuple[int, int]] = {
    "costs": (COSTS, COST_INCOME),
    "statutory_interest": (STATUTORY, STATUTORY_INCOME),
}
"""Where what was charged stands, and as which income."""


def _book(state: State, event: WrittenOff, loss: int, purse: Purse) -> None:
    """Book what was given up of one part, and remember it: what is written off may still be recovered."""
    for account, cents in purse.split.parts.items():
        state.record(Effect(event.on, KINDS[event.ground], loss, account, cents, event.fact))
        state.written_off += cents
        state.recoverable += cents if event.ground == "write_off" else 0
