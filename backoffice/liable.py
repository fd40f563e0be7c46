"""Who still owes a loan after a decision about liability: somebody does, or it is a waiver."""

from __future__ import annotations

from sqlalchemy import Connection

from jobs import clock
from servicing.facts import Draft, FactKind, FactRefused
from servicing.previewing import with_draft
from servicing.registration import Dossier
from servicing.securities import liable_on
from servicing.store import debtors_of


def refuse_nobody_liable(connection: Connection, dossier: Dossier, draft: Draft) -> None:
    """Raise `FactRefused` for a decision about a debtor the loan has not, or after which nobody would owe it."""
    if _kind_about(dossier, draft) is FactKind.LIABILITY:
        check_liable(dossier, draft, debtors_of(connection, draft.loan))


def check_liable(dossier: Dossier, draft: Draft, debtors: list[int]) -> None:
    """The same, with the debtors of the loan."""
    named = draft.data.get("debtor")
    if named is not None and named not in debtors:
        owe = ", ".join(str(debtor) for debtor in debtors)
        raise FactRefused(f"loan {draft.loan}: debtor: {named}: is none of its debtors, who are {owe}")
    after = with_draft(dossier, draft, clock.today())
    days = {fact.value_date for fact in after.facts if fact.kind is FactKind.LIABILITY}
    if not all(liable_on(after.facts, debtors, day) for day in days):
        raise FactRefused(
            f"loan {draft.loan}: nobody would owe it any more: what is given up for all is aflos decide waiver"
        )


def _kind_about(dossier: Dossier, draft: Draft) -> FactKind:
    """The kind of a fact, or of the one that it withdraws."""
    if draft.kind is not FactKind.WITHDRAWAL:
        return draft.kind
    return next((fact.kind for fact in dossier.facts if fact.nr == draft.of), draft.kind)
