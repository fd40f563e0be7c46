"""The end of a business date: totalled, checked and sealed in one transaction."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select, update

from jobs import clock
from jobs.bank_checks import AccountStand, bank_of_night, check_banks, stands
from jobs.bank_night import span_of
from jobs.checkers import check_night
from jobs.law_used import law_on
from jobs.letters_checks import check_letters
from jobs.manifest import (
    Manifest,
    as_json,
    counts,
    kept,
    kept_seal,
    previous_seal,
    program_version,
    runs_before,
    set_aside,
    stored_manifest,
)
from jobs.runs_kept import runs_gone, runs_kept
from jobs.sealing import CountedAhead, digests_for_seal, seal_of_night
from jobs.settlement_night import settle_night
from jobs.tables import business_day
from ledger.day import number_of
from ledger.errors import VerificationFailed
from ledger.store import write_day_totals
from letters.outbox.store import count_proposed
from servicing.store import Recorded


class OtherSeal(VerificationFailed):
    """The manifest kept outside says that this date was closed before, with other books."""


def close(
    connection: Connection,
    day: date,
    previous: date | None,
    place: Path | None,
    counted: CountedAhead | None = None,
) -> Manifest:
    """Close a date that was worked; its manifest. A date that is closed already stays as it is.

    `place` is where manifests are kept outside the database, `counted` what became known and was counted before.
    Raises `CheckFailed` and `OtherSeal`.
    """
    row = connection.execute(select(business_day).where(business_day.c.day == number_of(day))).one()
    if row.state == "closed":
        return stored_manifest(connection, day)
    accounts = _checked(connection, day)
    settled = settle_night(connection, day, Recorded("night", day, clock.now_utc().isoformat()))
    before = previous_seal(connection, day)
    sealed, facts, beside = digests_for_seal(connection, day, previous, counted or CountedAhead())
    manifest: Manifest = {
        "business_date": day.isoformat(),
        "run_id": row.run_id,
        "started_at": row.started_at,
        "closed_at": clock.now_utc().isoformat(),
        "config_set": row.config_set,
        "version": program_version(),
        **counts(connection, day),
        "bank": bank_of_night(connection, day, span_of(day, previous), accounts),
        "letters_proposed": count_proposed(connection, day),
        "settlements": settled,
        "quarantined": set_aside(connection),
        "law": law_on(day),
        "seal": seal_of_night(connection, day, before, sealed),
        "previous_seal": before,
        "facts": facts,
        "beside": beside,
        "runs": runs_kept(connection, runs_before(connection, day)),
    }
    if place is not None:
        _compare(connection, place, day, manifest["seal"])
    _write(connection, day, manifest)
    return manifest


def _checked(connection: Connection, day: date) -> list[AccountStand]:
    """Total and check what was worked; where each bank account stands."""
    write_day_totals(connection, day)
    check_night(connection, day)
    check_letters(connection, day)
    accounts = stands(connection, number_of(day))
    check_banks(connection, day, accounts)
    return accounts


def _write(connection: Connection, day: date, manifest: Manifest) -> None:
    closing = {
        "state": "closed",
        "closed_at": manifest["closed_at"],
        "seal": manifest["seal"],
        "previous_seal": manifest["previous_seal"],
        "manifest": as_json(manifest),
    }
    connection.execute(update(business_day).where(business_day.c.day == number_of(day)).values(**closing))


def _compare(connection: Connection, place: Path, day: date, seal: object) -> None:
    outside = kept_seal(place, day)
    gone = list(runs_gone(connection, (kept(place, day) or {}).get("runs")))
    if gone:
        raise OtherSeal(
            f"{day} was closed before, by a run whose manifest is {place / f'{day}.json'} and that found "
            f"{', '.join(gone)}, which this database does not have: it is an older copy, or was changed since, and "
            "what went to the bank would go once more. It stays open; put the manifest away only if you know why"
        )
    if outside not in {None, seal}:
        raise OtherSeal(
            f"{day} was closed before, by a run whose manifest is {place / f'{day}.json'}, with other books: this "
            "database, or an older copy of it, was changed since. It stays open; put the manifest away only if you "
            "know why"
        )
