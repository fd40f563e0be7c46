"""Reads what a report shows from the database, a few queries for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.balance import AsOf
from ledger.day import number_of
from ledger.store import entries_of_loan
from ledger.tables import creditor
from reports.statement import Period, Statement, statement_of
from servicing.debtors.store import debtors_of_loan
from servicing.facts import Fact
from servicing.store import Loan, facts_of
from servicing.tables import loan_state
from servicing.wording import printable


class Heading(NamedTuple):
    """Whose statement it is: the loan, the debtors by number with their names, and the creditor."""

    loan: int
    debtors: dict[int, str]
    creditor: str
    creditor_name: str


def heading_of(connection: Connection, loan: Loan, on: date) -> Heading:
    """The heading of a statement; names as they are on a day, without what steers a terminal."""
    people = debtors_of_loan(connection, loan.id, on)
    names = {number: printable(person.name) for number, person in people.items()}
    owner = connection.execute(select(creditor).where(creditor.c.id == loan.creditor_id)).one()
    return Heading(loan.id, names, owner.code, owner.name)


def statement(
    connection: Connection, loan: Loan, period: Period, now: date, known_at: date | None = None
) -> Statement:
    """The statement of a loan over some days, as it is on day `now`.

    With `known_at` as the books were and the facts were known when that business date was closed.
    """
    entries = entries_of_loan(connection, loan.id, AsOf(business_date=known_at))
    facts = facts_of(connection, [loan.id], known_at)[loan.id]
    if known_at is None and _is_booked(connection, loan.id, facts, now):
        return statement_of(entries, facts, period, None)
    passed = max([known_at or now, *(entry.key.business_date for entry in entries)])
    return statement_of(entries, facts, period, passed)


def _is_booked(connection: Connection, loan: int, facts: Sequence[Fact], now: date) -> bool:
    """Whether the night knew all facts when it last worked the loan, and nothing happened to it since."""
    query = select(loan_state.c.worked_to, loan_state.c.next_event).where(loan_state.c.loan == loan)
    state = connection.execute(query).first()
    if state is None or state.next_event <= number_of(now):
        return False
    return all(number_of(fact.known_on) <= state.worked_to for fact in facts)
