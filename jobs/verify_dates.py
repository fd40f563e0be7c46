"""Looks whether closed dates are what they were sealed as: chain, rows, facts, and what is kept outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from jobs.difference import Difference, day_or_none
from jobs.expected import WorkedDates, wrong_rows
from jobs.manifest import kept
from jobs.runs_kept import runs_unlike
from jobs.sealed_rows import sealed_days, tables_unlike
from jobs.sealing import facts_unlike, seal_of_books
from jobs.strangers import strangers
from jobs.tables import business_day
from ledger.day import day_of, number_of
from ledger.seal import FIRST_SEAL
from ledger.tables import day_total, journal
from servicing.creditors.tables import creditor_fact
from servicing.facts import FactKind

Progress = Callable[[str, int, int], None]

MOST_DATES_NAMED = 40
"""The rows of so many wrong dates are worked again and named; the others are named as dates."""

ROW_COLUMNS = ("run_id", "config_set", "started_at", "closed_at", "seal", "previous_seal")
NOT_COMPARED = {"seconds"}
"""Measured after the date was closed, so only outside."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed date: its row, its manifest (empty if it cannot be read) and the closed date before it."""

    day: date
    row: Row[Any]
    manifest: Mapping[str, Any]
    before: Row[Any] | None

    @property
    def since(self) -> date | None:
        """The date closed before it, the cut-over day included."""
        return day_of(self.before.day) if self.before else None

    @property
    def seal_before(self) -> str:
        """The seal it follows."""
        sealed = self.before.seal if self.before else None
        return sealed or FIRST_SEAL


def closed_rows(connection: Connection) -> list[Row[Any]]:
    """The rows of the dates that are closed, the cut-over day included, in order."""
    query = select(business_day).where(business_day.c.state != "started").order_by(business_day.c.day)
    return [row for row in connection.execute(query) if day_or_none(row.day)]


def wrong_dates(connection: Connection, manifests: Path, progress: Progress) -> Iterator[Difference]:
    """What is wrong with the closed dates, each with the rows and facts that can be named."""
    rows = closed_rows(connection)
    dates = [
        Closed(day_of(row.day), row, _read(row.manifest), rows[place - 1] if place else None)
        for place, row in enumerate(rows)
    ]
    yield from _wrong_order(connection, dates)
    yield from strangers(connection)
    worked = WorkedDates([one.day for one in dates], {one.day: _aside(one.manifest) for one in dates})
    named = 0
    for number, one in enumerate(dates, start=1):
        if one.row.state == "closed":
            found = list(_wrong_contents(connection, one))
            if found and named < MOST_DATES_NAMED:
                named += 1
                found += wrong_rows(connection, one.day, worked)
            yield from found
            yield from _wrong_manifest(one, kept(manifests, one.day))
        progress("dates", number, len(dates))
    yield from _only_outside(dates, manifests)
    closed = [number_of(one.day) for one in dates if one.row.state == "closed"]
    yield from _wrong_totals(connection, closed[-1] if closed else 0)


def last_aside(connection: Connection) -> frozenset[int]:
    """The loans set aside in the night of the last closed date."""
    rows = closed_rows(connection)
    return aside_in(rows[-1].manifest) if rows else frozenset()


def aside_in(manifest: str | None) -> frozenset[int]:
    """The loans set aside in the night of a manifest."""
    return _aside(_read(manifest))


def version_in(manifest: str | None) -> object:
    """The version of the program that worked the night of a manifest."""
    return _read(manifest).get("version")


def _read(text: str | None) -> Mapping[str, Any]:
    try:
        manifest = json.loads(text or "{}")
    except (ValueError, RecursionError):
        manifest = {}
    return manifest if isinstance(manifest, dict) else {}


def _aside(manifest: Mapping[str, Any]) -> frozenset[int]:
    """The loans set aside as a manifest says; what somebody made of it that is no list of loans names none."""
    listed = manifest.get("quarantined")
    loans = (
        [each.get("loan") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    return frozenset(loan for loan in loans if isinstance(loan, int))


def _wrong_order(connection: Connection, dates: Sequence[Closed]) -> Iterator[Difference]:
    """Dates that are missing between others or before all, or open though later ones are closed."""
    query = select(business_day.c.day).where(business_day.c.state == "started")
    started = {day_or_none(number) for number in connection.execute(query).scalars()}
    if dates and dates[0].row.state != "cut-over" and _was_taken_over(connection, dates[0].day):
        yield Difference(dates[0].day, 0, "", "the cut-over day before the first closed date is gone")
    for one in dates[1:]:
        assert one.since is not None
        for days in range(1, (one.day - one.since).days):
            day = one.since + timedelta(days)
            what = (
                "is open, but later dates are closed" if day in started else "is missing between closed dates"
            )
            yield Difference(day, 0, "", f"this date {what}")


def _was_taken_over(connection: Connection, first: date) -> bool:
    """Whether creditors were quiet from the first date on: an office that took nothing over has no cut-over day."""
    quiet = creditor_fact.c.kind == int(FactKind.QUIET), creditor_fact.c.known_on <= number_of(first)
    return connection.execute(select(creditor_fact.c.nr).where(*quiet).limit(1)).first() is not None


def _wrong_contents(connection: Connection, one: Closed) -> Iterator[Difference]:
    """Whether the seal of a date follows the one before it and is that of its rows and facts."""
    if one.row.previous_seal != one.seal_before:
        yield Difference(one.day, 0, "", "does not follow the seal of the date before it")
    # Either may have been changed: the rows are right if they fit with one of them.
    fits = (one.row.previous_seal or "", one.seal_before)
    if all(seal_of_books(connection, one.day, one.since, before) != one.row.seal for before in fits):
        yield Difference(one.day, 0, "", "journal or facts of this date differ from its seal")
    digests = one.manifest.get("facts")
    if isinstance(digests, dict):
        yield from _wrong_facts(connection, one, digests)
    beside = one.manifest.get("beside")
    if isinstance(beside, dict):
        for table in tables_unlike(connection, sealed_days(one.day, one.since), beside):
            what = f"{table}: rows known since this date were changed, added or removed since"
            yield Difference(one.day, 0, "", what)
    before = _read(one.before.manifest) if one.before else {}
    for what in runs_unlike(connection, before.get("runs"), one.manifest.get("runs")):
        yield Difference(one.day, 0, "", what)


def _wrong_facts(connection: Connection, one: Closed, digests: dict[str, str]) -> Iterator[Difference]:
    for loan, which in facts_unlike(connection, one.day, one.since, digests):
        yield Difference(one.day, loan, "", f"{which} was changed, added or removed since")


def _wrong_manifest(one: Closed, outside: Mapping[str, object] | None) -> Iterator[Difference]:
    """Where row, manifest and the manifest kept outside do not say the same."""
    held = {"business_date": one.day.isoformat()} | {name: getattr(one.row, name) for name in ROW_COLUMNS}
    wrong = [name for name, value in held.items() if one.manifest.get(name) != value]
    if wrong:
        yield Difference(
            one.day, 0, "", f"the row of this date is not what its manifest says: {', '.join(wrong)}"
        )
    if outside is not None:
        names = sorted(({*outside, *one.manifest}) - NOT_COMPARED)
        wrong = [name for name in names if outside.get(name) != one.manifest.get(name)]
        if wrong:
            what = f"the manifest kept outside the database says otherwise: {', '.join(wrong)}"
            yield Difference(one.day, 0, "", what)


def _only_outside(dates: Sequence[Closed], manifests: Path) -> Iterator[Difference]:
    """Dates whose manifest is kept outside but which the database does not know as closed."""
    known = {one.day.isoformat() for one in dates if one.row.state == "closed"}
    for path in sorted(manifests.glob("????-??-??.json")):
        if path.stem not in known:
            what = "was closed, but the database does not have it as closed any more"
            yield Difference(date.fromisoformat(path.stem), 0, "", what)


def _wrong_totals(connection: Connection, last_closed: int) -> Iterator[Difference]:
    """Dates whose totals by account are not those of the journal; those of all closed dates must be there."""
    totals = {
        (row.business_date, row.account): [row.debit_cents, row.credit_cents]
        for row in connection.execute(select(day_total))
    }
    last = max([last_closed, *(day for day, _ in totals)])
    booked: dict[tuple[int, int], list[int]] = {}
    for side, account in enumerate((journal.c.debit, journal.c.credit)):
        query = select(journal.c.business_date, account, func.sum(journal.c.cents))
        by_day = query.where(journal.c.business_date <= last).group_by(journal.c.business_date, account)
        for day, number, cents in connection.execute(by_day):
            booked.setdefault((day, number), [0, 0])[side] = int(cents)
    for day, account in sorted({*booked, *totals}):
        if booked.get((day, account)) != totals.get((day, account)):
            yield Difference(
                day_or_none(day), 0, "", f"the total of account {account} is not that of the journal"
            )
