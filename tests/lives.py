"""From the shapes of a `simulate` case to the values of the product, for holding it against the oracle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger.money import cents_of
from servicing.events import (
    Cancelled,
    CostCharged,
    CreditRefunded,
    Deferral,
    DeferralEnded,
    Disbursed,
    DueAtOnce,
    Event,
    InstalmentSet,
    InterestOwed,
    InterestRevived,
    InterestStopped,
    Opened,
    Paid,
    PaidOff,
    RateChanged,
    Reduced,
    Remitted,
    Reversed,
    Settled,
    StatutoryInterest,
    WrittenOff,
)
from servicing.life.state import State
from servicing.life.timeline import live
from servicing.reading import Reader
from servicing.terms import Terms
from servicing.terms_data import terms_from

Case = dict[str, Any]
SETTLED = ("gift", "not_reclaimed", "retained", "reclaimed")
OPENING = ("principal", "principal_due", "interest_due", "accrued", "deferred_interest", "costs", "credit")


class Life(NamedTuple):
    """A case as values; events are numbered from 1 by their place in the input."""

    terms: Terms
    events: list[Event]
    reversals: list[Reversed]


def day(value: object) -> date:
    """A day, given as one or as text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def known(event: Case) -> date:
    """The first day on which an event counts."""
    on = day(event.get("on") or event.get("from"))
    return max(on, day(event.get("recorded") or on))


def as_life(terms: Case, events: Sequence[Case], on: date) -> Life:
    """What counts on a day."""
    made: dict[str, Event] = {}
    found: list[Event] = []
    reversals = []
    for place, case in enumerate(events, start=1):
        if known(case) > on:
            continue
        if case["type"] == "reversal":
            payment = made[case["of"]]
            assert isinstance(payment, Paid | PaidOff)
            reversals.append(Reversed(day(case["on"]), payment, place))
            continue
        event = (
            _following(case, made[case["of"]], place)
            if "of" in case and case["of"] in made
            else _event(case, place)
        )
        found.append(event)
        if case.get("id"):
            made[case["id"]] = event
    return Life(terms_from(_plain(terms)), found, reversals)


def state_on(terms: Case, events: Sequence[Case], on: date) -> State:
    """The product's state of the loan at the end of a day."""
    life = as_life(terms, events, on)
    return live(life.terms, life.events, life.reversals, on)


def sums_of(state: State) -> dict[tuple[int, date], int]:
    """Cents by account and value date, debit positive, without the zeros."""
    sums: dict[tuple[int, date], int] = {}
    for effect in state.effects:
        for account, cents in ((effect.debit, int(effect.cents)), (effect.credit, -int(effect.cents))):
            key = (account, effect.value_date)
            sums[key] = sums.get(key, 0) + cents
    return {key: cents for key, cents in sums.items() if cents}


def _plain(terms: Case) -> Case:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in terms.items()}


def _event(case: Case, fact: int) -> Event:
    on = day(case.get("on") or case.get("from"))
    cents = cents_of(str(case["amount"])) if "amount" in case else 0
    return MAKERS[case["type"]](case, on, cents, fact)


def _following(case: Case, about: Event, fact: int) -> Event:
    on = day(case["on"])
    match case["type"], about:
        case "wsnp_early_end", InterestStopped():
            return InterestRevived(on, about, fact)
        case "deferral_end", Deferral():
            return DeferralEnded(on, about, fact)
        case "cancellation", CostCharged() | StatutoryInterest():
            is_cost = isinstance(about, CostCharged)
            return Cancelled(on, cents_of(case["amount"]), "costs" if is_cost else "statutory_interest", fact)
        case "reduction", Disbursed(by="settlement"):
            return Reduced(on, cents_of(case["amount"]), fact)
        case _:
            raise AssertionError(case)


def _stop(case: Case, on: date, _cents: int, fact: int) -> Event:
    return InterestStopped(on, day(case["until"]) if case.get("until") else None, fact)


def _given_up(case: Case, on: date, cents: int, fact: int) -> Event:
    return WrittenOff(on, None if case["of"] == "all" else cents, case["of"], fact, case["type"])


def _settled(case: Case, on: date, _cents: int, fact: int) -> Event:
    gift, not_reclaimed, retained, reclaimed = (cents_of(case[name]) for name in SETTLED)
    return Settled(on, gift, not_reclaimed, retained, reclaimed, fact)


def _remitted(case: Case, on: date, cents: int, fact: int) -> Event:
    return Remitted(on, cents, day(case["since"]), day(case["until"]), case["to"], fact=fact)


def _rate(case: Case, on: date, _cents: int, fact: int) -> Event:
    return RateChanged(on, Reader(case).rate("percent"), bool(case.get("recompute")), fact)


def _deferral(case: Case, on: date, _cents: int, fact: int) -> Event:
    return Deferral(on, day(case["from"]), day(case["until"]), case["of"], case["end"], fact)


def _opening(case: Case, on: date, _cents: int, fact: int) -> Event:
    amounts = {name: cents_of(str(case[name])) for name in OPENING if case.get(name)}
    since = day(case["arrears_since"]) if case.get("arrears_since") else None
    amounts.setdefault("principal", 0)
    return Opened(on, arrears_since=since, fact=fact, **amounts)


MAKERS: Mapping[str, Callable[[Case, date, int, int], Event]] = {
    "disburse": lambda case, on, cents, fact: Disbursed(on, cents, fact, case.get("by", "office")),
    "payment": lambda _, on, cents, fact: Paid(on, cents, fact=fact),
    "pay_off": lambda _, on, __, fact: PaidOff(on, fact),
    "cost": lambda _, on, cents, fact: CostCharged(on, cents, fact),
    "instalment": lambda _, on, cents, fact: InstalmentSet(on, cents, fact),
    "early_repayment": lambda case, on, cents, fact: Paid(on, cents, case["mode"], fact),
    "write_off": _given_up,
    "waiver": _given_up,
    "interest_free_from": _stop,
    "wsnp_start": _stop,
    "due_at_once": lambda case, on, _, fact: DueAtOnce(on, case.get("interest", "runs"), fact),
    "statutory_interest": lambda _, on, cents, fact: StatutoryInterest(on, cents, fact),
    "interest_owed": lambda _, on, cents, fact: InterestOwed(on, cents, fact),
    "credit_refund": lambda _, on, cents, fact: CreditRefunded(on, cents, fact),
    "settled": _settled,
    "remission": _remitted,
    "rate": _rate,
    "deferral": _deferral,
    "opening": _opening,
}
