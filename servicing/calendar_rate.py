"""Interest that follows a figure of the law through time: that on a rest secured by mortgage (Bbz art. 43b)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from servicing.facts import Fact
from servicing.history import history_of
from servicing.law import Law
from servicing.life.outcome import standing
from servicing.life.timeline import live
from servicing.product import Product


class Differs(NamedTuple):
    """The rate a loan bears on a day and the one the law gives, since when, as parts of 1 per year."""

    borne: Fraction
    given: Fraction
    since: date


def follows_calendar(product: Product) -> bool:
    """Whether the rate of a product changes when the law's figure does."""
    return product.interest.source == "law" and product.interest.select_by == "calendar_day"


def rate_on(product: Product, law: Law, day: date) -> tuple[Fraction, date]:
    """The rate per year by the law on a day, never below 0, and since when; raises `UnknownLaw`."""
    interest = product.interest
    assert interest.parameter is not None, f"{product.code} has no rate by law"
    figure = law.value_on(interest.parameter, day)
    if interest.minus is None:
        return figure.rate, figure.since
    off = law.value_on(interest.minus, day)
    return max(Fraction(0), figure.rate - off.rate), max(figure.since, off.since)


def interest_begins(product: Product, law: Law, start: date) -> date | None:
    """The first day on which interest runs, where the law keeps a loan free of it at first; None where it does not."""
    if product.interest.free_months is None:
        return None
    return start + relativedelta(months=law.value_on(product.interest.free_months, start).count)


def differs(facts: Sequence[Fact], product: Product, law: Law, day: date) -> Differs | None:
    """Where the law gives another rate on a day than a running loan bears; None where it does not."""
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, day)
    begins = state.terms.interest_from
    if standing(state, day) != "active" or state.stops or (begins is not None and begins > day):
        return None
    given, since = rate_on(product, law, day)
    return None if given == state.rate else Differs(state.rate, given, max(since, begins or since))
