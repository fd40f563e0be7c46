"""From the facts of a loan to its terms and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

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
    Opened,
    Paid,
    RateChanged,
    Reduced,
    Remitted,
    Rescheduled,
    Reversed,
    Settled,
    StatutoryInterest,
    WrittenOff,
)
from servicing.facts import Fact, FactKind, FactRefused
from servicing.joint_restructuring import starts_behind
from servicing.reading import Reader
from servicing.terms import Terms
from servicing.terms_data import terms_from, terms_granted


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
    behind = {fact.nr: starts_behind(fact, holding) for fact in holding if fact.kind is FactKind.WSNP_START}
    events = {nr: event for nr, event in events.items() if behind.get(nr, True)}
    following = [fact for fact in holding if fact.of not in withdrawn]
    events |= {
        fact.nr: FOLLOWING[fact.kind](fact, events.get(fact.of))
        for fact in following
        if fact.kind in FOLLOWING
    }
    ends = [fact for fact in following if fact.kind is FactKind.WSNP_EARLY_END]
    revived = tuple(event for fact in ends for event in _early_end(fact, events, behind))
    reversals = tuple(
        Reversed(fact.value_date, _payment(events, fact), fact.nr)
        for fact in holding
        if fact.kind is FactKind.REVERSAL and fact.of not in withdrawn
    )
    in_order = tuple(events[number] for number in sorted(events))
    return History(terms_granted(grants[0].data), in_order + revived, reversals)


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


def _given_up(ground: Ground) -> Callable[[Fact], Event]:
    def read(fact: Fact) -> WrittenOff:
        of = Reader(fact.data, f"{fact.kind.text}: ").choice("of", CLAIMED)
        amount = None if of == "all" else fact.cents
        return WrittenOff(fact.value_date, amount, of, fact.nr, ground)

    return read


def _interest_free(fact: Fact) -> InterestStopped:
    reader = Reader(fact.data, "interest-free: ")
    until = reader.day("until") if reader.has("until") else None
    if until is not None and until <= fact.value_date:
        raise reader.refuse("until", until.isoformat(), f"must come after {fact.value_date}")
    return InterestStopped(fact.value_date, until, fact.nr)


def _due_at_once(fact: Fact) -> DueAtOnce:
    options: tuple[Literal["runs", "stops"], ...] = ("runs", "stops")
    interest = Reader(fact.data, "due-at-once: ").choice("interest", options)
    return DueAtOnce(fact.value_date, interest, fact.nr)


def _early_end(
    fact: Fact, events: Mapping[int, Event], behind: Mapping[int, Sequence[Fact]]
) -> Iterator[InterestRevived]:
    """Interest revives wherever the restructuring that ended was one of those that stopped it."""
    if fact.of not in behind:
        raise _not_about(fact, "the start of a debt restructuring")
    for number, starts in behind.items():
        stop = events.get(number)
        if isinstance(stop, InterestStopped) and fact.of in {start.nr for start in starts}:
            yield InterestRevived(fact.value_date, stop, fact.nr)


def _deferral_end(fact: Fact, about: Event | None) -> DeferralEnded:
    if not isinstance(about, Deferral):
        raise _not_about(fact, "a deferral")
    return DeferralEnded(fact.value_date, about, fact.nr)


def _cancellation(fact: Fact, about: Event | None) -> Cancelled:
    if not isinstance(about, CostCharged | StatutoryInterest):
        raise _not_about(fact, "costs or statutory interest")
    of: Literal["costs", "statutory_interest"] = (
        "costs" if isinstance(about, CostCharged) else "statutory_interest"
    )
    return Cancelled(fact.value_date, fact.cents, of, fact.nr)


def _settled(fact: Fact) -> Settled:
    reader = Reader(fact.data, "settlement: ")
    gift, not_reclaimed, retained, reclaimed = (
        reader.amount(name, above_zero=False) for name in ("gift", "not_reclaimed", "retained", "reclaimed")
    )
    return Settled(fact.value_date, gift, not_reclaimed, retained, reclaimed, fact.nr)


def _reduced(fact: Fact, about: Event | None) -> Reduced:
    if not isinstance(about, Disbursed) or about.by != "settlement":
        raise _not_about(fact, "a claim out of a settlement")
    return Reduced(fact.value_date, fact.cents, fact.nr)


def _remitted(fact: Fact) -> Remitted:
    reader = Reader(fact.data, "remission: ")
    to: tuple[Literal["debtor", "principal"], ...] = ("debtor", "principal")
    return Remitted(
        fact.value_date,
        reader.amount("remission", above_zero=False),
        reader.day("since"),
        reader.day("until"),
        reader.choice("to", to),
        reader.amount("converted", above_zero=False),
        fact.nr,
    )


def _not_about(fact: Fact, what: str) -> FactRefused:
    return FactRefused(
        f"loan {fact.loan}: fact {fact.nr} ({fact.kind.text}) is about fact {fact.of}, which is not {what}"
    )


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
    FactKind.WRITE_OFF: _given_up("write_off"),
    FactKind.WAIVER: _given_up("waiver"),
    FactKind.OPENING: _opening,
    FactKind.INTEREST_FREE: _interest_free,
    FactKind.WSNP_START: lambda fact: InterestStopped(fact.value_date, fact=fact.nr),
    FactKind.DUE_AT_ONCE: _due_at_once,
    FactKind.STATUTORY_INTEREST: lambda fact: StatutoryInterest(fact.value_date, fact.cents, fact.nr),
    FactKind.INTEREST_OWED: lambda fact: InterestOwed(fact.value_date, fact.cents, fact.nr),
    FactKind.CREDIT_REFUND: lambda fact: CreditRefunded(fact.value_date, fact.cents, fact.nr),
    FactKind.ADVANCE_PAID: lambda fact: Disbursed(fact.value_date, fact.cents, fact.nr, "benefits"),
    FactKind.TRANSFERRED: lambda fact: Disbursed(fact.value_date, fact.cents, fact.nr, "settlement"),
    FactKind.SETTLED: _settled,
    FactKind.REMITTED: _remitted,
}
"""How each kind of fact becomes an event.

Grants, reversals and withdrawals are read otherwise, facts about others below, and other kinds change no amount.
"""

FOLLOWING: Mapping[FactKind, Callable[[Fact, Event | None], Event]] = {
    FactKind.DEFERRAL_END: _deferral_end,
    FactKind.CANCELLATION: _cancellation,
    FactKind.REDUCED: _reduced,
}
"""How a fact about another fact becomes an event, from the event of that fact; an early end of a WSNP is above."""
