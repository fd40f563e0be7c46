"""From terms and dated events to the life of the loan, walked day by day."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date

from tests.oracle.days import DAY, banking_days_after, days_between
from tests.oracle.loan import Loan, Posting, Row, new_loan
from tests.oracle.paying import Purse, pay_off_amount, receive, repay_early
from tests.oracle.result import PaymentLine, Result, RowLine, state_of
from tests.oracle.terms import Case, Terms, cents, day, terms_of
from tests.oracle.turns import (
    call_in,
    cancel,
    claim_statutory,
    give_back,
    give_up,
    owe_interest,
    reduce,
    remit,
    reschedule,
    resume,
    settle,
    stop,
)

MONEY_IN = ("payment", "pay_off", "early_repayment")
STOPS = ("interest_free_from", "wsnp_start")
TERMS_CHANGE = ("rate", "instalment", "deferral", "due_at_once", "schedule", *STOPS)
PAYS_OUT = ("disburse", "opening")
GIVES_UP = ("write_off", "waiver")
MONEY = (
    *(*MONEY_IN, *GIVES_UP),
    *("cost", "statutory_interest", "interest_owed", "credit_refund", "cancellation"),
    *("settled", "reduction", "remission"),
)
DECIDED = {"write_off": give_up, "waiver": give_up, "settled": settle, "remission": remit}
AMOUNTS = {
    "cost": Loan.cost,
    "statutory_interest": claim_statutory,
    "interest_owed": owe_interest,
    "credit_refund": give_back,
    "reduction": reduce,
}
UNDOES = ("reversal", "wsnp_early_end", "deferral_end")


@dataclass
class Event:
    """One event as given, with its days and its place in the input."""

    place: int
    type: str
    on: date
    recorded: date
    given: Case

    def known(self) -> date:
        """The first day on which the event counts."""
        return max(self.on, self.recorded)


@dataclass
class Walk:
    """One walk through the days: the loan, what still has to happen, and what the payments did."""

    loan: Loan
    events: list[Event]
    done: set[int] = field(default_factory=set)
    lines: dict[int, PaymentLine] = field(default_factory=dict)


def life(terms: Case, events: list[Case], viewing_date: date) -> Result:
    """The whole life of the loan as it stands on the viewing date."""
    return _life(terms_of(terms), _events_of(events), viewing_date)


def _events_of(given: list[Case]) -> list[Event]:
    events = []
    for place, case in enumerate(given):
        assert case["type"] in (*MONEY, *TERMS_CHANGE, *PAYS_OUT, *UNDOES), case
        on = day(case["from"] if case["type"] == "deferral" and "on" not in case else case["on"])
        events.append(Event(place, case["type"], on, day(case.get("recorded") or on), case))
    undone = [event.given["of"] for event in events if event.type == "reversal"]
    assert len(undone) == len(set(undone)), "a payment is reversed twice"
    return events


def _life(terms: Terms, events: list[Event], viewing_date: date) -> Result:
    counting = [event for event in events if event.known() <= viewing_date]
    standing, reversals = _without_reversed(_without_ended(counting))
    first = min([terms.start, *(event.on for event in counting)])
    walk = Walk(new_loan(terms), standing)
    for each in days_between(first, viewing_date):
        _pass_day(walk, each)
        _end_day(walk.loan, each)
    _pass_day(walk, viewing_date)
    outstanding = _outstanding(walk.loan)
    rows = _project(walk.loan, viewing_date)
    _end_day(walk.loan, viewing_date)
    for reversal, payment in reversals:
        walk.lines[payment.place] = _as_it_was(terms, events, reversal, payment)
        walk.loan.postings += _reversed(walk.lines[payment.place], reversal.on)
    lines = sorted(walk.lines.values(), key=lambda line: (line.on, line.place))
    started = any(event.type in PAYS_OUT for event in standing)
    state = state_of(outstanding, started=started, written_off=walk.loan.written_off > 0)
    return Result(walk.loan.postings, rows, lines, outstanding, state, walk.loan.instalment)


def _without_ended(events: list[Event]) -> list[Event]:
    """Stops that were ended with effect from the beginning are gone; a deferral that ended lasted until then."""
    revived = {event.given["of"] for event in events if event.type == "wsnp_early_end"}
    ended = {event.given["of"]: event.on for event in events if event.type == "deferral_end"}
    found = []
    for event in events:
        name = event.given.get("id", "")
        if event.type == "deferral" and name in ended:
            until = min(day(event.given["until"]), ended[name])
            if day(event.given["from"]) < until:
                found.append(replace(event, given=event.given | {"until": until}))
        elif not (event.type == "wsnp_start" and name in revived):
            found.append(event)
    return [event for event in found if event.type not in ("wsnp_early_end", "deferral_end")]


def _without_reversed(events: list[Event]) -> tuple[list[Event], list[tuple[Event, Event]]]:
    """The events that stand, and each reversal with its payment; a reversal counts only with its payment."""
    payments = {
        event.given["id"]: event for event in events if event.type in MONEY_IN and "id" in event.given
    }
    reversals = [
        (event, payments[event.given["of"]])
        for event in events
        if event.type == "reversal" and event.given["of"] in payments
    ]
    gone = {payment.place for _, payment in reversals}
    return [e for e in events if e.type != "reversal" and e.place not in gone], reversals


def _as_it_was(terms: Terms, events: list[Event], reversal: Event, payment: Event) -> PaymentLine:
    """The line the payment had when the reversal became known: without the reversals of that day."""
    known = max(reversal.known(), payment.known())
    others = [event for event in events if not (event.type == "reversal" and event.known() == known)]
    before = _life(terms, others, known)
    line = next(line for line in before.payments if line.place == payment.place)
    line.reversed = True
    return line


def _reversed(line: PaymentLine, on: date) -> list[Posting]:
    both = [Posting(line.on, 1100, 1195, line.amount), Posting(on, 1195, 1100, line.amount)]
    return both if line.amount else []


def _pass_day(walk: Walk, on: date) -> None:
    """Everything of one day except its end, in the order of section 1."""
    loan = walk.loan
    for event in _of_day(walk, on, PAYS_OUT):
        if event.type == "opening":
            loan.open(on, event.given)
        else:
            loan.disburse(on, cents(event.given["amount"]), event.given.get("by", "office"))
    resume(loan, on)
    if on in loan.recompute_on:
        loan.compute_instalment()
    for event in _of_day(walk, on, TERMS_CHANGE):
        _change_terms(loan, on, event)
    fallen = [row for row in loan.rows if row.due == on and not row.fallen]
    for row in fallen:
        loan.fall_due(row)
    to_come = [event for event in walk.events if fallen and event.place not in walk.done]
    tolerated = [event for event in to_come if _counts_on_due_date(loan, event, on)]
    today = _of_day(walk, on, MONEY) + tolerated
    for event in sorted(today, key=lambda event: (event.on, event.place)):
        walk.done.add(event.place)
        _money(walk, event)


def _of_day(walk: Walk, on: date, types: tuple[str, ...]) -> list[Event]:
    return [e for e in walk.events if e.on == on and e.type in types and e.place not in walk.done]


def _counts_on_due_date(loan: Loan, event: Event, due: date) -> bool:
    """Whether a later payment is worked through as if made on this due date, the last one before it."""
    if not loan.terms.tolerance or event.type != "payment" or event.on <= due:
        return False
    coming = loan.running
    is_last_before = coming is None or event.on < coming.due
    return is_last_before and banking_days_after(due, event.on) <= loan.terms.tolerance


def _change_terms(loan: Loan, on: date, event: Event) -> None:
    if event.type == "rate":
        loan.change_rate(event.given)
    elif event.type == "instalment":
        loan.instalment = cents(event.given["amount"])
    elif event.type in STOPS:
        stop(loan, event.place, event.given)
    elif event.type == "due_at_once":
        call_in(loan, on, event.place, event.given)
    elif event.type == "schedule":
        reschedule(loan, event.given)
    else:
        loan.defer(on, event.given)


def _money(walk: Walk, event: Event) -> None:
    loan, on = walk.loan, event.on
    if event.type in DECIDED:
        DECIDED[event.type](loan, on, event.given)
        return
    amount = pay_off_amount(loan) if event.type == "pay_off" else cents(event.given["amount"])
    if event.type in AMOUNTS:
        AMOUNTS[event.type](loan, on, amount)
    elif event.type == "cancellation":
        charged = next(each for each in walk.events if each.given.get("id") == event.given["of"])
        cancel(loan, on, amount, charged.type)
    elif event.type == "early_repayment":
        _note(walk, event, amount, repay_early(loan, on, amount, event.given["mode"]))
    else:
        _note(walk, event, amount, receive(loan, on, amount))


def _note(walk: Walk, event: Event, amount: int, purse: Purse) -> None:
    walk.lines[event.place] = PaymentLine(
        place=event.place,
        id=event.given.get("id"),
        on=event.on,
        amount=amount,
        costs=purse.part("costs"),
        interest=purse.part("interest"),
        principal=purse.part("principal"),
        credit=purse.left,
        recovered=purse.part("recovered"),
        balance=walk.loan.owed,
    )


def _end_day(loan: Loan, on: date) -> None:
    loan.accrue(on)
    if (on.month, on.day) == (12, 31):
        loan.cut_off(on)


def _outstanding(loan: Loan) -> dict[str, int]:
    fallen = sum(row.principal_open for row in loan.before + loan.rows)
    assert loan.owed == loan.not_given + fallen, "P is R and what fell due and is open"
    interest = sum(row.interest_open for row in loan.before + loan.rows) + loan.untaken
    interest += loan.statutory
    return {"principal": loan.owed, "interest": interest, "costs": loan.costs, "credit": loan.credit}


def _project(actual: Loan, viewing_date: date) -> list[RowLine]:
    """The rows, everything overdue taken as paid on the viewing date and the coming ones on time."""
    loan = deepcopy(actual)
    for row in loan.before + loan.rows:
        _settle(loan, row)
    if loan.running is None:
        loan.last.interest += loan.untaken
    on = viewing_date
    while loan.running is not None:
        loan.accrue(on)
        on += DAY
        resume(loan, on)
        if on in loan.recompute_on:
            loan.compute_instalment()
        if loan.running.due == on:
            row = loan.running
            loan.fall_due(row)
            _settle(loan, row)
    paid = [row.interest_paid + row.principal_paid for row in actual.before[:1] + actual.rows]
    rows = loan.before[:1] + loan.rows
    return [
        RowLine(r.nr, r.due, r.principal, r.interest, r.balance, p) for r, p in zip(rows, paid, strict=True)
    ]


def _settle(loan: Loan, row: Row) -> None:
    """Take what has fallen due of the row as paid."""
    loan.principal_settled += row.principal_open
    row.principal_paid += row.principal_open
    if row.fallen:
        row.interest_paid += row.interest_open
