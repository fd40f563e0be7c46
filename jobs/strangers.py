"""Looks for rows that belong to no night: booked on a date that none worked, or known before the first one."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from jobs.difference import Difference, day_or_none, key_text
from jobs.sealed_rows import digests_beside
from jobs.tables import business_day
from ledger.tables import journal
from servicing.tables import fact

EARLIEST = -(2**31)

MOST_NAMED = 100


def strangers(connection: Connection) -> Iterator[Difference]:
    """Rows that no seal covers, because no night can have written or read them; the first hundred of a kind."""
    yield from _booked_by_no_night(connection)
    cut_over = connection.execute(
        select(business_day.c.day).where(business_day.c.state == "cut-over").order_by(business_day.c.day)
    ).scalar()
    if cut_over is not None:
        yield from _known_before(connection, cut_over)


def _booked_by_no_night(connection: Connection) -> Iterator[Difference]:
    nights = select(business_day.c.day).where(business_day.c.state != "cut-over")
    query = select(*journal.primary_key).where(journal.c.business_date.not_in(nights))
    for row in connection.execute(query.order_by(*journal.primary_key).limit(MOST_NAMED)):
        what = f"line {row.line} is booked on a date that no night worked"
        yield Difference(day_or_none(row.business_date), row.loan, key_text(row), what)


def _known_before(connection: Connection, cut_over: int) -> Iterator[Difference]:
    """Whatever is recorded is known to the first night or a later one."""
    what = "known before the first night, to which nothing was known"
    query = select(fact.c.loan_id, fact.c.nr, fact.c.known_on).where(fact.c.known_on <= cut_over)
    for row in connection.execute(query.order_by(*fact.primary_key).limit(MOST_NAMED)):
        yield Difference(day_or_none(row.known_on), row.loan_id, "", f"fact {row.nr} is {what}")
    for table in digests_beside(connection, {"first": EARLIEST, "last": cut_over}):
        yield Difference(day_or_none(cut_over), 0, "", f"{table}: rows are {what}")
