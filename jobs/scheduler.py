"""The nightly service: wakes up, closes what is open and waits again; the database decides which dates are open."""

from __future__ import annotations

import json
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from jobs import clock
from jobs.bank_waiting import until_statements
from jobs.manifest import Manifest
from jobs.night import close_nights
from jobs.run import Options
from jobs.timetable import WakeUp, date_ended, trigger_at
from ledger.errors import AflosError, Held, Misconfigured

CHUNK = 500
"""Loans a chunk; between two chunks the service can be stopped, and that must not take 10 seconds."""

LOOK_SECONDS = 2
"""So often a waiting service looks up: a signal that comes in the instant before a wait does not end that wait, and
the clock may have been set, or stood still while the machine slept."""

STOP = "stop"

Say = Callable[[str], None]


@dataclass(slots=True)
class Service:
    """A running service: its database, where its log lines go, and what was asked of it."""

    engine: Engine
    say: Say
    arrears_limits: tuple[int, ...]
    asked: SimpleQueue[str] = field(default_factory=SimpleQueue)
    stopping: bool = False

    def log(self, event: str, **facts: object) -> None:
        """Say one line: when, what, and the facts of it; never personal data."""
        self.say(json.dumps({"at": clock.now_utc().isoformat(), "event": event, **facts}))


def serve(service: Service, wake_ups: Sequence[WakeUp]) -> None:
    """Close every open date now and at each wake-up, until SIGTERM or Ctrl-C.

    Raises `Held` when another run is busy at the start, or when stopped in the middle of a night, and
    `Misconfigured` for a configuration that cannot be used. Any other failure is logged and tried again.
    """
    with _stopped_by_signals(service), woken_up(service, wake_ups) as planner:
        service.log("started", wakes_at=[f"{wake_up.at:%H:%M}" for wake_up in wake_ups])
        _catch_up(service)
        while wait(service, planner):
            look_again(service)
        service.log("stopped")


def close_open_dates(service: Service) -> list[Manifest]:
    """Close every open date up to yesterday, a day taken once; the manifests of those closed now."""
    now = clock.now_utc()
    until, late = until_statements(service.engine, date_ended(now), now)
    service.log("woke_up", until=until.isoformat())
    if late:
        service.log("waits_for_statements", accounts=late)
    options = Options(
        service.arrears_limits,
        CHUNK,
        stop_asked=lambda: service.stopping,
        closed=lambda manifest: _note_closed(service, manifest),
        waiting=lambda files: _note_waiting(service, files),
    )
    manifests = close_nights(service.engine, until, options)
    service.log("nothing_open" if not manifests else "up_to_date", until=until.isoformat())
    return manifests


def _catch_up(service: Service) -> None:
    """The first look: what nobody can mend by waiting ends the service."""
    try:
        close_open_dates(service)
    except (Held, Misconfigured) as error:
        _note_failure(service, error)
        raise
    except Exception as error:  # noqa: BLE001 - the next wake-up tries again
        _note_failure(service, error)


def look_again(service: Service) -> None:
    """Close what is open; a failure is logged, and the next wake-up tries again."""
    try:
        close_open_dates(service)
    except Exception as error:
        _note_failure(service, error)
        if service.stopping and isinstance(error, Held):
            raise


def wait(service: Service, planner: BackgroundScheduler) -> bool:
    """Wait for the next wake-up; whether it came, and not the end. Several that came at once count as one."""
    while not service.stopping:
        try:
            service.asked.get(timeout=LOOK_SECONDS)
        except Empty:
            planner.wakeup()
            continue
        while not service.asked.empty():
            service.asked.get_nowait()
        return not service.stopping
    return False


def _note_closed(service: Service, manifest: Manifest) -> None:
    aside = manifest["quarantined"]
    assert isinstance(aside, list)
    facts = {key: manifest[key] for key in ("business_date", "loans_touched", "postings", "seal", "seconds")}
    service.log("closed", **facts, set_aside=len(aside))


def _note_waiting(service: Service, files: Sequence[tuple[str, str]]) -> None:
    if files:
        service.log("files_stay_in_inbox", files=[f"{name}: {reason}" for name, reason in files])


def _note_failure(service: Service, error: Exception) -> None:
    """What went wrong; of an error nobody foresaw only its kind and place, since its text may hold names."""
    if isinstance(error, AflosError):
        service.log("held" if isinstance(error, Held) else "failed", error=str(error))
    else:
        place = traceback.extract_tb(error.__traceback__)[-1]
        service.log("failed", error=type(error).__name__, where=f"{place.filename}:{place.lineno}")


@contextmanager
def woken_up(service: Service, wake_ups: Sequence[WakeUp]) -> Iterator[BackgroundScheduler]:
    """A planner that asks for a look at each wake-up; it keeps nothing, so that a restart forgets nothing."""
    planner = BackgroundScheduler(
        timezone=clock.AMSTERDAM,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for wake_up in wake_ups:
        planner.add_job(service.asked.put, trigger_at(wake_up.at), args=[wake_up.job], name=wake_up.job)
    planner.start()
    try:
        yield planner
    finally:
        planner.shutdown(wait=False)


@contextmanager
def _stopped_by_signals(service: Service) -> Iterator[None]:
    """SIGTERM and Ctrl-C ask to stop: at once when idle, after the chunk at hand in a night."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        service.stopping = True
        service.asked.put(STOP)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
