"""Work items of living allowance that lasts long (Bbz art. 18, 23, 27) or whose business earns too little (art. 25)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from jobs.settlement_cycle import Found, codes, rules
from ledger.entry import creditor_of_loan
from servicing.facts import Fact, FactKind
from servicing.settlement.allowance import ADVANCES, holding, month_of
from servicing.settlement.duration import Month, passed
from servicing.settlement.older import below_minimum, earned_in
from servicing.tables import loan_debtor
from servicing.worklist import Item, contact_person

OLDER = "older"


class Asked(NamedTuple):
    """What a person is asked to look at: the fact of a loan it is about, since when, why, and what to do."""

    loan: int
    fact: int
    since: date
    why: str
    action: str


def items_of_assistance(connection: Connection, found: Iterable[Found], day: date) -> Iterator[Item]:
    """A line for each term passed and each income below the minimum that nobody has answered yet."""
    known = {one.case.loan: one for one in found if one.allowance is not None}
    facts = {number: one.case.facts for number, one in known.items()}
    answered = {
        (number, fact.of)
        for number, each in facts.items()
        for fact in holding(each)
        if fact.kind is FactKind.HANDLED
    }
    for loans in _clients(connection, known):
        years = sorted((known[number] for number in loans), key=lambda one: one.case.year.since)
        for asked in (*_too_long(years, day), *_too_little(years)):
            if (asked.loan, asked.fact) not in answered:
                yield _item(asked, facts[asked.loan], day)


def _clients(connection: Connection, known: Iterable[int]) -> Iterable[list[int]]:
    """The loans for living allowance of each first debtor."""
    wanted, clients = list(known), dict[int, list[int]]()
    query = select(loan_debtor.c.loan_id, loan_debtor.c.debtor_id).where(loan_debtor.c.place == 1)
    for row in connection.execute(query.where(loan_debtor.c.loan_id.in_(wanted))) if wanted else ():
        clients.setdefault(row.debtor_id, []).append(row.loan_id)
    return clients.values()


def _too_long(years: Sequence[Found], day: date) -> Iterator[Asked]:
    law, policy = rules()
    creditor = codes()[creditor_of_loan(years[-1].case.loan)]
    apart = policy.number("assistance.new_term_after", creditor, day)
    for term in passed([month for year in years for month in _months(year)], law, apart):
        look = "decide whether it ends" if term.is_over else "look whether a decision extended it"
        yield Asked(term.month.loan, term.month.fact, term.month.since, term.why, look)


def _months(year: Found) -> Iterator[Month]:
    assert year.allowance is not None, year.case.loan
    for fact in holding(year.case.facts):
        if fact.kind in ADVANCES and year.allowance.months[month_of(fact)]:
            yield Month(month_of(fact), year.allowance.group, fact.loan, fact.nr)


def _too_little(years: Sequence[Found]) -> Iterator[Asked]:
    """Income of the last book year with figures, where the client is one of the older self-employed."""
    older = [one for one in years if one.allowance is not None and one.allowance.group == OLDER]
    earned = [told for one in older if (told := earned_in(one.case.facts, one.case.year)) is not None]
    why = below_minimum(earned, rules().law) if earned else ""
    if why:
        last = earned[-1]
        yield Asked(last.loan, last.fact, last.year.until, why, "test whether assistance goes on")


def _item(asked: Asked, facts: Sequence[Fact], day: date) -> Item:
    action = f'{asked.action}, then aflos worklist done {asked.loan} {asked.fact} --note "why"'
    owner = contact_person(facts, day)
    return Item(
        "settlement",
        creditor_of_loan(asked.loan),
        str(asked.loan),
        asked.fact,
        owner,
        asked.since,
        asked.why,
        action,
    )
