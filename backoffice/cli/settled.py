"""The answer of `aflos settle` to a case: the settlement of one year with amounts as text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from backoffice.cli.fields import Case
from ledger.money import euros
from servicing import files
from servicing.law import Law
from servicing.policy import Policy
from servicing.settlement.case import choices_of, figures_of
from servicing.settlement.instalments import Repayment
from servicing.settlement.line import Line
from servicing.settlement.settling import Settlement
from servicing.settlement.settling import settle as settlement_of


def answer_settlement(case: Case) -> Mapping[str, object]:
    """The settlement of a case as the command prints it; raises `BadInput` naming key, value and rule."""
    figures = figures_of(case)
    return shown(settlement_of(figures, law(), choices_of(case, policy(), figures)))


@cache
def law() -> Law:
    """The figures of the law in force, read once."""
    return files.law()


@cache
def policy() -> Policy:
    """The choices left to the college, read once."""
    return files.policy()


def shown(found: Settlement) -> dict[str, object]:
    """The outcome with amounts as text."""
    return {
        "year_norm": euros(found.year_norm),
        "net_income": euros(found.net_income),
        "total": euros(found.determination.total),
        "supplement": euros(found.supplement),
        "gift": euros(found.gift),
        "reclaim": euros(found.reclaim),
        "retained_loan": euros(found.retained_loan),
        "interest_remission": euros(found.remission.interest),
        "branch": found.determination.branch,
        "supplement_cap": _or_null(found.determination.cap),
        "supplement_to_pay": euros(found.supplement_to_pay),
        "largest_reclaim": euros(found.determination.largest_reclaim),
        "not_reclaimed": euros(found.determination.not_reclaimed),
        "interest_refund": _or_null(found.remission.refund),
        "principal_conversion": euros(found.remission.principal),
        "gross_up": _or_null(found.gross_up),
        "retained_repayment": _repayment(found.repayment),
        "explanation": [shown_line(line) for line in found.lines],
    }


def _or_null(cents: int | None) -> str | None:
    return None if cents is None else euros(cents)


def _repayment(found: Repayment | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "from": found.since.isoformat(),
        "a_year": euros(found.cents_a_year),
        "instalments": [{"count": count, "amount": euros(cents)} for count, cents in found.groups],
    }


def shown_line(line: Line) -> dict[str, str]:
    """A line of an explanation with its amount as text."""
    return {
        "text": line.text,
        "article": line.article,
        "amount": euros(line.cents),
        "text_en": line.text_en,
        "source": line.source,
    }
