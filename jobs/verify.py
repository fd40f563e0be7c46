"""Recompute the books: seals from journal and facts, balances from the facts alone; name each difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from jobs.checkers import states_unlike_journal
from jobs.chunk import booked_row
from jobs.manifest import kept_seal, previous_seal
from jobs.sealing import seal_of_books
from jobs.tables import business_day, quarantine
from ledger.day import day_of
from ledger.entry import EntryKind, Key
from ledger.errors import AflosError
from ledger.tables import day_total, journal
from servicing.facts import Fact
from servicing.history import history_of
from servicing.life.timeline import live
from servicing.posting import Booked, Cause, differences, should_be
from servicing.store import facts_of
from servicing.tables import loan

LOANS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it was sealed or as the facts give it; `loan` 0 and an empty key where none can be named."""

    business_date: date | None
    loan: int
    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much was checked, and each difference."""

    checked: dict[str, int]
    differences: list[Difference]


def verify(
    connection: Connection, manifests: Path, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Verdict:
    """Check every closed date and every loan against journal, facts and the manifests kept outside."""
    dates = _closed(connection)
    found = list(_wrong_seals(connection, dates, manifests, progress))
    found += _wrong_totals(connection)
    loans = list(connection.execute(select(loan.c.id).order_by(loan.c.id)).scalars())
    for start in range(0, len(loans), LOANS_AT_ONCE):
        part = loans[start : start + LOANS_AT_ONCE]
        found += [Difference(None, 0, "", text) for text in states_unlike_journal(connection, part)]
        found += _unlike_facts(connection, part, day_of(dates[-1].day) if dates else None)
        progress("loans", min(start + LOANS_AT_ONCE, len(loans)), len(loans))
    rows = connection.execute(select(func.count()).select_from(journal)).scalar_one()
    return Verdict({"dates": len(dates), "loans": len(loans), "postings": rows}, found)


def _closed(connection: Connection) -> list[Row[Any]]:
    query = select(business_day).where(business_day.c.state != "started").order_by(business_day.c.day)
    return list(connection.execute(query))


def _wrong_seals(
    connection: Connection, dates: list[Row[Any]], manifests: Path, progress: Callable[[str, int, int], None]
) -> Iterator[Difference]:
    since: date | None = None
    for number, row in enumerate(dates, start=1):
        day = day_of(row.day)
        if row.state == "closed":
            yield from _wrong_seal(connection, row, since, manifests)
        since = day
        progress("dates", number, len(dates))
    yield from _dates_outside(dates, manifests)


def _wrong_seal(
    connection: Connection, row: Row[Any], since: date | None, manifests: Path
) -> Iterator[Difference]:
    day = day_of(row.day)
    before = previous_seal(connection, day)
    if row.previous_seal != before:
        yield Difference(day, 0, "", "does not follow the seal of the date before it")
    if seal_of_books(connection, day, since, before) != row.seal:
        yield Difference(day, 0, "", "journal or facts of this date differ from its seal")
    outside = kept_seal(manifests, day)
    if outside is not None and outside != row.seal:
        yield Difference(day, 0, "", "the manifest kept outside the database has another seal")


def _dates_outside(dates: list[Row[Any]], manifests: Path) -> Iterator[Difference]:
    """Dates whose manifest is kept outside but which the database does not know as closed."""
    known = {day_of(row.day).isoformat() for row in dates if row.state == "closed"}
    for path in sorted(manifests.glob("????-??-??.json")):
        if path.stem not in known:
            yield Difference(
                date.fromisoformat(path.stem), 0, "", "was closed, but the database does not have it any more"
            )


def _wrong_totals(connection: Connection) -> Iterator[Difference]:
    """Dates whose totals do not add up to the journal."""
    booked = {
        row[0]: int(row[1])
        for row in connection.execute(
            select(journal.c.business_date, func.sum(journal.c.cents)).group_by(journal.c.business_date)
        )
    }
    totals = {
        row[0]: (int(row[1]), int(row[2]))
        for row in connection.execute(
            select(
                day_total.c.business_date,
                func.sum(day_total.c.debit_cents),
                func.sum(day_total.c.credit_cents),
            ).group_by(day_total.c.business_date)
        )
    }
    for number in sorted({*booked, *totals}):
        moved = booked.get(number, 0)
        if totals.get(number, (0, 0)) != (moved, moved):
            yield Difference(day_of(number), 0, "", "the day totals are not those of the journal")


def _unlike_facts(connection: Connection, loans: list[int], day: date | None) -> Iterator[Difference]:
    """Loans whose books are not what their facts give, with the keys of the entries concerned."""
    aside = set(connection.execute(select(quarantine.c.loan)).scalars())
    booked: dict[int, list[tuple[Booked, Row[Any]]]] = {number: [] for number in loans}
    rows = select(journal).where(journal.c.loan.in_(loans)).order_by(*journal.primary_key)
    for row in connection.execute(rows):
        booked[row.loan].append((booked_row(row), row))
    for number, facts in facts_of(connection, loans).items():
        if number not in aside:
            yield from _unlike(number, facts, booked[number], day)


def _unlike(
    number: int, facts: list[Fact], booked: list[tuple[Booked, Row[Any]]], day: date | None
) -> Iterator[Difference]:
    """What the facts known by the last closed date give, less what is booked."""
    wanted: list[Booked] = []
    known = [fact for fact in facts if day is not None and fact.known_on <= day]
    if known and day is not None:
        try:
            history = history_of(known)
            wanted = should_be(live(history.terms, history.events, history.reversals, day).effects, None)
        except AflosError as error:
            yield Difference(None, number, "", f"cannot be recomputed: {error}")
            return
    for wrong in differences(wanted, [posting for posting, _ in booked]):
        yield from _named(number, wrong, booked)


def _named(number: int, wrong: Booked, booked: list[tuple[Booked, Row[Any]]]) -> Iterator[Difference]:
    """One difference, with the entries that were booked for the same cause."""
    rows = [row for posting, row in booked if posting.cause == wrong.cause]
    what = f"{_cause(wrong.cause)}: {wrong.cents} cents from {wrong.credit} to {wrong.debit} are missing"
    if not rows:
        yield Difference(None, number, "", what)
    for key in dict.fromkeys(_key(row) for row in rows):
        yield Difference(key.business_date, number, key.text(), what)


def _cause(cause: Cause) -> str:
    return f"{cause.kind.text} of {cause.value_date} (fact {cause.fact}, row {cause.row_nr})"


def _key(row: Row[Any]) -> Key:
    return Key(day_of(row.business_date), row.loan, EntryKind(row.kind), row.nr)
