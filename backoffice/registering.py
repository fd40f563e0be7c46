"""Records a fact at the door: checked against the whole history of its loan before it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.cli.database import Desk
from backoffice.rights import check_right
from jobs.business_dates import last_started
from ledger.day import FIRST_DAY, parse_day
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from servicing.circumstances import check_news
from servicing.collecting.mandates import changes_account
from servicing.collecting.store import refuse_same_id
from servicing.decisions.kinds import GUARDED, KIND_OF_FACT
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.registration import (
    HAPPENED_KINDS,
    Dossier,
    check_life,
    known_already,
    named_fact,
)
from servicing.store import Loan, Recorded, facts_of, record


class Registered(NamedTuple):
    """A fact in the database, and whether it was there before."""

    fact: Fact
    again: bool


def dossier_of(connection: Connection, heading: Loan) -> Dossier:
    """Everything recorded about a loan."""
    facts = facts_of(connection, [heading.id])[heading.id]
    return Dossier(heading.id, heading.decision_date, facts, heading.application_date)


def dossiers_of(connection: Connection, headings: Iterable[Loan]) -> Mapping[int, Dossier]:
    """Everything recorded about some loans, by number."""
    decided = {heading.id: heading.decision_date for heading in headings}
    facts = facts_of(connection, decided)
    return {number: Dossier(number, day, facts[number]) for number, day in decided.items()}


def register(desk: Desk, dossier: Dossier, draft: Draft, *, is_decided: bool = False) -> Registered:
    """Record a fact about a loan, unless it is there already.

    Raises `BadInput` where it does not fit what is known or the life of the loan could not be worked through,
    and where it is a decision that did not come through `backoffice.deciding`; `NotAllowed` without a role.
    """
    if not is_decided:
        check_right(desk.by.actor, "record", creditor_of_loan(dossier.loan))
        refuse_undecided(dossier, draft)
    old = known_already(dossier, draft)
    if old is not None:
        return Registered(old, again=True)
    refuse_same_id(desk.connection, draft)
    check_news(dossier, draft)
    (number,) = record(desk.connection, [draft], desk.by)
    facts = facts_of(desk.connection, [draft.loan])[draft.loan]
    check_life(facts)
    return Registered(facts[number - 1], again=False)


def refuse_undecided(dossier: Dossier, draft: Draft) -> None:
    """Raise `FactRefused` for a fact that must be decided: it comes through no other door."""
    told = draft.kind
    if told is FactKind.WITHDRAWAL:
        told = named_fact(dossier, str(draft.of)).kind
    if changes_account(dossier.facts, draft):
        raise FactRefused(
            f"loan {draft.loan}: another account is decided by two persons: aflos bank mandate add"
        )
    if told in KIND_OF_FACT or (draft.kind is FactKind.WITHDRAWAL and told in GUARDED):
        raise FactRefused(f"loan {draft.loan}: a {told.text} is decided: propose it with aflos decide")


def known_from(desk: Desk, day: str | None, draft: Draft, facts: Sequence[Fact] = ()) -> Recorded:
    """The stamp with another night from which a fact is known; raises `BadInput` for one that has begun.

    What has happened is not known before its day, and nothing before the facts of its loan that it rests on;
    nothing is known later than if no night were named.
    """
    if day is None:
        return desk.by
    known_on = parse_day(day)
    started = last_started(desk.connection)
    possible = started + timedelta(days=1) if started else FIRST_DAY
    happened = draft.value_date if draft.kind in HAPPENED_KINDS else FIRST_DAY
    ground = [fact.known_on for fact in facts if fact.kind is FactKind.GRANT or fact.nr == draft.of]
    first = max(possible, happened, *ground)
    if not first <= known_on <= desk.by.known_on:
        raise BadInput(
            f"known-on: {known_on}: must lie from {first}, the first night that can still take it, "
            f"to {desk.by.known_on}"
        )
    return desk.by._replace(known_on=known_on)
