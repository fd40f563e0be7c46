"""What an approved settlement does: the year is settled on its loan; claims, loans and remissions follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from backoffice.cli.database import Desk
from backoffice.events import copy_circumstances
from backoffice.registering import dossier_of, register
from jobs import clock
from jobs.settlement_cycle import rules
from ledger.day import parse_day
from ledger.entry import creditor_of_loan
from ledger.money import cents_of, euros
from servicing import files
from servicing.debtors.store import loans_of_debtor
from servicing.decisions.proposal import Decision
from servicing.facts import DECIDED, Draft, FactKind
from servicing.granting import regime_of
from servicing.registration import Dossier
from servicing.settlement.allowance import allowance_of
from servicing.settlement.book_year import BookYear
from servicing.settlement.claims import claim_terms, retained_terms
from servicing.settlement.earlier import last_settled, repaid_on
from servicing.settlement.repaying import RETAINED, assisted_until
from servicing.settlement.store import key_of, made_by
from servicing.store import Loan, add_loan, debtors_of, facts_of, find_loan, record

REMITTED = ("remission", "converted")
"""What is remitted of business capital: interest, and principal that becomes a gift."""

CLAIM = "recovery_claim"


class Follows(NamedTuple):
    """What follows from a settlement on another loan: its product, cents more or less than before, and its terms."""

    product: str
    more: int
    terms: Mapping[str, object]
    says: Mapping[str, object]


def carry_out(desk: Desk, decision: Decision) -> None:
    """Settle the year, open or lower the claim and the loan that stays, or remit interest, all on the same day."""
    data = decision.proposed.data or {}
    heading = find_loan(desk.connection, str(decision.proposed.subject))
    dossier = dossier_of(desk.connection, heading)
    day = max(decision.handed_over.values(), default=clock.today())
    if data["about"] == "interest":
        _remit(desk, decision, dossier, day)
        return
    parts = {name: cents_of(str(data[name])) for name in ("gift", "not_reclaimed", "retained", "reclaim")}
    before = _settled_before(dossier)
    reclaimed = max(0, parts["reclaim"] - repaid_on(dossier.holding))
    says = {
        "gift": euros(parts["gift"]),
        "not_reclaimed": euros(parts["not_reclaimed"]),
        "retained": euros(parts["retained"]),
        "reclaimed": euros(reclaimed),
        "supplement": data["supplement"],
        "book_year": data["book_year"],
    }
    key = key_of(decision.id)
    _register(desk, decision, dossier, Draft(dossier.loan, FactKind.SETTLED, day, key, data=says))
    until = _assisted_until(desk, heading, parse_day(str(data["book_year"])))
    more = reclaimed - before[0], parts["retained"] - before[1]
    for follows in _following(decision, day, more, until):
        if follows.more > 0:
            _open_loan(desk, decision, heading, follows, day)
        elif follows.more < 0:
            _lower(desk, decision, heading, follows, day)


def take_back_settlement(desk: Desk, decision: Decision) -> None:
    """Withdraw every fact that a settlement made, on all loans it made them on."""
    data = decision.proposed.data or {}
    number = int(str(data["withdraws"]))
    heading = find_loan(desk.connection, str(decision.proposed.subject))
    for fact in made_by(desk.connection, number, _loans_of_the_same(desk, heading)):
        loan = dossier_of(desk.connection, find_loan(desk.connection, str(fact.loan)))
        if fact.nr in loan.withdrawn:
            continue
        says = {"reason": data["reason"], "settlement": number}
        draft = Draft(
            fact.loan,
            FactKind.WITHDRAWAL,
            clock.today(),
            f"withdraw {key_of(number)} fact {fact.nr}",
            of=fact.nr,
            data={**says, DECIDED: _by(decision)},
            source=decision.proposed.document,
        )
        register(desk, loan, draft, is_decided=True)


def _settled_before(dossier: Dossier) -> tuple[int, int]:
    """What was reclaimed and retained before, in cents."""
    found = last_settled(dossier.facts)
    if found is None:
        return 0, 0
    return cents_of(str(found.data["reclaimed"])), cents_of(str(found.data["retained"]))


def _assisted_until(desk: Desk, living: Loan, year: date) -> date:
    """The first day after the last book year in which the same debtors had living allowance, as far as is known."""
    facts = facts_of(desk.connection, _loans_of_the_same(desk, living))
    found = [allowance for each in facts.values() if (allowance := allowance_of(each)) is not None]
    return assisted_until([BookYear(year), *(one.book_year for one in found if one.granted)])


def _following(decision: Decision, day: date, found: tuple[int, int], until: date) -> list[Follows]:
    """What becomes of the claim and of the loan that stays, each so many cents more or less than before."""
    data, (law, policy) = decision.proposed.data or {}, rules()
    more, kept = found
    claim, about = claim_terms(more, day, law) if more > 0 else {}, {"title": data["title"]}
    creditor = creditor_of_loan(decision.proposed.subject)
    code = next(one.code for one in files.creditors().values() if one.id == creditor)
    retained = retained_terms(kept, until, day, (law, policy, code)) if kept > 0 else {}
    arrangement = {"arrangement": data["arrangement"]} if data.get("arrangement") else {}
    return [
        Follows(CLAIM, more, claim, {**about, **arrangement}),
        Follows(RETAINED, kept, retained, {"title": "Bbz art. 13"}),
    ]


def _open_loan(desk: Desk, decision: Decision, living: Loan, follows: Follows, day: date) -> None:
    """A loan of its own for what is reclaimed or stays a loan, for the same debtors."""
    data = decision.proposed.data or {}
    debtors = debtors_of(desk.connection, living.id)
    purpose = f"{follows.says['title']}: living allowance, book year from {data['book_year']}"
    regime = regime_of(files.products()[follows.product], day)
    heading = Loan(0, living.creditor_id, follows.product, None, purpose, day, day, regime)
    number = add_loan(desk.connection, heading, debtors, desk.by, decision.proposed.document)
    key, source = key_of(decision.id), decision.proposed.document
    record(
        desk.connection,
        [Draft(number, FactKind.GRANT, day, key, data=follows.terms, source=source)],
        desk.by,
    )
    says = {**follows.says, "of": living.id, "book_year": data["book_year"]}
    draft = Draft(number, FactKind.TRANSFERRED, day, key, cents=follows.more, data=says)
    _register(desk, decision, dossier_of(desk.connection, heading._replace(id=number)), draft)
    copy_circumstances(desk, number, debtors)


def _lower(desk: Desk, decision: Decision, living: Loan, follows: Follows, day: date) -> None:
    """Take off earlier claims what is not owed any more, the last one first; what was paid goes back."""
    left = -follows.more
    for loan in reversed(_loans_of_the_same(desk, living)):
        heading = find_loan(desk.connection, str(loan))
        if heading.product != follows.product:
            continue
        dossier = dossier_of(desk.connection, heading)
        for fact in dossier.holding:
            if fact.kind is not FactKind.TRANSFERRED or fact.data.get("of") != living.id:
                continue
            gone = sum(
                one.cents for one in dossier.holding if one.kind is FactKind.REDUCED and one.of == fact.nr
            )
            cents = min(left, fact.cents - gone)
            if cents > 0:
                draft = Draft(loan, FactKind.REDUCED, day, key_of(decision.id), cents=cents, of=fact.nr)
                _register(desk, decision, dossier, draft)
                left -= cents
    assert not left, f"{left} cents more to take off than was ever claimed"


def _remit(desk: Desk, decision: Decision, dossier: Dossier, day: date) -> None:
    """Say what is remitted of the book year; the loan books the difference with what was remitted of it before."""
    data = decision.proposed.data or {}
    says = {key: data[key] for key in (*REMITTED, "since", "until", "to", "book_year")}
    before = [one.data for one in dossier.holding if one.kind is FactKind.REMITTED]
    known = [one for one in before if one["since"] == data["since"]]
    if not known and not any(cents_of(str(data[key])) for key in REMITTED):
        return  # a refusal changes nothing on the loan
    draft = Draft(dossier.loan, FactKind.REMITTED, day, key_of(decision.id), data=says)
    _register(desk, decision, dossier, draft)


def _register(desk: Desk, decision: Decision, dossier: Dossier, draft: Draft) -> None:
    """Record a fact of the settlement, with its number, who decided it and where that is filed."""
    data = {**draft.data, "settlement": decision.id, DECIDED: _by(decision)}
    filed = Draft(
        draft.loan,
        draft.kind,
        draft.value_date,
        draft.key,
        draft.cents,
        draft.of,
        data,
        decision.proposed.document,
    )
    register(desk, dossier, filed, is_decided=True)


def _by(decision: Decision) -> dict[str, object]:
    approved = decision.step("approved")
    assert approved is not None, f"decision {decision.id} is carried out before it was approved"
    return {
        "number": decision.id,
        "maker": decision.maker,
        "approver": approved.actor,
        "mandate": approved.note,
    }


def _loans_of_the_same(desk: Desk, living: Loan) -> list[int]:
    """The loans of the same debtors at the same creditor."""
    numbers = {
        loan
        for debtor in debtors_of(desk.connection, living.id)
        for loan in loans_of_debtor(desk.connection, debtor)
    }
    return sorted(loan for loan in numbers if creditor_of_loan(loan) == living.creditor_id)
