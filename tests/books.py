"""Entries to test the books with."""

from __future__ import annotations

from datetime import date

from ledger.entry import Entry, EntryKind, Key, Posting
from ledger.period import period_of

LOAN = 100_000_001
DAY = date(2026, 3, 1)
ACCRUED, INCOME, DUE = 11330, 18000, 11310

ROW: dict[str, object] = {
    "business_date": 20260301,
    "loan": LOAN,
    "kind": 3,
    "nr": 1,
    "line": 1,
    "value_date": 20260301,
    "period": 202603,
    "debit": ACCRUED,
    "credit": INCOME,
    "cents": 500,
    "fact": 0,
    "row_nr": 0,
}
"""A row of the journal as the database takes it."""


def interest(nr: int = 1, cents: int = 500, day: date = DAY, *, value_date: date | None = None) -> Entry:
    """Interest accrued on the loan by the night of a day."""
    holds = value_date or day
    posting = Posting(ACCRUED, INCOME, cents)
    return Entry(Key(day, LOAN, EntryKind.INTEREST, nr), holds, period_of(holds), 7, 3, (posting,))
