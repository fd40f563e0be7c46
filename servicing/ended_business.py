"""Repayment from income after the business ended (Bbz art. 43 lid 2): when its term is over and what is left then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from servicing.blocks import holding_of
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.law import Law
from servicing.life.outcome import open_amounts, standing
from servicing.life.timeline import live
from servicing.product import Product

TERM = "ended_business_repayment_period"


class TrackOver(NamedTuple):
    """A term that is over: the fact it began with, its first day, the day it was over, and what is left in cents."""

    fact: int
    since: date
    over_on: date
    left: int


def is_rest_of_business(product: Product) -> bool:
    """Whether a product is the rest of a loan after the business ended, granted as a loan of its own."""
    return any(limit.parameter == TERM for limit in product.limits)


def track_over(facts: Sequence[Fact], product: Product, law: Law, day: date) -> TrackOver | None:
    """The term of a loan that is over on a day, while something is owed and nobody has handled it; else None.

    It begins on the first day without interest, or with the loan that is granted for the rest. An interest holiday,
    which has an end, begins none, and neither does a contract. Raises `UnknownLaw`.
    """
    found = track_of(facts, product, law, day)
    if found is None or found.over_on > day or not found.left:
        return None
    is_handled = any(
        fact.kind is FactKind.HANDLED and fact.of == found.fact for fact in holding_of(facts, None)
    )
    return None if is_handled else found


def track_of(facts: Sequence[Fact], product: Product, law: Law, day: date) -> TrackOver | None:
    """The term of a loan, over or not, with what is left of the loan on a day; None where none began."""
    first = _first(facts, product)
    if first is None:
        return None
    history = history_of(facts)
    since = history.terms.start if first.kind is FactKind.GRANT else first.value_date
    over_on = since + relativedelta(months=law.value_on(TERM, since).count)
    state = live(history.terms, history.events, history.reversals, day)
    left = int(open_amounts(state, day).total) if standing(state, day) == "active" else 0
    return TrackOver(first.nr, since, over_on, left)


def _first(facts: Sequence[Fact], product: Product) -> Fact | None:
    """The fact with which the term begins."""
    if product.kind != "public":
        return None
    holding = holding_of(facts, None)
    free = [fact for fact in holding if fact.kind is FactKind.INTEREST_FREE and "until" not in fact.data]
    if not free and is_rest_of_business(product):
        free = [fact for fact in holding if fact.kind is FactKind.GRANT]
    return min(free, key=lambda fact: (fact.value_date, fact.nr), default=None)
