"""Reads what a report shows from the database, a few queries for all of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, select

from ledger.day import LAST_DAY, day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, EntryKind, Key
from ledger.tables import creditor, journal
from letters.outbox.year import Move
from reports.state import Flow, Shared, brought_in, granted_of
from reports.statement import Booking, Period, Statement, statement_of
from servicing import files
from servicing.debtors.store import debtors_of_loan
from servicing.facts import Fact, FactKind
from servicing.posting import Booked, Cause
from servicing.settlement.claim_origin import Origin, living_granted, origin_told, settled_from
from servicing.store import LOANS_PER_QUERY, Loan, facts_of
from servicing.tables import fact as fact_table
from servicing.tables import loan as loan_table
from servicing.tables import loan_state
from servicing.wording import PAID_OUT, printable

_COLUMNS = (
    *("business_date", "loan", "kind", "nr"),
    *("value_date", "fact", "row_nr", "debit", "credit", "cents"),
)
_KINDS = {int(kind): kind for kind in EntryKind}


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
    entries = bookings_of_loan(connection, loan.id, known_at)
    facts = facts_of(connection, [loan.id], known_at)[loan.id]
    product = files.products().get(loan.product)
    begins = product.begins if product else PAID_OUT
    if known_at is None and _is_booked(connection, loan.id, facts, now):
        return statement_of(entries, facts, period, None, begins)
    passed = max([known_at or now, *(entry.key.business_date for entry in entries)])
    return statement_of(entries, facts, period, passed, begins)


def bookings_of_loan(connection: Connection, loan: int, known_at: date | None) -> list[Booking]:
    """The entries of a loan in the order of their keys; with `known_at` those booked up to that business date."""
    given = {"loan": loan, "day": number_of(known_at or LAST_DAY)}
    return list(_bookings(connection.execute(_rows(), given).all()))


@cache
def _rows() -> Select[Any]:
    query = select(*(journal.c[name] for name in _COLUMNS)).order_by(*journal.primary_key)
    return query.where(journal.c.loan == bindparam("loan"), journal.c.business_date <= bindparam("day"))


def _bookings(rows: Iterable[Sequence[int]]) -> Iterator[Booking]:
    for (day, loan, kind, nr), lines in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        booked = list(lines)
        _, _, _, _, value_date, fact, row_nr, *_ = booked[0]
        of_kind, on = _KINDS[kind], day_of(day)
        cause = Cause(of_kind, on if value_date == day else day_of(value_date), fact, row_nr)
        yield Booking(Key(on, loan, of_kind, nr), cause, [_booked(cause, *row[7:]) for row in booked])


def _booked(cause: Cause, debit: int, credit: int, cents: int) -> Booked:
    return Booked(cause, debit % ACCOUNTS_PER_CREDITOR, credit % ACCOUNTS_PER_CREDITOR, cents)


def _is_booked(connection: Connection, loan: int, facts: Sequence[Fact], now: date) -> bool:
    """Whether the night knew all facts when it last worked the loan, and nothing happened to it since."""
    state = connection.execute(_state(), {"loan": loan}).first()
    if state is None or state.next_event <= number_of(now):
        return False
    return all(number_of(fact.known_on) <= state.worked_to for fact in facts)


@cache
def _state() -> Select[int, int]:
    return select(loan_state.c.worked_to, loan_state.c.next_event).where(
        loan_state.c.loan == bindparam("loan")
    )


def year_moves(connection: Connection, loans: Sequence[int], day: date) -> Iterator[tuple[int, Move]]:
    """The postings of each loan summed by accounts, before the year of a day and in it up to that day."""
    first = day.year * 10_000 + 101
    for start in range(0, len(loans), LOANS_PER_QUERY):
        in_year = (journal.c.value_date >= first).label("in_year")
        columns = (journal.c.loan, journal.c.debit, journal.c.credit, in_year)
        query = select(*columns, func.sum(journal.c.cents)).group_by(*columns)
        part = loans[start : start + LOANS_PER_QUERY]
        wanted = journal.c.loan.in_(part) & (journal.c.value_date <= number_of(day))
        for number, debit, credit, is_in_year, cents in connection.execute(query.where(wanted)):
            accounts = debit % ACCOUNTS_PER_CREDITOR, credit % ACCOUNTS_PER_CREDITOR
            yield number, Move(*accounts, bool(is_in_year), int(cents))


def loans_of(
    connection: Connection, creditors: Collection[int], products: Collection[str] = ()
) -> list[Loan]:
    """The loans of some creditors (of these products), by number."""
    columns = [loan_table.c[name] for name in Loan._fields]
    query = select(*columns).where(loan_table.c.creditor_id.in_(sorted(creditors))).order_by(loan_table.c.id)
    if products:
        query = query.where(loan_table.c.product.in_(sorted(products)))
    return [
        Loan(*row)._replace(
            application_date=day_of(row.application_date), decision_date=day_of(row.decision_date)
        )
        for row in connection.execute(query)
    ]


def origins_of(connection: Connection, claims: Sequence[Loan]) -> dict[int, Origin]:
    """Where claims come from: as it was told last, else from the living allowance settled; none where nobody told."""
    facts = facts_of(connection, [one.id for one in claims])
    found = {number: told for number, known in facts.items() if (told := origin_told(known))}
    living = {number: of for number, known in facts.items() if (of := settled_from(known))}
    columns = [loan_table.c[name] for name in ("id", "product", "application_date", "decision_date")]
    granted, months = dict[int, Origin](), facts_of(connection, set(living.values()))
    wanted = sorted(set(living.values()))
    for start in range(0, len(wanted), LOANS_PER_QUERY):
        query = select(*columns).where(loan_table.c.id.in_(wanted[start : start + LOANS_PER_QUERY]))
        for number, product, *days in connection.execute(query):
            applied, decided = (day_of(day) for day in days)
            first = living_granted(months[number], granted_of(product, applied, decided))
            granted[number] = Origin(product, first)
    return {**{number: granted[of] for number, of in living.items()}, **found}


def _shared(one: Loan, origins: Mapping[int, Origin]) -> Shared:
    """The product and the day that pick the rule of the State: of a claim those of what is reclaimed."""
    origin = origins.get(one.id)
    if origin is not None:
        return Shared(*origin, is_claim=True)
    granted = granted_of(one.product, one.application_date, one.decision_date)
    return Shared(one.product, granted, is_claim=False)


def flows_of(
    connection: Connection, loans: Sequence[Loan], origins: Mapping[int, Origin], years: tuple[int, int]
) -> Iterator[Flow]:
    """What was booked on loans between accounts from a calendar year up to another."""
    headings, (since, until) = {one.id: one for one in loans}, years
    numbers = sorted(headings)
    columns = (journal.c.loan, journal.c.value_date, journal.c.debit, journal.c.credit)
    query = select(*columns, func.sum(journal.c.cents)).group_by(*columns)
    for start in range(0, len(numbers), LOANS_PER_QUERY):
        wanted = journal.c.loan.in_(numbers[start : start + LOANS_PER_QUERY])
        days = journal.c.value_date.between(since * 10_000 + 101, until * 10_000 + 1231)
        for number, day, debit, credit, cents in connection.execute(query.where(wanted & days)):
            one = headings[number]
            product, granted, is_claim = _shared(one, origins)
            pair = debit % ACCOUNTS_PER_CREDITOR, credit % ACCOUNTS_PER_CREDITOR
            yield Flow(one.creditor_id, product, granted, day // 10_000, *pair, int(cents), is_claim)


def flows_before(
    connection: Connection, loans: Sequence[Loan], origins: Mapping[int, Origin]
) -> Iterator[tuple[int, Flow]]:
    """What was paid out and came in on loans before they were taken over, as their import told it, by loan."""
    headings = {one.id: one for one in loans}
    withdrawn = fact_table.alias()
    gone = (
        (withdrawn.c.loan_id == fact_table.c.loan_id)
        & (withdrawn.c.kind == int(FactKind.WITHDRAWAL))
        & (withdrawn.c.refers_to == fact_table.c.nr)
    )
    columns = [fact_table.c[name] for name in ("loan_id", "kind", "value_date", "cents", "data")]
    kinds = [int(FactKind.EARLIER_DISBURSEMENT), int(FactKind.YEAR_TO_DATE)]
    query = select(*columns).where(fact_table.c.kind.in_(kinds), ~select(withdrawn.c.nr).where(gone).exists())
    for number, kind, day, cents, data in connection.execute(query):
        one = headings.get(number)
        if one is None:
            continue
        product, granted, is_claim = _shared(one, origins)
        for debit, credit, amount in brought_in(FactKind(kind), int(cents), json.loads(data)):
            flow = Flow(one.creditor_id, product, granted, day // 10_000, debit, credit, amount, is_claim)
            yield number, flow


def taken_over(connection: Connection, loans: Sequence[Loan]) -> list[Loan]:
    """The loans whose balance was taken over, so that what was paid out on them is not in these books."""
    headings = {one.id: one for one in loans}
    query = select(fact_table.c.loan_id).where(fact_table.c.kind == int(FactKind.OPENING)).distinct()
    return [headings[number] for number in connection.execute(query).scalars() if number in headings]
