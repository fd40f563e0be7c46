"""What is lent: for each product amounts, terms and days as an office sees them, within the limits of the law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal, NamedTuple

from servicing.daycount import Step, parse_step, step_date
from servicing.granting import Grant, breaches, granted_terms
from servicing.law import Law, UnknownLaw
from servicing.product import Group, Product
from servicing.terms import Method

Comes = Literal["new", "taken over", "either"]

ONE_MONTH = Step(1, "m")
LARGE_EUROS = 20_000
"""Offers from this sum on go by 500 euros, others by 50."""

TRIES = 500
SHORTEST_HISTORY = timedelta(days=40)
"""A loan that is taken over was decided at least so long before the cut-over."""

EARLIEST = date(2009, 7, 1)
"""Older loans have another interest (Bbz art. 15) and are repaid by now."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way in which a product is lent: whole euros, numbers of instalments, and how a demo comes to it."""

    product: str
    euros: tuple[int, int]
    instalments: tuple[int, ...]
    methods: tuple[Method, ...] = ("annuity", "linear")
    group: Group | None = None
    every: str = "1m"
    comes: Comes = "either"
    rates: tuple[str | None, ...] = (None,)
    decided: tuple[date, date] | None = None
    first_due: date | None = None
    purposes: tuple[str, ...] = ("voorraad", "bestelwagen", "inventaris", "machine", "werkkapitaal")


# Sums: Bbz art. 20, 24 and 26; the Tozo at most 10,157; the Doorstartfonds from 6,000 to 190,000. Claims and
# converted loans come in by take-over only, because nothing is paid out on them.
OFFERS: Mapping[Offer, int] = {
    Offer("bbz_business_capital", (5_000, 190_000), (36, 48, 60, 84, 96), group="established"): 12,
    Offer("bbz_business_capital", (3_000, 45_000), (24, 36, 48), group="starter"): 8,
    Offer("bbz_business_capital", (10_000, 60_000), (4, 5), ("linear",), "established", "1y"): 1,
    Offer(
        "bbz_living_allowance",
        (3_000, 19_000),
        (1,),
        ("bullet",),
        every="18m",
        comes="new",
        purposes=("levensonderhoud",),
    ): 2,
    Offer("bbz_retained_capital_loan", (3_000, 18_000), (120,), ("linear",), comes="taken over"): 2,
    Offer(
        "bbz_retained_capital_loan", (3_000, 18_000), (10,), ("linear",), every="1y", comes="taken over"
    ): 1,
    Offer("bbz_older_capital_loan", (2_000, 12_000), (36, 48, 60), ("linear",), "older"): 2,
    Offer("bbz_ended_business_loan", (5_000, 60_000), (57,), ("linear",), comes="taken over"): 2,
    Offer("bbz_mortgage_rest", (20_000, 120_000), (115,), ("linear",), comes="taken over", rates=("0",)): 1,
    Offer("bbz_preparation_costs", (500, 3_000), (12, 24), purposes=("marktonderzoek", "cursus")): 2,
    Offer("bbz_guarantee_claim", (4_000, 40_000), (36, 60), ("linear",)): 1,
    Offer(
        "tozo_business_capital",
        (1_500, 10_150),
        (41,),
        ("linear",),
        comes="taken over",
        decided=(date(2020, 4, 1), date(2021, 9, 30)),
        first_due=date(2022, 8, 1),
    ): 5,
    Offer(
        "tozo_living_allowance",
        (800, 9_000),
        (36,),
        ("linear",),
        comes="taken over",
        decided=(date(2020, 10, 1), date(2024, 6, 30)),
        purposes=("terugvordering levensonderhoud",),
    ): 2,
    Offer(
        "recovery_claim", (400, 14_000), (24, 36), ("linear",), comes="taken over", purposes=("vordering",)
    ): 4,
    Offer("special_assistance_loan", (300, 3_500), (24, 36), ("linear",), purposes=("duurzame goederen",)): 3,
}
"""What a municipality lends, and how often."""

PROVINCE_OFFERS: Mapping[Offer, int] = {
    Offer("doorstartfonds_credit", (6_000, 60_000), (60, 72), rates=(None, None, "7.5")): 4,
    Offer("doorstartfonds_credit", (60_000, 190_000), (72,), ("annuity",)): 1,
}
"""What the province lends."""


class Rules(NamedTuple):
    """What a demo holds its loans against."""

    products: Mapping[str, Product]
    law: Law


class Span(NamedTuple):
    """Days from the first up to and including the last; a loan decided in it runs on after another day."""

    first: date
    last: date
    runs_after: date

    def some_day(self, rng: Random) -> date:
        """A day in the span."""
        return self.first + timedelta(days=rng.randrange((self.last - self.first).days + 1))


def grant(offer: Offer, span: Span, rules: Rules, rng: Random) -> Grant | None:
    """A grant within all limits, decided in a span; None where there is none, as for unknown figures of the law."""
    product = rules.products[offer.product]
    for _ in range(TRIES if span.first <= span.last else 0):
        try:
            made = _grant(offer, span.some_day(rng), rules, rng)
            runs_on = made.terms.due_date(made.terms.instalments) > span.runs_after
            if runs_on and not breaches(product, made, rules.law):
                return made
        except UnknownLaw:
            continue
    return None


def span_before(offer: Offer, cut_over: date) -> Span:
    """When a loan was decided that is taken over while most of its term has still to come."""
    months = max(offer.instalments) * parse_step(offer.every).months
    first, last = offer.decided or (cut_over - timedelta(days=24 * months), cut_over)
    return Span(max(first, EARLIEST), min(last, cut_over - SHORTEST_HISTORY), cut_over)


def span_within(offer: Offer, first: date, last: date) -> Span:
    """When a new loan is decided between two days."""
    decided = offer.decided or (first, last)
    return Span(max(first, decided[0]), min(last, decided[1]), last)


def _grant(offer: Offer, decided: date, rules: Rules, rng: Random) -> Grant:
    start = decided + timedelta(days=rng.randrange(3, 20))
    data: dict[str, object] = {
        "principal": f"{_some_euros(offer, rng)}.00",
        "start": start.isoformat(),
        "instalments": rng.choice(offer.instalments),
        "every": offer.every,
        "method": rng.choice(offer.methods),
        "first_due": _first_due(offer, start, rng),
        "annual_rate_percent": rng.choice(offer.rates),
    }
    terms = granted_terms(rules.products[offer.product], data, decided, rules.law)
    return Grant(terms, decided - timedelta(days=rng.randrange(20, 90)), decided, offer.group)


def _some_euros(offer: Offer, rng: Random) -> int:
    """A round sum; small ones are more common."""
    low, high = offer.euros
    step = 50 if high < LARGE_EUROS else 500
    return min(rng.randrange(low, high + 1, step) for _ in range(2))


def _first_due(offer: Offer, start: date, rng: Random) -> str | None:
    """A step after the start, or the first or the last day of the month in which that falls."""
    if offer.first_due:
        return offer.first_due.isoformat()
    first = step_date(start.replace(day=1), parse_step(offer.every), 1)
    last = step_date(first, ONE_MONTH, 1) - timedelta(days=1)
    due = rng.choice((None, first, first, last))
    return due.isoformat() if due else None
