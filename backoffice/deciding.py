"""Takes decisions through the one gate there is: proposed, approved within a mandate, handed over, in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from backoffice.beside import refuse_beside
from backoffice.by_hand import check_still_allowed
from backoffice.charging import refuse_charged_twice
from backoffice.cli.database import Desk
from backoffice.conditions import check_conditions
from backoffice.crediting import refuse_released
from backoffice.effects import EFFECTS
from backoffice.liable import refuse_nobody_liable, told_on
from backoffice.registering import dossier_of, register
from backoffice.rights import check_right, codes
from backoffice.settlement_again import check_settlement
from backoffice.untold import check_no_letter_waits, is_untold
from jobs import clock
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from servicing import files
from servicing.circumstances import check_news
from servicing.collecting.mandates import changes_account
from servicing.collecting.store import refuse_same_id
from servicing.debtors.store import debtors_of_loan
from servicing.decisions.kinds import (
    GUARDED,
    KIND_OF_FACT,
    KINDS,
    PER_MONTH,
    REST_WAIVER,
    Kind,
    persons_needed,
)
from servicing.decisions.proposal import Decision, Proposed, Step, StepName, draft_of
from servicing.decisions.store import DecisionRefused, add_decision, add_step, find_decision, same_decision
from servicing.facts import GIVING_UP_KINDS, Draft, Fact, FactKind
from servicing.people import Authority, NotAllowed, People, Power
from servicing.previewing import with_draft
from servicing.registration import Dossier, check_life, known_already, named_fact
from servicing.representatives import representatives_on
from servicing.rest_waiver import GROUND
from servicing.securities import liable_on
from servicing.store import debtors_of, facts_of, find_loan
from servicing.viewing import View, view_on


class Decided(NamedTuple):
    """Where a decision stands, the fact it became if it is in force, and whether it was known before."""

    decision: Decision | None
    fact: Fact | None
    again: bool


class Need(NamedTuple):
    """What a decision takes: the persons and the power a mandate must cover."""

    persons: int
    power: Power


class To(NamedTuple):
    """To which debtor something was handed over, and on which day."""

    debtor: int
    day: date


def kind_behind(dossier: Dossier, draft: Draft) -> Kind | None:
    """The kind of decision a fact takes, None for a fact that only tells what happened.

    To withdraw a fact takes as much as to record it.
    """
    if draft.kind is FactKind.MANDATE:
        return KINDS["iban-change"] if changes_account(dossier.facts, draft) else None
    if draft.data.get("ground") == GROUND:
        return KINDS[REST_WAIVER]
    if draft.kind is not FactKind.WITHDRAWAL:
        return KIND_OF_FACT.get(draft.kind)
    told = named_fact(dossier, str(draft.of)).kind
    if told in GUARDED:
        return KINDS["withdraw"]
    withdrawn = KIND_OF_FACT.get(told)
    return None if withdrawn is None else replace(KINDS["withdraw"], persons=withdrawn.persons)


def proposed_from(kind: Kind, draft: Draft, document: str | None = None) -> Proposed:
    """The proposal of a fact."""
    return Proposed(
        kind.name,
        draft.loan,
        draft.key,
        draft.value_date,
        draft.cents,
        draft.of,
        draft.data,
        document or draft.source,
    )


def decide_on_loan(desk: Desk, dossier: Dossier, draft: Draft, document: str | None = None) -> Decided:
    """Propose a fact that must be decided; it takes effect at once where one mandated person is enough."""
    check_right(desk.by.actor, "decide", creditor_of_loan(dossier.loan))
    kind = kind_behind(dossier, draft)
    assert kind is not None, f"a {draft.kind.text} is not decided"
    proposed = proposed_from(kind, draft, document)
    known = known_already(dossier, draft)
    old = same_decision(desk.connection, proposed)
    if known is not None or old is not None:
        return Decided(old, known, again=True)
    refuse_released(desk.connection, dossier, draft)
    refuse_nobody_liable(desk.connection, dossier, draft)
    refuse_charged_twice(desk.connection, draft)
    refuse_beside(desk.connection, dossier, draft)
    refuse_same_id(desk.connection, draft)
    check_news(dossier, draft)
    check_life(with_draft(dossier, draft, desk.by.known_on).facts)
    need = need_of(kind, draft, dossier)
    number = add_decision(desk.connection, proposed, need.power.cents, need.persons, desk.by)
    return _by_one_person(desk, find_decision(desk.connection, number))


def decide(desk: Desk, proposed: Proposed) -> Decided:
    """Propose a decision that becomes no fact on a loan, such as a refund or a period reopened."""
    check_right(desk.by.actor, "decide", creditor_of_loan(proposed.subject))
    kind = KINDS[proposed.kind]
    old = same_decision(desk.connection, proposed)
    if old is not None:
        return Decided(old, None, again=True)
    power = Power(kind.name, proposed.cents, codes()[creditor_of_loan(proposed.subject)])
    persons = _persons(kind, power)
    number = add_decision(desk.connection, proposed, proposed.cents, persons, desk.by)
    return _by_one_person(desk, find_decision(desk.connection, number))


def need_of(kind: Kind, draft: Draft, dossier: Dossier) -> Need:
    """What a decision takes: its own amount is at stake, else (or where that is a month's) all that is open.

    Who gives up all gives up what was open on the day from which it holds, if that is more; who withdraws a fact
    brings back what it took away. A debt settlement promises to give up the rest, which always takes two.
    """
    own = 0 if draft.kind in PER_MONTH else draft.cents
    cents = own or max(int(view.open.total) for view in _views_at_stake(draft, dossier))
    power = Power(kind.name, cents, codes()[creditor_of_loan(draft.loan)])
    return Need(2 if "share" in draft.data else _persons(kind, power), power)


def _views_at_stake(draft: Draft, dossier: Dossier) -> Iterator[View]:
    """The loan today, and as it was or would be where more may be at stake."""
    today = clock.today()
    yield view_on(dossier, today)
    if draft.kind in GIVING_UP_KINDS:
        yield view_on(dossier, draft.value_date)
    if draft.kind is FactKind.WITHDRAWAL:
        yield view_on(with_draft(dossier, draft, today), today)


def approve(desk: Desk, number: int) -> Decided:
    """Approve a decision as another person within a mandate; it takes effect in the same transaction.

    Raises `NotAllowed` for its maker and for somebody without a mandate, `DecisionRefused` for one that waits
    for nobody.
    """
    decision = find_decision(desk.connection, number)
    if decision.step("approved") and decision.state != "taken-back":
        check_right(desk.by.actor, "see", decision.creditor_id)
        return Decided(decision, None, again=True)
    _must_be_proposed(decision)
    authority = _authority(desk, decision)
    _still_allowed(desk, decision)
    return _approved(desk, decision, authority)


def reject(desk: Desk, number: int, reason: str) -> Decision:
    """Refuse a proposal, within the same mandate as an approval takes."""
    decision = find_decision(desk.connection, number)
    _must_be_proposed(decision)
    _authority(desk, decision)
    return _stepped(desk, decision, "rejected", reason)


def take_back(desk: Desk, number: int, reason: str) -> Decision:
    """Take back one's own proposal before it is approved, or before anybody was told of one that burdens."""
    decision = find_decision(desk.connection, number)
    if not is_untold(decision):
        _must_be_proposed(decision)
    if decision.maker != desk.by.actor:
        raise NotAllowed(desk.by.actor, f"take back decision {number}", f"only {decision.maker} made it")
    check_no_letter_waits(desk.connection, decision)
    return _stepped(desk, decision, "taken-back", reason)


def hand_over(desk: Desk, number: int, debtor: int, day: date, via: str = "") -> Decided:
    """Record that a decision was handed over to a debtor; the last one brings a burdening decision into force.

    It goes to the representative where there is one (`via`), or no term starts (CRVB:2018:1831).
    """
    decision = find_decision(desk.connection, number)
    check_right(desk.by.actor, "record", decision.creditor_id)
    approved = decision.step("approved")
    if approved is None or decision.state == "taken-back":
        raise DecisionRefused(f"decision {number}: is {decision.state}; only an approved one is handed over")
    addressees = debtors_of(desk.connection, decision.proposed.subject)
    if debtor not in addressees:
        raise DecisionRefused(f"decision {number}: debtor {debtor} is none of its addressees, {addressees}")
    if debtor in decision.handed_over:
        return _works_now(desk, decision, addressees) or Decided(decision, None, again=True)
    if not approved.day <= day <= clock.today():
        raise DecisionRefused(
            f"decision {number}: on: {day}: must lie from its approval, {approved.day}, to today"
        )
    _check_representative(desk, decision, To(debtor, day), via)
    decision = _stepped(desk, decision, "handed-over", via, To(debtor, day))
    return _works_now(desk, decision, addressees) or Decided(decision, None, again=False)


def _works_now(desk: Desk, decision: Decision, addressees: Sequence[int]) -> Decided | None:
    """Bring a burdening decision into force once everybody who owes the debt was told; None if it stays as it is."""
    loan, approved = decision.proposed.subject, decision.step("approved")
    known = facts_of(desk.connection, [loan])[loan]
    day = told_on(known, addressees, decision.handed_over, clock.today())
    if approved is None or day is None or decision.state != "fixed-not-announced":
        return None
    return _carried_out(desk, decision, approved.actor, approved.note, day)


def _check_representative(desk: Desk, decision: Decision, to: To, via: str) -> None:
    loan = decision.proposed.subject
    known = facts_of(desk.connection, [loan])[loan]
    names = [each.name for each in representatives_on(known, to.debtor, to.day, "decisions")]
    if names and via not in names:
        raise DecisionRefused(
            f"decision {decision.id}: debtor {to.debtor} is represented by {' and '.join(names)} on {to.day}: "
            "hand it over to the representative and say so with --via NAME"
        )
    if via and not names:
        raise DecisionRefused(f"via: {via!r}: debtor {to.debtor} has no representative on {to.day}")


def waits_for(people: People, decision: Decision, day: date) -> list[str]:
    """The accounts that may approve a decision; none is named where every account may."""
    return [] if people.is_open else people.who_may_decide(_power(decision), day, _not_by(decision))


def addressees_of(desk: Desk, decision: Decision) -> Mapping[int, str]:
    """To whom a decision must be handed over, by number, with their names: not to who was released."""
    loan, today = decision.proposed.subject, clock.today()
    found = debtors_of_loan(desk.connection, loan, today)
    owing = liable_on(facts_of(desk.connection, [loan])[loan], list(found), today)
    return {number: found[number].name for number in owing}


def _by_one_person(desk: Desk, decision: Decision) -> Decided:
    """Let a proposal take effect at once where its maker may decide alone."""
    if decision.persons > 1:
        return Decided(decision, None, again=False)
    authority = files.people().authority(desk.by.actor, _power(decision), clock.today())
    return Decided(decision, None, again=False) if authority is None else _approved(desk, decision, authority)


def _approved(desk: Desk, decision: Decision, authority: Authority) -> Decided:
    note = authority.decided_in
    if authority.owner != desk.by.actor:
        note = f"{note}, for {authority.owner}"
    decision = _stepped(desk, decision, "approved", note)
    if decision.kind.effect == "burdening":
        return Decided(decision, None, again=False)
    return _carried_out(desk, decision, desk.by.actor, note, None)


def _still_allowed(desk: Desk, decision: Decision) -> None:
    """Look again at what law and policy ask: facts may have changed since it was proposed."""
    check_still_allowed(desk.connection, decision)
    check_settlement(desk.connection, decision)
    if decision.kind.fact is None:
        return
    heading = find_loan(desk.connection, str(decision.proposed.subject))
    check_conditions(dossier_of(desk.connection, heading), heading.product, draft_of(decision, "", ""))


def _carried_out(
    desk: Desk, decision: Decision, approver: str, authority: str, works_from: date | None
) -> Decided:
    """Make the fact of a decision, or do what its kind does; both in the transaction of the last step."""
    fact = None
    if decision.kind.fact is not None:
        heading = find_loan(desk.connection, str(decision.proposed.subject))
        draft, dossier = (
            draft_of(decision, approver, authority, works_from),
            dossier_of(desk.connection, heading),
        )
        refuse_released(desk.connection, dossier, draft)
        refuse_nobody_liable(desk.connection, dossier, draft)
        fact = register(desk, dossier, draft, is_decided=True).fact
    elif decision.proposed.kind in EFFECTS:
        EFFECTS[decision.proposed.kind](desk, decision)
    else:
        return Decided(decision, None, again=False)
    return Decided(_stepped(desk, decision, "in-force", ""), fact, again=False)


def _stepped(desk: Desk, decision: Decision, name: StepName, note: str, to: To | None = None) -> Decision:
    debtor, day = to or (0, clock.today())
    step = Step(name, debtor, day, note, desk.by.actor, desk.by.known_on)
    add_step(desk.connection, decision.id, step, desk.by)
    return replace(decision, steps=(*decision.steps, step))


def _must_be_proposed(decision: Decision) -> None:
    if decision.state != "proposed":
        raise DecisionRefused(f"decision {decision.id}: is {decision.state}, and waits for nobody's approval")


def _authority(desk: Desk, decision: Decision) -> Authority:
    """By what the person who acts may approve or reject; raises `NotAllowed`, also for whoever made it."""
    account, power = desk.by.actor, _power(decision)
    what = f"approve decision {decision.id}"
    if account == _not_by(decision):
        raise NotAllowed(account, what, "you made it; another person with a mandate approves it")
    people = files.people()
    people.check(account, "decide", power.creditor, clock.today())
    authority = people.authority(account, power, clock.today(), _not_by(decision))
    if authority is None:
        waiting = waits_for(people, decision, clock.today())
        who = f"waits for {' or '.join(waiting)}" if waiting else "nobody named in people.yaml may"
        raise NotAllowed(account, what, f"no mandate of yours covers {power.kind}; {who}")
    return authority


def _not_by(decision: Decision) -> str:
    """Who may not approve it: its maker, where it takes two."""
    return decision.maker if decision.persons > 1 else ""


def _power(decision: Decision) -> Power:
    return Power(decision.kind.name, decision.at_stake, codes()[decision.creditor_id])


def _persons(kind: Kind, power: Power) -> int:
    limit = files.policy().cents("mandate.one_person_limit", power.creditor, clock.today())
    return persons_needed(kind, power.cents, limit, is_open=files.people().is_open)


def reason_given(text: str) -> str:
    """A reason, which is never empty."""
    if not text.strip():
        raise BadInput("reason: is missing: say why")
    return text.strip()
