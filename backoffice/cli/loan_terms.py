"""The terms of a loan out of a case: the keys that `schedule` and `simulate` share."""

from __future__ import annotations

from decimal import Decimal

from backoffice.cli.fields import Case, amount, count, day, one_of, optional, percent, required, step
from servicing.daycount import DAY_COUNTS, Step
from servicing.plan import check_terms
from servicing.schedule import ROUNDING_RULES, Amount, RoundingRule
from servicing.terms import METHODS, Terms

TERMS_KEYS = (
    "principal",
    "start",
    "instalments",
    "method",
    "every",
    "first_due",
    "day_count",
    "rounding",
    "instalment",
    "grace_principal",
)
"""What a case may say about a loan, besides its rate."""


def terms_of(case: Case, rate_key: str = "rate") -> Terms:
    """The terms a case gives, checked; raises `CaseRefused` or `TermsRefused`. Looks at no other key."""
    rounding: RoundingRule = optional(case, "rounding", one_of(ROUNDING_RULES), "half-up")
    instalment = optional(case, "instalment", amount, None)
    terms = Terms(
        principal=_kept(required(case, "principal", amount), rounding),
        rate=required(case, rate_key, percent),
        start=required(case, "start", day),
        instalments=required(case, "instalments", count),
        step=optional(case, "every", step, Step(1, "m")),
        method=optional(case, "method", one_of(METHODS), "annuity"),
        day_count=optional(case, "day_count", one_of(DAY_COUNTS), "monthly"),
        rounding=rounding,
        instalment=None if instalment is None else _kept(instalment, rounding),
        first_due=optional(case, "first_due", day, None),
        grace_principal=optional(case, "grace_principal", count, 0),
    )
    check_terms(terms)
    return terms


def _kept(cents: int, rounding: RoundingRule) -> Amount:
    """The amount as the computation keeps it: a decimal when nothing is to be rounded."""
    return Decimal(cents) if rounding == "none" else cents
