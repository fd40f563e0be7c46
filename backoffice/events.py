"""Registers what happened: by one person, on every loan of a debtor, each creditor in its own administration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.beside import refuse_suspended_twice
from backoffice.cli.database import Desk
from backoffice.registering import Registered, dossier_of, refuse_undecided, register
from backoffice.rights import check_debtor, check_right
from ledger.errors import BadInput
from servicing import files
from servicing.circumstances import COPIED, EVENT_KINDS, NOT_MOVED, EventKind, chosen, is_told_as, key_of
from servicing.debtors.store import find_debtor, loans_of_debtor, records_of
from servicing.facts import CIRCUMSTANCES, Draft, Fact, FactKind, FactRefused
from servicing.registration import Dossier
from servicing.store import Loan, debtors_of, facts_of, find_loan, record


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as somebody tells it: its kind, day and document, and what else it says."""

    kind: str
    on: date
    document: str
    says: Mapping[str, object] = field(default_factory=dict)
    of: str | None = None
    which: str | None = None


class Told(NamedTuple):
    """What was registered: the debtor (0: the event is about one loan) and a fact on each loan."""

    debtor: int
    facts: Sequence[Registered]


class Plan(NamedTuple):
    """A fact that an event would put on a loan, with what is known about the loan."""

    heading: Loan
    dossier: Dossier
    draft: Draft


class Planned(NamedTuple):
    """What an event would record: the debtor (0: it is about one loan) and a fact on each loan."""

    debtor: int
    plans: Sequence[Plan]


Make = Callable[[Dossier, int], Draft]


def register_event(desk: Desk, subject: str, happened: Happened) -> Told:
    """Register an event about a debtor (by number) or a loan; the same again is nothing new."""
    return _registered(desk, plan_event(desk.connection, desk.by.actor, subject, happened))


def take_back_event(desk: Desk, subject: str, happened: Happened, reason: str) -> Told:
    """Withdraw a wrong report, on every loan it stands on; what it stopped goes on from the coming night."""
    return _registered(desk, plan_taking_back(desk.connection, desk.by.actor, subject, happened, reason))


def plan_event(connection: Connection, account: str, subject: str, happened: Happened) -> Planned:
    """What registering an event would record; raises what registering it would raise."""
    if happened.kind == "transfer":
        raise FactRefused(f"transfer: {NOT_MOVED}")
    kind = EVENT_KINDS[happened.kind]
    if kind.fact in NOT_PRIVATE:
        _refuse_private(find_loan(connection, subject), NOT_PRIVATE[kind.fact])

    def make(dossier: Dossier, debtor: int) -> Draft:
        about = chosen(dossier, _kinds_of(kind, happened), debtor, happened.which).nr if kind.refers else 0
        says = dict(kind.says) | dict(happened.says) | ({"debtor": debtor} if debtor else {})
        joint = debtors_of(connection, dossier.loan)
        if kind.fact is FactKind.WSNP_START and len(joint) > 1:
            says["debtors"] = joint
        about_one = int(str(says.get("debtor", 0)))
        if about_one and about_one not in joint:
            raise BadInput(f"debtor: {about_one}: is none of the debtors of loan {dossier.loan}")
        key = key_of(about_one, happened.document) if about_one else happened.document
        draft = Draft(dossier.loan, kind.fact, happened.on, key, 0, about, says, happened.document)
        refuse_suspended_twice(dossier, draft)
        return draft

    return _planned(connection, account, (subject, kind, happened.on), make)


NOT_PRIVATE: Mapping[FactKind, str] = {
    FactKind.ORDER_SUSPENDED: "no dwangbevel (Awb 4:114); a case about it",
    FactKind.OBJECTION: "no objection (Awb 1:3, 7:1); what the debtor disputes",
}
"""What a claim under a contract has not, and what is registered as a dispute instead."""


def _refuse_private(heading: Loan, what: str) -> None:
    if files.products()[heading.product].kind == "private":
        raise FactRefused(f"loan {heading.id}: a claim under a contract has {what}: aflos event dispute")


def plan_taking_back(
    connection: Connection, account: str, subject: str, happened: Happened, reason: str
) -> Planned:
    """What taking back a wrong report would record."""
    if happened.of not in EVENT_KINDS:
        raise BadInput(f"of: {_given(happened.of)}: must be one of {', '.join(EVENT_KINDS)}")
    kind = EVENT_KINDS[happened.of]

    def make(dossier: Dossier, debtor: int) -> Draft:
        wrong = _reported(dossier, kind, debtor, happened.which)
        data = {"reason": reason}
        return Draft(
            dossier.loan, FactKind.WITHDRAWAL, wrong.value_date, f"fact {wrong.nr}", of=wrong.nr, data=data
        )

    return _planned(connection, account, (subject, kind, happened.on), make)


def copy_circumstances(desk: Desk, loan: int, debtors: Sequence[int], decided_on: date | None = None) -> None:
    """Tell a new loan what holds about its debtors, so that it is as protected as their others.

    A loan brought in was decided earlier (`decided_on`): a debt restructuring since then holds for it too.
    """
    joint = debtors_of(desk.connection, loan)
    for debtor in debtors:
        records = records_of(desk.connection, debtor)
        others = [number for number in loans_of_debtor(desk.connection, debtor) if number != loan]
        for facts in facts_of(desk.connection, others).values():
            dossier = Dossier(loan, date.min, facts)
            ended = {fact.of for fact in dossier.holding if fact.kind in ENDS_COPIED}
            drafts = [
                _copied(loan, fact, debtor, joint)
                for fact in dossier.holding
                if fact.nr not in ended
                and fact.data.get("debtor") in records
                and _holds_too(fact, decided_on)
            ]
            record(desk.connection, drafts, desk.by)


ENDS_COPIED = frozenset({FactKind.ENDED, FactKind.WSNP_EARLY_END, FactKind.WSNP_CLEAN_SLATE})
"""What ends a fact about a debtor; after a clean slate a person looks at a loan that comes in."""


def _holds_too(fact: Fact, decided_on: date | None) -> bool:
    """Whether a fact about a debtor holds for another loan of his."""
    since = decided_on is not None and decided_on <= fact.value_date
    return fact.kind in COPIED or (fact.kind is FactKind.WSNP_START and since)


def _copied(loan: int, fact: Fact, debtor: int, joint: Sequence[int]) -> Draft:
    """A fact about a debtor as it stands on another loan of his."""
    says = {key: value for key, value in fact.said.items() if key != "debtors"} | {"debtor": debtor}
    if fact.kind is FactKind.WSNP_START and len(joint) > 1:
        says["debtors"] = list(joint)
    return Draft(loan, fact.kind, fact.value_date, key_of(debtor, fact.source), data=says, source=fact.source)


def _planned(connection: Connection, account: str, about: tuple[str, EventKind, date], make: Make) -> Planned:
    """The fact on the loan, or on all loans of the debtor; what has effect on money not before its grant."""
    subject, kind, happened_on = about
    if kind.about == "loan":
        heading = find_loan(connection, subject)
        check_right(account, "record", heading.creditor_id)
        return Planned(0, [_plan(connection, heading, 0, make)])
    debtor = find_debtor(connection, subject).id
    check_debtor(connection, account, "record", debtor)
    loans = loans_of_debtor(connection, debtor)
    if not loans:
        raise FactRefused(f"debtor {debtor}: has no loans to protect; aflos debtor move tells an address")
    headings = [find_loan(connection, str(loan)) for loan in loans]
    reached = [
        heading for heading in headings if kind.fact in CIRCUMSTANCES or heading.decision_date <= happened_on
    ]
    records = records_of(connection, debtor)
    own = [(heading, _record_on(connection, heading.id, records)) for heading in reached]
    return Planned(debtor, [_plan(connection, heading, record, make) for heading, record in own])


def _plan(connection: Connection, heading: Loan, debtor: int, make: Make) -> Plan:
    dossier = dossier_of(connection, heading)
    draft = make(dossier, debtor)
    refuse_undecided(dossier, draft)
    return Plan(heading, dossier, draft)


def _registered(desk: Desk, planned: Planned) -> Told:
    facts = [register(desk, each.dossier, each.draft, is_decided=True) for each in planned.plans]
    return Told(planned.debtor, facts)


def _record_on(connection: Connection, loan: int, records: Sequence[int]) -> int:
    """Under which of the records of one person he stands on a loan."""
    on_loan = debtors_of(connection, loan)
    return next(record for record in records if record in on_loan)


def _kinds_of(kind: EventKind, happened: Happened) -> tuple[FactKind, ...]:
    """The kinds of fact that an event which tells what became of another is about."""
    if not happened.of and len(kind.refers) == 1:
        return kind.refers
    named = EVENT_KINDS.get(happened.of or "")
    if named is None or named.fact not in kind.refers:
        words = [name for name, each in EVENT_KINDS.items() if each.fact in kind.refers]
        raise BadInput(f"of: {_given(happened.of)}: must be one of {', '.join(words)}")
    return (named.fact,)


def _given(word: str | None) -> str:
    return repr(word) if word else "is missing"


def _reported(dossier: Dossier, kind: EventKind, debtor: int, which: str | None) -> Fact:
    """The fact of a report, also when it was taken back before."""
    wrong = dossier.withdrawn
    told = [fact for fact in dossier.facts if fact.kind is not kind.fact or is_told_as(kind, fact, dossier)]
    if which is not None:
        for fact in told:
            if fact.kind is kind.fact and fact.key in {which, key_of(debtor, which)} and fact.nr in wrong:
                return fact
    return chosen(replace(dossier, facts=told), (kind.fact,), debtor, which)
