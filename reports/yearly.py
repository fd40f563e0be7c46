"""The yearly figure of each loan: the balance at the end of a year and the interest paid in it (Bbz art. 43d)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.money import euros
from letters.outbox.year import Move, year_of

COLUMNS = (
    *("loan", "creditor", "product", "opening", "added", "principal"),
    *("interest", "costs", "balance", "interest_paid"),
)


def yearly_row(heading: Mapping[str, object], moves: Iterable[Move]) -> dict[str, object] | None:
    """The figure of a loan, the same as its yearly statement says; None where nothing stood open and nothing moved."""
    found = year_of(moves, overdue=0)
    if found is None:
        return None
    principal, interest, costs = found.parts
    return {
        **heading,
        "opening": euros(sum(part.opening for part in found.parts)),
        "added": euros(principal.added),
        "principal": euros(principal.closing),
        "interest": euros(interest.closing),
        "costs": euros(costs.closing),
        "balance": euros(found.balance),
        "interest_paid": euros(found.interest_paid),
    }
