"""The night: closes business dates one by one, each opened, worked and closed once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from jobs import clock
from jobs.business_dates import last_closed, next_to_close
from jobs.config_guard import keep_config
from jobs.checkers import check_night
from jobs.chunk import Night
from jobs.lease import Lease, new_claim, release, renew, take
from jobs.manifest import Manifest, as_json, counts, folder, keep, previous_seal, program_version, set_aside
from jobs.sealing import seal_of_night
from jobs.tables import business_day
from jobs.working import MOST_CATCH_UP_DAYS, Options, work_night
from ledger.database import reading, writing
from ledger.day import number_of
from ledger.errors import AflosError, BadInput
from ledger.store import last_closed as last_closed_period
from ledger.store import write_day_totals
from ledger.tables import creditor


def close_nights(engine: Engine, until: date, options: Options) -> list[Manifest]:
    """Close every open business date up to `until`, in order; the manifest of each.

    Raises `Held` when another run is busy or this one is asked to stop, `StoppedByThreshold`, `BadInput`.
    """
    with _leased(engine) as held:
        return [close_night(engine, held, day, options) for day in open_dates(engine, until, options)]


@contextmanager
def _leased(engine: Engine) -> Iterator[Lease]:
    with writing(engine) as connection:
        held = take(connection, new_claim())
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
    work_night(engine, held, night, previous, options)
    with writing(engine) as connection:
        renew(connection, held)
        manifest = _close(connection, day, previous, run_id)
    seconds = format(clock.monotonic() - begun, ".3f")
    manifest |= {"seconds": seconds}
    keep(folder(engine), manifest)
    options.closed(manifest)
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
