"""Whether and how much statutory interest a decision may charge: the policy of the college, and what is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.rights import codes
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing import files
from servicing.decisions.store import DecisionRefused, decisions_on
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.in_default import (
    ATTRIBUTABLE,
    FROM_REMINDER,
    Proposal,
    proposed_interest,
    reminded_on,
    ways_of,
    why_not_charged,
)
from servicing.policy import Choices
from servicing.registration import Dossier


class Charge(NamedTuple):
    """Statutory interest somebody wants to fix: by which decision, on which day, cents, and what else it says."""

    decision: str
    on: date
    cents: int
    says: Mapping[str, str]


def interest_to_fix(loan: int, facts: Sequence[Fact], on: date) -> Proposal:
    """The statutory interest a decision may fix on a day, by what the creditor chose; raises `UnknownLaw`."""
    choices = Choices(files.policy(), codes()[creditor_of_loan(loan)], on, {})
    from_reminder = choices.choice("interest.policy") == FROM_REMINDER
    since = reminded_on(facts, on) if from_reminder else None
    return proposed_interest(facts, on, files.law(), ways_of(choices), since)


def may_charge(dossier: Dossier, product: str, charge: Charge) -> None:
    """Refuse statutory interest that the college does not charge, and more than is computed without a reason."""
    charging = files.policy().choice("interest.policy", codes()[creditor_of_loan(dossier.loan)], charge.on)
    why_not = why_not_charged(dossier.facts, charge.on, product, charging)
    if why_not:
        raise FactRefused(f"loan {dossier.loan}: statutory interest: {why_not}")
    if charging == ATTRIBUTABLE and not charge.says.get("attributable"):
        raise BadInput(
            "attributable: is missing: interest.policy charges only a failure the debtor is to blame for"
        )
    if "more_because" not in charge.says and not _is_known(dossier, charge.decision):
        _check_amount(dossier, charge)


def refuse_charged_twice(connection: Connection, draft: Draft) -> None:
    """Refuse statutory interest while an earlier decision about it is under way: what is computed counts facts only."""
    if draft.kind is not FactKind.STATUTORY_INTEREST or "more_because" in draft.data:
        return
    for one in decisions_on(connection, draft.loan):
        if one.kind.fact is draft.kind and one.state in {"proposed", "fixed-not-announced"}:
            raise DecisionRefused(
                f"loan {draft.loan}: decision {one.id} about statutory interest of {euros(one.proposed.cents)} is "
                f"{one.state}: finish it or take it back, or say why more is fixed with --more-because"
            )


def _is_known(dossier: Dossier, decision: str) -> bool:
    """Whether the decision is a fact already: then it is compared with that, and not with what is left to fix."""
    return any(fact.kind is FactKind.STATUTORY_INTEREST and fact.key == decision for fact in dossier.facts)


def _check_amount(dossier: Dossier, charge: Charge) -> None:
    found = interest_to_fix(dossier.loan, dossier.facts, charge.on)
    if charge.cents > found.due:
        before = f" beside {euros(found.fixed_before)} fixed before" if found.fixed_before else ""
        raise FactRefused(
            f"loan {dossier.loan}: statutory interest of {euros(charge.cents)} on {charge.on}: {euros(found.due)} is "
            f"computed{before}, see aflos loan statutory-interest; to fix more say why with --more-because"
        )
