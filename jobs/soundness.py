"""Looks, before a run, whether the database is what the last night left and its last manifest is kept outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NoReturn

from sqlalchemy import URL, Connection, func, select
from sqlalchemy.exc import DatabaseError

from jobs.access import Access
from jobs.manifest import folder, keep, kept_seal, previous_seal, put_older_away, stored_manifest
from jobs.sealing import seal_of_books
from jobs.tables import business_day
from ledger.database import open_database
from ledger.day import day_of, number_of
from ledger.errors import IoFailed, VerificationFailed
from ledger.faults import told
from ledger.tables import journal

LARGEST_FILE_LOOKED_THROUGH = 512 * 1024 * 1024
"""A larger SQLite file is looked through by `aflos verify` only, so that a night does not wait for it."""

MOST_POSTINGS_SEALED_AGAIN = 50_000

FEW_PAGES = 200
"""Pages of the file that the look through it keeps in memory."""


class NotSound(VerificationFailed):
    """The database is damaged, or not as its last night left it; names the last date that is good."""


def check_sound(access: Access) -> None:
    """Refuse to go on with a damaged or changed database: raises `NotSound` with the last date that is good.

    Keeps the last manifest outside if a crash came between closing the date and writing the file.
    """
    with looking_through(access) as looked:
        check_sealed(access)
        looked()


@contextmanager
def looking_through(access: Access) -> Iterator[Callable[[], None]]:
    """Look through the file of the database meanwhile; what is given waits for that, and raises `NotSound`.

    It is to be asked before anything is kept. What else goes wrong inside is told as damage if there is some.
    """
    with ThreadPoolExecutor(1) as beside:
        is_file = access.engine.dialect.name == "sqlite"
        looking = beside.submit(_structure_damage, access.engine.url) if is_file else None

        def looked() -> None:
            damage = looking.result() if looking else ""
            if damage:
                _refuse(access, f"the database file is damaged ({damage})")

        try:
            yield looked
        except NotSound:
            raise
        except Exception:
            looked()
            raise


def check_sealed(access: Access) -> None:
    """Refuse a database whose last night is not what it was sealed as, as `check_sound` does."""
    place = None if access.is_rehearsal else folder(access.engine)
    if not access.read(lambda connection: _is_sealed(connection, place)):
        _refuse(access, "the last night is not what it was sealed as")


def _refuse(access: Access, what: str) -> NoReturn:
    good = access.read(lambda connection: _last_good(connection, closed_dates(connection)))
    raise NotSound(f"{what}; {good}. Restore a backup, or ask aflos verify for more")


def _is_sealed(connection: Connection, place: Path | None) -> bool:
    dates = closed_dates(connection)
    if dates and not _is_last_sealed(connection, dates):
        return False
    if place is not None:
        _look_outside(connection, place, dates)
    return True


def _structure_damage(url: URL) -> str:
    """As `file_damage`, on a connection of its own; whether rows keep to their rules is left to `aflos verify`.

    To look at that takes as long again, and a row that was written kept to them.
    """
    engine = open_database(url.render_as_string(hide_password=False))
    try:
        return Access(engine).read(_damage_of_pages)
    finally:
        engine.dispose()


def _damage_of_pages(connection: Connection) -> str:
    # Each page is looked at once: to keep many of them would only take memory.
    for name, value in (("ignore_check_constraints", 1), ("cache_size", FEW_PAGES)):
        connection.exec_driver_sql(f"PRAGMA {name} = {value}")
    return file_damage(connection)


def file_damage(connection: Connection, largest: int = LARGEST_FILE_LOOKED_THROUGH) -> str:
    """What SQLite finds wrong in a file that is not larger than this; empty if nothing."""
    if connection.dialect.name != "sqlite":
        return ""
    pages, size = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
    )
    if pages * size > largest:
        return ""
    try:
        found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    except DatabaseError as error:
        known = told(error)
        if known is None or known[0] is not VerificationFailed:
            raise
        return str(error.orig)  # it is so damaged that the look itself fails
    return "" if found == "ok" else found


def closed_dates(connection: Connection) -> list[date]:
    """The closed dates in order, the cut-over day included: its facts come before those of the first night."""
    query = select(business_day.c.day).where(business_day.c.state != "started").order_by(business_day.c.day)
    return [day_of(number) for number in connection.execute(query).scalars()]


def is_sealed(connection: Connection, day: date, since: date | None) -> bool:
    """Whether journal and facts of a date still give its seal."""
    row = connection.execute(select(business_day).where(business_day.c.day == number_of(day))).one()
    return row.state == "cut-over" or bool(
        row.previous_seal == previous_seal(connection, day)
        and row.seal == seal_of_books(connection, day, since, row.previous_seal)
    )


def _is_last_sealed(connection: Connection, dates: list[date]) -> bool:
    postings = (
        select(func.count()).select_from(journal).where(journal.c.business_date == number_of(dates[-1]))
    )
    if connection.execute(postings).scalar_one() > MOST_POSTINGS_SEALED_AGAIN:
        return True
    return is_sealed(connection, dates[-1], dates[-2] if dates[1:] else None)


def _last_good(connection: Connection, dates: list[date]) -> str:
    for place in range(len(dates) - 1, -1, -1):
        try:
            if is_sealed(connection, dates[place], dates[place - 1] if place else None):
                return f"the last date that is good is {dates[place]}"
        except Exception:  # noqa: BLE001, S112 - a damaged file may refuse any question
            continue
    return "no closed date can be read"


def _look_outside(connection: Connection, place: Path, dates: list[date]) -> None:
    row = None
    if dates:
        row = connection.execute(select(business_day).where(business_day.c.day == number_of(dates[-1]))).one()
    try:
        if row is None or row.state == "cut-over":
            put_older_away(place)
        elif kept_seal(place, dates[-1]) is None:
            keep(place, stored_manifest(connection, dates[-1]))
    except OSError as error:
        raise IoFailed(f"{place}: {error.strerror}") from error
