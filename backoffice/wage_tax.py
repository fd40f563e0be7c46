"""The wage tax that the office paid over a claim that was not lent."""

from __future__ import annotations

from datetime import date

from backoffice.cli.database import Desk
from backoffice.registering import Registered, dossier_of, register
from ledger.money import euros
from servicing.facts import Draft, FactKind, FactRefused
from servicing.history import history_of
from servicing.settlement.claim_origin import CLAIMS, LENT, origin_told
from servicing.store import Loan


def tell_wage_tax(desk: Desk, heading: Loan, cents: int, on: date, document: str) -> Registered:
    """Record wage tax and premiums that were paid on a day over what is reclaimed, with their document."""
    dossier = dossier_of(desk.connection, heading)
    if heading.product not in CLAIMS:
        raise FactRefused(
            f"loan {heading.id}: is {heading.product}; only a claim is grossed up: {', '.join(CLAIMS)}"
        )
    if any(fact.kind is FactKind.TRANSFERRED for fact in dossier.holding):
        raise FactRefused(
            f"loan {heading.id}: is reclaimed living allowance, which was lent: no wage tax was paid"
        )
    told = origin_told(dossier.facts)
    if told is not None and told.scheme in LENT:
        raise FactRefused(f"loan {heading.id}: reclaims {told.scheme}, which was lent: no wage tax was paid")
    draft = Draft(heading.id, FactKind.WAGE_TAX, on, document, cents=cents, source=document)
    return register(desk, dossier, draft)


def tax_is_too_much(desk: Desk, heading: Loan) -> str:
    """That the wage tax told of a claim adds up to more than the claim itself; empty where it does not."""
    dossier = dossier_of(desk.connection, heading)
    tax = sum(fact.cents for fact in dossier.holding if fact.kind is FactKind.WAGE_TAX)
    claimed = int(history_of(dossier.facts).terms.principal)
    if tax <= claimed:
        return ""
    return (
        f"the wage tax told of loan {heading.id} is {euros(tax)} in all, more than the claim of {euros(claimed)}; "
        f"what was told twice or wrong: aflos loan withdraw {heading.id} FACT"
    )
