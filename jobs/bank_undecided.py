"""Which bank lines wait for a person, and which moved no money by what a person said."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, select

from ledger.day import LAST_DAY, number_of
from servicing.receipts.store import lines_by_number, parts_of_lines, stored_line
from servicing.receipts.tables import MOVED_NOTHING, bank_decision, bank_line
from servicing.receipts.values import Disposition, StoredLine


def undecided(
    connection: Connection,
    creditor: int | None = None,
    *,
    returns_only: bool = False,
    known_by: date | None = None,
) -> list[StoredLine]:
    """The lines about which nothing is decided, or which are parked, oldest first; as a night knows it (None: now).

    Of returns only those that never were one of a payment: what a person took back is not paired by itself again.
    """
    query = select(bank_line).where(_is_undecided(number_of(known_by) if known_by else None))
    if creditor is not None:
        query = query.where(bank_line.c.creditor_id == creditor)
    if returns_only:
        query = query.where(bank_line.c.is_return == 1, ~_TAKEN_BACK)
    return [
        stored_line(row) for row in connection.execute(query.order_by(bank_line.c.booked_on, bank_line.c.id))
    ]


_TAKEN_BACK = exists().where(
    bank_decision.c.line_id == bank_line.c.id, bank_decision.c.kind == int(Disposition.RETURN)
)
"""That a line was the return of a payment once, which for a line that waits somebody took back."""


def count_undecided(connection: Connection, creditor: int | None = None, known_by: int | None = None) -> int:
    """How many lines (of a creditor) wait for somebody to say what they are for; as a night knows it (None: now)."""
    query = select(func.count()).select_from(bank_line).where(_is_undecided(known_by))
    if creditor is not None:
        query = query.where(bank_line.c.creditor_id == creditor)
    return connection.execute(query).scalar_one()


def _is_undecided(known_by: int | None = None) -> ColumnElement[bool]:
    own = bank_decision.alias()
    known = number_of(LAST_DAY) if known_by is None else known_by
    last = (
        select(func.max(own.c.nr))
        .where(own.c.line_id == bank_line.c.id, own.c.known_on <= known)
        .correlate(bank_line)  # two levels up: by itself it would be the last decision about any line
        .scalar_subquery()
    )
    settled = exists().where(
        and_(
            bank_decision.c.line_id == bank_line.c.id,
            bank_decision.c.nr == last,
            bank_decision.c.kind != int(Disposition.PARKED),
        )
    )
    return and_(bank_line.c.known_on <= known, ~settled)


def lines_without_money(connection: Connection, known_by: int) -> list[StoredLine]:
    """The lines of which a person said that they moved no money, as far as known by a night."""
    numbers = set(connection.execute(_WITHOUT_MONEY, {"known_by": known_by}).scalars())
    decided = parts_of_lines(connection, numbers, known_by)
    struck = [line for line, (_, parts) in decided.items() if parts[0].kind is Disposition.NO_MONEY]
    return list(lines_by_number(connection, struck).values())


_WITHOUT_MONEY = (
    select(bank_decision.c.line_id)
    .where(MOVED_NOTHING, bank_decision.c.known_on <= bindparam("known_by"))
    .distinct()
)
