"""Wage tax and premiums paid over a claim that was not lent: what they add to it once the year is over (bruteren)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ledger.money import half_up
from servicing.facts import Fact, FactKind
from servicing.settlement.allowance import holding


def tax_up_to(facts: Iterable[Fact], year: int) -> int | None:
    """The tax that was paid over a claim up to and in a calendar year, in cents; None where nobody told of any."""
    found = [
        fact.cents
        for fact in holding(facts)
        if fact.kind is FactKind.WAGE_TAX and fact.value_date.year <= year
    ]
    return sum(found) if found else None


def tax_on_rest(tax: int, claimed: int, left: int) -> int:
    """The part of the tax that belongs to what is still open of a claim, in cents.

    Over what was paid back within the year the office sets the tax off with the tax authority.
    """
    return half_up(Fraction(tax * left, claimed))
