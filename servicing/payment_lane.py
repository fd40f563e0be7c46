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


class _Owed(NamedTuple):
    """What payments change of a loan, and on what its interest runs; cents, days, and principal x days so far."""

    principal: int
    principal_due: int
    interest_due: int
    arrears_since: int
    accrued_to: int
    day_cents: int


def work_paid(state: StateRow, payments: Sequence[LanePayment], tonight: Tonight) -> PaidWork | None:
    """What time and payments do to a loan tonight; None when the full function must do it."""
    loan = LaneLoan._make(_AS_LANE(state))
    rows = _open_before(loan, tonight) if _may_take(state, payments, tonight) else None
    if rows is None:
        return None
    is_due = state.next_due == tonight.day
    if is_due and tonight.day % 10000 == LAST_DAY_OF_YEAR:
        return None  # the row would fall due before the payments and the year be cut off after them
    inside = sorted(payments)
    after = [one for one in inside if is_due and one.value_date == tonight.day]
    receipts: list[Receipt] = []
    if len(inside) > len(after):
        left = _receive(_owed(loan), rows, inside[: len(inside) - len(after)], receipts)
        if left is None:
            return None
        loan = loan._replace(**left._asdict())
    work = work_short(loan, tonight)
    if work is None or not work.principal:
        return None
    if is_due and work.interest_booked + work.interest_new + work.instalment_due:
        rows.append(_Open(tonight.day, work.interest_booked + work.interest_new, work.instalment_due))
    owed = _receive(_owed(work), rows, after, receipts)
    return PaidWork(_finished(work, owed, tonight), receipts) if owed else None


def _may_take(state: StateRow, payments: Sequence[LanePayment], tonight: Tonight) -> bool:
    """Nothing but principal and interest stands open, and the payments change nothing before the last night."""
    before, day = state.worked_to, tonight.day
    if (
        state.lane <= TAKES_PAYMENTS
        or before >= day
        or state.next_due < day
        or state.next_event < day
        or state.interest_deferred
        or state.interest_statutory
        or state.costs
        or state.credit
    ):
        return False
    # A loop, because it is done for every payment.
    for one in payments:  # noqa: SIM110
        if not before < one.value_date <= day:
            return False
    return True


def _open_before(loan: LaneLoan, tonight: Tonight) -> list[_Open] | None:
    """What was open of the loan; None if that is more than the last row that fell due."""
    since = loan.arrears_since
    if not since:
        return []
    if since != loan.period_from or since > tonight.day:
        return None
    return [_Open(since, loan.interest_due, loan.principal_due)]


def _owed(loan: LaneLoan | LaneWork) -> _Owed:
    return _Owed(
        loan.principal,
        loan.principal_due,
        loan.interest_due,
        loan.arrears_since,
        loan.accrued_to,
        loan.day_cents,
    )


def _receive(
    owed: _Owed, rows: list[_Open], payments: Iterable[LanePayment], receipts: list[Receipt]
) -> _Owed | None:
    """Divide payments over the open rows, oldest first, interest before principal; None if one pays more than that.

    Takes what is paid off the rows and adds to the receipts. Interest runs on the old principal up to the day of a
    payment, and on what is left from then on.
    """
    whole, principal_due, interest_due, since, accrued_to, day_cents = owed
    for payment in payments:
        day, left, cents = payment.value_date, payment.cents, 0
        paid_interest = paid_principal = 0
        while left and rows:
            due, interest, principal = rows[0]
            to_interest = min(left, interest)
            to_principal = min(left - to_interest, principal)
            cents = to_interest + to_principal
            left -= cents
            paid_interest += to_interest
            paid_principal += to_principal
            if cents == interest + principal:
                del rows[0]
            else:
                rows[0] = _Open(due, interest - to_interest, principal - to_principal)
        if left:
            return None
        if day > accrued_to:
            day_cents += (whole + principal_due) * days_between(accrued_to, day)
            accrued_to = day
        principal_due -= paid_principal
        interest_due -= paid_interest
        since = rows[0].due if rows else 0
        receipts.append(Receipt(day, payment.fact, paid_principal, paid_interest))
    return _Owed(whole, principal_due, interest_due, since, accrued_to, day_cents)


def _finished(work: LaneWork, owed: _Owed, tonight: Tonight) -> LaneWork:
    """The work of the night with what was paid."""
    (
        number, due_row, booked, new, part, cut, _, principal, _, _, accrued, next_due, _, _, lane, row_nr, since, *_
    ) = work  # fmt: skip
    _, principal_due, interest_due, late_since, accrued_to, day_cents = owed
    late, changes = age(late_since, tonight)
    return LaneWork(
        number, due_row, booked, new, part, cut, min(next_due, changes), principal, principal_due,
        interest_due, accrued, next_due, late_since, late, lane, row_nr, since, accrued_to, day_cents,
    )  # fmt: skip
