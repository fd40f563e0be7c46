"""Work through a life: every happening on its day, in the order the rules give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import singledispatch
from typing import NamedTuple

from ledger.entry import EntryKind
from servicing.banking_days import banking_days_between
from servicing.events import (
    Cancelled,
    CostCharged,
    CreditRefunded,
    Deferral,
    Disbursed,
    DueAtOnce,
    Event,
    InstalmentSet,
    InterestOwed,
    InterestResumed,
    InterestStopped,
    Opened,
    Paid,
    PaidOff,
    Payer,
    RateChanged,
    Reduced,
    Remitted,
    Rescheduled,
    Reversed,
    Settled,
    Spread,
    StatutoryInterest,
    WrittenOff,
)
from servicing.life.beginning import begin
from servicing.life.changing_terms import (
    call_in,
    change_rate,
    defer,
    reschedule,
    resume_interest,
    set_instalment,
    stop_interest,
)
from servicing.life.counting import happenings
from servicing.life.falling_due import fall_due, reopen_last_row
from servicing.life.giving_up import cancel, give_up
from servicing.life.notes import Notes, Occasion
from servicing.life.opening import open_balances
from servicing.life.paying import note_shares, owed_in_full, paid_by_row, pay, repay_early
from servicing.life.recompute import recompute_instalment
from servicing.life.settling import reduce_claim, remit, settle
from servicing.life.state import (
    BANK,
    BENEFITS,
    COST_INCOME,
    COSTS,
    DISBURSED,
    INTEREST_ACCRUED,
    INTEREST_INCOME,
    INTEREST_TO_DEBTOR,
    PRINCIPAL,
    REFUNDABLE,
    REFUNDS,
    REVERSED,
    SETTLEMENTS,
    STATUTORY,
    STATUTORY_INCOME,
    Effect,
    Split,
    State,
    accrual,
    accrue,
    note_interest,
    plus,
    round_amount,
    segments_until,
)
from servicing.terms import Terms, TermsRefused

DISBURSING, RESUMING, SPREADING, CHANGING_TERMS, FALLING_DUE, MONEY, CUTTING_OFF = range(1, 8)
"""The order of happenings on one day."""

ORDER: dict[type, int] = {
    Opened: DISBURSING,
    Disbursed: DISBURSING,
    InterestResumed: RESUMING,
    Spread: SPREADING,
    RateChanged: CHANGING_TERMS,
    InstalmentSet: CHANGING_TERMS,
    Rescheduled: CHANGING_TERMS,
    Deferral: CHANGING_TERMS,
    InterestStopped: CHANGING_TERMS,
    DueAtOnce: CHANGING_TERMS,
}


PAID_BY: dict[Payer, tuple[EntryKind, int]] = {
    "office": (EntryKind.DISBURSEMENT, DISBURSED),
    "benefits": (EntryKind.ADVANCE, BENEFITS),
    "settlement": (EntryKind.TRANSFER, SETTLEMENTS),
}
"""As what a disbursement is booked, and against which account."""


class Moment(NamedTuple):
    """A day and the place of a happening on it."""

    day: date
    order: int


Timed = tuple[Moment, Event]


def live(
    terms: Terms,
    events: Sequence[Event],
    reversals: Iterable[Reversed],
    until: date,
    notes: Notes | None = None,
) -> State:
    """The loan at the end of day `until`; events after it do not count. Raises `TermsRefused`.

    With `notes` it is noted how every amount came about.
    """
    gone = [reversal for reversal in reversals if reversal.on <= until]
    counting = happenings(events, [reversal.payment for reversal in gone], until)
    timed = [(Moment(event.on, ORDER.get(type(event), MONEY)), event) for event in counting]
    waiting = sorted(timed, key=lambda each: each[0])
    state = begin(terms, waiting[0][0].day if waiting else terms.start, notes)
    while waiting:
        moment, event = waiting[0]
        if not step(state, moment):
            happen(event, state, moment.day)
            waiting.pop(0)
        elif state.terms.payment_tolerance:
            waiting = _tolerated(state, waiting)
    while step(state, Moment(until, CUTTING_OFF + 1)):
        pass
    for reversal in gone:
        _show_reversal(state, reversal)
    return state


def step(state: State, moment: Moment) -> bool:
    """Let one row fall due or one year be cut off, if that comes before a moment; whether it did."""
    row = state.running
    due = row.due if row else date.max
    if due <= state.next_cut_off:  # on one day a row falls due before the year is cut off
        if (due, FALLING_DUE) >= moment:
            return False
        fall_due(state)
    else:
        if (state.next_cut_off, CUTTING_OFF) >= moment:
            return False
        _cut_off(state)
    return True


def _cut_off(state: State) -> None:
    """On 31 December what has accrued up to 1 January is put in the books."""
    day = state.next_cut_off
    new_year = day + timedelta(days=1)
    running = accrual(state, new_year)
    total = plus(state.accrued, running)
    new = round_amount(state, total) - state.booked
    if new > 0:
        if state.notes is not None:
            more = segments_until(state, new_year, running)
            note_interest(state, Occasion(EntryKind.CUT_OFF, day, 0, 0), more, total)
        state.record(Effect(day, EntryKind.CUT_OFF, INTEREST_ACCRUED, INTEREST_INCOME, new))
        state.booked += new
        state.standing += new
    state.next_cut_off = date(day.year + 1, 12, 31)


def _tolerated(state: State, waiting: Sequence[Timed]) -> list[Timed]:
    """A payment made soon after the row that fell due just now is worked through on that row's due date."""
    due = state.rows[state.falls_due_next - 1].due if state.falls_due_next else None
    if due is None:
        return list(waiting)
    coming = state.running.due if state.running else date.max
    tolerance = state.terms.payment_tolerance
    return sorted(
        [
            (Moment(due, MONEY), event)
            if isinstance(event, Paid)
            and not event.early
            and due < event.on < coming
            and banking_days_between(due, event.on) <= tolerance
            else (moment, event)
            for moment, event in waiting
        ],
        key=lambda each: (each[0], each[1].on),
    )


@singledispatch
def happen(event: Event, _state: State, _day: date) -> None:
    """Let one event happen to the loan, on the day it is worked through."""
    raise TypeError(event)


@happen.register
def _(event: Disbursed, state: State, day: date) -> None:
    if state.running is None:
        raise TermsRefused(f"disbursement on {event.on}: after the last due date {state.last_row.due}")
    accrue(state, day)
    state.principal += event.amount
    state.unassigned += event.amount
    state.disbursed += event.amount
    reopen_last_row(state)
    kind, account = PAID_BY[event.by]
    state.record(Effect(event.on, kind, PRINCIPAL, account, event.amount, event.fact))


@happen.register
def _(event: Opened, state: State, _day: date) -> None:
    open_balances(state, event)


@happen.register
def _(event: RateChanged, state: State, _day: date) -> None:
    change_rate(state, event)


@happen.register
def _(event: InstalmentSet, state: State, _day: date) -> None:
    set_instalment(state, event)


@happen.register
def _(event: Rescheduled, state: State, _day: date) -> None:
    reschedule(state, event)


@happen.register
def _(event: Deferral, state: State, _day: date) -> None:
    defer(state, event)


@happen.register
def _(_event: Spread, state: State, _day: date) -> None:
    recompute_instalment(state)


@happen.register
def _(event: InterestStopped, state: State, _day: date) -> None:
    stop_interest(state, event.on, event.fact)


@happen.register
def _(event: InterestResumed, state: State, _day: date) -> None:
    resume_interest(state, event)


@happen.register
def _(event: DueAtOnce, state: State, _day: date) -> None:
    call_in(state, event)


@happen.register
def _(event: Paid, state: State, day: date) -> None:
    accrue(state, day)
    split, before = Split(event.fact, event.on, event.amount), paid_by_row(state)
    if event.early:
        repay_early(state, split, event.early)
    else:
        pay(state, split)
    note_shares(state, event.fact, before)


@happen.register
def _(event: PaidOff, state: State, day: date) -> None:
    accrue(state, day)
    pay(state, Split(event.fact, event.on, owed_in_full(state)))


@happen.register
def _(event: CostCharged, state: State, _day: date) -> None:
    state.costs += event.amount
    state.record(Effect(event.on, EntryKind.COST, COSTS, COST_INCOME, event.amount, event.fact))


@happen.register
def _(event: StatutoryInterest, state: State, _day: date) -> None:
    state.statutory += event.amount
    state.record(
        Effect(event.on, EntryKind.STATUTORY_INTEREST, STATUTORY, STATUTORY_INCOME, event.amount, event.fact)
    )


@happen.register
def _(event: InterestOwed, state: State, _day: date) -> None:
    state.credit += event.amount
    state.record(
        Effect(event.on, EntryKind.INTEREST_OWED, INTEREST_TO_DEBTOR, REFUNDABLE, event.amount, event.fact)
    )


@happen.register
def _(event: CreditRefunded, state: State, _day: date) -> None:
    state.credit -= event.amount  # below zero: the debtor owes back what was refunded and was not there
    state.record(Effect(event.on, EntryKind.CREDIT_REFUND, REFUNDABLE, REFUNDS, event.amount, event.fact))


@happen.register
def _(event: Cancelled, state: State, _day: date) -> None:
    cancel(state, event)


@happen.register
def _(event: WrittenOff, state: State, day: date) -> None:
    accrue(state, day)
    give_up(state, event)


@happen.register
def _(event: Settled, state: State, day: date) -> None:
    accrue(state, day)
    settle(state, event)


@happen.register
def _(event: Reduced, state: State, day: date) -> None:
    accrue(state, day)
    reduce_claim(state, event)


@happen.register
def _(event: Remitted, state: State, day: date) -> None:
    accrue(state, day)
    remit(state, event)


def _show_reversal(state: State, reversal: Reversed) -> None:
    """In the books the money came on its own day and went on the day of the reversal."""
    payment = reversal.payment
    if isinstance(payment, PaidOff):
        return  # only a simulated life pays off; it has no books
    state.record(Effect(payment.on, EntryKind.PAYMENT, BANK, REVERSED, payment.amount, payment.fact))
    state.record(Effect(reversal.on, EntryKind.REVERSAL, REVERSED, BANK, payment.amount, reversal.fact))
