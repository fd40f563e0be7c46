"""What happened on a loan before its year is settled (again): repaid, settled, and paid out of a supplement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.money import cents_of
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.life.outcome import open_amounts
from servicing.life.timeline import live
from servicing.settlement.allowance import holding
from servicing.settlement.parts import Before


def before_of(facts: Sequence[Fact], day: date) -> Before:
    """What was repaid, and what of an earlier supplement has left the office by a day, also of one taken back."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    repaid = repaid_on([fact for fact in facts if fact.nr not in gone])
    return Before(repaid, _supplement_paid(facts, day))


def repaid_on(facts: Sequence[Fact]) -> int:
    """What the client paid back on the loan itself and what did not come back, in cents."""
    back = {fact.of for fact in facts if fact.kind is FactKind.REVERSAL}
    return sum(fact.cents for fact in facts if fact.kind is FactKind.PAYMENT and fact.nr not in back)


def last_settled(facts: Sequence[Fact]) -> Fact | None:
    """The settlement that holds on a loan."""
    found = [fact for fact in holding(facts) if fact.kind is FactKind.SETTLED]
    return max(found, key=lambda fact: fact.nr, default=None)


def _supplement_paid(facts: Sequence[Fact], day: date) -> int:
    """The supplement of the settlement that holds less what of it is still owed to the client."""
    if not any(fact.kind is FactKind.SETTLED for fact in facts):
        return 0
    earlier, history = last_settled(facts), history_of(facts)
    state = live(history.terms, history.events, history.reversals, day)
    granted = cents_of(str(earlier.data["supplement"])) if earlier else 0
    return max(0, granted - int(open_amounts(state, day).credit))
