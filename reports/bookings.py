"""The entries of a loan as a statement reads them: from journal rows, without the checks of an entry that is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from ledger.day import LAST_DAY, day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, EntryKind, Key
from ledger.tables import journal
from reports.statement import Booking
from servicing.posting import Booked, Cause

_COLUMNS = (
    *("business_date", "loan", "kind", "nr"),
    *("value_date", "fact", "row_nr", "debit", "credit", "cents"),
)
_KINDS = {int(kind): kind for kind in EntryKind}


def bookings_of_loan(connection: Connection, loan: int, known_at: date | None) -> list[Booking]:
    """The entries of a loan in the order of their keys; with `known_at` those booked up to that business date."""
    given = {"loan": loan, "day": number_of(known_at or LAST_DAY)}
    return list(_bookings(connection.execute(_rows(), given).all()))


@cache
def _rows() -> Select[Any]:
    query = select(*(journal.c[name] for name in _COLUMNS)).order_by(*journal.primary_key)
    return query.where(journal.c.loan == bindparam("loan"), journal.c.business_date <= bindparam("day"))


def _bookings(rows: Iterable[Sequence[int]]) -> Iterator[Booking]:
    for (day, loan, kind, nr), lines in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        booked = list(lines)
        _, _, _, _, value_date, fact, row_nr, *_ = booked[0]
        of_kind, on = _KINDS[kind], day_of(day)
        cause = Cause(of_kind, on if value_date == day else day_of(value_date), fact, row_nr)
        yield Booking(Key(on, loan, of_kind, nr), cause, [_booked(cause, *row[7:]) for row in booked])


def _booked(cause: Cause, debit: int, credit: int, cents: int) -> Booked:
    return Booked(cause, debit % ACCOUNTS_PER_CREDITOR, credit % ACCOUNTS_PER_CREDITOR, cents)
