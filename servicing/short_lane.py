"""The short lane: a loan to which only time happens, worked from its state row with a few whole numbers.

A loan takes it when its running period is one whole notional period of day count `monthly`, nothing was paid
ahead, nothing is deferred and no news came. Everything else goes through the full function of night_work.py;
both give the same rows, which a test holds for random lives.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from ledger.day import LAST_DAY, day_of, number_of
from servicing.arrears import bucket, next_bucket_day
from servicing.facts import Fact, FactKind
from servicing.history import EVENTS, FOLLOWING
from servicing.life.falling_due import takes_principal
from servicing.life.state import Row, State
from servicing.terms import Terms

FULL, ANNUITY, LINEAR = 0, 1, 2
"""Which lane a loan takes on a night on which only time happens to it; the numbers are stored."""

TAKES_PAYMENTS = 2
"""Added to the lane of a loan that may stay in it when a payment comes; see payment_lane.py."""

RATE_UNIT = 10**8
MONTHS_IN_YEAR = 12
LAST_DAY_OF_YEAR = 1231


KNOWN_KINDS = frozenset(
    {
        FactKind.DISBURSEMENT,
        FactKind.OPENING,
        FactKind.SCHEDULE,
        FactKind.RATE,
        FactKind.PAYMENT,
        FactKind.REVERSAL,
        FactKind.COST,
        FactKind.INSTALMENT,
        FactKind.DEFERRAL,
        FactKind.EARLY_REPAYMENT,
        FactKind.WRITE_OFF,
        FactKind.WAIVER,
        FactKind.STATUTORY_INTEREST,
        FactKind.CANCELLATION,
        FactKind.INTEREST_OWED,
        FactKind.CREDIT_REFUND,
    }
)
"""Kinds of facts that change amounts of which the lane knows all that they leave behind: it stands in the state row."""


class LaneState(NamedTuple):
    """What the short lane needs of a loan's schedule; days as integers, `day_cents` is principal x days so far."""

    lane: int
    row_nr: int
    last_nr: int
    anchor_day: int
    months: int
    period_from: int
    accrued_to: int
    day_cents: int


NO_LANE = LaneState(FULL, 0, 0, 0, 0, 0, 0, 0)


class LaneLoan(NamedTuple):
    """The columns of a state row that the short lane reads: whole cents, days as integers."""

    loan: int
    principal: int
    principal_due: int
    interest_due: int
    interest_accrued: int
    rate_e8: int
    instalment: int
    next_due: int
    arrears_since: int
    lane: int
    row_nr: int
    last_nr: int
    anchor_day: int
    months: int
    period_from: int
    accrued_to: int
    day_cents: int


class LaneWork(NamedTuple):
    """What a night of the short lane books for a loan, and the columns of its state row that change."""

    loan: int
    due_row: int
    interest_booked: int
    interest_new: int
    instalment_due: int
    cut_off: int
    next_event: int
    principal: int
    principal_due: int
    interest_due: int
    interest_accrued: int
    next_due: int
    arrears_since: int
    bucket: int
    lane: int
    row_nr: int
    period_from: int
    accrued_to: int
    day_cents: int


class Tonight(NamedTuple):
    """What holds for every loan of the night."""

    day: int
    arrears_limits: tuple[int, ...]


def work_short(loan: LaneLoan, tonight: Tonight) -> LaneWork | None:
    """What time alone does to a loan tonight; None when the full function must do it.

    One function of plain local numbers, because it is called for every loan that falls due.
    """
    (
        number, principal, principal_due, interest_due, accrued, rate_e8, instalment, next_due, late_since,
        lane, row_nr, last_nr, anchor_day, months, since, accrued_to, day_cents,
    ) = loan  # fmt: skip
    day = tonight.day
    due_row = booked = new = part = cut = 0
    if next_due <= day:
        if next_due < day or row_nr >= last_nr:
            return None
        day_cents += (principal + principal_due) * days_between(accrued_to, day)
        interest = _rounded(day_cents * rate_e8 * months, days_between(since, day))
        if interest < accrued:
            return None
        due_row, booked, new = row_nr, accrued, interest - accrued
        part = min(max(0, instalment if lane % 2 == 0 else instalment - interest), principal)
        principal, principal_due = principal - part, principal_due + part
        interest_due, accrued = interest_due + interest, 0
        late_since = late_since or (day if interest or part else 0)
        next_due = _months_after(day, months, anchor_day)
        row_nr, since, accrued_to, day_cents = row_nr + 1, day, day, 0
        lane = lane if row_nr < last_nr and principal else FULL
    if day % 10000 == LAST_DAY_OF_YEAR:
        running = day_cents + (principal + principal_due) * days_between(accrued_to, _new_year(day))
        cut = max(0, _rounded(running * rate_e8 * months, days_between(since, next_due)) - accrued)
        accrued += cut
    late, changes = age(late_since, tonight)
    return LaneWork(
        number, due_row, booked, new, part, cut, min(next_due, changes), principal, principal_due,
        interest_due, accrued, next_due, late_since, late, lane, row_nr, since, accrued_to, day_cents,
    )  # fmt: skip


def _rounded(numerator: int, days_in_period: int) -> int:
    """Principal x days x rate x months over the days of the period, in cents, rounded half up."""
    bottom = days_in_period * MONTHS_IN_YEAR * RATE_UNIT
    return (2 * numerator + bottom) // (2 * bottom)


def _new_year(day: int) -> int:
    """1 January after a day."""
    return (day // 10000 + 1) * 10000 + 101


@lru_cache(maxsize=100_000)
def age(since: int, tonight: Tonight) -> tuple[int, int]:
    """The age class tonight, and the day on which it changes or the year is cut off."""
    late = day_of(since) if since else None
    today = day_of(tonight.day)
    changes = next_bucket_day(late, today, tonight.arrears_limits)
    year = tonight.day // 10000 + (tonight.day % 10000 == LAST_DAY_OF_YEAR)
    now = bucket((today - late).days if late else 0, tonight.arrears_limits)
    return now, min(number_of(changes or LAST_DAY), year * 10000 + LAST_DAY_OF_YEAR)


@lru_cache(maxsize=100_000)
def days_between(since: int, until: int) -> int:
    """Days from one day up to (not including) another."""
    return (day_of(until) - day_of(since)).days


@lru_cache(maxsize=100_000)
def _months_after(day: int, months: int, anchor_day: int) -> int:
    year, month = divmod(day // 10000 * 12 + day // 100 % 100 - 1 + months, 12)
    return year * 10000 + (month + 1) * 100 + min(anchor_day, monthrange(year, month + 1)[1])


def lane_of(state: State, facts: Sequence[Fact], day: date) -> LaneState:
    """Whether the loan may take the short lane after a night of the full function, and its numbers."""
    row = state.running
    if row is None or row is state.last_row or not _is_plain(state, facts, day):
        return NO_LANE
    since = _period_start(state, row)
    months, anchor_day = state.terms.step.months, state.terms.grid.anchor.day
    if since is None or _months_after(number_of(row.due), -months, anchor_day) != number_of(since):
        return NO_LANE
    day_cents = _day_cents(state, (row.due - since).days, months)
    if day_cents is None:
        return NO_LANE
    lane = LINEAR if state.terms.method == "linear" else ANNUITY
    return LaneState(
        lane + TAKES_PAYMENTS if _divides_plainly(state) else lane,
        row.nr,
        state.last_row.nr,
        anchor_day,
        months,
        number_of(since),
        number_of(state.accrued_to),
        day_cents,
    )


def _is_plain(state: State, facts: Sequence[Fact], day: date) -> bool:
    """Nothing paid ahead, nothing deferred, whole cents, and no fact that counts only later."""
    terms = state.terms
    return (
        terms.day_count == "monthly"
        and terms.rounding == "half-up"
        and terms.method != "bullet"
        and state.principal > 0
        and state.unassigned > 0
        and state.taken == 0
        and state.standing == state.booked
        and not state.stops
        and (state.rate * RATE_UNIT).denominator == 1
        and all(fact.value_date <= day and _is_known(fact.kind) for fact in facts)
        and all(_is_untouched(state, row) for row in state.rows[state.falls_due_next :])
        and all(row.payable for row in state.rows[: state.falls_due_next])
    )


def _is_known(kind: FactKind) -> bool:
    """Whether the lane knows what such a fact does; kinds that change no amount do not matter to it."""
    changes = kind in EVENTS or kind in FOLLOWING or kind is FactKind.WSNP_EARLY_END
    return kind in KNOWN_KINDS or not changes


def _divides_plainly(state: State) -> bool:
    """A payment counts on its own day and pays interest before principal, and no row was brought in at the opening."""
    terms = state.terms
    interest_first = terms.allocation.index("interest") < terms.allocation.index("principal")
    return interest_first and not terms.payment_tolerance and state.rows[0].nr > 0


def _is_untouched(state: State, row: Row) -> bool:
    return takes_principal(state, row) and not (
        row.closed or row.principal or row.interest or row.deferred or row.planned is not None
    )


def _period_start(state: State, row: Row) -> date | None:
    """The first day of the running period, if it can be one whole notional period."""
    at = state.rows.index(row)
    since = state.rows[at - 1].due if row.nr > state.terms.first_number and at else state.terms.start
    terms: Terms = state.terms
    begins_later = terms.interest_from is not None and terms.interest_from > since
    return None if begins_later or state.accrued_to < since else since


def _day_cents(state: State, length: int, months: int) -> int | None:
    """Principal x days that gives what has accrued in the running period; None if no whole number does."""
    if not state.rate:
        return None if state.accrued else 0
    numbers = Fraction(state.accrued) * length * MONTHS_IN_YEAR / (state.rate * months)
    return numbers.numerator if numbers.denominator == 1 else None
