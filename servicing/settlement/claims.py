"""The terms of what follows from a settlement: the claim that is reclaimed, and the loan that stays (art. 13)."""

from __future__ import annotations

from datetime import date
from math import ceil

from ledger.money import euros
from servicing.law import Law
from servicing.legal_terms import payment_term
from servicing.policy import Choices, Policy
from servicing.settlement.ability import proposed_arrangement
from servicing.settlement.book_year import MONTHS_IN_YEAR, month_after
from servicing.settlement.instalments import even_instalments

MOST_YEARS = 30
"""A tenth a year of what remains never ends; the last of so many years takes the rest."""


def claim_terms(cents: int, sent: date, law: Law) -> dict[str, object]:
    """A claim that is due at once, six weeks after the decision was sent (Awb art. 4:87), without interest."""
    term = payment_term(sent, law.value_on("decision_payment_term", sent).count)
    assert term is not None, "a claim has a decision that was sent"
    return {
        "principal": euros(cents),
        "annual_rate_percent": "0",
        "start": sent.isoformat(),
        "first_due": term.last_day.isoformat(),
        "instalments": 1,
        "method": "bullet",
    }


def retained_terms(cents: int, until: date, sent: date, rules: tuple[Law, Policy, str]) -> dict[str, object]:
    """At least a tenth a year from the year after the last one with assistance, which ends before `until` (art. 13).

    Not before the decision was sent.
    """
    law, policy, creditor = rules
    share = law.value_on("retained_loan_yearly_repayment", until).rate
    choices = Choices(policy, creditor, until, {})
    base, _, rhythm = choices.choice("art13.base").partition("_")
    rows = MONTHS_IN_YEAR if rhythm == "monthly" else 1
    first = max(until, month_after(sent, 1))
    plan: list[dict[str, str]] = []
    left = cents
    for number in range(MOST_YEARS):
        of_year = min(left, ceil((cents if base == "original" else left) * share))
        if number == MOST_YEARS - 1:
            of_year = left
        for place, amount in enumerate(even_instalments(of_year, rows), start=1):
            if amount:
                months = number * MONTHS_IN_YEAR + place * (MONTHS_IN_YEAR // rows) - 1
                plan.append({"date": month_after(first, months + 1).isoformat(), "amount": euros(amount)})
        left -= of_year
        if not left:
            break
    plan[-1].pop("amount")
    return {
        "principal": euros(cents),
        "annual_rate_percent": "0",
        "start": sent.isoformat(),
        "method": "linear",
        "plan": plan,
    }


def arrangement_of(
    cents: int, choices: Choices, a_month: int | None = None
) -> list[dict[str, object]] | None:
    """The arrangement to propose with a claim, in equal runs; None where policy gives none without a person."""
    found = proposed_arrangement(cents, choices, a_month)
    if found is None:
        return None
    return [{"count": count, "amount": euros(part)} for count, part in found.groups]
