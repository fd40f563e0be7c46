"""A loan is granted: the terms the product fills in, and the limits of law or contract that hold for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from ledger.day import FIRST_DAY
from ledger.errors import BadInput
from servicing.calendar_rate import follows_calendar, interest_begins, rate_on
from servicing.dated import Dated
from servicing.facts import FactRefused
from servicing.law import Law, UnknownLaw
from servicing.product import Asked, Group, Product, limits_broken
from servicing.terms import Terms
from servicing.terms_data import percent_text, terms_from

Regime = Literal["before-2020", "from-2020", "private"]

_REGIMES: Dated[Regime] = Dated({FIRST_DAY: "before-2020", date(2020, 1, 1): "from-2020"})
"""An application filed before 2020 keeps the old rules on conversion of principal (Bbz art. 60a lid 2)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a decision (or contract) grants: the terms, for which group, applied for and decided on which days."""

    terms: Terms
    application_date: date
    decision_date: date
    group: Group | None = None

    def __post_init__(self) -> None:
        """Refuse days out of order."""
        if self.application_date > self.decision_date:
            raise FactRefused(
                f"application_date: {self.application_date}: must not lie after the decision of {self.decision_date}"
            )
        if self.terms.start < self.decision_date:
            raise FactRefused(
                f"start: {self.terms.start}: must not lie before the decision of {self.decision_date}"
            )


def regime_of(product: Product, application_date: date) -> Regime:
    """Which rules hold for the loan, by the day the application was filed."""
    found = _REGIMES.on(application_date)
    return "private" if product.kind == "private" or found is None else found[1]


def granted_terms(product: Product, data: Mapping[str, object], decision_date: date, law: Law) -> Terms:
    """The terms in a mapping such as the `terms` of a simulation; what it leaves out the product fills in.

    Raises `BadInput` naming key, value and rule, and `UnknownLaw` where the rate follows from an unknown figure.
    """
    filled = {
        "method": product.methods[0],
        "day_count": product.day_count,
        "rounding": product.rounding,
        "allocation": list(product.allocation),
    } | {key: value for key, value in data.items() if value is not None}
    if product.interest.is_last:
        begins = interest_begins(product, law, decision_date)
        filled = {"interest_last": True, "interest_from": begins.isoformat() if begins else None} | filled
    if "annual_rate_percent" not in filled:
        calendar = follows_calendar(product)
        rate = (
            rate_on(product, law, decision_date)[0]
            if calendar
            else _proposed_rate(product, decision_date, law)
        )
        if rate is None:
            raise BadInput(f"annual_rate_percent: is missing: for {product.code} the decision gives it")
        filled["annual_rate_percent"] = percent_text(rate)
    terms = terms_from(filled)
    if terms.rounding == "none":
        raise BadInput("rounding: none: is for computations; a loan is kept in whole cents")
    return terms


def breaches(product: Product, grant: Grant, law: Law) -> tuple[str, ...]:
    """Each limit of law or product that the grant breaks, as a sentence.

    Raises `UnknownLaw` for a figure that is not known, unless limits of the product only warn.
    """
    terms = grant.terms
    months = months_between(terms.start, terms.due_date(terms.first_number + terms.instalments - 1))
    asked = Asked(int(terms.principal), months, grant.decision_date, grant.group)
    broken = [*_method_breach(product, terms)]
    try:
        broken += [*_rate_breach(product, grant, law), *limits_broken(product, asked, law)]
    except UnknownLaw as unknown:
        if product.on_breach == "refuse":
            raise
        broken.append(str(unknown))
    return tuple(broken)


def months_between(since: date, until: date) -> int:
    """Calendar months from one day to another, a part of a month counted whole."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months + (1 if until.day > since.day else 0)


def _proposed_rate(product: Product, decision_date: date, law: Law) -> Fraction | None:
    """The rate per year the product brings at its grant, None where only the decision can say it."""
    interest = product.interest
    if interest.interest_free_until is not None:
        return Fraction(0)
    if interest.source == "agreed":
        return Fraction(interest.default_percent) / 100 if interest.default_percent else None
    if interest.parameter is None:
        return Fraction(0)
    return None if interest.minus else law.value_on(interest.parameter, decision_date).rate


def _rate_breach(product: Product, grant: Grant, law: Law) -> tuple[str, ...]:
    """The law fixes the rate at the grant (Bbz art. 15 onder a), or there is none."""
    interest = product.interest
    if interest.source == "agreed" or (interest.source == "law" and interest.select_by != "grant_date"):
        return ()
    fixed = _proposed_rate(product, grant.decision_date, law)
    if fixed is None or fixed == grant.terms.rate:
        return ()
    given, until = percent_text(grant.terms.rate), interest.interest_free_until
    later = f" until the {until.replace('_', ' ')}; from then on by aflos decide rate" if until else ""
    return (f"annual_rate_percent: {given}: {product.code} bears {percent_text(fixed)} percent{later}",)


def _method_breach(product: Product, terms: Terms) -> tuple[str, ...]:
    if terms.method in product.methods:
        return ()
    return (f"method: {terms.method}: {product.code} is repaid {' or '.join(product.methods)}",)
