"""The work of one business date: the short lane first, then the loans that need the full function, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TypeVar

from sqlalchemy import Connection

from jobs.ahead import Ahead, News, deciding_ahead
from jobs.bank_night import book_banks, span_of
from jobs.chunk import Night
from jobs.dunning_night import dunning_of_night, late_enough
from jobs.letters_dunning import write_dunning
from jobs.letters_night import write_letters
from jobs.letters_year import write_year
from jobs.run import Run
from jobs.sealing import CountedAhead
from jobs.units import Done, FullUnit, ShortUnit, Task, Unit, work_unit
from jobs.work_list import chunks_of, loans_apart, loans_to_work, short_ranges, stray_loan, worked_already
from jobs.workers import work_in_processes
from ledger.errors import Held, StoppedByThreshold, VerificationFailed
from ledger.fault_points import reach

Each = TypeVar("Each")

MOST_FAILURES = 20
LEAST_FAILURES_OF_SHARE = 2
FAILURE_SHARE = 20
"""The night stops above 20 new failures, or above one in 20 touched loans and at least 2."""


@dataclass(slots=True)
class _Count:
    """How far the night is: loans it touches, done by this run or an earlier one, and newly failed."""

    whole: int
    done: int = 0
    failed: int = 0


class StrayRows(VerificationFailed):
    """The journal holds rows of a date whose night has not written them."""


def work_night(run: Run, night: Night, previous: date | None) -> CountedAhead:
    """Work every loan that business date touches; what was counted meanwhile for the seal.

    Raises `Held` when asked to stop, `StoppedByThreshold`, and `StrayRows`.
    """

    def ask(connection: Connection) -> tuple[frozenset[int], list[tuple[int, int, int]], int | None, int]:
        apart = loans_apart(connection, night.day, previous)
        ranges = short_ranges(connection, night.day, run.options.chunk, apart)
        return apart, ranges, stray_loan(connection, night.day), late_enough(connection, night.day)

    # Serialisable, so that news recorded at the same moment is either in the list or known to a later night.
    apart, ranges, stray, late = run.write(ask)
    if stray:
        raise StrayRows(f"loan {stray}: the journal holds rows of {night.day} or later that no night wrote")
    with deciding_ahead(run, night, News(apart, previous, late)) as ahead:
        book_banks(run, span_of(night.day, previous), night.last_closed_periods)
        dunning = run.access.read(lambda connection: dunning_of_night(connection, night.day))
        task = Task(replace(night, dunning=dunning), apart)
        _work_short(run, task, ranges)
        _work_full(run, task, previous, ahead)
        counted = ahead.counted()
    write_letters(run, night.day, previous)
    write_year(run, night.day)
    write_dunning(run, night.day)
    return counted


def _work_short(run: Run, task: Task, ranges: Sequence[tuple[int, int, int]]) -> None:
    """Work the loans to which only time happens: first, last and count of each piece of them."""
    count = _Count(sum(loans for _, _, loans in ranges))
    run.options.progress(task.night.day, 0, count.whole)
    units = [ShortUnit(first, last) for first, last, _ in ranges]
    _look_after(run, task, _outcomes(run, task, units), count)


def _work_full(run: Run, task: Task, previous: date | None, ahead: Ahead) -> None:
    """Work the loans that are left: those about which another process decides first."""
    night = task.night
    late = night.dunning.late if night.dunning else 0
    loans, done = run.write(
        lambda connection: (
            loans_to_work(connection, night.day, previous, late),
            worked_already(connection, night.day),
        )
    )
    decided = _until_asked(run, night.day, ahead.units(set(loans)))
    first = (each for unit, chunk in decided for each in work_unit(run, task, unit, chunk))
    rest = chunks_of([loan for loan in loans if loan not in ahead.loans], run.options.chunk)
    outcomes = chain(first, _outcomes(run, task, [FullUnit(part) for part in rest]))
    _look_after(run, task, outcomes, _Count(done + len(loans), done))


def _look_after(run: Run, task: Task, outcomes: Iterable[Done], count: _Count) -> None:
    """Count what units did, tell how far the night is, and stop it where too much fails."""
    day = task.night.day
    for done in outcomes:
        reach("unit done")
        count.done += done.loans
        count.failed += done.failed
        run.options.progress(day, min(count.done, count.whole), count.whole)
        _check_threshold(day, count)


def _outcomes(run: Run, task: Task, units: Sequence[Unit]) -> Iterator[Done]:
    """Work units one after the other or in several processes."""
    waiting = _until_asked(run, task.night.day, units)
    if run.shared and len(units) > 1:
        return work_in_processes(run, task, waiting)
    return chain.from_iterable(work_unit(run, task, unit) for unit in waiting)


def _until_asked(run: Run, day: date, units: Iterable[Each]) -> Iterator[Each]:
    for unit in units:
        if run.options.stop_asked():
            raise Held(f"stopped on request with {day} open; the next start goes on")
        yield unit


def _check_threshold(day: date, count: _Count) -> None:
    share = count.failed >= LEAST_FAILURES_OF_SHARE and count.failed * FAILURE_SHARE > count.whole
    if count.failed > MOST_FAILURES or share:
        raise StoppedByThreshold(
            f"{day} stays open: {count.failed} of {count.whole} loans failed, which is no accident of one loan; "
            "aflos status shows them"
        )
