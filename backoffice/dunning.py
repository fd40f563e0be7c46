"""Loads what dunning asks of people, and why a step is due on a loan or is not, with the facts behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.cli.database import Desk
from backoffice.rights import check_right
from jobs import clock
from jobs.dunning_night import Dunning, Seen, decided, headings_of
from jobs.dunning_rules import Book, beside_on, dunning_book
from jobs.information import information
from jobs.tables import quarantine
from ledger.entry import creditor_of_loan
from servicing.banking_days import ONE_DAY
from servicing.blocks import holding_of
from servicing.creditors.store import creditor_facts
from servicing.dunning.collection_costs import Told, charged_costs, costs_to_charge, told_costs
from servicing.dunning.ladder import Case, Step, Wait
from servicing.dunning.letters import Due, handed_over
from servicing.dunning.owing import overdue_of
from servicing.dunning.sent import HandedOver, Sent, drafts_of, is_fee_of, sent_of
from servicing.dunning.standing import Standing, is_charged
from servicing.dunning.store import standings
from servicing.dunning.waiving import item_of_waiver
from servicing.dunning.work import (
    asks,
    item_of_arrangement,
    item_of_interest,
    item_of_interest_left,
    item_of_settlement,
    items_of_missing,
    items_of_reviews,
    items_of_standings,
)
from servicing.facts import Fact, FactKind, FactRefused
from servicing.history import history_of
from servicing.life.timeline import live
from servicing.registration import check_life
from servicing.store import Loan, facts_of, record
from servicing.tables import fact
from servicing.worklist import Case as WorkCase
from servicing.worklist import Item


class Why(NamedTuple):
    """What is due on a loan on a day, or why nothing is: the case, the answer, and the letters that were sent."""

    case: Case
    found: Step | Wait
    sent: Sequence[Sent]


class Posted(NamedTuple):
    """A letter that left outside the outbox: on which day, what it is called, and how its sending is proven."""

    on: date
    reference: str
    proof: str


def dunning_items(connection: Connection, seen: Collection[int], day: date) -> list[Item]:
    """What waits for a person out of dunning, for the creditors somebody may see."""
    rows = [row for row in standings(connection, seen) if asks(row)]
    cases = _cases(connection, [row.loan for row in rows])
    asking = _cases(connection, _loans_with(connection, seen))
    missing = [each for each in information(connection, day, day).missing if each.creditor in seen]
    return [
        *items_of_standings(rows, cases, day),
        *_of_facts(connection, list(asking.values()), day),
        *items_of_missing(missing),
    ]


def why(connection: Connection, heading: Loan, day: date) -> Why:
    """What is due on a loan on a day with all that is known now, whether a night has seen it or not."""
    facts = facts_of(connection, [heading.id])[heading.id]
    book, dunning = dunning_book(), Dunning(information(connection, day), creditor_facts(connection), None)
    aside = connection.execute(select(quarantine.c.error).where(quarantine.c.loan == heading.id)).scalar()
    if aside:
        seen, overdue = Seen(heading.id, facts, None, aside), None
    else:
        history = history_of(facts)
        state = live(history.terms, history.events, history.reversals, day)
        seen, overdue = Seen(heading.id, facts, state), overdue_of(state, day)
    case, found = decided(
        seen, overdue, (book, dunning), headings_of(connection, [heading.id])[heading.id], day
    )
    return Why(case, found, sent_of(holding_of(facts, None)))


def hand_over_letter(desk: Desk, heading: Loan, posted: Posted) -> list[Fact]:
    """Record that the letter that was due left, with its term and its fee by the day of sending; again is a no-op.

    Raises `FactRefused` where no letter was due on that day, naming what was.
    """
    check_right(desk.by.actor, "record", heading.creditor_id)
    known = facts_of(desk.connection, [heading.id])[heading.id]
    old = [fact for fact in known if _is_of(fact, posted.reference)]
    if old:
        return old
    due = why(desk.connection, heading, posted.on)
    step = due.found
    if not isinstance(step, Step) or step.letter is None:
        raise FactRefused(
            f"loan {heading.id}: no letter was due on {posted.on}: {step.reason} ({step.article})"
        )
    drafts = drafts_of(_letter(heading, due.case, step, posted))
    record(desk.connection, drafts, desk.by)
    facts = facts_of(desk.connection, [heading.id])[heading.id]
    check_life(facts)
    return facts[len(known) :]


def _is_of(fact: Fact, reference: str) -> bool:
    return (fact.kind, fact.key) == (FactKind.DUNNED, reference) or is_fee_of(fact, reference)


def _letter(heading: Loan, case: Case, step: Step, posted: Posted) -> HandedOver:
    book = dunning_book()
    assert step.letter is not None, "a letter was due"
    due = Due(
        heading.id,
        heading.creditor_id,
        step.procedure,
        step.code,
        step.letter,
        step.debtors,
        step.overdue,
        posted.on,
        is_charged(case, step),
        beside_on(step.overdue, case.facts, posted.on),
    )
    ways = book.law, book.choices(heading.creditor_id, posted.on)
    letter, _ = handed_over([due], posted.reference, posted.on, book.procedures[step.procedure], ways)
    return letter._replace(proof=posted.proof)


class Costs(NamedTuple):
    """Collection costs to charge on a loan, in cents, after which letter."""

    told: Told
    cents: int


def costs_of(connection: Connection, heading: Loan) -> Costs:
    """The collection costs after the last letter of fourteen days on a loan; what was charged stays what it is.

    Raises `FactRefused` where none is due.
    """
    facts = facts_of(connection, [heading.id])[heading.id]
    told = told_costs(facts)
    if not told:
        raise FactRefused(f"loan {heading.id}: no letter told of collection costs (BW 6:96 lid 6)")
    last = told[-1]
    if last.until >= clock.today():
        raise FactRefused(f"loan {heading.id}: the term of {last.reference} ends on {last.until}: not before")
    left = {loan: _open_then(connection, loan, last) for loan in last.over}
    cents = charged_costs(facts, last.reference) or costs_to_charge(
        last, left, last.until, dunning_book().law
    )
    if not cents:
        raise FactRefused(f"loan {heading.id}: what {last.reference} asked for was paid by {last.until}")
    return Costs(last, cents)


def _open_then(connection: Connection, loan: int, told: Told) -> int:
    """What of a letter was open on a loan when its term ended, in cents: of the rows that were overdue as it was made.

    It was made by the night before it was sent, which sees what fell due before its own day.
    """
    history = history_of(facts_of(connection, [loan])[loan])
    state = live(history.terms, history.events, history.reversals, told.until)
    overdue = overdue_of(state, told.until)
    rows = overdue.rows if overdue else ()
    return sum(row.principal + row.interest for row in rows if row.due < told.on - ONE_DAY)


def listed(connection: Connection, seen: Collection[int], act: str) -> list[Standing]:
    """Where the loans of some creditors stand, those with something due first, as the last night left them."""
    rows = standings(connection, seen, act)
    return sorted(rows, key=lambda row: (not row.step, row.proposed_on, row.loan))


_ASKING = (
    *(FactKind.ARRANGEMENT, FactKind.DUNNED, FactKind.REVIEW, FactKind.REMINDER),
    *(FactKind.ANNOUNCED, FactKind.STATUTORY_INTEREST),
)


def _of_facts(connection: Connection, cases: Sequence[WorkCase], day: date) -> Iterator[Item]:
    book, headings = dunning_book(), headings_of(connection, [case.loan for case in cases])
    for case in cases:
        choices, product = book.choices(case.creditor, day), book.products[headings[case.loan].product]
        yield from item_of_arrangement(case, product.kind, day)
        yield from item_of_settlement(case, day)
        yield from items_of_reviews(case, day, choices)
        yield from item_of_waiver(case, product, (book.law, choices), day)
        yield from _of_interest(case, book, headings[case.loan].product, day)
        yield from item_of_interest_left(case, book.law, day)


def _of_interest(case: WorkCase, book: Book, product: str, day: date) -> list[Item]:
    ways = (book.law, book.choices(case.creditor, day))
    if not any(each.kind is FactKind.DUNNED for each in case.facts):
        return []
    return item_of_interest(case, book.products[product], ways, day)


def _cases(connection: Connection, loans: Sequence[int]) -> dict[int, WorkCase]:
    known = facts_of(connection, loans) if loans else {}
    return {loan: WorkCase(loan, creditor_of_loan(loan), facts) for loan, facts in known.items()}


def _loans_with(connection: Connection, seen: Collection[int]) -> list[int]:
    wanted = [int(kind) for kind in _ASKING]
    query = select(fact.c.loan_id).where(fact.c.kind.in_(wanted)).distinct().order_by(fact.c.loan_id)
    return [loan for loan in connection.execute(query).scalars() if creditor_of_loan(loan) in seen]
