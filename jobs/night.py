"""The night: closes business dates one by one, each opened, worked and closed once."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from jobs import clock
from jobs.business_dates import last_closed, next_to_close
from jobs.config_guard import keep_config
from jobs.checkers import check_night
from jobs.chunk import ChunkResult, Night, work_chunk
from jobs.lease import Lease, release, renew, take
from jobs.manifest import Manifest, as_json, counts, folder, keep, previous_seal, program_version, set_aside
from jobs.sealing import seal_of_night
from jobs.tables import business_day
from jobs.work_list import chunks_of, loans_to_work
from ledger.database import reading, writing
from ledger.day import number_of
from ledger.errors import AflosError, BadInput, Held, StoppedByThreshold
from ledger.faults import classify
from ledger.store import last_closed as last_closed_period
from ledger.store import write_day_totals
from ledger.tables import creditor

DEFAULT_CHUNK = 10_000
MOST_CATCH_UP_DAYS = 45
"""More open dates than this need a word from a person (a wrong clock must not close years)."""

MOST_FAILURES = 20
LEAST_FAILURES_OF_SHARE = 2
FAILURE_SHARE = 20
"""The night stops above 20 new failures, or above one in 20 touched loans and at least 2."""

TRIES = 5


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done; nothing here changes what it books."""

    arrears_limits: tuple[int, ...]
    chunk: int = DEFAULT_CHUNK
    confirm_days: int = MOST_CATCH_UP_DAYS
    progress: Callable[[date, int, int], None] = lambda _day, _done, _all: None
    stop_asked: Callable[[], bool] = lambda: False


def close_nights(engine: Engine, until: date, options: Options) -> list[Manifest]:
    """Close every open business date up to `until`, in order; the manifest of each.

    Raises `Held` when another run is busy or this one is asked to stop, `StoppedByThreshold`, `BadInput`.
    """
    with _leased(engine) as held:
        return [close_night(engine, held, day, options) for day in open_dates(engine, until, options)]


@contextmanager
def _leased(engine: Engine) -> Iterator[Lease]:
    with writing(engine) as connection:
        held = take(connection)
    try:
        yield held
    finally:
        with writing(engine) as connection:
            release(connection, held)


def open_dates(engine: Engine, until: date, options: Options) -> list[date]:
    """The open business dates up to a day; refuses a future day and more dates than were confirmed."""
    if until >= clock.today():
        raise BadInput(f"{until} has not ended; the last date that can be closed is yesterday")
    with reading(engine) as connection:
        first = next_to_close(connection) or until
    dates = [first + timedelta(days=days) for days in range((until - first).days + 1)]
    if len(dates) > max(options.confirm_days, MOST_CATCH_UP_DAYS):
        raise BadInput(
            f"{len(dates)} dates are open ({dates[0]} to {dates[-1]}), more than {MOST_CATCH_UP_DAYS}: "
            f"check the clock, then say --confirm-days {len(dates)}"
        )
    return dates


def close_night(engine: Engine, held: Lease, day: date, options: Options) -> Manifest:
    """Work one business date and close it, or go on where an earlier run of it stopped."""
    begun = clock.monotonic()
    with writing(engine) as connection:
        renew(connection, held)
        previous = last_closed(connection)
        run_id = _start(connection, day, keep_config(connection, previous))
        night = _night(connection, day, options)
    with reading(engine) as connection:
        loans = loans_to_work(connection, day, previous)
    _work(engine, held, night, loans, options)
    with writing(engine) as connection:
        renew(connection, held)
        manifest = _close(connection, day, previous, run_id)
    seconds = format(clock.monotonic() - begun, ".3f")
    manifest |= {"seconds": seconds}
    keep(folder(engine), manifest)
    return manifest


def _start(connection: Connection, day: date, used: str) -> str:
    """Note that the date has begun; the run id of the run that began it."""
    known = connection.execute(
        select(business_day.c.run_id).where(business_day.c.day == number_of(day))
    ).scalar()
    if known:
        return str(known)
    run_id = uuid.uuid4().hex
    connection.execute(
        insert(business_day).values(
            day=number_of(day),
            state="started",
            started_at=clock.now_utc().isoformat(),
            run_id=run_id,
            config_set=used,
        )
    )
    return run_id


def _night(connection: Connection, day: date, options: Options) -> Night:
    numbers = connection.execute(select(creditor.c.id)).scalars().all()
    periods = {number: last_closed_period(connection, number, day) for number in numbers}
    return Night(day, periods, options.arrears_limits)


def _work(engine: Engine, held: Lease, night: Night, loans: Sequence[int], options: Options) -> None:
    done, failed = 0, 0
    options.progress(night.day, 0, len(loans))
    for part in chunks_of(loans, options.chunk):
        if options.stop_asked():
            raise Held(f"stopped on request with {night.day} open; the next start goes on")
        result = _work_part(engine, held, night, part)
        done, failed = done + len(part), failed + result.new_failures
        options.progress(night.day, done, len(loans))
        _check_threshold(night.day, failed, len(loans))


def _work_part(engine: Engine, held: Lease, night: Night, part: Sequence[int]) -> ChunkResult:
    """One chunk in one transaction; conflicts and lost connections run it again as a whole, a few times."""
    for attempt in range(1, TRIES + 1):
        try:
            with writing(engine) as connection:
                renew(connection, held)
                return work_chunk(connection, part, night)
        except Exception as error:
            if classify(error) != "transient" or attempt == TRIES:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter is no secret
    raise AssertionError("the loop returns or raises")


def _check_threshold(day: date, failed: int, touched: int) -> None:
    share = failed >= LEAST_FAILURES_OF_SHARE and failed * FAILURE_SHARE > touched
    if failed > MOST_FAILURES or share:
        raise StoppedByThreshold(
            f"{day} stays open: {failed} of {touched} loans failed, which is no accident of one loan; "
            "aflos status shows them"
        )


def _close(connection: Connection, day: date, previous: date | None, run_id: str) -> Manifest:
    """Total, check and seal the date in one transaction."""
    write_day_totals(connection, day)
    check_night(connection, day)
    before = previous_seal(connection, day)
    sealed = seal_of_night(connection, day, previous, before)
    manifest: Manifest = {
        "business_date": day.isoformat(),
        "run_id": run_id,
        "version": program_version(),
        **counts(connection, day),
        "letters_proposed": 0,
        "quarantined": set_aside(connection),
        "law": [],
        "seal": sealed,
        "previous_seal": before,
    }
    closing = (
        update(business_day)
        .where(business_day.c.day == number_of(day))
        .values(
            state="closed",
            closed_at=clock.now_utc().isoformat(),
            seal=sealed,
            previous_seal=before,
            manifest=as_json(manifest),
        )
    )
    connection.execute(closing)
    return manifest


def stored_manifest(connection: Connection, day: date) -> Manifest | None:
    """The manifest of a closed date as the database keeps it."""
    text = connection.execute(
        select(business_day.c.manifest).where(business_day.c.day == number_of(day))
    ).scalar()
    if text is None:
        return None
    manifest = json.loads(text)
    if not isinstance(manifest, dict):
        raise AflosError(f"{day}: the stored manifest is no manifest")
    return manifest
