"""One loan's whole life from a case of terms and events, by the functions of the night; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Literal, NamedTuple

from servicing.events import (
    CostCharged,
    Deferral,
    Disbursed,
    Event,
    InstalmentSet,
    Paid,
    PaidOff,
    RateChanged,
    Reversed,
)
from servicing.life.outcome import (
    COST_ACCOUNTS,
    CREDIT_ACCOUNTS,
    INTEREST_ACCOUNTS,
    PRINCIPAL_ACCOUNTS,
    Known,
    Open,
    RowOutcome,
    Standing,
    open_amounts,
    rows_on,
    splits_of,
    standing,
)
from servicing.life.state import Split
from servicing.life.timeline import coming_spreads, live
from servicing.reading import Reader
from servicing.schedule import UNROUNDED, Amount
from servicing.terms import Terms
from servicing.terms_data import terms_from

MOST_EVENTS = 10_000
"""More than a loan sees in a hundred years."""

MODES: tuple[Literal["term", "instalment"], ...] = ("term", "instalment")


class PaymentOutcome(NamedTuple):
    """A payment and how it was divided, in cents; `balance` is the principal after it."""

    id: str | None
    type: str
    on: date
    amount: Amount
    costs: Amount
    interest: Amount
    principal: Amount
    credit: Amount
    balance: Amount
    reversed: bool


class Simulation(NamedTuple):
    """What a loan shows on the viewing date."""

    viewing_date: date
    rows: list[RowOutcome]
    payments: list[PaymentOutcome]
    outstanding: Open
    state: Standing


@dataclass(frozen=True, slots=True)
class Given:
    """One event of a case; it counts from the day it is recorded and has happened (`counts_from`)."""

    type: str
    event: Event | Reversed
    counts_from: date
    id: str | None = None


class EventReader(NamedTuple):
    """Reads one event: its values, the number that orders it, and whether amounts stay unrounded."""

    reader: Reader
    number: int
    terms: Terms

    @property
    def on(self) -> date:
        """The day of the event."""
        return self.reader.day("on")

    def amount(self) -> Amount:
        """The amount in cents, above 0."""
        return _kept(self.reader.amount("amount"), self.terms)


def simulate(case: Mapping[str, object]) -> Simulation:
    """The life of the loan in a case up to its viewing date; raises `BadInput` by key, value and rule."""
    with localcontext(UNROUNDED):
        reader = Reader(case)
        terms = _terms(_mapping(reader, "terms", reader.take("terms")))
        given = _events(reader, terms)
        last = max((each.counts_from for each in given), default=terms.start)
        viewing_date = reader.day("viewing_date") if reader.has("viewing_date") else last
        reader.done()
        return _shown(terms, [each for each in given if each.counts_from <= viewing_date], viewing_date)


def _shown(terms: Terms, given: Sequence[Given], on: date) -> Simulation:
    known = [Known(each.event, each.counts_from) for each in given if not isinstance(each.event, Reversed)]
    reversals = [Known(each.event, each.counts_from) for each in given if isinstance(each.event, Reversed)]
    state = live(terms, [one.event for one in known], [one.event for one in reversals], on)
    coming = coming_spreads((one.event for one in known), on)
    payments = {each.event.fact: each for each in given}
    return Simulation(
        on,
        rows_on(terms, state, on, coming),
        [
            _payment(payments[split.fact], split, gone)
            for split, gone in splits_of(terms, state, known, reversals)
        ],
        open_amounts(state, on),
        standing(state, on),
    )


def _payment(given: Given, split: Split, is_reversed: bool) -> PaymentOutcome:  # noqa: FBT001 - a column
    return PaymentOutcome(
        given.id,
        given.type,
        split.on,
        split.amount,
        split.of(*COST_ACCOUNTS),
        split.of(*INTEREST_ACCOUNTS),
        split.of(*PRINCIPAL_ACCOUNTS),
        split.of(*CREDIT_ACCOUNTS),
        split.balance,
        is_reversed,
    )


def _terms(data: Mapping[str, object]) -> Terms:
    terms = terms_from(data)
    instalment = None if terms.instalment is None else _kept(terms.instalment, terms)
    return replace(terms, principal=_kept(terms.principal, terms), instalment=instalment)


def _kept(cents: Amount, terms: Terms) -> Amount:
    """The amount as the life computes it: a decimal where nothing is rounded."""
    return Decimal(cents) if terms.rounding == "none" else cents


def _mapping(reader: Reader, key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise reader.refuse(key, value, "must be an object with keys")
    return value


def _events(reader: Reader, terms: Terms) -> list[Given]:
    """The events in input order; reversals are read last, since they name a payment by its id."""
    raw = reader.take("events") if reader.has("events") else []
    if not isinstance(raw, list) or len(raw) > MOST_EVENTS:
        raise reader.refuse("events", raw, f"must be a list of at most {MOST_EVENTS} events")
    readers = [
        Reader(_mapping(reader, f"events[{at}]", one), f"events[{at}]: ") for at, one in enumerate(raw)
    ]
    types = [one.choice("type", TYPES) for one in readers]
    given = {
        number: _event(EventReader(one, number, terms), type_)
        for number, (one, type_) in enumerate(zip(readers, types, strict=True), start=1)
        if type_ != "reversal"
    }
    payments = _payments_by_id(readers, given)
    for number, (one, type_) in enumerate(zip(readers, types, strict=True), start=1):
        if type_ == "reversal":
            given[number] = _reversal(one, number, payments)
    for one in readers:
        one.done()
    return [given[number] for number in sorted(given)]


def _event(reader: EventReader, type_: str) -> Given:
    if type_ in LATER:
        raise reader.reader.refuse("type", type_, "comes with a later version of Aflos")
    event, decided_on = READ[type_](reader)
    identity = reader.reader.text("id") if type_ in PAYING and reader.reader.has("id") else None
    return Given(type_, event, _counts_from(reader.reader, decided_on), identity)


def _counts_from(reader: Reader, on: date) -> date:
    """The later of the event's own day and the day it was recorded."""
    return max(on, reader.day("recorded")) if reader.has("recorded") else on


def _payments_by_id(readers: Sequence[Reader], given: Mapping[int, Given]) -> dict[str, Given]:
    payments: dict[str, Given] = {}
    for number, each in given.items():
        if each.id in payments:
            raise readers[number - 1].refuse("id", each.id, "is the id of another payment too")
        if each.id is not None:
            payments[each.id] = each
    return payments


def _reversal(reader: Reader, number: int, payments: dict[str, Given]) -> Given:
    """A payment that came back; it is taken out of `payments`, so that it cannot come back again."""
    on, of = reader.day("on"), reader.text("of")
    payment = payments.pop(of, None)
    if payment is None or not isinstance(payment.event, Paid | PaidOff):
        raise reader.refuse("of", of, "must be the id of a payment that is not reversed already")
    if on < payment.event.on:
        raise reader.refuse("on", on.isoformat(), f"lies before the payment, on {payment.event.on}")
    counts_from = max(_counts_from(reader, on), payment.counts_from)
    return Given("reversal", Reversed(on, payment.event, number), counts_from)


def _rate(reader: EventReader) -> tuple[Event, date]:
    on, recompute = reader.on, reader.reader.has("recompute") and reader.reader.flag("recompute")
    return RateChanged(on, reader.reader.rate("percent"), recompute, reader.number), on


def _early_repayment(reader: EventReader) -> tuple[Event, date]:
    on, mode = reader.on, reader.reader.choice("mode", MODES)
    return Paid(on, reader.amount(), mode, reader.number), on


def _deferral(reader: EventReader) -> tuple[Event, date]:
    """Decided `on`, it holds for rows due from `from`; where one of the two is not given it is the other."""
    values = reader.reader
    decided_on = values.day("on") if values.has("on") else None
    since = values.day("from") if decided_on is None or values.has("from") else decided_on
    until = values.day("until")
    if until <= since:
        raise values.refuse("until", until.isoformat(), f"must come after from {since}")
    deferral = Deferral(
        decided_on or since,
        since,
        until,
        values.choice("of", ("principal", "all")),
        values.choice("end", ("extend", "same")),
        reader.number,
    )
    return deferral, deferral.on


def _with_amount(make: Callable[[date, Amount, int], Event]) -> Callable[[EventReader], tuple[Event, date]]:
    def read(reader: EventReader) -> tuple[Event, date]:
        on = reader.on
        return make(on, reader.amount(), reader.number), on

    return read


def _pay_off(reader: EventReader) -> tuple[Event, date]:
    on = reader.on
    return PaidOff(on, reader.number), on


READ: Mapping[str, Callable[[EventReader], tuple[Event, date]]] = {
    "disburse": _with_amount(Disbursed),
    "payment": _with_amount(lambda on, amount, number: Paid(on, amount, fact=number)),
    "pay_off": _pay_off,
    "cost": _with_amount(CostCharged),
    "rate": _rate,
    "instalment": _with_amount(InstalmentSet),
    "early_repayment": _early_repayment,
    "deferral": _deferral,
}
"""Type of event, and what reads it: the event and the day it was decided or happened."""

PAYING = frozenset({"payment", "pay_off", "early_repayment"})
"""Types of event that are a payment and may have an id."""

LATER = frozenset({"interest_free_from", "due_at_once", "write_off", "waiver"})
"""Types of event whose rules are not there yet."""

TYPES = (*READ, "reversal", *sorted(LATER))
