"""One runner at a time: a lease row with holder and heartbeat, and a token that fences off a late zombie.

A holder that is gone from this machine is replaced at once. One that is still there, or on another machine, is
replaced when its heartbeat is older than `EXPIRY_SECONDS`: it may be stopped or cut off, and may come back. That
is harmless, because every transaction of a run looks at the token before it writes: what the replaced one was
about to commit is refused.
"""

from __future__ import annotations

import getpass
import os
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql

from jobs import clock
from jobs.tables import lease
from ledger.errors import Held, Misconfigured

EXPIRY_SECONDS = 60
"""After this long without a heartbeat a holder counts as gone; AFLOS_LEASE_SECONDS sets it."""

FREE = 0
"""The process number in the row while nobody holds the lease."""

NOBODY = {
    "token": 0,
    "holder": "",
    "host": "",
    "boot_id": "",
    "pid": FREE,
    "started_at": "",
    "heartbeat_at": "",
}

_IS_OURS = lease.c.token == bindparam("held")
_BEAT = update(lease).where(_IS_OURS).values(heartbeat_at=bindparam("beat"))
_SHARE = select(lease.c.token).where(_IS_OURS).with_for_update(read=True, key_share=True)
_RELEASE = update(lease).where(_IS_OURS).values(pid=FREE)

STUCK_EXPIRIES = 10
"""PostgreSQL ends a transaction of ours that stands still for this many expiries, so that a takeover can go on."""


class LeaseHeld(Held):
    """Another run is busy; names it."""


class LeaseLost(Held):
    """Another run took over; what this one was about to commit is refused."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks for the lease: one run of one process."""

    holder: str
    host: str
    boot_id: str
    pid: int
    started_at: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run the night; `token` grows with every holder."""

    token: int


def new_claim() -> Claim:
    """The claim of a run that starts now in this process."""
    now = clock.now_utc().isoformat(timespec="microseconds")
    return Claim(getpass.getuser(), platform.node(), _boot_id(), os.getpid(), now)


def take(connection: Connection, claim: Claim) -> Lease:
    """Take the lease, over from a holder that is gone if need be; raises `LeaseHeld`.

    Asked again with the same claim (the answer to the first commit was lost) it is the same lease.
    """
    row = connection.execute(_locked(connection)).one_or_none()
    if row is None:
        _make_row(connection)
        row = connection.execute(_locked(connection)).one()
    if _is_of(row, claim):
        return Lease(row.token)
    if _is_held(row):
        raise LeaseHeld(
            f"the run is held by {row.holder} (process {row.pid} on {row.host}) since {row.started_at}; try again"
        )
    token = row.token + 1
    beat = clock.now_utc().isoformat()
    connection.execute(update(lease).values(token=token, heartbeat_at=beat, **asdict(claim)))
    return Lease(token)


def renew(connection: Connection, held: Lease) -> None:
    """Beat inside the transaction that is about to commit; raises `LeaseLost` after a takeover."""
    _end_when_stuck(connection)
    given = {"held": held.token, "beat": clock.now_utc().isoformat()}
    if connection.execute(_BEAT, given).rowcount != 1:
        raise LeaseLost("another run took over the lease; this one stops and nothing of it is half done")


def share(connection: Connection, held: Lease) -> None:
    """Hold the token while others of the same run do so too, until the end of this transaction.

    A takeover waits for it, a heartbeat does not. Raises `LeaseLost` after a takeover.
    """
    _end_when_stuck(connection)
    if connection.execute(_SHARE, {"held": held.token}).one_or_none() is None:
        raise LeaseLost("another run took over the lease; this one stops and nothing of it is half done")


def release(connection: Connection, held: Lease) -> None:
    """Give the lease back, if it is still held."""
    connection.execute(_RELEASE, {"held": held.token})


def holder(connection: Connection) -> dict[str, object] | None:
    """Who holds the lease now, or None."""
    row = connection.execute(select(lease)).one_or_none()
    if row is None or not _is_held(row):
        return None
    names = ("holder", "host", "pid", "started_at", "heartbeat_at", "token")
    return {name: getattr(row, name) for name in names}


def expiry_seconds() -> int:
    """After how many seconds without a heartbeat a holder may be replaced; raises `Misconfigured`."""
    given = os.environ.get("AFLOS_LEASE_SECONDS", str(EXPIRY_SECONDS))
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise Misconfigured(f"AFLOS_LEASE_SECONDS is a whole number of seconds above 0, not {given!r}")
    return int(given)


def _locked(connection: Connection) -> Select[Any]:
    query = select(lease)
    return query.with_for_update() if connection.dialect.name == "postgresql" else query


def _make_row(connection: Connection) -> None:
    """The row that nobody holds yet; of two that make it at once PostgreSQL tells one to try again."""
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(lease).values(id=1, **NOBODY).on_conflict_do_nothing())
    else:
        connection.execute(insert(lease).values(id=1, **NOBODY))


def _is_of(row: Row[Any], claim: Claim) -> bool:
    return all(getattr(row, name) == value for name, value in asdict(claim).items())


def _is_held(row: Row[Any]) -> bool:
    """Whether the holder is there and beats; a heartbeat far in the future says that a clock was wrong."""
    if row.pid == FREE:
        return False
    if row.host == platform.node() and (row.boot_id != _boot_id() or not is_alive(row.pid)):
        return False
    silence = abs(clock.now_utc() - datetime.fromisoformat(row.heartbeat_at))
    return silence < timedelta(seconds=expiry_seconds())


def is_alive(pid: int) -> bool:
    """Whether a process of this machine is there and has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_defunct(pid)


def _is_defunct(pid: int) -> bool:
    """Whether a process has ended and only waits for its parent to look; as in a container without init."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] in {"Z", "X"}


def _boot_id() -> str:
    """What tells this start of the machine from others; empty where the system does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _end_when_stuck(connection: Connection) -> None:
    """A process that was stopped in the middle keeps its locks; SQLite has no way to take them from it."""
    if connection.dialect.name == "postgresql":
        seconds = STUCK_EXPIRIES * expiry_seconds()
        setting = text("SELECT set_config('idle_in_transaction_session_timeout', :limit, true)")
        connection.execute(setting, {"limit": f"{seconds}s"})
