"""The work of one business date: the short lane first, then the loans that need the full function, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from jobs.bank_night import book_banks, span_of
from jobs.chunk import Night
from jobs.dunning_night import dunning_of_night
from jobs.letters_dunning import write_dunning
from jobs.letters_night import write_letters
from jobs.letters_year import write_year
from jobs.run import Run
from jobs.units import Done, FullUnit, ShortUnit, Task, Unit, work_unit
from jobs.work_list import chunks_of, loans_apart, loans_to_work, short_ranges, stray_loan, worked_already
from jobs.workers import decided_ahead, is_ahead_worth_it, work_in_processes
from ledger.errors import Held, StoppedByThreshold, VerificationFailed
from ledger.fault_points import reach

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


def work_night(run: Run, night: Night, previous: date | None) -> None:
    """Work every loan that business date touches.

    Raises `Held` when asked to stop, `StoppedByThreshold`, and `StrayRows`.
    """
    # Serialisable, so that news recorded at the same moment is either in the list or known to a later night.
    apart, ranges, stray = run.write(
        lambda connection: (
            loans_apart(connection, night.day, previous),
            short_ranges(connection, night.day, run.options.chunk),
            stray_loan(connection, night.day),
        )
    )
    if stray:
        raise StrayRows(f"loan {stray}: the journal holds rows of {night.day} or later that no night wrote")
    book_banks(run, span_of(night.day, previous), night.last_closed_periods)
    dunning = run.access.read(lambda connection: dunning_of_night(connection, night.day))
    task = Task(replace(night, dunning=dunning), apart)
    count = _Count(sum(loans for _, _, loans in ranges))
    run.options.progress(night.day, 0, count.whole)
    _work(run, task, [ShortUnit(first, last) for first, last, _ in ranges], count)
    loans, done = run.write(
        lambda connection: (
            loans_to_work(connection, night.day, previous, dunning.late),
            worked_already(connection, night.day),
        )
    )
    count.done, count.whole = done, done + len(loans)
    _work(run, task, [FullUnit(part) for part in chunks_of(loans, run.options.chunk)], count)
    write_letters(run, night.day, previous)
    write_year(run, night.day)
    write_dunning(run, night.day)


def _work(run: Run, task: Task, units: Sequence[Unit], count: _Count) -> None:
    """Work units one after the other or in several processes, and look after each."""
    day = task.night.day
    for done in _outcomes(run, task, units):
        reach("unit done")
        count.done += done.loans
        count.failed += done.failed
        run.options.progress(day, min(count.done, count.whole), count.whole)
        _check_threshold(day, count)


def _outcomes(run: Run, task: Task, units: Sequence[Unit]) -> Iterator[Done]:
    waiting = _until_asked(run, task.night.day, units)
    if run.shared and len(units) > 1:
        return work_in_processes(run, task, waiting)
    if is_ahead_worth_it(run, units):
        decided = decided_ahead(run, task, waiting)
        return chain.from_iterable(work_unit(run, task, unit, chunk) for unit, chunk in decided)
    return chain.from_iterable(work_unit(run, task, unit) for unit in waiting)


def _until_asked(run: Run, day: date, units: Iterable[Unit]) -> Iterator[Unit]:
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
