"""Whether the state row of a loan, from which the coming nights work, is what its facts give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, select

from jobs.chunk import state_row
from jobs.difference import UNREADABLE, Difference, day_or_none
from jobs.verify_ladders import wrong_ladder
from servicing.dunning.standing import Standing
from servicing.facts import Fact
from servicing.night_work import Setting, StateRow, Task, work_loan
from servicing.tables import loan_state

ONE_DAY = timedelta(days=1)
"""Of the date after the last closed one some loans may be worked already."""

SOME_DAY = date(2000, 1, 1)

TERMS = ("rate_e8", "instalment", "next_due", "arrears_since", "standing", "facts")
LANE = ("row_nr", "last_nr", "anchor_day", "months", "period_from")
"""What the short lane reckons with, beside its running interest; a loan outside the lane does not need it."""


def kept_states(connection: Connection, loans: Sequence[int]) -> dict[int, StateRow]:
    """The state rows of loans by number."""
    query = select(loan_state).where(loan_state.c.loan.in_(loans))
    return {row[0]: StateRow._make(row) for row in connection.execute(query)}


def wrong_state(
    loan: int,
    facts: Sequence[Fact],
    held: StateRow | None,
    last: date | None,
    ladder: Standing | None = None,
) -> Iterator[Difference]:
    """What is wrong with the state row and the ladder of a loan that is not set aside; `last` is the last closed date.

    Age classes are set in the configuration and may change, so neither they nor the day on which they change count.
    """
    if held is None:
        if last is not None and any(fact.known_on <= last for fact in facts):
            yield Difference(None, loan, "", "has no state row: no night would work it")
        return
    worked_to = day_or_none(held.worked_to)
    if worked_to is None or (last is not None and worked_to > last + ONE_DAY):
        yield Difference(None, loan, "", f"its state row says worked to {held.worked_to}: no night did that")
        return
    try:
        task = Task(loan, [fact for fact in facts if fact.known_on <= worked_to], None, (), None)
        worked = work_loan(task, Setting(worked_to, 0, ()))
    except UNREADABLE:
        return  # told as a loan that cannot be recomputed
    for what in _unlike(held, state_row(task, worked, worked_to, ())):
        yield Difference(None, loan, "", f"its state row does not fit its facts: {what}")
    if ladder is not None and last is not None:
        yield from wrong_ladder(ladder, worked.state, max(last, worked_to))


def _unlike(held: StateRow, wanted: StateRow) -> Iterator[str]:
    lane = LANE if held.lane and wanted.lane else ()
    for name in (*TERMS, *lane):
        is_now, was = getattr(held, name), getattr(wanted, name)
        if is_now != was:
            yield f"{name} is {is_now}, must be {was}"
    if lane and wanted.rate_e8 and _running(held) != _running(wanted):
        told = f"day_cents {held.day_cents} up to {held.accrued_to}"
        yield f"{told}, must be {wanted.day_cents} up to {wanted.accrued_to}"
    if not held.worked_to < held.next_event <= wanted.next_event:
        told = f"next_event is {held.next_event}"
        yield f"{told}, must lie after {held.worked_to} and not after {wanted.next_event}"


def _running(state: StateRow) -> int | None:
    """Principal times days of the running period, reckoned to one day: two ways of working may stop at others."""
    until = day_or_none(state.accrued_to)
    owed = state.principal + state.principal_due
    return state.day_cents - owed * (until - SOME_DAY).days if until else None
