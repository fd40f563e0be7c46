"""Work through a life: every happening on its day, in the order the rules give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import singledispatch
from typing import NamedTuple

from ledger.entry import EntryKind
from servicing.banking_days import banking_days_between
from servicing.events import (
    CostCharged,
    Deferral,
    Disbursed,
    Event,
    InstalmentSet,
    Opened,
    Paid,
    PaidOff,
    RateChanged,
    Rescheduled,
    Reversed,
    Spread,
    WrittenOff,
)
from servicing.life.beginning import begin
from servicing.life.changing_terms import change_rate, defer, reschedule, set_instalment
from servicing.life.falling_due import fall_due, reopen_last_row
from servicing.life.notes import Notes, Occasion
from servicing.life.opening import open_balances
from servicing.life.paying import note_shares, owed_in_full, paid_by_row, pay, repay_early, write_off
from servicing.life.recompute import recompute_instalment
from servicing.life.state import (
    BANK,
    COST_INCOME,
    COSTS,
    DISBURSED,
    INTEREST_ACCRUED,
    INTEREST_INCOME,
    PRINCIPAL,
    REVERSED,
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

DISBURSING, CHANGING_TERMS, FALLING_DUE, MONEY, CUTTING_OFF = range(1, 6)
"""The order of happenings on one day."""

ORDER: dict[type, int] = {
    Opened: DISBURSING,
    Disbursed: DISBURSING,
    RateChanged: CHANGING_TERMS,
    InstalmentSet: CHANGING_TERMS,
    Rescheduled: CHANGING_TERMS,
    Deferral: CHANGING_TERMS,
    Spread: CHANGING_TERMS,
}


class Moment(NamedTuple):
    """A day and the place of a happening on it."""

    day: date
    order: int


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
    reversed_payments = [reversal.payment for reversal in gone]
    counting = [
        event
        for each in events
        if each not in reversed_payments
        for event in _with_spread(each)
        if event.on <= until
    ]
    timed = sorted(
        ((_moment(terms, counting, event), event) for event in counting),
        key=lambda each: (each[0], each[1].on),
    )
    state = begin(terms, timed[0][0].day if timed else terms.start, notes)
    for moment, event in timed:
        advance(state, moment)
        happen(event, state, moment.day)
    advance(state, Moment(until, CUTTING_OFF + 1))
    for reversal in gone:
        _show_reversal(state, reversal)
    return state


def advance(state: State, moment: Moment) -> None:
    """Let the rows fall due and the years be cut off that come before a moment."""
    while True:
        row = state.running
        due = Moment(row.due, FALLING_DUE) if row else Moment(date.max, FALLING_DUE)
        cut = Moment(state.next_cut_off, CUTTING_OFF)
        if min(due, cut) >= moment:
            return
        if due < cut:
            fall_due(state)
        else:
            _cut_off(state)


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


def _with_spread(event: Event) -> Iterable[Event]:
    """A deferral with the same end spreads the principal again when it begins."""
    yield event
    if isinstance(event, Deferral) and event.end == "same":
        yield Spread(max(event.on, event.since), event.fact)


def coming_spreads(events: Iterable[Event], on: date) -> list[Spread]:
    """The days after `on` for which it is decided that the instalment is computed again."""
    happenings = (happening for event in events for happening in _with_spread(event))
    return [each for each in happenings if isinstance(each, Spread) and each.on > on]


def _moment(terms: Terms, events: Sequence[Event], event: Event) -> Moment:
    """When an event is worked through; a payment within the tolerance counts on the due date before it."""
    day = event.on
    if terms.payment_tolerance and isinstance(event, Paid) and not event.early:
        day = _tolerated(terms, events, day)
    return Moment(day, ORDER.get(type(event), MONEY))


def _tolerated(terms: Terms, events: Sequence[Event], day: date) -> date:
    last = terms.instalments + sum(
        _rows_between(terms, event)
        for event in events
        if isinstance(event, Deferral) and event.end == "extend"
    )
    dues = [due for due in (terms.due_date(number) for number in range(1, last + 1)) if due < day]
    if dues and banking_days_between(dues[-1], day) <= terms.payment_tolerance:
        return dues[-1]
    return day


def _rows_between(terms: Terms, event: Deferral) -> int:
    numbers = range(1, terms.instalments + 1)
    return sum(1 for number in numbers if event.since <= terms.due_date(number) < event.until)


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
    state.record(Effect(event.on, EntryKind.DISBURSEMENT, PRINCIPAL, DISBURSED, event.amount, event.fact))


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
def _(event: WrittenOff, state: State, day: date) -> None:
    accrue(state, day)
    write_off(state, Split(event.fact, event.on, event.amount), event.of)


def _show_reversal(state: State, reversal: Reversed) -> None:
    """In the books the money came on its own day and went on the day of the reversal."""
    payment = reversal.payment
    if isinstance(payment, PaidOff):
        return  # only a simulated life pays off; it has no books
    state.record(Effect(payment.on, EntryKind.PAYMENT, BANK, REVERSED, payment.amount, payment.fact))
    state.record(Effect(reversal.on, EntryKind.REVERSAL, REVERSED, BANK, payment.amount, reversal.fact))
