"""Debt restructuring (WSNP) of joint debtors: it is personal, and stops no interest for who is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from servicing.facts import Fact, FactKind
from servicing.securities import liable_on


def starts_behind(start: Fact, holding: Sequence[Fact]) -> list[Fact]:
    """The starts by which, from the day of one of them, everybody who owes the loan is in a debt restructuring.

    Empty where a debtor is not: he still owes the interest (Fw art. 300, 303 lid 1). A start that names no joint
    debtors is of the only one. Of several starts of one debtor one that did not end early counts.
    """
    debtors = start.data.get("debtors")
    if not isinstance(debtors, list):
        return [start]
    ended = {fact.of for fact in holding if fact.kind is FactKind.WSNP_EARLY_END}
    before = sorted(
        (fact for fact in holding if fact.kind is FactKind.WSNP_START and _place(fact) <= _place(start)),
        key=lambda fact: (fact.nr not in ended, _place(fact)),
    )
    last = {fact.data.get("debtor"): fact for fact in before}
    owing = liable_on(holding, [int(str(debtor)) for debtor in debtors], start.value_date)
    return [last[debtor] for debtor in owing] if owing and set(owing) <= set(last) else []


def _place(fact: Fact) -> tuple[date, int]:
    return fact.value_date, fact.nr
