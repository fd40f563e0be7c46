"""The ladders of loans that take a short lane: looked at from their rows, without working the loan's whole life."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from jobs.chunk import Night
from jobs.dunning_night import Seen, look_at_ladders, overdue_in_row
from servicing.dunning.owing import Overdue, OverdueRow
from servicing.dunning.standing import Standing, overdue_in, waits
from servicing.dunning.store import standings_of
from servicing.facts import Fact
from servicing.short_lane import LaneWork
from servicing.store import facts_of


@dataclass(frozen=True, slots=True)
class Ladders:
    """Where the loans of a piece stood, what is overdue on them by their rows, and which must leave the lane.

    `facts` are those of the loans whose ladder is looked at tonight.
    """

    before: Mapping[int, Standing] = field(default_factory=dict)
    overdue: Mapping[int, Overdue] = field(default_factory=dict)
    facts: Mapping[int, Sequence[Fact]] = field(default_factory=dict)
    left: Collection[int] = frozenset()


def ladders_of_lane(connection: Connection, night: Night, late_since: Mapping[int, int]) -> Ladders:
    """The ladders of loans with their first day of arrears (a number, 0: none).

    Left to the full function are the loans that come on a ladder tonight, and those of which a row does not tell
    what is overdue.
    """
    late = [loan for loan, since in late_since.items() if since]
    if not late:
        return Ladders()
    before = standings_of(connection, late)
    if night.dunning is None:
        return Ladders(left=before.keys())
    looked = [loan for loan, row in before.items() if not waits(row, night.day)]
    facts = facts_of(connection, looked, night.day)
    overdue = {loan: _overdue(row, facts.get(loan), night.day) for loan, row in before.items()}
    known = {loan: one for loan, one in overdue.items() if one is not None}
    limit = night.dunning.late
    fresh = {loan for loan in late if loan not in before and late_since[loan] <= limit}
    return Ladders(before, known, facts, fresh | (before.keys() - known.keys()))


def _overdue(row: Standing, facts: Sequence[Fact] | None, day: date) -> Overdue | None:
    return overdue_in(row, day) if facts is None else overdue_in_row(facts, row, day)


def look_in_lane(connection: Connection, night: Night, ladders: Ladders, worked: Iterable[LaneWork]) -> None:
    """Look at the ladders of loans on them that the lane worked tonight, or note what fell due."""
    seen = [_seen(ladders, work, night.day) for work in worked]
    if night.dunning is not None and seen:
        before = {one.loan: ladders.before[one.loan] for one in seen}
        look_at_ladders(connection, night.dunning, seen, before, night.day)


def _seen(ladders: Ladders, work: LaneWork, day: date) -> Seen:
    overdue = ladders.overdue[work.loan]
    interest = work.interest_booked + work.interest_new
    if work.due_row and (interest or work.instalment_due):
        overdue = overdue.and_due(OverdueRow(work.due_row, day, work.instalment_due, interest))
    return Seen(work.loan, ladders.facts.get(work.loan, ()), None, before=overdue, is_news=False)
