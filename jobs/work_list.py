"""Which loans a night touches: with something due, with news, set aside, or on a ladder; never the whole portfolio."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from itertools import islice

from sqlalchemy import (
    BigInteger,
    BindParameter,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    cast,
    func,
    select,
    union,
    union_all,
)

from jobs.tables import quarantine
from ledger.bulk import plain_rows
from ledger.day import number_of
from ledger.entry import LOANS_PER_CREDITOR
from ledger.tables import journal
from servicing.dunning.store import loans_for_ladder
from servicing.receipts.tables import bank_state
from servicing.tables import fact, loan_state


def loans_to_work(connection: Connection, day: date, previous: date | None, late: int) -> list[int]:
    """The loans business date `day` still has to work, by number; `previous` is the last closed date.

    A loan in arrears since the due date `late` (a number) or longer, and on no ladder, is among them.
    """
    given = _span(day, previous) | {"late": late}
    return list(connection.execute(_to_work(), given).scalars())


def _span(day: date, previous: date | None) -> dict[str, int]:
    return {"previous": number_of(previous) if previous else 0, "day": number_of(day)}


@cache
def _to_work() -> Select[int]:
    due = select(loan_state.c.loan).where(loan_state.c.next_event <= bindparam("day"))
    aside = select(quarantine.c.loan)
    todo = union(due, _news(), aside, *loans_for_ladder()).subquery()
    done = select(loan_state.c.loan).where(loan_state.c.worked_to >= bindparam("day"))
    return select(todo.c.loan).where(todo.c.loan.not_in(done)).order_by(todo.c.loan)


@cache
def _news() -> Select[int]:
    """The loans of which something became known after `previous` up to `day`."""
    known = fact.c.known_on
    return select(fact.c.loan_id.label("loan")).where(
        known <= bindparam("day"), known > bindparam("previous")
    )


def short_ranges(
    connection: Connection, day: date, size: int, apart: Collection[int] = ()
) -> list[tuple[int, int, int]]:
    """First and last loan and count of each piece of at most `size` loans that may take the short lane tonight.

    Those set `apart` are not counted; a piece in which there are no others is left out.
    """
    loans = iter(plain_rows(connection, _short(), {"day": number_of(day)}))
    pieces = []
    while part := [loan for (loan,) in islice(loans, size)]:
        own = [loan for loan in part if loan not in apart] if apart else part
        if own:
            pieces.append((own[0], own[-1], len(own)))
    return pieces


@cache
def _short() -> Select[int]:
    lane = select(loan_state.c.loan).where(
        loan_state.c.next_event == bindparam("day"),
        loan_state.c.lane > 0,
        loan_state.c.worked_to < bindparam("day"),
    )
    return lane.order_by(loan_state.c.loan)


def worked_already(connection: Connection, day: date) -> int:
    """How many loans an earlier run of this night has worked."""
    return connection.execute(_worked(), {"day": number_of(day)}).scalar_one()


@cache
def _worked() -> Select[int]:
    return select(func.count()).where(loan_state.c.worked_to == bindparam("day"))


def stray_loan(connection: Connection, day: date) -> int | None:
    """A loan with rows of this date or a later one that no night wrote: those come with the loan's state."""
    return connection.execute(_stray(), {"day": number_of(day)}).scalar()


@cache
def _stray() -> Select[int]:
    number: BindParameter[int] = bindparam("day")
    book = cast(bank_state.c.creditor_id, BigInteger) * LOANS_PER_CREDITOR
    done = union_all(
        select(loan_state.c.loan).where(loan_state.c.worked_to == number),
        select(book).where(bank_state.c.worked_to == number),
    )
    stray = (journal.c.business_date > number) | journal.c.loan.not_in(done)
    return select(journal.c.loan).where(journal.c.business_date >= number, stray).limit(1)


def loans_apart(connection: Connection, day: date, previous: date | None) -> frozenset[int]:
    """The loans with news or set aside: the short lane leaves them whatever their lane."""
    return frozenset(connection.execute(_apart(), _span(day, previous)).scalars())


@cache
def _apart() -> CompoundSelect[int]:
    return union(_news(), select(quarantine.c.loan))


def chunks_of(loans: Sequence[int], size: int) -> list[Sequence[int]]:
    """The loans in pieces of at most `size`, each worked in one transaction."""
    return [loans[start : start + size] for start in range(0, len(loans), size)]
