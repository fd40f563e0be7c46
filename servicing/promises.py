"""Promises to pay: kept or broken, from facts and a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ledger.day import parse_day
from servicing.facts import Fact, FactKind
from servicing.registration import MONEY_KINDS


class Broken(NamedTuple):
    """A promise of which the last day passed without the money: its fact, what was promised and what came."""

    fact: Fact
    by: date
    paid: int


def broken_promises(facts: Sequence[Fact], day: date) -> list[Broken]:
    """The promises that were not kept by their day, and that nobody has handled; a payment that came back is none."""
    withdrawn = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    back = {fact.of for fact in facts if fact.kind is FactKind.REVERSAL and fact.nr not in withdrawn}
    gone = withdrawn | back
    handled = {fact.of for fact in facts if fact.kind is FactKind.HANDLED and fact.nr not in gone}
    found = []
    for fact in facts:
        if fact.kind is FactKind.PROMISE and fact.nr not in gone | handled:
            by = parse_day(str(fact.data["by"]))
            paid = sum(
                each.cents
                for each in facts
                if each.kind in MONEY_KINDS
                and each.nr not in gone
                and fact.value_date <= each.value_date <= by
            )
            if by < day and paid < fact.cents:
                found.append(Broken(fact, by, paid))
    return found
