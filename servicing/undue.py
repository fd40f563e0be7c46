"""What was paid and not owed after all, and the interest the creditor owes on it until it is given back (Awb 4:102)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.entry import EntryKind
from servicing.blocks import holding_of
from servicing.facts import Fact, FactKind, FactRefused
from servicing.history import history_of
from servicing.law import Law
from servicing.life.state import COSTS, PRINCIPAL, PRINCIPAL_DUE, REFUNDABLE, STATUTORY, Effect
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

PRINCIPALS = frozenset({PRINCIPAL, PRINCIPAL_DUE})
CHARGED: Mapping[FactKind, frozenset[int]] = {
    FactKind.COST: frozenset({COSTS}),
    FactKind.STATUTORY_INTEREST: frozenset({STATUTORY}),
    FactKind.TRANSFERRED: PRINCIPALS,
}
"""What can be taken back, wholly or in part, and the accounts on which it stands until it is paid."""

TAKES_BACK = frozenset({FactKind.CANCELLATION, FactKind.REDUCED})
"""Facts that take back a charge, or a claim out of a settlement."""

CORRECTS = frozenset({FactKind.WITHDRAWAL, FactKind.RATE, FactKind.SCHEDULE, FactKind.INTEREST_FREE})
"""Facts after which less was owed all the time: what was paid above that is credit from the day it was paid."""


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

    correction: int
    until: date
    parts: tuple[Bearing, ...]
    total: int
    due: int

    @property
    def says(self) -> dict[str, object]:
        """What the decision keeps of it, so that its letter and the explanation of its booking tell the same."""
        return {
            "correction": self.correction,
            "since": self.parts[0].paid.paid_on.isoformat(),
            "lines": [line for one in self.parts for line in told(one.interest)],
        }


def interest_back(facts: Sequence[Fact], of: int, until: date, law: Law, ways: Ways) -> InterestBack:
    """The interest on what was paid and is given back because of a correction (fact `of`), from payment to repayment.

    The day of repayment is `until`, or earlier as far as credit was refunded before it. Nothing is due below the floor.
    Raises `FactRefused` where the fact gives nothing back, `UnknownLaw` for a missing rate.
    """
    correction = _correction(facts, of)
    effects = _effects(facts, until)
    undue = _taken_back(facts, correction, effects) or _credited(facts, correction, effects, until)
    if not undue:
        raise FactRefused(f"fact {of}: nothing that was paid is given back by {until}: it brings no interest")
    since = correction.value_date if correction.kind in TAKES_BACK else undue[0].paid_on
    given_back: list[tuple[date, int]] = list(_given_back(effects, since, sum(one.cents for one in undue)))
    parts = []
    for one in undue:
        repaid = tuple(Reduction(on, cents) for on, cents in take(given_back, one.cents))
        debt = Debt(one.cents, one.paid_on, until, repaid)
        parts.append(Bearing(one, statutory_interest(debt, law, ways, by_authority=True)))
    total = sum(one.interest.total for one in parts)
    due = total if total >= law.value_on(FLOOR_AUTHORITY, until).cents else 0
    return InterestBack(of, until, tuple(parts), total, due)


def _effects(facts: Sequence[Fact], until: date) -> Sequence[Effect]:
    history = history_of(facts)
    return live(history.terms, history.events, history.reversals, until).effects


def _correction(facts: Sequence[Fact], of: int) -> Fact:
    """A fact that holds and by which money may go back."""
    found = next((fact for fact in holding_of(facts, None) if fact.nr == of), None)
    if found is None or found.kind not in TAKES_BACK | CORRECTS:
        names = ", ".join(sorted(kind.text for kind in TAKES_BACK | CORRECTS))
        is_kind = f"is a {found.kind.text}" if found else "does not hold"
        raise FactRefused(
            f"fact {of}: {is_kind}; interest of Awb 4:102 is computed for one of {names}: else give --amount"
        )
    return found


def _taken_back(facts: Sequence[Fact], correction: Fact, effects: Sequence[Effect]) -> list[Undue]:
    """By how much each payment would have been smaller without what was taken back, as far as it became credit.

    What is still owed of a charge is paid by its first payments. Oldest first.
    """
    if correction.kind not in TAKES_BACK:
        return []
    charge = next(fact for fact in facts if fact.nr == correction.of)
    others = [
        fact for fact in holding_of(facts, None) if (fact.kind, fact.of) == (correction.kind, charge.nr)
    ]
    before = [fact for fact in others if (fact.value_date, fact.nr) <= (correction.value_date, correction.nr)]
    still = charge.cents - sum(fact.cents for fact in before)
    known = [each for each in effects if each.value_date <= correction.value_date]
    known = [each for each in known if each.fact not in {fact.nr for fact in others}]
    became = sum(
        int(each.cents) for each in effects if (each.fact, each.credit) == (correction.nr, REFUNDABLE)
    )
    return list(_up_to(became, _more_than(known, charge, still)))


def _more_than(effects: Sequence[Effect], charge: Fact, still: int) -> Iterator[Undue]:
    """What each payment took of a charge above what is still owed of it."""
    accounts, owed = CHARGED[charge.kind], 0
    for effect in effects:
        if effect.credit in accounts and effect.debit not in accounts:
            more = max(0, int(effect.cents) - owed)
            owed -= int(effect.cents) - more
            if more and effect.kind is EntryKind.PAYMENT:
                yield Undue(effect.value_date, more)
        elif effect.debit in accounts and effect.credit not in accounts:
            owed += still if effect.fact == charge.nr else int(effect.cents)


def _up_to(most: int, undue: Iterable[Undue]) -> Iterator[Undue]:
    """The oldest of them, at most so many cents together."""
    for one in undue:
        cents = min(most, one.cents)
        most -= cents
        if cents:
            yield Undue(one.paid_on, cents)


def _credited(facts: Sequence[Fact], correction: Fact, effects: Sequence[Effect], until: date) -> list[Undue]:
    """How much more of each payment is credit with the correction than without it; of payments up to it."""
    if correction.kind not in CORRECTS:
        return []
    without = [fact for fact in facts if fact.nr != correction.nr]
    now, before = _credit_of(effects), _credit_of(_effects(without, until))
    paid = {fact.nr: fact for fact in facts}
    found = [
        Undue(paid[nr].value_date, cents - before.get(nr, 0))
        for nr, cents in now.items()
        if cents > before.get(nr, 0) and paid[nr].value_date <= correction.known_on
    ]
    return sorted(found)


def _credit_of(effects: Sequence[Effect]) -> dict[int, int]:
    """What of each payment became credit, in cents, by its fact."""
    found: dict[int, int] = {}
    for effect in effects:
        if effect.kind is EntryKind.PAYMENT and effect.credit == REFUNDABLE:
            found[effect.fact] = found.get(effect.fact, 0) + int(effect.cents)
    return found


def _given_back(effects: Sequence[Effect], since: date, undue: int) -> Iterator[Reduction]:
    """When and by how much less credit was left than what is to be given back; other credit goes first."""
    credit, left = 0, undue
    for effect in effects:
        if effect.credit == REFUNDABLE:
            credit += int(effect.cents)
        if effect.debit == REFUNDABLE:
            credit -= int(effect.cents)
            still = min(left, max(0, credit)) if effect.value_date >= since else left
            if still < left:
                yield Reduction(effect.value_date, left - still)
            left = still
