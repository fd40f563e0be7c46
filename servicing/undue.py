"""What was paid and not owed after all, and the interest the creditor owes on it until it is given back (Awb 4:102)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.entry import EntryKind
from servicing.blocks import holding_of
from servicing.facts import Fact, FactKind, FactRefused
from servicing.history import history_of
from servicing.law import Law
from servicing.life.state import COSTS, REFUNDABLE, STATUTORY, Effect
from servicing.life.timeline import live
from servicing.oldest_first import take
from servicing.statutory_interest import (
    FLOOR_AUTHORITY,
    Debt,
    Interest,
    Reduction,
    Ways,
    statutory_interest,
    told,
)

CHARGED = {FactKind.COST: COSTS, FactKind.STATUTORY_INTEREST: STATUTORY}
"""What can be cancelled, and the account on which it stands until it is paid."""


class Undue(NamedTuple):
    """Cents that were paid on a day and were not owed."""

    paid_on: date
    cents: int


class Bearing(NamedTuple):
    """An undue payment with the interest on it."""

    paid: Undue
    interest: Interest


@dataclass(frozen=True, slots=True)
class InterestBack:
    """Interest on what was paid too much, up to a day: payment by payment, in all, and what of it is due; in cents."""

    cancellation: int
    until: date
    parts: tuple[Bearing, ...]
    total: int
    due: int

    @property
    def says(self) -> dict[str, object]:
        """What the decision keeps of it, so that its letter and the explanation of its booking tell the same."""
        return {
            "cancellation": self.cancellation,
            "since": self.parts[0].paid.paid_on.isoformat(),
            "lines": [line for one in self.parts for line in told(one.interest)],
        }


def interest_back(facts: Sequence[Fact], of: int, until: date, law: Law, ways: Ways) -> InterestBack:
    """The interest on what was paid of a charge that a cancellation (fact `of`) took back, from payment to repayment.

    The day of repayment is `until`, or earlier as far as credit was refunded before it. Nothing is due below the floor.
    Raises `FactRefused` where the fact is no cancellation or nothing was paid, `UnknownLaw` for a missing rate.
    """
    cancellation, charge = _cancelled(facts, of)
    history = history_of(facts)
    effects = live(history.terms, history.events, history.reversals, until).effects
    undue = list(_undue(effects, charge, cancellation))
    if not undue:
        raise FactRefused(f"fact {of}: nothing was paid of what it cancels by {until}: it brings no interest")
    given_back: list[tuple[date, int]] = list(
        _given_back(effects, cancellation, sum(one.cents for one in undue))
    )
    parts = []
    for one in undue:
        repaid = tuple(Reduction(on, cents) for on, cents in take(given_back, one.cents))
        debt = Debt(one.cents, one.paid_on, until, repaid)
        parts.append(Bearing(one, statutory_interest(debt, law, ways, by_authority=True)))
    total = sum(one.interest.total for one in parts)
    due = total if total >= law.value_on(FLOOR_AUTHORITY, until).cents else 0
    return InterestBack(of, until, tuple(parts), total, due)


def _cancelled(facts: Sequence[Fact], of: int) -> tuple[Fact, Fact]:
    """A cancellation that holds, and the charge it takes back."""
    by_nr = {fact.nr: fact for fact in holding_of(facts, None)}
    found = by_nr.get(of)
    if found is None or found.kind is not FactKind.CANCELLATION:
        raise FactRefused(
            f"fact {of}: is no cancellation that holds; interest of Awb 4:102 runs on what one gives back"
        )
    return found, by_nr[found.of]


def _undue(effects: Sequence[Effect], charge: Fact, cancellation: Fact) -> Iterator[Undue]:
    """By how much each payment would have been smaller without the charge, as far as it became credit; oldest first."""
    account, owed_without = CHARGED[charge.kind], 0
    left = _to_give_back(effects, cancellation)
    for effect in effects:
        if effect.fact in {charge.nr, cancellation.nr} or effect.value_date > cancellation.value_date:
            continue
        if effect.debit == account:
            owed_without += int(effect.cents)
        elif effect.credit == account:
            more = max(0, int(effect.cents) - owed_without)
            owed_without -= int(effect.cents) - more
            undue = min(left, more if effect.kind is EntryKind.PAYMENT else 0)
            left -= undue
            if undue:
                yield Undue(effect.value_date, undue)


def _to_give_back(effects: Sequence[Effect], cancellation: Fact) -> int:
    """What of a cancelled charge was paid already and became credit, in cents."""
    became = (one for one in effects if one.fact == cancellation.nr and one.credit == REFUNDABLE)
    return sum(int(one.cents) for one in became)


def _given_back(effects: Sequence[Effect], cancellation: Fact, undue: int) -> Iterator[Reduction]:
    """When and by how much less credit was left than what is to be given back; other credit goes first."""
    credit, left = 0, undue
    for effect in effects:
        if effect.credit == REFUNDABLE:
            credit += int(effect.cents)
        if effect.debit == REFUNDABLE:
            credit -= int(effect.cents)
            still = min(left, max(0, credit)) if effect.value_date >= cancellation.value_date else left
            if still < left:
                yield Reduction(effect.value_date, left - still)
            left = still
