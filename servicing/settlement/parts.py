"""What a decision makes of a proposal: the amounts that leave the loan, each with its own line in the books."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import BadInput
from ledger.money import euros
from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.figures import Figures
from servicing.settlement.proposing import Amounts
from servicing.settlement.settling import settle


class AmountRefused(BadInput):
    """Any amount from nothing to the most that may be reclaimed can be decided, and no other."""


@dataclass(frozen=True, slots=True)
class Before:
    """What happened on the loan already, in cents: repaid by the client, and paid out of an earlier supplement."""

    repaid: int = 0
    supplement_paid: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a book year's assistance becomes, in cents; `reclaim` was decided, `reclaimed` is still owed of it."""

    gift: int
    not_reclaimed: int
    retained: int
    reclaim: int
    reclaimed: int
    supplement: int

    def data(self) -> dict[str, str]:
        """The parts as a fact keeps them."""
        return {
            "gift": euros(self.gift),
            "not_reclaimed": euros(self.not_reclaimed),
            "retained": euros(self.retained),
            "reclaimed": euros(self.reclaimed),
        }


def largest_of(amounts: Amounts, before: Before) -> int:
    """The most that may be reclaimed: by art. 12, and what was paid as supplement above what is due now."""
    return amounts.largest_reclaim + overpaid(amounts, before)


def overpaid(amounts: Amounts, before: Before) -> int:
    """What was paid out of an earlier supplement and is not due any more, in cents."""
    return max(0, before.supplement_paid - amounts.supplement)


def check_reclaim(amounts: Amounts, before: Before, reclaim: int) -> None:
    """Raise `AmountRefused` for more than may be reclaimed."""
    largest = largest_of(amounts, before)
    if not 0 <= reclaim <= largest:
        raise AmountRefused(f"reclaim: {euros(reclaim)}: must lie from 0.00 to {euros(largest)}")


def decided(
    figures: Figures, amounts: Amounts, before: Before, reclaim: int, rules: tuple[Law, Choices]
) -> Parts:
    """The year settled with the amount that was decided instead of the proposed one.

    What could be reclaimed and is not becomes a gift on a line of its own, as far as own capital lets it. What the
    client repaid already goes off what is reclaimed.
    """
    extra = max(0, reclaim - amounts.largest_reclaim)
    found = settle(figures, *rules, reclaim=reclaim - extra)
    kept = min(amounts.largest_reclaim - (reclaim - extra), found.gift)
    return _parts(
        Amounts(supplement=found.supplement, gift=found.gift - kept, retained=found.retained_loan),
        kept + overpaid(amounts, before) - extra,
        reclaim,
        before.repaid,
    )


def without_figures(amounts: Amounts, before: Before, reclaim: int) -> Parts:
    """All may be reclaimed; what is not, is given up on its own line."""
    return _parts(amounts, largest_of(amounts, before) - reclaim, reclaim, before.repaid)


def _parts(amounts: Amounts, not_reclaimed: int, reclaim: int, repaid: int) -> Parts:
    return Parts(
        gift=amounts.gift,
        not_reclaimed=not_reclaimed,
        retained=amounts.retained,
        reclaim=reclaim,
        reclaimed=max(0, reclaim - repaid),
        supplement=amounts.supplement,
    )
