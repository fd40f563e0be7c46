"""The terms of a loan out of its row: what the product and the law add, and what they refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from backoffice.portfolio.portfolio import Grant
from backoffice.portfolio.problems import Place, Problems
from backoffice.portfolio.rows import LoanRow
from ledger.errors import BadInput
from ledger.money import euros
from servicing.calendar_rate import follows_calendar, interest_begins, rates_after
from servicing.daycount import Step
from servicing.granting import regime_of
from servicing.law import Law, UnknownLaw
from servicing.product import Asked, Limit, Product, limits_broken
from servicing.reading import CaseRefused
from servicing.settlement.claim_origin import CLAIMS, LENT, Origin, asked_origin
from servicing.terms import Method, Terms, TermsRefused
from servicing.terms_data import percent_text, terms_data, terms_from

COLUMN_OF = {"principal": "amount", "annual_rate_percent": "rate", "start": "decision_date"}
"""Keys of terms that the file of loans calls otherwise."""

Rates = tuple[tuple[date, Fraction], ...]


@dataclass(slots=True)
class Rules:
    """What loans are held against; `unknown` are figures of the law that were not known, told once each."""

    products: Mapping[str, Product]
    law: Law
    problems: Problems
    unknown: set[str] = field(default_factory=set)

    def breach(self, product: Product, place: Place, column: str, value: object, rule: str) -> None:
        """A rule of the product is broken: refused, or only told where the contract decides."""
        note = self.problems.add if product.on_breach == "refuse" else self.problems.warn
        note(place, column, value, rule)

    def unknown_law(self, place: Place, column: str, wrong: UnknownLaw) -> None:
        """A figure is not known: the check that needs it is left out, which is told once."""
        if str(wrong) not in self.unknown:
            self.unknown.add(str(wrong))
            self.problems.warn(
                place, column, None, f"{wrong}: not checked, here and for every other such loan"
            )


def grant_of(row: LoanRow, start: date | None, rules: Rules) -> Grant | None:
    """The grant a row describes, interest running from `start` (None: nothing was paid out); None if refused."""
    problems = rules.problems
    before = problems.error_count
    origin = _origin(row, problems)
    _check_wage_tax(row, origin, problems)
    product = rules.products[row.product]
    applied = _application_date(row, product, problems)
    method = _method(row, product, rules)
    rate, rates = _interest(row, product, rules)
    _check_limits(row, product, rules)
    if problems.error_count > before:
        return None
    terms = _terms(row, start or row.decision_date, (product, method, rate), rules)
    if not are_sound(terms, row.place, COLUMN_OF, problems):
        return None
    return Grant(
        *(row.place, row.number, row.creditor, row.product, row.debtors),
        applied,
        row.decision_date,
        row.purpose or "",
        regime_of(product, applied),
        terms,
        rates,
        row.group,
        row.wage_tax or 0,
        origin,
    )


def _terms(row: LoanRow, start: date, by: tuple[Product, Method, Fraction], rules: Rules) -> Terms:
    """The terms a row describes, with what product and law add."""
    product, method, rate = by
    return Terms(
        principal=row.amount,
        rate=rate,
        start=start,
        instalments=row.instalments,
        step=row.every or Step(1, "m"),
        method=method,
        day_count=row.day_count or product.day_count,
        rounding=product.rounding,
        instalment=row.instalment,
        first_due=row.first_due,
        grace_principal=row.grace_principal or 0,
        allocation=product.allocation,
        interest_from=row.interest_from or _interest_begins(row, product, rules),
        interest_last=product.interest.is_last,
    )


def _origin(row: LoanRow, problems: Problems) -> Origin | None:
    """Where a claim comes from; a problem where the row does not say it."""
    try:
        return asked_origin(row.product, row.claim_scheme, row.claim_granted, row.decision_date)
    except BadInput as wrong:
        column, _, rule = str(wrong).partition(": ")
        problems.add(row.place, column, None, rule)
        return None


def _check_wage_tax(row: LoanRow, origin: Origin | None, problems: Problems) -> None:
    if not row.wage_tax:
        return
    if row.product not in CLAIMS:
        rule = f"empty: over {row.product} no wage tax is paid; only {', '.join(CLAIMS)} is a claim that was not lent"
        problems.add(row.place, "wage_tax", euros(row.wage_tax), rule)
    elif origin is not None and origin.scheme in LENT:
        rule = f"empty: {origin.scheme} was lent, so that no wage tax was paid"
        problems.add(row.place, "wage_tax", euros(row.wage_tax), rule)


def _interest_begins(row: LoanRow, product: Product, rules: Rules) -> date | None:
    try:
        return interest_begins(product, rules.law, row.decision_date)
    except UnknownLaw as wrong:
        rules.unknown_law(row.place, "interest_from", wrong)
        return None


def are_sound(terms: Terms, place: Place, columns: Mapping[str, str], problems: Problems) -> bool:
    """Whether terms can hold together and be read back; a problem if not."""
    try:
        read_back = terms_from(terms_data(terms), "")
    except (TermsRefused, CaseRefused) as wrong:
        key, _, rule = str(wrong).partition(": ")
        problems.add(place, columns.get(key, "rate" if key == "rate" else key), None, rule)
        return False
    assert read_back == terms, f"{place}: {terms} is read back as {read_back}"
    return True


def law_rate(product: Product, on: date, law: Law) -> Fraction | None:
    """The rate the law gives this product on a day; None where it gives none. Raises `UnknownLaw`.

    Where a loan is free of interest at first, the file says whether it still is.
    """
    interest = product.interest
    begins_later = interest.free_months or interest.interest_free_until
    if interest.source != "law" or interest.parameter is None or interest.minus or begins_later:
        return None
    return law.value_on(interest.parameter, on).rate


def later_rates(product: Product, since: date, law: Law) -> Rates:
    """The rates the law gave the product after a day, where it follows the calendar."""
    return tuple(rates_after(product, law, since)) if follows_calendar(product) else ()


def _application_date(row: LoanRow, product: Product, problems: Problems) -> date:
    if row.application_date is None:
        if product.regime == "application_date":
            rule = "a day: it decides whether the rules of before 2020 hold (Bbz art. 60a)"
            problems.add(row.place, "application_date", "", rule)
        return row.decision_date
    if row.application_date > row.decision_date:
        rule = f"a day on or before the decision date {row.decision_date}"
        problems.add(row.place, "application_date", row.application_date, rule)
    return row.application_date


def _method(row: LoanRow, product: Product, rules: Rules) -> Method:
    known = ", ".join(product.methods)
    if row.method is None:
        if len(product.methods) > 1:
            rules.problems.add(row.place, "method", "", f"one of {known}: the decision says which")
        return product.methods[0]
    if row.method not in product.methods:
        rules.breach(product, row.place, "method", row.method, f"{product.code} is repaid by {known}")
    return row.method


def _interest(row: LoanRow, product: Product, rules: Rules) -> tuple[Fraction, Rates]:
    """The rate, and the later ones where the law decides and the row does not."""
    by_law = _rate_by_law(row, product, rules)
    if row.rate is None:
        return by_law or Fraction(0), _later_rates(row, product, rules)
    if product.interest.source == "none" and row.rate:
        rules.breach(
            product, row.place, "rate", percent_text(row.rate), f"0: {product.code} bears no interest"
        )
    elif by_law not in (None, row.rate):
        rule = (
            f"the law says {percent_text(by_law or Fraction(0))} on {row.decision_date}; the file's is kept"
        )
        rules.problems.warn(row.place, "rate", percent_text(row.rate), rule)
    return row.rate, ()


def _later_rates(row: LoanRow, product: Product, rules: Rules) -> Rates:
    try:
        return later_rates(product, row.decision_date, rules.law)
    except UnknownLaw as wrong:
        rules.problems.add(row.place, "rate", "", f"percent per year: {wrong}")
        return ()


def _rate_by_law(row: LoanRow, product: Product, rules: Rules) -> Fraction | None:
    """The law's rate on the decision date; a problem if it is needed and there is none."""
    why = f"percent per year: {product.legal_basis} gives no rate by itself"
    try:
        found = law_rate(product, row.decision_date, rules.law)
    except UnknownLaw as wrong:
        found, why = None, f"percent per year: {wrong}"
    if found is None and row.rate is None and product.interest.source != "none":
        rules.problems.add(row.place, "rate", "", why)
    return found


def _check_limits(row: LoanRow, product: Product, rules: Rules) -> None:
    """Hold amount and term against the product's limits on the decision date."""
    groups = {limit.group for limit in product.limits if limit.group}
    if row.group and groups and row.group not in groups:
        rules.problems.add(
            row.place, "group", row.group, f"{product.code} is for {' or '.join(sorted(groups))}"
        )
    applying = [limit for limit in product.limits if limit.group in {None, row.group}]
    for limit in applying:
        _tell_breach(row, product, [_broken(row, product, limit, rules)], rules)
    if row.group is None and groups:
        # It may be of the group with the widest limits.
        others = [limit for limit in product.limits if limit.group]
        _tell_breach(row, product, [_broken(row, product, limit, rules) for limit in others], rules)


def _tell_breach(row: LoanRow, product: Product, sentences: Sequence[str], rules: Rules) -> None:
    """One of the limits must hold."""
    if all(sentences):
        column = "instalments" if " months: " in sentences[0] else "amount"
        rules.breach(product, row.place, column, None, sentences[0])


def _broken(row: LoanRow, product: Product, limit: Limit, rules: Rules) -> str:
    """How the loan breaks a limit; nothing if it does not, or if the figure is not known."""
    step = row.every or Step(1, "m")
    months = row.instalments * step.months or row.instalments * step.days * 12 // 365
    asked = Asked(row.amount, months, row.decision_date, limit.group)
    try:
        return "".join(limits_broken(replace(product, limits=(limit,)), asked, rules.law))
    except UnknownLaw as wrong:
        rules.unknown_law(row.place, "amount" if limit.of == "amount" else "instalments", wrong)
        return ""
