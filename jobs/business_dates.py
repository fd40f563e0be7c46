"""Business dates: each is opened, worked and closed once; the database decides which are open, never the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select

from jobs import clock
from jobs.tables import business_day
from ledger.day import day_of, number_of
from servicing.store import Recorded

_LAST_CLOSED = select(func.max(business_day.c.day)).where(business_day.c.state != "started")


def last_closed(connection: Connection) -> date | None:
    """The last business date that was closed (or the cut-over day before the first one)."""
    return _day(connection.execute(_LAST_CLOSED).scalar())


def last_started(connection: Connection) -> date | None:
    """The last business date whose night has begun, closed or not."""
    return _day(connection.execute(select(func.max(business_day.c.day))).scalar())


def next_to_close(connection: Connection) -> date | None:
    """The business date that is closed next; None in a database without a cut-over or a night."""
    closed = last_closed(connection)
    return closed + timedelta(days=1) if closed else None


def closed_by(connection: Connection, moment: date | datetime) -> date | None:
    """The last business date that counts as closed at a moment, or on a day: then the last one up to that day."""
    query = select(func.max(business_day.c.day)).where(business_day.c.state == "closed")
    if isinstance(moment, datetime):
        query = query.where(business_day.c.closed_at <= moment.astimezone(UTC).isoformat())
    else:
        query = query.where(business_day.c.day <= number_of(moment))
    return _day(connection.execute(query).scalar())


def known_on(connection: Connection, today: date) -> date:
    """From which night on something recorded now is known: never one that has begun."""
    started = last_started(connection)
    return max(today, started + timedelta(days=1)) if started else today


def recorded(connection: Connection, actor: str, today: date | None = None) -> Recorded:
    """The stamp of what is recorded now, in the transaction that records it."""
    return Recorded(actor, known_on(connection, today or clock.today()), clock.now_utc().isoformat())


def set_cut_over(connection: Connection, day: date) -> None:
    """The day as of which balances were taken over; the first business date is the next one."""
    connection.execute(
        insert(business_day).values(
            day=number_of(day), state="cut-over", started_at=clock.now_utc().isoformat(), run_id="cut-over"
        )
    )


def _day(number: int | None) -> date | None:
    return day_of(number) if number else None
