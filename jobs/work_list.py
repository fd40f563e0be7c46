"""Which loans a night touches: those with something due, with news, or set aside; never the whole portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import BigInteger, Connection, cast, func, select, union, union_all

from jobs.tables import quarantine
from ledger.day import number_of
from ledger.entry import LOANS_PER_CREDITOR
from ledger.tables import journal
from servicing.receipts.tables import bank_state
from servicing.tables import fact, loan_state


def loans_to_work(connection: Connection, day: date, previous: date | None) -> list[int]:
    """The loans business date `day` still has to work, by number; `previous` is the last closed date."""
    number = number_of(day)
    due = select(loan_state.c.loan).where(loan_state.c.next_event <= number)
    news = select(fact.c.loan_id.label("loan")).where(fact.c.known_on <= number)
    if previous is not None:
        news = news.where(fact.c.known_on > number_of(previous))
    aside = select(quarantine.c.loan)
    todo = union(due, news, aside).subquery()
    done = select(loan_state.c.loan).where(loan_state.c.worked_to >= number)
    query = select(todo.c.loan).where(todo.c.loan.not_in(done)).order_by(todo.c.loan)
    return list(connection.execute(query).scalars())


def short_ranges(connection: Connection, day: date, size: int) -> list[tuple[int, int, int]]:
    """First and last loan and count of each piece of at most `size` loans that may take the short lane tonight."""
    number = number_of(day)
    place = (func.row_number().over(order_by=loan_state.c.loan) - 1).label("place")
    lane = (
        select(loan_state.c.loan, place)
        .where(loan_state.c.next_event == number, loan_state.c.lane > 0, loan_state.c.worked_to < number)
        .subquery()
    )
    piece = lane.c.place // size
    query = select(func.min(lane.c.loan), func.max(lane.c.loan), func.count()).group_by(piece).order_by(piece)
    return [(first, last, loans) for first, last, loans in connection.execute(query)]


def worked_already(connection: Connection, day: date) -> int:
    """How many loans an earlier run of this night has worked."""
    query = select(func.count()).where(loan_state.c.worked_to == number_of(day))
    return connection.execute(query).scalar_one()


def stray_loan(connection: Connection, day: date) -> int | None:
    """A loan with rows of this date or a later one that no night wrote: those come with the loan's state."""
    number = number_of(day)
    book = cast(bank_state.c.creditor_id, BigInteger) * LOANS_PER_CREDITOR
    done = union_all(
        select(loan_state.c.loan).where(loan_state.c.worked_to == number),
        select(book).where(bank_state.c.worked_to == number),
    )
    stray = (journal.c.business_date > number) | journal.c.loan.not_in(done)
    query = select(journal.c.loan).where(journal.c.business_date >= number, stray).limit(1)
    return connection.execute(query).scalar()


def loans_apart(connection: Connection, day: date, previous: date | None) -> frozenset[int]:
    """The loans with news, or set aside: the full function works them whatever their lane."""
    news = select(fact.c.loan_id).where(fact.c.known_on <= number_of(day)).distinct()
    if previous is not None:
        news = news.where(fact.c.known_on > number_of(previous))
    aside = connection.execute(select(quarantine.c.loan)).scalars()
    return frozenset((*connection.execute(news).scalars(), *aside))


def chunks_of(loans: Sequence[int], size: int) -> list[Sequence[int]]:
    """The loans in pieces of at most `size`, each worked in one transaction."""
    return [loans[start : start + size] for start in range(0, len(loans), size)]
