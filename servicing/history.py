"""From the facts of a loan to its terms and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from servicing.events import (
    CostCharged,
    Deferral,
    Disbursed,
    Event,
    InstalmentSet,
    Opened,
    Paid,
    RateChanged,
    Rescheduled,
    Reversed,
    WrittenOff,
)
from servicing.facts import Fact, FactKind, FactRefused
from servicing.reading import Reader
from servicing.terms import LEGAL_ORDER, Terms
from servicing.terms_data import terms_from


@dataclass(frozen=True, slots=True)
class History:
    """What is known about a loan on some night: its first terms, its events and which payments came back."""

    terms: Terms
    events: tuple[Event, ...]
    reversals: tuple[Reversed, ...]


def history_of(facts: Sequence[Fact]) -> History:
    """The history behind the facts of one loan, withdrawn ones left out; raises `FactRefused`."""
    withdrawn = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    holding = [fact for fact in facts if fact.nr not in withdrawn]
    grants = [fact for fact in holding if fact.kind is FactKind.GRANT]
    if len(grants) != 1:
        loan = facts[0].loan if facts else 0
        raise FactRefused(f"loan {loan}: has {len(grants)} decisions that grant it, and needs one")
    events = {fact.nr: EVENTS[fact.kind](fact) for fact in holding if fact.kind in EVENTS}
    reversals = tuple(
        Reversed(fact.value_date, _payment(events, fact), fact.nr)
        for fact in holding
        if fact.kind is FactKind.REVERSAL and fact.of not in withdrawn
    )
    return History(terms_from(grants[0].data), tuple(events.values()), reversals)


def first_touched(facts: Sequence[Fact], news: Sequence[Fact]) -> date:
    """The first day on which the news changes anything: its own, or that of the fact it takes away."""
    days = {fact.nr: fact.value_date for fact in facts}
    return min(min(fact.value_date, days.get(fact.of, fact.value_date)) for fact in news)


def _payment(events: Mapping[int, Event], fact: Fact) -> Paid:
    event = events.get(fact.of)
    if not isinstance(event, Paid):
        raise FactRefused(f"loan {fact.loan}: fact {fact.nr} reverses fact {fact.of}, which is no payment")
    return event


def _rate(fact: Fact) -> RateChanged:
    reader = Reader(fact.data, "rate: ")
    recompute = reader.flag("recompute") if reader.has("recompute") else False
    return RateChanged(fact.value_date, reader.rate("annual_rate_percent"), recompute, fact.nr)


def _deferral(fact: Fact) -> Deferral:
    reader = Reader(fact.data, "deferral: ")
    return Deferral(
        fact.value_date,
        reader.day("from") if reader.has("from") else fact.value_date,
        reader.day("until"),
        reader.choice("of", ("principal", "all")),
        reader.choice("end", ("extend", "same")),
        fact.nr,
    )


def _early_repayment(fact: Fact) -> Paid:
    reader = Reader(fact.data, "early repayment: ")
    return Paid(fact.value_date, fact.cents, reader.choice("mode", ("term", "instalment")), fact.nr)


def _write_off(fact: Fact) -> WrittenOff:
    of = Reader(fact.data, "write-off: ").choice("of", LEGAL_ORDER)
    return WrittenOff(fact.value_date, fact.cents, of, fact.nr)


def _opening(fact: Fact) -> Opened:
    reader = Reader(fact.data, "opening: ")
    names = ("principal", "principal_due", "interest_due", "accrued", "deferred_interest", "costs", "credit")
    amounts = {name: reader.amount(name, above_zero=False) if reader.has(name) else 0 for name in names}
    since = reader.day("arrears_since") if reader.has("arrears_since") else None
    return Opened(fact.value_date, arrears_since=since, fact=fact.nr, **amounts)


EVENTS: Mapping[FactKind, Callable[[Fact], Event]] = {
    FactKind.DISBURSEMENT: lambda fact: Disbursed(fact.value_date, fact.cents, fact.nr),
    FactKind.SCHEDULE: lambda fact: Rescheduled(fact.value_date, terms_from(fact.said), fact.nr),
    FactKind.RATE: _rate,
    FactKind.PAYMENT: lambda fact: Paid(fact.value_date, fact.cents, fact=fact.nr),
    FactKind.COST: lambda fact: CostCharged(fact.value_date, fact.cents, fact.nr),
    FactKind.INSTALMENT: lambda fact: InstalmentSet(fact.value_date, fact.cents, fact.nr),
    FactKind.DEFERRAL: _deferral,
    FactKind.EARLY_REPAYMENT: _early_repayment,
    FactKind.WRITE_OFF: _write_off,
    FactKind.OPENING: _opening,
}
"""How each kind of fact becomes an event; grants, reversals and withdrawals are read otherwise."""
