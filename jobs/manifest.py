"""The manifest of a night: what it did, with the seal; a row in the database and a file outside it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, bindparam, func, select

from jobs.tables import business_day, quarantine
from ledger.day import day_of, number_of, parse_day
from ledger.errors import BadInput, IoFailed, VerificationFailed
from ledger.fault_points import reach
from ledger.money import euros
from ledger.seal import FIRST_SEAL
from ledger.tables import day_total, journal
from servicing.tables import loan_state

Manifest = dict[str, object]

_DAY: BindParameter[int] = bindparam("day")
_COUNTS = select(
    select(func.count()).where(loan_state.c.worked_to == _DAY).scalar_subquery(),
    select(func.count())
    .select_from(
        select(journal.c.loan, journal.c.kind, journal.c.nr)
        .where(journal.c.business_date == _DAY)
        .distinct()
        .subquery()
    )
    .scalar_subquery(),
    select(func.count()).where(journal.c.business_date == _DAY).scalar_subquery(),
)
_TOTALS = select(day_total).where(day_total.c.business_date == _DAY).order_by(day_total.c.account)


_PREVIOUS_SEAL = (
    select(business_day.c.seal)
    .where(business_day.c.day < _DAY, business_day.c.state == "closed")
    .order_by(business_day.c.day.desc())
    .limit(1)
)


def previous_seal(connection: Connection, day: date) -> str:
    """The seal of the date closed before a day."""
    return connection.execute(_PREVIOUS_SEAL, {"day": number_of(day)}).scalar() or FIRST_SEAL


def runs_before(connection: Connection, day: date) -> object:
    """Which runs the manifest of the date closed before a day keeps; nothing if it cannot be read."""
    query = select(business_day.c.manifest).where(
        business_day.c.day < number_of(day), business_day.c.state == "closed"
    )
    last = connection.execute(query.order_by(business_day.c.day.desc()).limit(1)).scalar()
    with suppress(ValueError, RecursionError, AttributeError):
        return json.loads(last or "{}").get("runs")
    return None


def counts(connection: Connection, day: date) -> Manifest:
    """What the books say a date did: loans touched, entries, postings, and the net movement of each account."""
    given = {"day": number_of(day)}
    loans, entries, postings = connection.execute(_COUNTS, given).one()
    totals = connection.execute(_TOTALS, given)
    return {
        "loans_touched": loans,
        "entries": entries,
        "postings": postings,
        "totals": {str(row.account): euros(row.debit_cents - row.credit_cents) for row in totals},
    }


def set_aside(connection: Connection) -> list[Manifest]:
    """The loans in quarantine, by number."""
    return [
        {"loan": row.loan, "step": row.step, "error": row.error, "since": day_of(row.since).isoformat()}
        for row in connection.execute(select(quarantine).order_by(quarantine.c.loan))
    ]


@lru_cache(maxsize=1)
def program_version() -> str:
    """The version of this program."""
    return version("aflos")


def folder(engine: Engine) -> Path:
    """Where manifests are kept: AFLOS_MANIFESTS, else beside the database file, else in the user's data folder."""
    if given := os.environ.get("AFLOS_MANIFESTS"):
        return Path(given)
    if engine.dialect.name == "sqlite" and engine.url.database:
        return Path(engine.url.database).with_suffix(".manifests")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "aflos" / f"{engine.url.database}.manifests"


def stored_manifest(connection: Connection, day: date) -> Manifest:
    """The manifest of a closed date as the database keeps it; raises `VerificationFailed`."""
    query = select(business_day.c.manifest).where(business_day.c.day == number_of(day))
    try:
        manifest = json.loads(connection.execute(query).scalar() or "")
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict):
        raise VerificationFailed(f"{day}: what the database keeps is no manifest")
    return manifest


def aside_since(connection: Connection, day: date) -> dict[int, date]:
    """The loans that a closed date had set aside, and since when; what cannot be read names none (verify finds it)."""
    found: dict[int, date] = {}
    with suppress(VerificationFailed, BadInput, TypeError, KeyError, AttributeError):
        listed: Any = stored_manifest(connection, day).get("quarantined")
        for one in listed:
            found[int(one["loan"])] = parse_day(one["since"])
    return found


def unsettled_at(connection: Connection, day: date) -> dict[str, Manifest]:
    """Living allowance without a settlement at the end of a closed date, by book year; none if it cannot be read."""
    found: dict[str, Manifest] = {}
    with suppress(VerificationFailed, TypeError, KeyError, AttributeError):
        told: Any = stored_manifest(connection, day)["settlements"]
        for year, one in told["unsettled"].items():
            found[str(year)] = {
                "cases": int(one["cases"]),
                "amount": str(one["amount"]),
                "late": int(one["late"]),
            }
    return found


def for_people(manifest: Mapping[str, object]) -> Manifest:
    """The manifest without what only `aflos verify` reads."""
    return {name: value for name, value in manifest.items() if name not in {"facts", "beside", "runs"}}


def keep(place: Path, manifest: Mapping[str, object]) -> Path:
    """Write the manifest outside the database, whole or not at all; raises `IoFailed`.

    Each run writes a file of its own first: one that was thought dead and wakes up never writes into that of another.
    """
    path = place / f"{manifest['business_date']}.json"
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        place.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            file.write(as_json(manifest) + "\n")
            file.flush()
            os.fsync(file.fileno())
        reach("before the manifest has its name")
        part.replace(path)
        for left in place.glob(f"{path.stem}*.part"):
            if left.is_file():
                left.unlink(missing_ok=True)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and path.exists():
            return path  # the run that took over has kept it, and cleared away what this one wrote
        raise IoFailed(f"the manifest {path} cannot be written: {error.strerror}") from error
    return path


def kept(place: Path, day: date) -> Manifest | None:
    """The manifest kept outside the database, empty if it cannot be read; None if there is no such file."""
    path = place / f"{day}.json"
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def kept_seal(place: Path, day: date) -> str | None:
    """The seal in the manifest kept outside the database; None if there is no such file."""
    manifest = kept(place, day)
    return None if manifest is None else str(manifest.get("seal", "unreadable"))


def put_older_away(place: Path) -> None:
    """Move what an earlier database of the same name left into a folder of its own, before the first night."""
    older = sorted(place.glob("????-??-??.json"))
    if older:
        target = place / f"earlier-{sum(1 for _ in place.glob('earlier-*')) + 1}"
        target.mkdir()
        for path in older:
            path.rename(target / path.name)


def as_json(manifest: Mapping[str, object]) -> str:
    """The manifest as text, the same for the same contents."""
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
