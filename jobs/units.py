"""The work of a night in units of one transaction each, and what is done when a unit fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from jobs.chunk import Night, put_aside, work_chunk
from jobs.paid_night import PaidChunk, work_paid_chunk, write_paid
from jobs.run import Run
from jobs.short_night import work_short_chunk
from ledger.faults import classify


@dataclass(frozen=True, slots=True)
class ShortUnit:
    """The loans of the short lane with a number from `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FullUnit:
    """Loans for the full function."""

    loans: Sequence[int]


Unit = ShortUnit | FullUnit


class Done(NamedTuple):
    """What a unit did: loans worked or set aside, and newly failed ones."""

    loans: int
    failed: int


@dataclass(frozen=True, slots=True)
class Task:
    """What holds for all units of a night; the loans apart do not take the short lane."""

    night: Night
    apart: frozenset[int]


def work_unit(run: Run, task: Task, unit: Unit, decided: PaidChunk | None = None) -> Iterator[Done]:
    """Work a unit; if the database refuses what a loan books, find that loan and set it aside.

    What was `decided` of its loans ahead is written first. Transient faults are tried again inside, fatal ones are
    raised with everything before them kept.
    """
    try:
        done = _in_one(run, task, unit, decided)
    except Exception as error:
        if classify(error) != "business":
            raise
        yield from _find(run, task, unit, error)
    else:
        yield done


def _find(run: Run, task: Task, unit: Unit, refusal: Exception) -> Iterator[Done]:
    parts = _halves(unit)
    if parts:
        for part in parts:
            yield from work_unit(run, task, part)
    elif isinstance(unit, FullUnit):
        yield _put_aside(run, task, unit.loans[0], refusal)
    # A loan that the short lane cannot book stays for the full function, which decides about it.


def _in_one(run: Run, task: Task, unit: Unit, decided: PaidChunk | None) -> Done:
    if isinstance(unit, ShortUnit):
        worked = run.book(
            lambda connection: work_short_chunk(connection, task.night, unit.first, unit.last, task.apart)
        )
        return Done(worked, 0)
    failed = run.book(lambda connection: _work_full(connection, unit.loans, task.night, decided))
    return Done(len(unit.loans), failed)


def _work_full(connection: Connection, loans: Sequence[int], night: Night, decided: PaidChunk | None) -> int:
    """Work loans to which more than time happens; how many failed newly."""
    left = (
        write_paid(connection, loans, night, decided)
        if decided
        else work_paid_chunk(connection, loans, night)
    )
    return work_chunk(connection, left, night).new_failures


def _halves(unit: Unit) -> tuple[Unit, ...]:
    """The unit in two; nothing when it is one loan."""
    if isinstance(unit, ShortUnit):
        middle = (unit.first + unit.last) // 2
        return (
            (ShortUnit(unit.first, middle), ShortUnit(middle + 1, unit.last))
            if unit.first < unit.last
            else ()
        )
    half = len(unit.loans) // 2
    return (FullUnit(unit.loans[:half]), FullUnit(unit.loans[half:])) if half else ()


def _put_aside(run: Run, task: Task, loan: int, refusal: Exception) -> Done:
    failed = run.book(lambda connection: put_aside(connection, loan, refusal, task.night.day))
    return Done(1, failed)
