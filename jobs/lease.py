"""One runner at a time: a lease row with holder and heartbeat, and a token that fences off a late zombie."""

from __future__ import annotations

import getpass
import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from jobs import clock
from jobs.tables import lease
from ledger.errors import Held, Misconfigured

EXPIRY_SECONDS = 60
"""After this long without a heartbeat a holder on another machine counts as gone; AFLOS_LEASE_SECONDS sets it."""

FREE = 0
"""The process number in the row while nobody holds the lease."""


class LeaseHeld(Held):
    """Another run is busy; names it."""


class LeaseLost(Held):
    """Another run took over; what this one was about to commit is refused."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run the night; `token` grows with every holder."""

    token: int


def take(connection: Connection) -> Lease:
    """Take the lease, over from a holder that is gone if need be; raises `LeaseHeld`."""
    row = connection.execute(_locked(connection)).one_or_none()
    if row is not None and _is_held(row):
        raise LeaseHeld(
            f"the run is held by {row.holder} (process {row.pid} on {row.host}) since {row.started_at}; try again"
        )
    now = clock.now_utc().isoformat()
    token = row.token + 1 if row else 1
    values = {
        "token": token,
        "holder": getpass.getuser(),
        "host": platform.node(),
        "boot_id": _boot_id(),
        "pid": os.getpid(),
        "started_at": now,
        "heartbeat_at": now,
    }
    if row is None:
        connection.execute(insert(lease).values(id=1, **values))
    else:
        connection.execute(update(lease).values(**values))
    return Lease(token)


def renew(connection: Connection, held: Lease) -> None:
    """Beat inside the transaction that is about to commit; raises `LeaseLost` after a takeover."""
    beat = update(lease).where(lease.c.token == held.token).values(heartbeat_at=clock.now_utc().isoformat())
    if connection.execute(beat).rowcount != 1:
        raise LeaseLost("another run took over the lease; this one stops and nothing of it is half done")


def release(connection: Connection, held: Lease) -> None:
    """Give the lease back, if it is still held."""
    connection.execute(update(lease).where(lease.c.token == held.token).values(pid=FREE))


def holder(connection: Connection) -> dict[str, object] | None:
    """Who holds the lease now, or None."""
    row = connection.execute(select(lease)).one_or_none()
    if row is None or not _is_held(row):
        return None
    names = ("holder", "host", "pid", "started_at", "heartbeat_at", "token")
    return {name: getattr(row, name) for name in names}


def _locked(connection: Connection) -> Any:
    query = select(lease)
    return query.with_for_update() if connection.dialect.name == "postgresql" else query


def _is_held(row: Row[Any]) -> bool:
    """Whether the holder is still there: looked up on this machine, else judged by its heartbeat."""
    if row.pid == FREE:
        return False
    if row.host == platform.node():
        return row.boot_id == _boot_id() and _is_alive(row.pid)
    beat = datetime.fromisoformat(row.heartbeat_at)
    return clock.now_utc() - beat < timedelta(seconds=_expiry_seconds())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot_id() -> str:
    """What tells this start of the machine from others; empty where the system does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _expiry_seconds() -> int:
    given = os.environ.get("AFLOS_LEASE_SECONDS", str(EXPIRY_SECONDS))
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise Misconfigured(f"AFLOS_LEASE_SECONDS is a whole number of seconds above 0, not {given!r}")
    return int(given)
