"""Loads what waits for a person out of every part of the program, for the creditors somebody may see."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.asked_early import asked_early
from backoffice.assistance_terms import items_of_assistance
from backoffice.cli.database import Desk
from backoffice.client_group import without_group
from backoffice.deciding import waits_for
from backoffice.dunning import dunning_items
from backoffice.paid_back import paid_too_much
from backoffice.recalling import items_to_recall
from backoffice.rights import check_right, codes, creditors_of
from jobs.bank_statements import NOTICE
from jobs.bank_twice import doubtful_lines, struck_but_shown
from jobs.bank_worklist import waiting_lines
from jobs.lapses import limitations
from jobs.letters_stuck import stuck_letters, untold_decisions
from jobs.settlement_cycle import cases, lapse_of
from jobs.tables import quarantine
from ledger.day import day_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing import files
from servicing.blocks import RULES
from servicing.calendar_rate import differs, follows_calendar
from servicing.creditors.store import quiet_creditors
from servicing.decisions.store import decisions, decisions_on
from servicing.ended_business import is_rest_of_business, track_over
from servicing.facts import Draft, FactKind
from servicing.lapsing import together
from servicing.law import UnknownLaw
from servicing.law_report import findings
from servicing.limitation_signals import told_lapses
from servicing.receipts.store import bounce_fees
from servicing.refunding.store import loans_with_credit
from servicing.settlement.waiting import items_of_case
from servicing.store import facts_of, find_loan, loans_of_products, record
from servicing.tables import fact
from servicing.worklist import (
    ASKS,
    Case,
    Item,
    contact_person,
    item_of_credit,
    item_of_rate,
    item_of_track,
    items_of_decisions,
    items_of_lapses,
    items_of_loan,
    items_of_quiet,
)

_REVIEWED = frozenset(kind for kind, rule in RULES.items() if rule.is_reviewed)
ASKING = _REVIEWED | frozenset(ASKS) | {FactKind.ADDRESS, FactKind.PROMISE}
"""A loan without any fact of these kinds asks nothing of a person."""


NOT_SHOWN = "a notice told it, and no statement shows it"


class Move(NamedTuple):
    """A caseload that goes from one contact person to another, from a day on."""

    giver: str
    taker: str
    on: date


def all_items(connection: Connection, account: str, day: date) -> list[Item]:
    """Everything that waits, for the creditors somebody may see."""
    seen = set(creditors_of(account, "see"))
    found = [*_of_loans(connection, seen, day), *_of_decisions(connection, seen, day)]
    found += [*_set_aside(connection, seen, day), *_receipts(connection, seen, day), *_law(day)]
    found += [*_twice(connection, seen), *paid_too_much(connection, seen, day)]
    found += [*_limitations(connection, seen, day), *_credits(connection, seen, day)]
    found += [*_rates(connection, seen, day), *_fees(connection, seen, day), *_tracks(connection, seen, day)]
    letters = [*stuck_letters(connection, day), *untold_decisions(connection, day)]
    found += [item for item in letters if item.creditor in seen]
    found += [*_settlements(connection, seen, day), *items_to_recall(connection, seen, day)]
    found += dunning_items(connection, seen, day)
    quiet = {one: each for one, each in quiet_creditors(connection, day).items() if one in seen}
    return [*found, *items_of_quiet(quiet, codes())]


def move_caseload(desk: Desk, move: Move, creditors: Collection[int]) -> list[int]:
    """Give all loans of one contact person to another, as a dated fact on each; which loans."""
    for creditor in creditors:
        check_right(desk.by.actor, "manage", creditor)
    facts = facts_of(desk.connection, _loans_with(desk.connection, frozenset({FactKind.CONTACT_PERSON})))
    moved = [
        loan
        for loan, known in facts.items()
        if creditor_of_loan(loan) in creditors and contact_person(known, move.on) == move.giver
    ]
    record(desk.connection, [contact_draft(loan, move.taker, move.on) for loan in moved], desk.by)
    return moved


def contact_draft(loan: int, person: str, on: date) -> Draft:
    """The fact that a loan is somebody's case from a day on; raises `BadInput` for nobody who works here."""
    people = files.people()
    if person not in people.persons and not people.is_open:
        raise BadInput(f"person: {person!r}: is not named in people.yaml")
    return Draft(loan, FactKind.CONTACT_PERSON, on, f"{on} {person}", data={"person": person})


def _of_loans(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    loans = [loan for loan in _loans_with(connection, ASKING) if creditor_of_loan(loan) in seen]
    policy = files.policy()
    days = {number: policy.number("objection.review", code, day) for number, code in codes().items()}
    for loan, facts in facts_of(connection, loans).items():
        creditor = creditor_of_loan(loan)
        yield from items_of_loan(Case(loan, creditor, facts), day, days[creditor])


def _of_decisions(connection: Connection, seen: Collection[int], day: date) -> list[Item]:
    people = files.people()
    found = decisions(connection, seen)
    waiting = {each.id: waits_for(people, each, day) for each in found if each.state == "proposed"}
    return items_of_decisions(found, waiting)


def _set_aside(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    rows = [row for row in connection.execute(select(quarantine)) if creditor_of_loan(row.loan) in seen]
    facts = facts_of(connection, [row.loan for row in rows])
    for row in rows:
        owner = contact_person(facts[row.loan], day)
        creditor, action = creditor_of_loan(row.loan), "mend the fact, then aflos nightly --loan"
        yield Item("quarantine", creditor, str(row.loan), 0, owner, day_of(row.since), row.error, action)


def _receipts(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    for one in waiting_lines(connection, day):
        line = one.line
        if line.creditor_id in seen:
            near = f", likeliest loan {one.candidates[0].loan}" if one.candidates else ""
            reason = f"{euros(line.cents)}: {one.reason}{near}"
            due, action = day_of(line.booked_on), f"aflos bank match {line.id} LOAN, or park or refund it"
            yield Item("receipt", line.creditor_id, f"line {line.id}", 0, "", due, reason, action)


def _twice(connection: Connection, seen: Collection[int]) -> Iterator[Item]:
    """Bank lines that may tell of the same money as another, under another reference of the bank."""
    for line, kind, same in doubtful_lines(connection):
        if line.creditor_id in seen:
            why = NOT_SHOWN if kind == NOTICE else "no balance of the bank proves it"
            other = f"; line {same.id} says the same under another reference: booked twice?" if same else ""
            action = f"ask the bank; if it moved no money: aflos bank strike {line.id} --reason TEXT"
            reason, due = f"{euros(line.cents)}: {why}{other}", day_of(line.booked_on)
            yield Item("bank", line.creditor_id, f"line {line.id}", 0, "", due, reason, action)
    for line in struck_but_shown(connection):
        if line.creditor_id in seen:
            reason = f"{euros(line.cents)}: was said to move no money, and a statement shows it after all"
            action, due = f"aflos bank match {line.id} LOAN, or park or refund it", day_of(line.booked_on)
            yield Item("bank", line.creditor_id, f"line {line.id}", 0, "", due, reason, action)


def _limitations(connection: Connection, seen: Collection[int], day: date) -> list[Item]:
    near = limitations(connection, day, find=told_lapses)
    known = {loan: together(told) for loan, told in near.items() if creditor_of_loan(loan) in seen}
    facts = facts_of(connection, known)
    return [
        item
        for loan, told in known.items()
        for item in items_of_lapses(Case(loan, creditor_of_loan(loan), facts[loan]), told, day)
    ]


def _credits(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """Loans with credit about which nobody has decided, and those of which too much went back."""
    decided = {
        one.proposed.subject
        for one in decisions(connection, seen)
        if one.proposed.kind == "credit-refund" and one.state == "proposed"
    }
    found = {
        loan: cents
        for creditor in sorted(seen)
        for loan, cents in loans_with_credit(connection, creditor).items()
        if cents < 0 or loan not in decided
    }
    for loan, facts in facts_of(connection, found).items():
        creditor = creditor_of_loan(loan)
        yield item_of_credit(Case(loan, creditor, facts), found[loan], codes()[creditor], day)


def _fees(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """Fees of the bank that a private contract may charge on, where the policy says so (P13); a person decides."""
    policy, products = files.policy(), files.products()
    by_contract = {
        number for number in seen if policy.choice("bounce.fee", codes()[number], day) == "debtor_by_contract"
    }
    for line, loan, cents in bounce_fees(connection, by_contract) if by_contract else ():
        reference = f"fee of bank line {line.id}"
        heading = find_loan(connection, str(loan))
        if products[heading.product].kind != "private" or any(
            one.proposed.reference == reference for one in decisions_on(connection, loan)
        ):
            continue
        owner, due = contact_person(facts_of(connection, [loan])[loan], day), day_of(line.booked_on)
        action = f'charge it if the contract says so: aflos decide cost {loan} --decision "{reference}"'
        reason = f"the bank charged {euros(cents)} for a collection that came back"
        yield Item("receipt", line.creditor_id, str(loan), 0, owner, due, reason, action)


def _rates(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """Loans whose rate follows the law and is not what the law gives: a person decides the change (Bbz art. 43b)."""
    products, law = files.products(), files.law()
    following = sorted(code for code, product in products.items() if follows_calendar(product))
    named = {
        number: code
        for number, code in loans_of_products(connection, following).items()
        if creditor_of_loan(number) in seen
    }
    for number, facts in facts_of(connection, named).items():
        try:
            found = differs(facts, products[named[number]], law, day)
        except UnknownLaw:
            continue  # the unknown figure is an item of its own
        if found is not None:
            yield item_of_rate(Case(number, creditor_of_loan(number), facts), found, day)


def _tracks(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """Loans whose term of repayment after the business ended is over (Bbz art. 43 lid 2); a person decides."""
    products, law = files.products(), files.law()
    rests = [code for code, product in products.items() if is_rest_of_business(product)]
    numbers = {
        *loans_of_products(connection, rests),
        *_loans_with(connection, frozenset({FactKind.INTEREST_FREE})),
    }
    known = facts_of(connection, sorted(loan for loan in numbers if creditor_of_loan(loan) in seen))
    for number, facts in known.items():
        product = products[find_loan(connection, str(number)).product]
        try:
            found = track_over(facts, product, law, day)
        except UnknownLaw:
            continue  # the unknown figure is an item of its own
        if found is not None:
            yield item_of_track(Case(number, creditor_of_loan(number), facts), found, day)


def _settlements(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """Book years in which somebody has to do something, assistance that lasts too long, and power that lapses."""
    found = cases(connection, day, seen)
    for one in found:
        owner = contact_person(one.case.facts, day)
        yield from items_of_case(one.case, one.stand, lapse_of(one), day, owner)
    yield from items_of_assistance(connection, found, day)
    yield from asked_early(connection, found, seen, day)
    yield from without_group(connection, seen, day)


def _law(day: date) -> Iterator[Item]:
    found = findings(files.law(), day)
    for finding in (*found["unknown"], *found["due"]):
        action = f"fill in config/law/{finding.parameter}.yaml from its source"
        reason = finding.why or f"has no value from {finding.day}"
        yield Item("law", 0, finding.parameter, 0, "", finding.day, reason, action)


def _loans_with(connection: Connection, kinds: frozenset[FactKind]) -> list[int]:
    wanted = [int(kind) for kind in kinds]
    query = select(fact.c.loan_id).where(fact.c.kind.in_(wanted)).distinct().order_by(fact.c.loan_id)
    return list(connection.execute(query).scalars())
