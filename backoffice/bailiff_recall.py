"""Recalls claims from the bailiff, many at once: those that are named, of a file or of a creditor, all or none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from backoffice.at_bailiff import with_bailiff
from backoffice.cli.database import Desk
from backoffice.registering import Registered, dossier_of, register
from backoffice.rights import check_right, creditors_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.registration import Dossier
from servicing.store import find_loan


class Recall(NamedTuple):
    """A recall: what it is called, the day, and why."""

    reference: str
    on: date
    reason: str


class Chosen(NamedTuple):
    """Which claims: by loan; or all there of a file ("": any) and a creditor (0: any), and how many those are."""

    loans: Sequence[str]
    file: str
    creditor: int
    number: int | None


def recall_claims(desk: Desk, chosen: Chosen, recall: Recall) -> list[Registered]:
    """Recall claims in one transaction; the same again records nothing new.

    Raises `FactRefused` for a claim that is not with the bailiff, `BadInput` for a number that is not the real one.
    """
    loans = _named(desk, chosen.loans) if chosen.loans else _there(desk, chosen, recall)
    for creditor in sorted({creditor_of_loan(loan) for loan in loans}):
        check_right(desk.by.actor, "record", creditor)
    return [_recalled(desk, loan, recall) for loan in loans]


def claim_at_bailiff(dossier: Dossier) -> Fact:
    """The file of a loan that is at the bailiff now; raises `FactRefused` where there is none."""
    recalled = {fact.of for fact in dossier.holding if fact.kind is FactKind.BAILIFF_RECALLED}
    out = [fact for fact in dossier.holding if fact.kind is FactKind.BAILIFF and fact.nr not in recalled]
    if not out:
        raise FactRefused(f"loan {dossier.loan}: no file is at the bailiff: aflos dunning bailiff out")
    return out[-1]


def _named(desk: Desk, names: Sequence[str]) -> list[int]:
    loans = sorted(find_loan(desk.connection, name).id for name in names)
    if len(set(loans)) < len(loans):
        raise BadInput("loan: one is named twice")
    return loans


def _there(desk: Desk, chosen: Chosen, recall: Recall) -> list[int]:
    """The claims of a file and a creditor that are there; once recalled, those that this recall took back."""
    seen = {one for one in creditors_of(desk.by.actor, "see") if chosen.creditor in {0, one}}
    found = _of(desk, seen, chosen.file, "")
    before = _of(desk, seen, chosen.file, recall.reference)
    loans = sorted({*found, *before}) if before else sorted(found)
    if len(loans) != chosen.number:
        raise BadInput(f"number: {chosen.number}: {len(loans)} claims are there: aflos dunning bailiff-list")
    return loans


def _of(desk: Desk, creditors: Collection[int], file: str, recalled_by: str) -> set[int]:
    rows = with_bailiff(desk.connection, creditors, recalled_by)
    return {row.fact.loan for row in rows if file in {"", row.fact.key}}


def _recalled(desk: Desk, loan: int, recall: Recall) -> Registered:
    dossier = dossier_of(desk.connection, find_loan(desk.connection, str(loan)))
    kind = FactKind.BAILIFF_RECALLED
    old = [fact for fact in dossier.facts if (fact.kind, fact.key) == (kind, recall.reference)]
    of = old[0].of if old else claim_at_bailiff(dossier).nr
    says: dict[str, object] = {"text": recall.reason} if recall.reason else {}
    draft = Draft(loan, kind, recall.on, recall.reference, 0, of, says, recall.reference)
    return register(desk, dossier, draft)
