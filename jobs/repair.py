"""One loan that was set aside, worked by itself after it was mended."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from jobs.access import Access
from jobs.business_dates import last_started, next_to_close
from jobs.chunk import work_chunk
from jobs.inbox import reading_begun, take_inbox
from jobs.night import night_of, open_night
from jobs.run import Options, Run, begun
from jobs.soundness import check_sound
from jobs.tables import quarantine
from jobs.units import FullUnit, Task, work_unit


class Repair(NamedTuple):
    """How a loan fared: for which business date, whether that was kept, and why it is still set aside."""

    business_date: date
    is_kept: bool
    error: str | None


def repair_loan(engine: Engine, loan: int, until: date, options: Options) -> Repair:
    """Work one loan for the first open business date, which stays open; without one that has ended, only try it.

    A date that is closed takes no more rows: a loan mended by day is booked by the coming night, as all news is.
    """
    with begun(Access(engine), options) as run:
        check_sound(run.access)
        day = (
            run.access.read(lambda connection: next_to_close(connection) or last_started(connection)) or until
        )
        if day <= until:
            return Repair(day, True, _work(run, loan, day))  # noqa: FBT003 - the field names it
        return Repair(day, False, run.write(lambda connection: _try(connection, run, loan, day)))  # noqa: FBT003


def _work(run: Run, loan: int, day: date) -> str | None:
    with reading_begun(run.access.engine) as reader:
        take_inbox(run, day, reader)
    night, _ = open_night(run, day)
    for _ in work_unit(run, Task(night, frozenset()), FullUnit([loan])):
        pass
    return run.access.read(lambda connection: _why_aside(connection, loan))


def _try(connection: Connection, run: Run, loan: int, day: date) -> str | None:
    """Work the loan and undo it."""
    inner = connection.begin_nested()
    work_chunk(connection, [loan], night_of(connection, day, run.options))
    error = _why_aside(connection, loan)
    inner.rollback()
    return error


def _why_aside(connection: Connection, loan: int) -> str | None:
    return connection.execute(select(quarantine.c.error).where(quarantine.c.loan == loan)).scalar()
