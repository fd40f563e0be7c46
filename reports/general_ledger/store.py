"""Reads what was booked on one account: from the totals of each day, and where they do not say it from the journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, case, cast, func, or_, select

from ledger.day import day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, LOANS_PER_CREDITOR
from ledger.tables import account as account_table
from ledger.tables import day_total, journal
from reports.general_ledger.lines import Booked, Moved, key_of_posting


class Span(NamedTuple):
    """The business dates that are asked, both included; with `value_date` only what holds on that day or before."""

    since: date
    until: date
    value_date: date | None = None


def account_exists(connection: Connection, account: int) -> bool:
    """Whether the books have this account."""
    found = select(account_table.c.id).where(account_table.c.id == account)
    return connection.execute(found).scalar() is not None


def opening_of(connection: Connection, account: int, span: Span) -> int:
    """What stood on an account before the first day of a span, debit positive."""
    day, debit, credit, wanted = _moves(account, span)
    query = select(_sum(debit - credit)).where(wanted, day < number_of(span.since))
    return int(connection.execute(query).scalar_one())


def days_of(connection: Connection, account: int, span: Span) -> Iterator[tuple[date, int, int]]:
    """What was debited and credited on an account on each business date on which anything was."""
    day, debit, credit, wanted = _moves(account, span)
    query = select(day, _sum(debit), _sum(credit)).where(wanted, _within(day, span))
    for number, *sides in connection.execute(query.group_by(day).order_by(day)):
        yield day_of(number), int(sides[0]), int(sides[1])


def loans_on(connection: Connection, account: int, span: Span) -> Iterator[Moved]:
    """An account by loan: what stood there before, and what came in the span; the creditor's own book is number 0."""
    day, debit, credit, wanted = _rows(account, span)
    before = day < number_of(span.since)
    columns = (
        case((before, debit - credit), else_=0),
        case((before, 0), else_=debit),
        case((before, 0), else_=credit),
    )
    query = select(journal.c.loan, *(_sum(column) for column in columns))
    query = query.where(wanted, day <= number_of(span.until))
    for number, *amounts in connection.execute(query.group_by(journal.c.loan).order_by(journal.c.loan)):
        moved = [int(amount) for amount in amounts]
        if any(moved):
            yield Moved(number if number % LOANS_PER_CREDITOR else 0, *moved)


def entries_on(connection: Connection, account: int, span: Span) -> Iterator[Booked]:
    """The postings on an account in the order of their keys."""
    day, debit, credit, wanted = _rows(account, span)
    against = case((journal.c.debit == account, journal.c.credit), else_=journal.c.debit)
    names = ("business_date", "loan", "kind", "nr", "value_date", "period", "fact")
    columns = [journal.c[name] for name in names]
    query: Select[Any] = select(*columns, against, debit, credit).where(wanted, _within(day, span))
    for *key, value_date, period, fact, other, debited, credited in connection.execute(
        query.order_by(*journal.primary_key)
    ):
        of, number = key_of_posting(day_of(key[0]), *key[1:]), other % ACCOUNTS_PER_CREDITOR
        yield Booked(of, day_of(value_date), period, number, debited, credited, fact)


_Moves = tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int], ColumnElement[bool]]


def _moves(account: int, span: Span) -> _Moves:
    """The day, both sides and what to ask: of the totals of each day, which know no value date."""
    if span.value_date is not None:
        return _rows(account, span)
    totals = day_total.c
    return totals.business_date, totals.debit_cents, totals.credit_cents, totals.account == account


def _rows(account: int, span: Span) -> _Moves:
    """The same of the rows of the journal."""
    debit, credit = (
        case((side == account, journal.c.cents), else_=0) for side in (journal.c.debit, journal.c.credit)
    )
    wanted = or_(journal.c.debit == account, journal.c.credit == account)
    if span.value_date is not None:
        wanted &= journal.c.value_date <= number_of(span.value_date)
    return journal.c.business_date, debit, credit, wanted


def _within(day: ColumnElement[int], span: Span) -> ColumnElement[bool]:
    return day.between(number_of(span.since), number_of(span.until))


def _sum(amount: ColumnElement[int]) -> ColumnElement[int]:
    # PostgreSQL adds up bigints to numeric; the sum of what our bounds let in fits a bigint.
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)
