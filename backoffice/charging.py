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
from servicing.arrangement import interest_meanwhile
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
from servicing.registration import Dossier, named_fact
from servicing.statutory_interest import FLOOR_AUTHORITY
from servicing.undue import interest_back


class Charge(NamedTuple):
    """Statutory interest somebody wants to fix: by which decision, on which day, cents, and what else it says."""

    decision: str
    on: date
    cents: int
    says: Mapping[str, str]


class Owed(NamedTuple):
    """Interest the creditor owes: by which decision, up to which day, cents (0: computed), by which correction."""

    decision: str
    on: date
    cents: int
    fact: str | None


def interest_owed(dossier: Dossier, owed: Owed) -> Draft:
    """What a decision about interest of Awb 4:102 records: the amount a person gives, or what is computed.

    Raises `BadInput` for neither or both, `FactRefused` where nothing is owed.
    """
    if bool(owed.cents) == (owed.fact is not None):
        raise BadInput("amount: give it, or --of the correction from which it is computed, and not both")
    cents, says = owed.cents, dict[str, object]()
    known = _known(dossier, FactKind.INTEREST_OWED, owed.decision)
    if owed.fact is not None:
        cents, says = (known.cents, dict(known.said)) if known else _computed(dossier, owed)
    return Draft(
        dossier.loan, FactKind.INTEREST_OWED, owed.on, owed.decision, cents, data=says, source=owed.decision
    )


def refuse_private_claim(dossier: Dossier, product: str) -> None:
    """Refuse to compute interest of Awb 4:102 on a debt of private law."""
    if files.products()[product].kind == "private":
        raise FactRefused(
            f"loan {dossier.loan}: Awb art. 4:102 is not about a contract: give --amount instead of --of"
        )


def _computed(dossier: Dossier, owed: Owed) -> tuple[int, dict[str, object]]:
    """The interest up to a day, and what the decision says about it."""
    choices = Choices(files.policy(), codes()[creditor_of_loan(dossier.loan)], owed.on, {})
    correction = named_fact(dossier, str(owed.fact)).nr
    found = interest_back(dossier.facts, correction, owed.on, files.law(), ways_of(choices))
    if not found.due:
        raise FactRefused(
            f"loan {dossier.loan}: interest on fact {correction} up to {owed.on} is {euros(found.total)}: below the "
            f"floor of Awb art. 4:98 lid 2 ({FLOOR_AUTHORITY}) nothing is owed"
        )
    return found.due, dict(found.says)


def _known(dossier: Dossier, kind: FactKind, decision: str) -> Fact | None:
    """The fact of a decision that is in force already: it is compared with itself, not computed again."""
    return next((fact for fact in dossier.facts if (fact.kind, fact.key) == (kind, decision)), None)


def interest_to_fix(loan: int, facts: Sequence[Fact], on: date) -> Proposal:
    """The statutory interest a decision may fix on a day, by what the creditor chose; raises `UnknownLaw`."""
    choices = Choices(files.policy(), codes()[creditor_of_loan(loan)], on, {})
    from_reminder = choices.choice("interest.policy") == FROM_REMINDER
    since = reminded_on(facts, on) if from_reminder else None
    return proposed_interest(facts, on, files.law(), ways_of(choices), since)


def interest_runs_meanwhile(dossier: Dossier, on: date) -> bool:
    """Whether statutory interest runs during an arrangement decided on a day, where nobody says (deferral.interest)."""
    choice = files.policy().choice("deferral.interest", codes()[creditor_of_loan(dossier.loan)], on)
    return interest_meanwhile(dossier.facts, choice)


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
    if "more_because" not in charge.says and not _known(
        dossier, FactKind.STATUTORY_INTEREST, charge.decision
    ):
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


def _check_amount(dossier: Dossier, charge: Charge) -> None:
    found = interest_to_fix(dossier.loan, dossier.facts, charge.on)
    if charge.cents > found.due:
        before = f" beside {euros(found.fixed_before)} fixed before" if found.fixed_before else ""
        raise FactRefused(
            f"loan {dossier.loan}: statutory interest of {euros(charge.cents)} on {charge.on}: {euros(found.due)} is "
            f"computed{before}, see aflos loan statutory-interest; to fix more say why with --more-because"
        )
