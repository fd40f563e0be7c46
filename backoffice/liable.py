"""Who still owes a loan after a decision about liability: somebody does, or it is a waiver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from jobs import clock
from servicing.blocks import holding_of
from servicing.facts import Draft, Fact, FactKind, FactRefused
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


def told_on(
    facts: Sequence[Fact], debtors: Sequence[int], told: Mapping[int, date], today: date
) -> date | None:
    """The first day on which everybody who then owed a loan had been told; None as long as somebody was not.

    Who was released is waited for no longer, and no letter goes to him.
    """
    changes = {fact.value_date for fact in holding_of(facts, None) if fact.kind is FactKind.LIABILITY}
    for day in sorted(changes | set(told.values())):
        owing = liable_on(facts, debtors, day)
        if day <= today and all(debtor in told and told[debtor] <= day for debtor in owing):
            return day
    return None


def _kind_about(dossier: Dossier, draft: Draft) -> FactKind:
    """The kind of a fact, or of the one that it withdraws."""
    if draft.kind is not FactKind.WITHDRAWAL:
        return draft.kind
    return next((fact.kind for fact in dossier.facts if fact.nr == draft.of), draft.kind)
