"""The short lane with payments: a loan to which only time and plain payments happen, worked in whole numbers.

The payments came since the loan was worked last, and pay no more than is open of at most the row that fell due
before and the one that falls due tonight. Everything else goes through the full function of night_work.py; both
give the same rows, which a test holds for random lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from servicing.night_work import StateRow
from servicing.short_lane import (
    LAST_DAY_OF_YEAR,
    TAKES_PAYMENTS,
    LaneLoan,
    LaneWork,
    Tonight,
    age,
    days_between,
    work_short,
)

_AS_LANE = itemgetter(*map(StateRow._fields.index, LaneLoan._fields))
"""Of a state row what the short lane reads."""

_BOTH = (*LaneLoan._fields, *LaneWork._fields)
_AFTER = itemgetter(*(len(_BOTH) - 1 - _BOTH[::-1].index(name) for name in LaneLoan._fields))
"""Of a loan and the work of the night: what the work tells of the loan, else what it was."""


class LanePayment(NamedTuple):
    """A payment that became known: its day, the number of its fact, and cents."""

    value_date: int
    fact: int
    cents: int


class Receipt(NamedTuple):
    """How a payment was divided, in cents."""

    value_date: int
    fact: int
    principal: int
    interest: int


class PaidWork(NamedTuple):
    """What a night books for a loan with payments."""

    work: LaneWork
    receipts: list[Receipt]


class _Open(NamedTuple):
    """What is open of a row that fell due on a day, in cents."""

    due: int
    interest: int
    principal: int


class _Standing(NamedTuple):
    """A loan between two happenings of the night, with its open rows from the oldest."""

    loan: LaneLoan
    rows: list[_Open]
    receipts: list[Receipt]


def work_paid(state: StateRow, payments: Sequence[LanePayment], tonight: Tonight) -> PaidWork | None:
    """What time and payments do to a loan tonight; None when the full function must do it."""
    standing = _before(state, tonight) if _may_take(state, payments, tonight) else None
    if standing is None:
        return None
    is_due = state.next_due == tonight.day
    if is_due and tonight.day % 10000 == LAST_DAY_OF_YEAR:
        return None  # the row would fall due before the payments and the year be cut off after them
    inside = sorted(payments)
    after = [one for one in inside if is_due and one.value_date == tonight.day]
    standing = _receive(standing, inside[: len(inside) - len(after)])
    work = work_short(standing.loan, tonight) if standing else None
    if standing is None or work is None or not work.principal:
        return None
    rows = standing.rows
    if is_due:
        new = _Open(tonight.day, work.interest_booked + work.interest_new, work.instalment_due)
        rows = _still_open([*rows, new])
    standing = _receive(_Standing(_after(standing.loan, work), rows, standing.receipts), after)
    return _finished(standing, work, tonight) if standing else None


def _may_take(state: StateRow, payments: Sequence[LanePayment], tonight: Tonight) -> bool:
    """Nothing but principal and interest stands open, and the payments change nothing before the last night."""
    in_lane = state.lane > TAKES_PAYMENTS and state.worked_to < tonight.day
    on_time = state.next_due >= tonight.day and state.next_event >= tonight.day
    alone = not (state.interest_deferred or state.interest_statutory or state.costs or state.credit)
    return in_lane and on_time and alone and all(
        state.worked_to < one.value_date <= tonight.day for one in payments
    )  # fmt: skip


def _before(state: StateRow, tonight: Tonight) -> _Standing | None:
    """The loan as it was; None if more than the last row that fell due is open."""
    loan = LaneLoan._make(_AS_LANE(state))
    if not loan.arrears_since:
        return _Standing(loan, [], [])
    if loan.arrears_since != loan.period_from or loan.arrears_since > tonight.day:
        return None
    return _Standing(loan, [_Open(loan.arrears_since, loan.interest_due, loan.principal_due)], [])


def _after(loan: LaneLoan, work: LaneWork) -> LaneLoan:
    """The loan after time did its work."""
    return LaneLoan._make(_AFTER((*loan, *work)))


def _receive(standing: _Standing, payments: Sequence[LanePayment]) -> _Standing | None:
    """Divide payments over the open rows, oldest first, interest before principal; None if one pays more than that."""
    if not payments:
        return standing
    loan, rows, receipts = standing
    for payment in payments:
        left, interest, principal, still = payment.cents, 0, 0, []
        for row in rows:
            to_interest = min(left, row.interest)
            to_principal = min(left - to_interest, row.principal)
            left -= to_interest + to_principal
            interest, principal = interest + to_interest, principal + to_principal
            if to_interest != row.interest or to_principal != row.principal:
                still.append(_Open(row.due, row.interest - to_interest, row.principal - to_principal))
        if left:
            return None
        rows = still
        loan = _reduced(loan, payment.value_date, (interest, principal), rows[0].due if rows else 0)
        receipts = [*receipts, Receipt(payment.value_date, payment.fact, principal, interest)]
    return _Standing(loan, rows, receipts)


def _still_open(rows: Iterable[_Open]) -> list[_Open]:
    return [row for row in rows if row.interest or row.principal]


def _reduced(loan: LaneLoan, day: int, paid: tuple[int, int], arrears_since: int) -> LaneLoan:
    """Interest runs on the old principal up to the day of the payment, and on what is left from then on."""
    interest, principal = paid
    day_cents, accrued_to = loan.day_cents, loan.accrued_to
    if day > accrued_to:
        day_cents += (loan.principal + loan.principal_due) * days_between(accrued_to, day)
        accrued_to = day
    return loan._replace(
        principal_due=loan.principal_due - principal,
        interest_due=loan.interest_due - interest,
        arrears_since=arrears_since,
        accrued_to=accrued_to,
        day_cents=day_cents,
    )


def _finished(standing: _Standing, work: LaneWork, tonight: Tonight) -> PaidWork:
    loan = standing.loan
    late, changes = age(loan.arrears_since, tonight)
    changed = work._replace(
        principal_due=loan.principal_due,
        interest_due=loan.interest_due,
        arrears_since=loan.arrears_since,
        bucket=late,
        next_event=min(loan.next_due, changes),
        accrued_to=loan.accrued_to,
        day_cents=loan.day_cents,
    )
    return PaidWork(changed, standing.receipts)
