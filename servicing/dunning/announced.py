"""When the decision behind a claim was handed over: only then it works (Awb art. 3:40, 3:41)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from servicing.facts import DECIDED, Fact, FactKind

GROUNDS = ("recovery", "clawback")
"""Terugvordering (Participatiewet art. 58), or after a settlement (Bbz art. 12)."""

NOT_ANNOUNCED = "the decision was not handed over to every debtor: fixed, not announced"
"""Why a claim is on no step of its ladder: its payment term has not begun."""


def announced_on(holding: Sequence[Fact], debtors: Sequence[int]) -> date | None:
    """The day by which every debtor had the decision that fixes the claim; None while one had not.

    Calling a loan in is such a decision: it works from its last hand-over, which is its day.
    """
    called = [fact for fact in holding if fact.kind is FactKind.DUE_AT_ONCE]
    if called and DECIDED in called[-1].data:
        return called[-1].value_date
    reached: dict[int, date] = {}
    for fact in holding:
        if fact.kind is FactKind.ANNOUNCED:
            for debtor in _told(fact) or debtors or (0,):
                reached[debtor] = min(fact.value_date, reached.get(debtor, fact.value_date))
    wanted = debtors or tuple(reached)
    if not reached or any(debtor not in reached for debtor in wanted):
        return None
    return max(reached[debtor] for debtor in wanted)


def _told(fact: Fact) -> tuple[int, ...]:
    """To which debtors it was handed over; all where the fact names none."""
    told = fact.data.get("debtors")
    return tuple(int(str(one)) for one in told) if isinstance(told, list) else ()
