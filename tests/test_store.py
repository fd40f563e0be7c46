"""The store of the books, on both databases."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine

from ledger.balance import AsOf
from ledger.database import reading, writing
from ledger.entry import Entry, EntryKind, Key, Posting
from ledger.store import (
    append,
    balances_of_loan,
    entries_of_loan,
    find_entry,
    reverse,
    trial_balance,
    write_day_totals,
)

LOAN = 100_000_001
DAY = date(2026, 3, 1)


def interest(number: int, cents: int, day: date = DAY) -> Entry:
    return Entry(
        Key(day, LOAN, EntryKind.INTEREST, number),
        day,
        day.year * 100 + day.month,
        7,
        3,
        (Posting(11330, 18000, cents),),
    )


def test_again_is_nothing_new(database: Engine) -> None:
    with writing(database) as connection:
        assert append(connection, [interest(1, 500), interest(2, 700)]) == 2
    with writing(database) as connection:
        assert append(connection, [interest(1, 500), interest(3, 1)]) == 1
    with reading(database) as connection:
        assert entries_of_loan(connection, LOAN) == [interest(1, 500), interest(2, 700), interest(3, 1)]
        assert balances_of_loan(connection, LOAN) == {11330: 1201, 18000: -1201}


def test_a_reversal_undoes_an_entry(database: Engine) -> None:
    entry = interest(1, 500)
    with writing(database) as connection:
        append(connection, [entry])
        new = Key(date(2026, 4, 2), LOAN, EntryKind.REVERSAL, 1)
        undone = reverse(connection, entry.key, new, fact=9)
        assert find_entry(connection, new) == undone
        assert undone.reverses == entry.key
        assert balances_of_loan(connection, LOAN) == {11330: 0, 18000: 0}
        before = AsOf(business_date=date(2026, 4, 1))
        assert balances_of_loan(connection, LOAN, before) == {11330: 500, 18000: -500}
        write_day_totals(connection, date(2026, 3, 31))
        held = trial_balance(connection, 1, before)
        assert held.total_cents == 0
        assert {line.number: line.balance_cents for line in held.lines if line.balance_cents} == {
            1330: 500,
            8000: -500,
        }
