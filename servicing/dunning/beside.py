"""What a letter asks for beside the rows that are overdue: a payment goes there first (Awb art. 4:92; BW 6:44)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from servicing.dunning.owing import Overdue
from servicing.dunning.sent import is_fee
from servicing.facts import Fact, FactKind
from servicing.law import Law
from servicing.legal_terms import legal_term

PAYMENT_TERM = "decision_payment_term"


class Beside(NamedTuple):
    """Costs that are open, and statutory interest that a decision fixed; in cents.

    `is_of_letters`: all costs were fees of letters.
    """

    costs: int = 0
    interest: int = 0
    is_of_letters: bool = True

    @property
    def cents(self) -> int:
        """Both together."""
        return self.costs + self.interest


NOTHING_BESIDE = Beside()


def beside_of(overdue: Overdue, holding: Sequence[Fact], day: date, law: Law) -> Beside:
    """What stands open beside the rows on a day: whoever pays what is asked has paid his rows too.

    Statutory interest is not asked for while the term to pay of its decision runs (Awb art. 4:87).
    """
    costs = [fact for fact in holding if fact.kind is FactKind.COST]
    fixed = [fact.value_date for fact in holding if fact.kind is FactKind.STATUTORY_INTEREST]
    interest = overdue.statutory
    if interest and fixed and _runs(max(fixed), day, law):
        interest = 0
    return Beside(overdue.costs, interest, all(is_fee(fact) for fact in costs))


def _runs(decided: date, day: date, law: Law) -> bool:
    return day < legal_term(decided, law.value_on(PAYMENT_TERM, day).count).over_from
