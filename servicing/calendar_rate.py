"""Interest that follows a figure of the law through time: that on a rest secured by mortgage (Bbz art. 43b)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from servicing.events import Disbursed, InterestRevived, InterestStopped, Opened, RateChanged
from servicing.facts import Fact
from servicing.history import History, history_of
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


def rates_after(product: Product, law: Law, since: date) -> list[tuple[date, Fraction]]:
    """The rates the law gives a product after a day, each from its first day; raises `UnknownLaw`."""
    return [(day, rate_on(product, law, day)[0]) for day in _changes_after(product, law, since)]


def differs(facts: Sequence[Fact], product: Product, law: Law, day: date) -> Differs | None:
    """Where a running loan bears another rate than the law gives it: the first time up to a day, None where never.

    Looked at are the day it began here, and each on which the law or a decision changed its rate: a loan that is
    entered late is told of every rate that passed meanwhile, one after the other.
    """
    history = history_of(facts)
    begins = max(history.terms.interest_from or date.min, _money_from(history))
    days = {begins, day, *_changes_after(product, law, begins), *_own_changes(history)}
    found = (_differs_on(history, product, law, each) for each in sorted(days) if begins <= each <= day)
    first = next((each for each in found if each is not None), None)
    return first and first._replace(since=max(first.since, begins))


def _changes_after(product: Product, law: Law, since: date) -> list[date]:
    """The days after a day on which the law may give a product another rate."""
    names = [name for name in (product.interest.parameter, product.interest.minus) if name is not None]
    rows = [(day, row) for name in names for day, row in law.parameters[name].rows.items()]
    return sorted({day for day, row in rows if day > since and not row.ended})


def _money_from(history: History) -> date:
    """The first day on which there was money of the loan in these books."""
    days = (event.on for event in history.events if isinstance(event, Disbursed | Opened))
    return min(days, default=date.max)


def _own_changes(history: History) -> list[date]:
    """The days on which a decision gave the loan another rate, or interest ran again."""
    rates = [event.on for event in history.events if isinstance(event, RateChanged | InterestRevived)]
    ends = [event.until for event in history.events if isinstance(event, InterestStopped) and event.until]
    return rates + ends


def _differs_on(history: History, product: Product, law: Law, day: date) -> Differs | None:
    """Where the law gives another rate on a day than the loan bears, and since when the law does."""
    state = live(history.terms, history.events, history.reversals, day)
    if standing(state, day) != "active" or state.stops:
        return None
    given, since = rate_on(product, law, day)
    own = max((each for each in _own_changes(history) if each <= day), default=since)
    return None if given == state.rate else Differs(state.rate, given, max(since, own))
