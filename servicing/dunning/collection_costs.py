"""Collection costs on a debt from a contract (BW 6:96): by the scale, told in a letter, due if that is not paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from ledger.day import parse_day
from ledger.money import cents_of, euros, half_up
from servicing.blocks import holding_of
from servicing.facts import Fact, FactKind
from servicing.law import Law
from servicing.terms_data import percent_text
from servicing.wording import dutch_amount

BANDS = tuple(f"collection_costs_band_{number}" for number in range(1, 6))
LIMITS = tuple(f"collection_costs_limit_{number}" for number in range(1, 5))
MINIMUM, MAXIMUM = "collection_costs_minimum", "collection_costs_maximum"


class Told(NamedTuple):
    """Costs that a letter told of: which letter, sent when, until when paying avoids them, cents, over what a loan."""

    reference: str
    on: date
    until: date
    cents: int
    over: Mapping[int, int]


def collection_costs(cents: int, day: date, law: Law) -> int:
    """The costs in cents over a principal in cents (Besluit BIK art. 2), rounded once; raises `UnknownLaw`.

    What is due of several claims is added up first (BW 6:96 lid 7).
    """
    found = half_up(sum((part * rate for part, rate in _bands(cents, day, law)), Fraction(0)))
    return min(max(found, law.value_on(MINIMUM, day).cents), law.value_on(MAXIMUM, day).cents)


def costs_in_words(cents: int, day: date, law: Law) -> str:
    """How those costs are computed, in Dutch, as the letter must say; raises `UnknownLaw`."""
    names = ("de eerste", *["de volgende"] * len(LIMITS))
    parts = [
        f"{percent_text(rate).replace('.', ',')}% over {name} {dutch_amount(part)}"
        for name, (part, rate) in zip(names, _bands(cents, day, law), strict=False)
    ]
    words = f"{', '.join(parts)}, met een minimum van {dutch_amount(law.value_on(MINIMUM, day).cents)}"
    return words.replace("€ ", "€\u00a0")  # an amount is not cut at the end of a line


def _bands(cents: int, day: date, law: Law) -> list[tuple[int, Fraction]]:
    """The parts of an amount in the bands of the scale that it reaches, each with its rate."""
    limits = [0, *(law.value_on(name, day).cents for name in LIMITS), max(cents, 0)]
    rates = [law.value_on(name, day).rate for name in BANDS]
    parts = [max(0, min(cents, high) - low) for low, high in pairwise([*limits[:-1], cents])]
    return [(part, rate) for part, rate in zip(parts, rates, strict=True) if part]


def told_costs(facts: Sequence[Fact]) -> list[Told]:
    """The costs that letters told of on a loan, oldest first."""
    dunned = [fact for fact in holding_of(facts, None) if fact.kind is FactKind.DUNNED]
    return [_told(fact) for fact in dunned if "costs" in fact.data]


def charged_costs(facts: Sequence[Fact], reference: str) -> int:
    """The cents that were charged after a letter, 0 where nothing was."""
    key = costs_key(reference)
    costs = [fact for fact in holding_of(facts, None) if fact.kind is FactKind.COST]
    return sum(fact.cents for fact in costs if fact.key == key)


def costs_to_charge(told: Told, left: Mapping[int, int], day: date, law: Law) -> int:
    """What may be charged, in cents: over what was still open when the term ended, and never more than was told.

    `left` is what of it was open then on each loan. Nothing where all was paid. Raises `UnknownLaw`.
    """
    base = sum(min(cents, left.get(loan, 0)) for loan, cents in told.over.items())
    return min(told.cents, collection_costs(base, day, law)) if base else 0


def says_costs(cents: int, over: Mapping[int, int]) -> dict[str, object]:
    """What the fact of a letter says of the costs it told of."""
    return {"costs": euros(cents), "costs_over": {str(loan): euros(part) for loan, part in over.items()}}


def costs_key(reference: str) -> str:
    """What the collection costs after a letter are called on the loan."""
    return f"collection costs {reference}"


def _told(fact: Fact) -> Told:
    over = fact.data["costs_over"]
    assert isinstance(over, dict)
    parts = {int(loan): cents_of(str(cents)) for loan, cents in over.items()}
    until = parse_day(str(fact.data["term_until"]))
    return Told(fact.key, fact.value_date, until, cents_of(str(fact.data["costs"])), parts)
