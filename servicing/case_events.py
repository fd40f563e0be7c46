"""The events of a case read strictly: each as a value, from the day on which it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from servicing.events import (
    CLAIMED,
    Cancelled,
    CostCharged,
    CreditRefunded,
    Deferral,
    DeferralEnded,
    Disbursed,
    DueAtOnce,
    Event,
    Ground,
    InstalmentSet,
    InterestOwed,
    InterestRevived,
    InterestStopped,
    Paid,
    PaidOff,
    RateChanged,
    Reversed,
    StatutoryInterest,
    WrittenOff,
)
from servicing.reading import Reader
from servicing.schedule import Amount
from servicing.terms import Terms

MOST_EVENTS = 10_000
"""More than a loan sees in a hundred years."""

MODES: tuple[Literal["term", "instalment"], ...] = ("term", "instalment")


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
        return kept(self.reader.amount("amount"), self.terms)


def kept(cents: Amount, terms: Terms) -> Amount:
    """The amount as the life computes it: a decimal where nothing is rounded."""
    return Decimal(cents) if terms.rounding == "none" else cents


def mapping(reader: Reader, key: str, value: object) -> Mapping[str, object]:
    """A value that must be an object with keys."""
    if not isinstance(value, Mapping):
        raise reader.refuse(key, value, "must be an object with keys")
    return value


def read_events(reader: Reader, terms: Terms) -> list[Given]:
    """The events in input order; those about another, named by its id, are read after all others."""
    raw = reader.take("events") if reader.has("events") else []
    if not isinstance(raw, list) or len(raw) > MOST_EVENTS:
        raise reader.refuse("events", raw, f"must be a list of at most {MOST_EVENTS} events")
    readers = [Reader(mapping(reader, f"events[{at}]", one), f"events[{at}]: ") for at, one in enumerate(raw)]
    types = [one.choice("type", TYPES) for one in readers]
    numbered = list(enumerate(zip(readers, types, strict=True), start=1))
    given = {
        number: _event(EventReader(one, number, terms), type_)
        for number, (one, type_) in numbered
        if type_ in READ
    }
    by_id = _by_id(readers, given)
    for number, (one, type_) in numbered:
        if type_ in FOLLOWING:
            given[number] = _following(EventReader(one, number, terms), type_, by_id)
    for one in readers:
        one.done()
    return [given[number] for number in sorted(given)]


def _event(reader: EventReader, type_: str) -> Given:
    event, decided_on = READ[type_](reader)
    identity = reader.reader.text("id") if type_ in NAMED and reader.reader.has("id") else None
    return Given(type_, event, _counts_from(reader.reader, decided_on), identity)


def _counts_from(reader: Reader, on: date) -> date:
    """The later of the event's own day and the day it was recorded."""
    return max(on, reader.day("recorded")) if reader.has("recorded") else on


def _by_id(readers: Sequence[Reader], given: Mapping[int, Given]) -> dict[str, Given]:
    named: dict[str, Given] = {}
    for number, each in given.items():
        if each.id in named:
            raise readers[number - 1].refuse("id", each.id, "is the id of another event too")
        if each.id is not None:
            named[each.id] = each
    return named


def _following(reader: EventReader, type_: str, by_id: dict[str, Given]) -> Given:
    """An event about another; what it ends is taken out of `by_id`, so that it cannot end again."""
    on, of = reader.on, reader.reader.text("of")
    kinds, what, make = FOLLOWING[type_]
    about = by_id.get(of)
    if about is None or not isinstance(about.event, kinds):
        raise reader.reader.refuse("of", of, f"must be the id of {what}")
    if on < about.event.on:
        raise reader.reader.refuse("on", on.isoformat(), f"lies before {of}, on {about.event.on}")
    if type_ != "cancellation":
        del by_id[of]
    counts_from = max(_counts_from(reader.reader, on), about.counts_from)
    return Given(type_, make(reader, on, about.event), counts_from)


def _reversal(reader: EventReader, on: date, about: Event | Reversed) -> Reversed:
    assert isinstance(about, Paid | PaidOff)
    return Reversed(on, about, reader.number)


def _early_end(reader: EventReader, on: date, about: Event | Reversed) -> Event:
    assert isinstance(about, InterestStopped)
    return InterestRevived(on, about, reader.number)


def _deferral_end(reader: EventReader, on: date, about: Event | Reversed) -> Event:
    assert isinstance(about, Deferral)
    return DeferralEnded(on, about, reader.number)


def _cancellation(reader: EventReader, on: date, about: Event | Reversed) -> Event:
    of: Literal["costs", "statutory_interest"] = (
        "costs" if isinstance(about, CostCharged) else "statutory_interest"
    )
    return Cancelled(on, reader.amount(), of, reader.number)


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


def _interest_free(reader: EventReader) -> tuple[Event, date]:
    on = reader.on
    until = reader.reader.day("until") if reader.reader.has("until") else None
    if until is not None and until <= on:
        raise reader.reader.refuse("until", until.isoformat(), f"must come after {on}")
    return InterestStopped(on, until, reader.number), on


def _wsnp_start(reader: EventReader) -> tuple[Event, date]:
    on = reader.on
    return InterestStopped(on, fact=reader.number), on


def _due_at_once(reader: EventReader) -> tuple[Event, date]:
    on = reader.on
    interest: Literal["runs", "stops"] = "runs"
    if reader.reader.has("interest"):
        interest = reader.reader.choice("interest", ("runs", "stops"))
    return DueAtOnce(on, interest, reader.number), on


def _given_up(ground: Ground) -> Callable[[EventReader], tuple[Event, date]]:
    def read(reader: EventReader) -> tuple[Event, date]:
        on, of = reader.on, reader.reader.choice("of", CLAIMED)
        amount = None if of == "all" else reader.amount()
        return WrittenOff(on, amount, of, reader.number, ground), on

    return read


READ: Mapping[str, Callable[[EventReader], tuple[Event, date]]] = {
    "disburse": _with_amount(Disbursed),
    "payment": _with_amount(lambda on, amount, number: Paid(on, amount, fact=number)),
    "pay_off": _pay_off,
    "cost": _with_amount(CostCharged),
    "rate": _rate,
    "instalment": _with_amount(InstalmentSet),
    "early_repayment": _early_repayment,
    "deferral": _deferral,
    "interest_free_from": _interest_free,
    "wsnp_start": _wsnp_start,
    "due_at_once": _due_at_once,
    "write_off": _given_up("write_off"),
    "waiver": _given_up("waiver"),
    "statutory_interest": _with_amount(StatutoryInterest),
    "interest_owed": _with_amount(InterestOwed),
    "credit_refund": _with_amount(CreditRefunded),
}
"""Type of event, and what reads it: the event and the day it was decided or happened."""

NAMED = frozenset(
    {"payment", "pay_off", "early_repayment", "deferral", "wsnp_start", "cost", "statutory_interest"}
)
"""Types of event that may have an id."""

Following = tuple[tuple[type, ...], str, Callable[[EventReader, date, Event | Reversed], Event | Reversed]]

FOLLOWING: Mapping[str, Following] = {
    "reversal": ((Paid, PaidOff), "a payment that is not reversed already", _reversal),
    "wsnp_early_end": ((InterestStopped,), "a wsnp_start that has not ended already", _early_end),
    "deferral_end": ((Deferral,), "a deferral that has not ended already", _deferral_end),
    "cancellation": ((CostCharged, StatutoryInterest), "costs or statutory interest", _cancellation),
}
"""Types of event about another: of which kinds of event, said in words, and what makes them."""

TYPES = (*READ, *FOLLOWING)
