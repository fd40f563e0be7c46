"""For every job that does, a check that it did: what must hold before a business date is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import BigInteger, Connection, bindparam, case, cast, func, select, union_all

from ledger.day import number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, LOANS_PER_CREDITOR
from ledger.errors import VerificationFailed
from ledger.tables import creditor, day_total, journal
from servicing.life.state import REVERSED
from servicing.night_work import BALANCE_ACCOUNTS, StateRow
from servicing.tables import loan_state

PORTFOLIO_PARTS = 30
"""Each night checks this part of the portfolio whole, so that a month checks all of it."""

MOST_CHECKED = 1000
"""But no more loans than about this a night: a large portfolio takes more nights, and aflos verify checks it whole."""

Numbers = tuple[int, int]
"""The lowest and the highest loan number of a creditor."""

_FIRST = cast(creditor.c.id, BigInteger) * LOANS_PER_CREDITOR
_OF_CREDITOR = loan_state.c.loan.between(_FIRST, _FIRST + LOANS_PER_CREDITOR - 1)
_NUMBERS = select(
    *(
        select(end(loan_state.c.loan)).where(_OF_CREDITOR).correlate(creditor).scalar_subquery()
        for end in (func.min, func.max)
    )
).select_from(creditor)
_MOVED = select(
    *(
        select(func.coalesce(func.sum(cents), 0)).where(day == bindparam("day")).scalar_subquery()
        for cents, day in (
            (journal.c.cents, journal.c.business_date),
            (day_total.c.debit_cents, day_total.c.business_date),
            (day_total.c.credit_cents, day_total.c.business_date),
        )
    )
)
_SIDES = union_all(
    *(
        select(journal.c.loan, account.label("account"), (sign * journal.c.cents).label("cents")).where(
            journal.c.loan.in_(bindparam("loans", expanding=True))
        )
        for account, sign in ((journal.c.debit, 1), (journal.c.credit, -1))
    )
).subquery()
_SUMS = select(_SIDES.c.loan, _SIDES.c.account, func.sum(_SIDES.c.cents)).group_by(
    _SIDES.c.loan, _SIDES.c.account
)
_STATES = select(loan_state).where(loan_state.c.loan.in_(bindparam("loans", expanding=True)))
_REVERSED_TONIGHT = select(journal.c.loan).where(
    journal.c.business_date == bindparam("day"),
    (journal.c.debit % ACCOUNTS_PER_CREDITOR == REVERSED)
    | (journal.c.credit % ACCOUNTS_PER_CREDITOR == REVERSED),
)


class CheckFailed(VerificationFailed):
    """A check of the night failed; the business date stays open."""


def check_night(connection: Connection, day: date) -> None:
    """Raise `CheckFailed` unless the books of the day, its totals and its sample of the portfolio agree."""
    _check_day_totals(connection, day)
    number = number_of(day)
    _check_clearing(connection, number)
    numbers = [(low, high) for low, high in connection.execute(_NUMBERS) if low is not None]
    wrong = states_unlike_journal(connection, sample_of(day, numbers))
    if wrong:
        raise CheckFailed(
            f"{day}: {wrong[0][1]}" + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else "")
        )


def sample_of(day: date, numbers: Sequence[Numbers]) -> list[int]:
    """The loan numbers to check on a day, from the lowest of each creditor to the highest; next night the next ones.

    Loans are numbered one after the other, so that none has to be looked for; after as many nights as there are
    parts all had their turn.
    """
    held = sum(high - low + 1 for low, high in numbers)
    parts = max(PORTFOLIO_PARTS, -(-held // MOST_CHECKED))
    return [
        loan
        for low, high in numbers
        for loan in range(low + (day.toordinal() - low) % parts, high + 1, parts)
    ]


def states_unlike_journal(connection: Connection, loans: Sequence[int]) -> list[tuple[int, str]]:
    """The loans whose state row does not hold the balances of the journal, each with both in words."""
    wrong = []
    for start in range(0, len(loans), 5000):
        part = loans[start : start + 5000]
        sums = _sums(connection, part)
        for row in connection.execute(_STATES, {"loans": part}):
            booked = tuple(sums.get((row.loan, account), 0) for account in BALANCE_ACCOUNTS)
            held = StateRow(*row).balances
            if booked != held:
                what = f"the journal holds {booked}, its state row {held}"
                wrong.append((row.loan, f"loan {row.loan}: {what}"))
    return wrong


def _sums(connection: Connection, loans: Sequence[int]) -> dict[tuple[int, int], int]:
    """Balances by loan and account number, debit positive."""
    return {
        (loan, account % ACCOUNTS_PER_CREDITOR): int(cents)
        for loan, account, cents in connection.execute(_SUMS, {"loans": loans})
    }


def _check_day_totals(connection: Connection, day: date) -> None:
    """Debits equal credits, and the day's totals are those of its journal rows."""
    number = number_of(day)
    booked, debit, credit = connection.execute(_MOVED, {"day": number}).one()
    if not booked == debit == credit:
        raise CheckFailed(f"{day}: the journal moved {booked} cents, its totals say {debit} and {credit}")


def _check_clearing(connection: Connection, number: int) -> None:
    """What was booked tonight on reversed receipts is back to zero for each loan over all its days."""
    loans = sorted(set(connection.execute(_REVERSED_TONIGHT, {"day": number}).scalars()))
    if not loans:
        return
    signed = case(
        (journal.c.debit % ACCOUNTS_PER_CREDITOR == REVERSED, journal.c.cents),
        (journal.c.credit % ACCOUNTS_PER_CREDITOR == REVERSED, -journal.c.cents),
        else_=0,
    )
    query = (
        select(journal.c.loan, func.sum(signed))
        .where(journal.c.loan.in_(loans))
        .group_by(journal.c.loan)
        .having(func.sum(signed) != 0)
    )
    for loan, cents in connection.execute(query):
        raise CheckFailed(f"loan {loan}: {cents} cents stand on reversed receipts without their reversal")
