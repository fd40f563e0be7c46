"""What a life shows on a viewing date: the rows with what is still to come, the open amounts, the state."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, Literal, NamedTuple, TypeVar

from servicing.events import DeferralEnded, Disbursed, Event, InterestRevived, Rescheduled, Reversed, Spread
from servicing.life.changing_terms import resume_interest
from servicing.life.counting import Coming
from servicing.life.falling_due import fall_due
from servicing.life.recompute import recompute_instalment
from servicing.life.state import (
    COSTS,
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    PRINCIPAL,
    PRINCIPAL_DUE,
    RECOVERED,
    REFUNDABLE,
    STATUTORY,
    Row,
    Split,
    State,
    accrue,
    untaken,
)
from servicing.life.timeline import live
from servicing.schedule import Amount
from servicing.terms import Terms

Happening_co = TypeVar("Happening_co", bound=Event | Reversed, covariant=True)

Standing = Literal["pending", "active", "overpaid", "closed", "written_off"]

COST_ACCOUNTS = (COSTS,)
INTEREST_ACCOUNTS = (INTEREST_DUE, INTEREST_ACCRUED, INTEREST_DEFERRED, STATUTORY)
PRINCIPAL_ACCOUNTS = (PRINCIPAL, PRINCIPAL_DUE)
CREDIT_ACCOUNTS = (REFUNDABLE,)
RECOVERY_ACCOUNTS = (RECOVERED,)


WORKING_BACK = (InterestRevived, DeferralEnded)
"""Events that change what was before them."""


class Known(NamedTuple, Generic[Happening_co]):
    """An event, and the day from which it is known: not before its own."""

    event: Happening_co
    known_on: date


@dataclass(frozen=True, slots=True)
class Open:
    """What is open on a day, in cents; interest is all that has run, due or not, and statutory interest.

    Credit below zero was refunded and is not there any more: the debtor owes it.
    """

    principal: Amount
    interest: Amount
    costs: Amount
    credit: Amount

    @property
    def total(self) -> Amount:
        """What pays the loan off that day, credit not set off, in cents."""
        return self.principal + self.interest + self.costs + max(0, -self.credit)


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
    return Open(now.principal, interest + now.statutory, now.costs, now.credit)


def interest_run(state: State, on: date) -> int:
    """All interest that ran up to (not including) a day, due or not, paid or not, in whole cents."""
    now = copy.copy(state)
    accrue(now, on)
    return int(sum((row.interest for row in now.rows), start=0) + untaken(now))


def standing(state: State, on: date) -> Standing:
    """In which state the loan is on a day."""
    if not state.disbursed:
        return "pending"
    if open_amounts(state, on).total:
        return "active"
    if state.credit:
        return "overpaid"
    return "written_off" if state.written_off else "closed"


def rows_on(terms: Terms, state: State, on: date, coming: Sequence[Coming] = ()) -> list[RowOutcome]:
    """All rows: fallen due as they are, coming ones as if what is overdue is paid today and the rest on time.

    `coming` is what was decided and happens after `on` by itself.
    """
    paid = {row.nr: row.interest_paid + row.principal_paid - row.written_off for row in state.rows}
    if not state.disbursed:
        on = terms.start
        state = live(terms, [Disbursed(on, terms.principal)], [], on)
        paid = {}
    expected = _expected(state, on, sorted(coming, key=lambda one: (one.on, isinstance(one, Spread))))
    return [
        RowOutcome(
            row.nr, row.due, row.principal, row.interest, paid.get(row.nr, 0), row.balance, row.deferred
        )
        for row in expected.rows
    ]


def _expected(state: State, on: date, coming: Sequence[Coming]) -> State:
    """The loan at its end, when everything overdue is paid on `on` and the coming rows on time."""
    expected = replace(state, rows=[row.copy() for row in state.rows], effects=[], splits=[])
    waiting = list(coming)
    accrue(expected, on)
    for fallen in expected.rows[: expected.falls_due_next]:
        _take_as_paid(expected, fallen)
    if expected.running is None:
        expected.last_row.interest += untaken(expected)
    while (row := expected.running) is not None:
        while waiting and waiting[0].on <= row.due:
            _happen_by_itself(expected, waiting.pop(0))
        fall_due(expected)
        _take_as_paid(expected, row)
    return expected


def _happen_by_itself(state: State, coming: Coming) -> None:
    if isinstance(coming, Spread):
        recompute_instalment(state)
    else:
        resume_interest(state, coming)


def _take_as_paid(state: State, row: Row) -> None:
    """Take what fell due of a row as paid; deferred interest stays open."""
    state.principal -= row.open_principal
    row.principal_paid = row.principal
    if row.payable:
        row.interest_paid = row.interest


def splits_of(
    terms: Terms, state: State, known: Sequence[Known[Event]], reversals: Sequence[Known[Reversed]]
) -> list[tuple[Split, bool]]:
    """How each payment was divided, and whether it was reversed: then the split it had until then.

    `state` is the life of all that is known on the viewing date.
    """
    gone = {
        reversal.event.payment.fact: _split_before(terms, known, reversals, reversal)
        for reversal in reversals
    }
    splits = {split.fact: split for split in state.splits} | gone
    in_order = sorted(splits.values(), key=lambda split: (split.on, split.fact))
    return [(split, split.fact in gone) for split in in_order]


def _split_before(
    terms: Terms,
    known: Sequence[Known[Event]],
    reversals: Sequence[Known[Reversed]],
    reversal: Known[Reversed],
) -> Split:
    """The split of a payment in the life as it was known when its reversal came."""
    payment = reversal.event.payment
    reversed_before = {one.event.payment.fact for one in reversals if one.known_on < reversal.known_on}
    events = [
        one.event
        for one in known
        if one.event is payment
        or (one.known_on <= reversal.known_on and one.event.fact not in reversed_before)
    ]
    # What comes after the payment does not touch its split, unless it works backwards.
    works_back = terms.payment_tolerance or any(map(_works_back, events))
    until = reversal.known_on if works_back else payment.on
    before = live(terms, events, [], until)
    return next(split for split in before.splits if split.fact == payment.fact)


def _works_back(event: Event) -> bool:
    """Whether an event changes what was before it, or lets later payments count on the due date before them."""
    if isinstance(event, Rescheduled):
        return event.terms.payment_tolerance > 0
    return isinstance(event, WORKING_BACK)


def arrears_since(state: State) -> date | None:
    """The due date of the oldest row that fell due and is not paid, or None."""
    return min((one.due for one in asked_of(state)), default=None)


class Asked(NamedTuple):
    """What is open of a row and fell due on a day, in cents."""

    row: Row
    due: date
    principal: Amount
    interest: Amount


def asked_of(state: State) -> Iterator[Asked]:
    """What fell due and is not paid; interest that is kept apart falls due with the last row."""
    for row in state.rows:
        interest = 0 if row.keeps_interest else row.open_interest
        if row.fell_due and (row.open_principal or interest):
            yield Asked(row, row.due, row.open_principal, interest)
        if row.fell_due and row.keeps_interest and row.payable and row.open_interest:
            yield Asked(row, state.last_row.due, 0, row.open_interest)
