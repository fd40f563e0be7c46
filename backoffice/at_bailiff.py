"""Hands claims over to a bailiff in one file, all or none, and says which are there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.cli.database import Desk
from backoffice.dunning import why
from backoffice.outgoing_files import write_once
from backoffice.registering import dossier_of, register
from backoffice.rights import check_right
from bank.reference import reference_of
from jobs.dunning_rules import dunning_book
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from reports.bailiff_file import Claim, bailiff_csv
from servicing.blocks import holding_of
from servicing.debtors.store import debtors_of_loan
from servicing.dunning.announced import announced_on
from servicing.dunning.ladder import Step
from servicing.dunning.sent import sent_of
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.store import Loan, facts_of
from servicing.tables import fact

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
DIGEST = "sha256"


class Batch(NamedTuple):
    """What goes to the bailiff together: how the file is called, and the day."""

    reference: str
    on: date


class Handed(NamedTuple):
    """A file that was written: where, its content's hash, its claims, and whether it was known already."""

    path: Path
    sha256: str
    claims: Sequence[Claim]
    again: bool


class There(NamedTuple):
    """A claim that is with the bailiff: its fact, the amount his file says, and the cents that came in since."""

    fact: Fact
    total: str
    paid: int


def hand_over_claims(desk: Desk, headings: Sequence[Loan], batch: Batch, folder: Path) -> Handed:
    """Write the file and record it on each loan, in one transaction; the same again writes and records nothing new.

    Raises `FactRefused` for a claim that may not be enforced yet, `BadInput` for a reference that was used otherwise.
    """
    _check(headings, batch)
    check_right(desk.by.actor, "record", headings[0].creditor_id)
    connection, loans = desk.connection, sorted(headings, key=lambda one: one.id)
    known = [fact for heading in loans for fact in _known(connection, heading, batch)]
    if len(known) not in {0, len(loans)}:
        raise BadInput(f"document: {batch.reference}: was used for other loans; give this file another name")
    claims = [_claim(connection, heading, batch, is_known=bool(known)) for heading in loans]
    content = bailiff_csv(batch.reference, claims).encode()
    digest = hashlib.sha256(content).hexdigest()
    _same_as_before(known, batch, digest)
    for heading, claim in zip(loans, claims, strict=True):
        register(desk, dossier_of(connection, heading), _draft(claim, batch, digest))
    # Before the commit: what cannot be written is not recorded, and a commit that fails is made good by trying again.
    path, _ = write_once(folder, f"{batch.reference}.csv", content)
    return Handed(path, digest, claims, bool(known))


def with_bailiff(
    connection: Connection, creditors: Collection[int], recalled_by: str = ""
) -> Iterator[There]:
    """The claims of some creditors that are with the bailiff now, by loan; or those that a recall took back."""
    sent = select(fact.c.loan_id).where(fact.c.kind == int(FactKind.BAILIFF)).distinct()
    loans = [loan for loan in connection.execute(sent).scalars() if creditor_of_loan(loan) in creditors]
    for _, facts in sorted(facts_of(connection, loans).items()) if loans else ():
        holding = holding_of(facts, None)
        recalled = {one.of: one.key for one in holding if one.kind is FactKind.BAILIFF_RECALLED}
        for out in holding:
            if out.kind is FactKind.BAILIFF and recalled.get(out.nr, "") == recalled_by:
                yield There(out, str(out.data.get("total", "")), _paid(holding, out))


def _paid(holding: Sequence[Fact], out: Fact) -> int:
    """What came in since a claim went out and did not come back, in cents."""
    gone = {one.of for one in holding if one.kind is FactKind.REVERSAL}
    came = (one for one in holding if one.kind is FactKind.PAYMENT and one.value_date >= out.value_date)
    return sum(one.cents for one in came if one.nr not in gone)


def _check(headings: Sequence[Loan], batch: Batch) -> None:
    if not FILE_NAME.fullmatch(batch.reference):
        raise BadInput(f"document: {batch.reference[:60]!r}: letters, digits, . _ and -, at most 40 of them")
    if len({heading.id for heading in headings}) < len(headings):
        raise BadInput("loan: one is named twice")
    if len({heading.creditor_id for heading in headings}) > 1:
        raise BadInput("loan: the loans are of more than one creditor; each hands over its own claims")


def _known(connection: Connection, heading: Loan, batch: Batch) -> list[Fact]:
    facts = facts_of(connection, [heading.id])[heading.id]
    return [one for one in facts if one.kind is FactKind.BAILIFF and one.key == batch.reference]


def _same_as_before(known: Sequence[Fact], batch: Batch, digest: str) -> None:
    for old in known:
        if old.data.get(DIGEST) != digest:
            raise BadInput(
                f"document: {batch.reference}: loan {old.loan} is in another file of this name, of {old.value_date}; "
                "what is known of it, or the list of loans, has changed since"
            )


def _claim(connection: Connection, heading: Loan, batch: Batch, *, is_known: bool) -> Claim:
    found = why(connection, heading, batch.on)
    if not is_known and not _may_be_enforced(found.found):
        reason = f"{found.found.reason} ({found.found.article})"
        raise FactRefused(f"loan {heading.id}: may not go to the bailiff on {batch.on}: {reason}")
    overdue, holding = found.case.overdue, holding_of(found.case.facts, None)
    announced = announced_on(holding, found.case.debtors)
    reminders = [sent for sent in sent_of(holding) if sent.step == "aanmaning" and sent.term_until]
    if overdue is None or announced is None or not reminders:
        raise FactRefused(f"loan {heading.id}: nothing of it can be enforced on {batch.on} any more")
    people = debtors_of_loan(connection, heading.id, batch.on)
    return Claim(
        heading.id,
        reference_of(heading.id),
        overdue.since,
        announced,
        reminders[-1].on,
        reminders[-1].term_until or reminders[-1].on,
        sum(row.principal for row in overdue.rows),
        sum(row.interest for row in overdue.rows),
        overdue.statutory,
        overdue.costs,
        tuple((number, people[number]) for number in found.case.debtors),
    )


def _may_be_enforced(found: object) -> bool:
    """Whether the step that is due is the one that a person decides after a decision, its term and an aanmaning."""
    if not isinstance(found, Step):
        return False
    return dunning_book().procedures[found.procedure].steps[found.code].enforces


def _draft(claim: Claim, batch: Batch, digest: str) -> Draft:
    says = {"total": euros(claim.total), DIGEST: digest}
    return Draft(
        claim.loan, FactKind.BAILIFF, batch.on, batch.reference, data=says, source=f"{batch.reference}.csv"
    )
