"""The naive reference: the same step as programs of this kind usually do it.

One loan at a time through the object-relational mapper, amounts as Decimal in euros, a commit for each loan, into
the very tables the night writes.
"""

from __future__ import annotations

import time
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session

from benchmarks.lives import months_after
from ledger.accounts import AccountNumber
from ledger.day import day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, LOANS_PER_CREDITOR, EntryKind
from ledger.period import period_of
from ledger.tables import journal
from servicing.tables import loan_state

_CENT = Decimal("0.01")


class _Base(DeclarativeBase):
    """What the mapped classes share."""


class Posting(_Base):
    """A row of the journal."""

    __table__ = journal
    if TYPE_CHECKING:
        debit: Mapped[int]
        credit: Mapped[int]
        cents: Mapped[int]
        fact: Mapped[int]
        row_nr: Mapped[int]


class Standing(_Base):
    """Where a loan stands."""

    __table__ = loan_state
    if TYPE_CHECKING:
        loan: Mapped[int]
        worked_to: Mapped[int]
        next_event: Mapped[int]
        principal: Mapped[int]
        principal_due: Mapped[int]
        interest_due: Mapped[int]
        rate_e8: Mapped[int]
        instalment: Mapped[int]
        next_due: Mapped[int]
        lane: Mapped[int]
        row_nr: Mapped[int]
        months: Mapped[int]
        period_from: Mapped[int]
        accrued_to: Mapped[int]
        day_cents: Mapped[int]


def measure(engine: Engine, night: date, loans: int) -> float:
    """Seconds to let the rows of so many loans fall due, each in a transaction of its own."""
    with Session(engine) as session:
        due = select(Standing.loan).where(Standing.next_due == number_of(night)).limit(loans)
        numbers = session.scalars(due).all()
    assert len(numbers) == loans
    begun = time.perf_counter()
    for number in numbers:
        with Session(engine) as session:
            _fall_due(session, session.get_one(Standing, number), night)
            session.commit()
    return time.perf_counter() - begun


def _fall_due(session: Session, state: Standing, night: date) -> None:
    interest = _interest(state, night)
    principal = _principal(state, interest)
    _post(session, state, night, (EntryKind.INTEREST, interest))
    _post(session, state, night, (EntryKind.INSTALMENT, principal))
    state.interest_due += int(interest * 100)
    state.principal_due += int(principal * 100)
    state.principal -= int(principal * 100)
    state.next_due = state.next_event = number_of(months_after(night, state.months))
    state.row_nr += 1
    state.worked_to = state.period_from = state.accrued_to = number_of(night)
    state.day_cents = 0


def _interest(state: Standing, night: date) -> Decimal:
    """Interest of the period, in euros."""
    owed = Decimal(state.principal + state.principal_due) / 100
    since, accrued_to = day_of(state.period_from), day_of(state.accrued_to)
    euro_days = Decimal(state.day_cents) / 100 + owed * (night - accrued_to).days
    year = (night - since).days * Decimal(12) / state.months
    return (euro_days * state.rate_e8 / 10**8 / year).quantize(_CENT, ROUND_HALF_UP)


def _principal(state: Standing, interest: Decimal) -> Decimal:
    instalment = Decimal(state.instalment) / 100
    wanted = instalment if state.lane % 2 == 0 else max(Decimal(0), instalment - interest)
    return min(wanted, Decimal(state.principal) / 100)


_ACCOUNTS = {
    EntryKind.INTEREST: (AccountNumber.INTEREST_DUE, AccountNumber.INTEREST_INCOME),
    EntryKind.INSTALMENT: (AccountNumber.PRINCIPAL_DUE, AccountNumber.PRINCIPAL_NOT_YET_DUE),
}


def _post(session: Session, state: Standing, night: date, booking: tuple[EntryKind, Decimal]) -> None:
    kind, euros = booking
    debit, credit = _ACCOUNTS[kind]
    base = state.loan // LOANS_PER_CREDITOR * ACCOUNTS_PER_CREDITOR
    day = number_of(night)
    row = Posting(
        business_date=day, loan=state.loan, kind=kind, nr=1, line=1, value_date=day, period=period_of(night)
    )
    row.debit, row.credit, row.cents = base + debit, base + credit, int(euros * 100)
    row.fact, row.row_nr = 0, state.row_nr
    session.add(row)
