"""The limits that law and policy set to one more deferral of a loan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from backoffice.rights import codes
from ledger.day import parse_day
from ledger.entry import creditor_of_loan
from servicing import files
from servicing.deferral import (
    LONGEST_TERM,
    Cap,
    Count,
    deferral_breach,
    deferral_periods,
    end_breach,
    last_due_date,
)
from servicing.facts import Draft, Fact
from servicing.policy import Choices
from servicing.product import Product
from servicing.registration import Dossier, provisional

_COUNTS: Mapping[str, Count] = {"calendar_months": "calendar_months", "full_months": "full_months"}
_CAPS: Mapping[str, Cap] = {
    "within_longest_term": "within_longest_term",
    "beyond_by_deferral": "beyond_by_deferral",
}


def broken_deferral_limits(dossier: Dossier, product: Product, draft: Draft) -> Iterator[str]:
    """Each limit that the deferral breaks, as a sentence; raises `NotChosen` where the college must choose first."""
    since, until = (parse_day(str(draft.data[key])) for key in ("from", "until"))
    choices = Choices(files.policy(), codes()[creditor_of_loan(dossier.loan)], since, {})
    others = [fact for fact in dossier.holding if fact.key != draft.key]
    count = _COUNTS[choices.choice("loan.deferral_count")]
    breach = deferral_breach(others, since, until, files.law(), count)
    if breach:
        yield breach
    is_capped = any(limit.parameter == LONGEST_TERM for limit in product.limits)
    if is_capped and draft.data["end"] == "extend":
        yield from _moved_too_far([*others, provisional(dossier, draft, since)], choices)


def _moved_too_far(facts: list[Fact], choices: Choices) -> Iterator[str]:
    """The end moves past what policy allows; within the longest term of the law nobody needs to have chosen."""
    days: tuple[date, date] | None = last_due_date(facts)
    cap = choices.policy.answer("loan.deferral", choices.creditor, choices.on).value
    if cap is not None and cap not in _CAPS:
        yield "end: extend: loan.deferral of this creditor spreads what is deferred over the rest: use same"
    elif days is not None:
        periods = deferral_periods(facts)
        if end_breach(*days, periods, "within_longest_term", files.law()):
            allowed = _CAPS[choices.choice("loan.deferral")]
            breach = end_breach(*days, periods, allowed, files.law())
            if breach:
                yield breach
