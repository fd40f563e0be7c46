"""The night: closes business dates one by one, each opened, worked and closed once."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, insert, select

from jobs import clock
from jobs.access import Access, rehearsal
from jobs.bank_reader import Reader
from jobs.business_dates import last_closed, last_started, next_to_close
from jobs.chunk import Night
from jobs.closing import close
from jobs.config_guard import keep_config
from jobs.dunning_rules import dunning_book
from jobs.inbox import reading_begun, take_inbox
from jobs.manifest import Manifest, folder, keep
from jobs.run import MOST_CATCH_UP_DAYS, Options, Run, begun
from jobs.soundness import check_sealed, check_sound, looking_through
from jobs.tables import business_day
from jobs.workers import with_workers
from jobs.working import work_night
from ledger.day import number_of
from ledger.errors import BadInput
from ledger.fault_points import reach
from ledger.files import steady_config
from ledger.store import last_closed_periods


def close_nights(engine: Engine, until: date, options: Options) -> list[Manifest]:
    """Close every open business date up to `until`, in order; the manifest of each.

    Raises `Held` when another run is busy or this one is asked to stop, `StoppedByThreshold`, `BadInput`, and
    `VerificationFailed` when the database is not as the last night left it.
    """
    return _close_nights(Access(engine), until, options)


def rehearse_nights(engine: Engine, until: date, options: Options) -> list[Manifest]:
    """Do what `close_nights` would do now, give the same manifests, and keep nothing."""
    with rehearsal(engine) as access:
        return _close_nights(access, until, options)


def _close_nights(access: Access, until: date, options: Options) -> list[Manifest]:
    if not open_dates(access, until, options):
        check_sound(access)
        return []
    with (
        begun(access, options) as run,
        reading_begun(access.engine) as reader,
        looking_through(access) as looked,
    ):
        make_ready(access)
        dates = open_dates(access, until, options)
        ready = replace(with_workers(run), looked=looked)
        return [close_night(ready, day, reader) for day in dates]


def make_ready(access: Access) -> None:
    """What a run does once, however many nights it closes: look at the database and read what is configured.

    A mistake in the configuration so stops the run before a date is begun. Raises what `check_sealed` does.
    """
    check_sealed(access)
    dunning_book()


def open_dates(access: Access, until: date, options: Options) -> list[date]:
    """The open business dates up to a day; refuses a future day and more dates than were confirmed."""
    if until >= clock.today():
        raise BadInput(f"{until} has not ended; the last date that can be closed is yesterday")
    first = access.read(lambda connection: next_to_close(connection) or last_started(connection)) or until
    dates = [first + timedelta(days=days) for days in range((until - first).days + 1)]
    if len(dates) > max(options.confirm_days, MOST_CATCH_UP_DAYS):
        raise BadInput(
            f"{len(dates)} dates are open ({dates[0]} to {dates[-1]}), more than {MOST_CATCH_UP_DAYS}: "
            f"check the clock, then say --confirm-days {len(dates)}"
        )
    return dates


def close_night(run: Run, day: date, reader: Reader) -> Manifest:
    """Work one business date and close it under one configuration, or go on where an earlier run of it stopped."""
    with steady_config():
        return _close_night(run, day, reader)


def _close_night(run: Run, day: date, reader: Reader) -> Manifest:
    since = clock.monotonic()
    run.options.waiting(take_inbox(run, day, reader))
    night, previous = open_night(run, day)
    counted = work_night(run, night, previous)
    place = None if run.access.is_rehearsal else folder(run.access.engine)
    manifest = run.write(lambda connection: close(connection, day, previous, place, counted))
    manifest["seconds"] = format(clock.monotonic() - since, ".3f")
    reach("before the manifest is kept")
    if place is not None:
        keep(place, manifest)
    run.options.closed(manifest)
    return manifest


def open_night(run: Run, day: date) -> tuple[Night, date | None]:
    """Note that a business date has begun, unless it has; what holds for it, and the date closed before it."""

    def start(connection: Connection) -> tuple[Night, date | None]:
        previous = last_closed(connection)
        _start(connection, day, keep_config(connection, previous))
        return night_of(connection, day, run.options), previous

    return run.write(start)


def _start(connection: Connection, day: date, used: str) -> None:
    known = select(business_day.c.day).where(business_day.c.day == number_of(day))
    if connection.execute(known).first() is None:
        row = {"day": number_of(day), "state": "started", "run_id": uuid.uuid4().hex, "config_set": used}
        connection.execute(insert(business_day).values(**row, started_at=clock.now_utc().isoformat()))


def night_of(connection: Connection, day: date, options: Options) -> Night:
    """What holds for a business date."""
    return Night(day, last_closed_periods(connection, day), options.arrears_limits)
