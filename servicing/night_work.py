"""What one night does with one loan: a pure function of its facts, its books and the date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.day import LAST_DAY
from ledger.entry import Entry
from ledger.errors import AflosError
from servicing.arrears import bucket, days_past_due, next_bucket_day
from servicing.facts import Fact
from servicing.history import first_touched, history_of
from servicing.life.outcome import arrears_since, standing
from servicing.life.state import (
    COSTS,
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    PRINCIPAL,
    PRINCIPAL_DUE,
    REFUNDABLE,
    STATUTORY,
    State,
    untaken,
)
from servicing.life.timeline import live
from servicing.posting import Booked, differences, entries_of, should_be

STANDINGS = ("pending", "active", "overpaid", "closed", "written_off")
BALANCE_ACCOUNTS = (
    PRINCIPAL,
    PRINCIPAL_DUE,
    INTEREST_DUE,
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    COSTS,
    STATUTORY,
    REFUNDABLE,
)
"""The accounts whose balances stand in the state row of a loan, in that order."""


class BooksDiffer(AflosError):
    """The balances of the books are not those of the recomputed life: the program is wrong, or rows were changed."""


class StateRow(NamedTuple):
    """Where a loan stands after a night: whole cents, days as integers, written only by the night."""

    loan: int
    worked_to: int
    next_event: int
    principal: int
    principal_due: int
    interest_due: int
    interest_accrued: int
    interest_deferred: int
    costs: int
    interest_statutory: int
    credit: int
    rate_e8: int
    instalment: int
    next_due: int
    arrears_since: int
    bucket: int
    standing: int
    facts: int
    lane: int
    row_nr: int
    last_nr: int
    anchor_day: int
    months: int
    period_from: int
    accrued_to: int
    day_cents: int
    digest: bytes

    @property
    def balances(self) -> tuple[int, ...]:
        """The balances by `BALANCE_ACCOUNTS`, debit positive."""
        return self[3:11]


@dataclass(frozen=True, slots=True)
class Task:
    """One loan with what the night knows of it; `booked` is None when nothing before the last night changes."""

    loan: int
    facts: Sequence[Fact]
    worked_to: date | None
    balances: tuple[int, ...]
    booked: Sequence[Booked] | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for the whole night of one creditor."""

    business_date: date
    last_closed_period: int
    arrears_limits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    """What the night books for a loan, and where the loan stands then."""

    entries: list[Entry]
    state: State
    balances: tuple[int, ...]
    next_event: date
    arrears_since: date | None
    bucket: int
    standing: int


def news_reaches_back(facts: Sequence[Fact], worked_to: date | None) -> bool:
    """Whether facts that count only since the last night change something before it."""
    if worked_to is None:
        return False
    news = [fact for fact in facts if max(fact.known_on, fact.value_date) > worked_to]
    if not news:
        return False
    tolerant = any(fact.data.get("payment_tolerance") for fact in facts)
    return tolerant or first_touched(facts, news) <= worked_to


def work_loan(task: Task, setting: Setting) -> Worked:
    """Recompute the loan from its facts and book the difference; raises for facts that cannot hold."""
    day = setting.business_date
    history = history_of(task.facts)
    state = live(history.terms, history.events, history.reversals, day)
    since = None if task.booked is not None else task.worked_to
    news = differences(should_be(state.effects, since), task.booked or ())
    balances = _balances_after(task.balances, news)
    _check(task.loan, state, balances)
    late = arrears_since(state)
    return Worked(
        entries_of(task.loan, day, news, setting.last_closed_period),
        state,
        balances,
        _next_event(task, setting, state, late),
        late,
        bucket(days_past_due(late, day), setting.arrears_limits),
        STANDINGS.index(standing(state, day)),
    )


def _balances_after(before: tuple[int, ...], news: Sequence[Booked]) -> tuple[int, ...]:
    totals = dict(zip(BALANCE_ACCOUNTS, before or (0,) * len(BALANCE_ACCOUNTS), strict=True))
    for posting in news:
        for account, cents in ((posting.debit, posting.cents), (posting.credit, -posting.cents)):
            if account in totals:
                totals[account] += cents
    return tuple(totals.values())


def _check(loan: int, state: State, balances: tuple[int, ...]) -> None:
    """The balances of the books must be those of the life: never close a night on a difference."""
    due = [row for row in state.rows if row.fell_due]
    principal_due = sum(row.open_principal for row in due)
    deferred = sum(row.open_interest for row in due if not row.payable)
    wanted = (
        state.principal - principal_due,
        principal_due,
        sum(row.open_interest for row in due) - deferred,
        state.standing,
        deferred,
        state.costs,
        state.statutory,
        -state.credit,
    )
    if wanted != balances:
        raise BooksDiffer(f"loan {loan}: the books hold {balances}, the facts give {wanted}")


def _next_event(task: Task, setting: Setting, state: State, late: date | None) -> date:
    """The first later day on which something happens to the loan by itself."""
    day = setting.business_date
    days = [fact.value_date for fact in task.facts if fact.value_date > day]
    running_on = state.principal or state.standing or untaken(state)
    if running_on or state.unassigned:
        days.append(state.next_cut_off)
    if state.running is not None and running_on:
        days.append(state.running.due)
    deferred = [row for row in state.rows if row.fell_due and not row.payable and row.open_interest]
    if deferred and state.running is not None:
        days.append(state.last_row.due)
    later = next_bucket_day(late, day, setting.arrears_limits)
    return min([*days, *([later] if later else [])], default=LAST_DAY)
