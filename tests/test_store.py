"""The store of the books, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select

from ledger.accounts import Chart
from ledger.balance import AsOf
from ledger.database import reading, writing
from ledger.entry import EntryKind, Key, KeyReused
from ledger.errors import Misconfigured
from ledger.files import chart_of_accounts
from ledger.period import PeriodClosing, WrongPeriod
from ledger.store import (
    CannotReverse,
    DateClosed,
    append,
    balances_of_loan,
    entries_of_loan,
    find_entry,
    install_chart,
    last_closed,
    record_closing,
    reverse,
    trial_balance,
    write_day_totals,
)
from ledger.tables import creditor, day_total
from tests.books import ACCRUED, DAY, INCOME, LOAN, interest

REVERSAL = Key(date(2026, 4, 2), LOAN, EntryKind.REVERSAL, 1)


def close(connection: Connection, period: int, known_on: date, *, closed: bool = True) -> None:
    closing = PeriodClosing(1, period, closed, known_on, "manager", f"{known_on}T12:00:00Z")
    record_closing(connection, closing)


def test_again_is_nothing_new(database: Engine) -> None:
    with writing(database) as connection:
        assert append(connection, [interest(1), interest(2, 700), interest(1)]) == 2
    with writing(database) as connection:
        assert append(connection, [interest(1), interest(3, 1)]) == 1
    with reading(database) as connection:
        assert entries_of_loan(connection, LOAN) == [interest(1), interest(2, 700), interest(3, 1)]
        assert balances_of_loan(connection, LOAN) == {ACCRUED: 1201, INCOME: -1201}


def test_c4_differently_is_an_error_that_names_the_key_and_both_contents(database: Engine) -> None:
    with writing(database) as connection:
        append(connection, [interest(1, 500)])
    with pytest.raises(KeyReused) as refused, writing(database) as connection:
        append(connection, [interest(2, 1), interest(1, 501)])
    assert str(refused.value) == (
        "100000001:2026-03-01:interest:1 is booked as "
        "[11330 to 18000 5.00, 2026-03-01 in 202603, fact 7, row 3]; now asked for "
        "[11330 to 18000 5.01, 2026-03-01 in 202603, fact 7, row 3]"
    )
    with reading(database) as connection:
        assert entries_of_loan(connection, LOAN) == [interest(1, 500)]


def test_two_entries_of_one_key_in_one_call_must_be_equal(shared_database: Engine) -> None:
    with pytest.raises(KeyReused), writing(shared_database) as connection:
        append(connection, [interest(1, 500), interest(1, 501)])


def test_a_reversal_undoes_an_entry_on_its_value_date(database: Engine) -> None:
    entry = interest()
    with writing(database) as connection:
        append(connection, [entry])
        undone = reverse(connection, entry.key, REVERSAL, fact=9)
        assert find_entry(connection, REVERSAL) == undone
        assert undone.reverses == entry.key
        assert balances_of_loan(connection, LOAN) == {ACCRUED: 0, INCOME: 0}
        assert balances_of_loan(connection, LOAN, AsOf(value_date=DAY)) == {ACCRUED: 0, INCOME: 0}
        before = AsOf(business_date=date(2026, 4, 1))
        assert balances_of_loan(connection, LOAN, before) == {ACCRUED: 500, INCOME: -500}


def test_a_second_reversal_is_refused(shared_database: Engine) -> None:
    second = Key(REVERSAL.business_date, LOAN, EntryKind.REVERSAL, 2)
    with shared_database.connect() as connection:
        append(connection, [interest()])
        reverse(connection, interest().key, REVERSAL)
        with pytest.raises(CannotReverse, match="is reversed already by 100000001:2026-04-02:reversal:1"):
            reverse(connection, interest().key, second)
    both = [
        interest(),
        interest().reversal(REVERSAL, period=202604),
        interest().reversal(second, period=202604),
    ]
    with pytest.raises(CannotReverse, match="is reversed already"), writing(shared_database) as connection:
        append(connection, both)


def test_a_reversal_undoes_all_of_an_entry_that_is_there(shared_database: Engine) -> None:
    with pytest.raises(CannotReverse, match="there is no entry"), writing(shared_database) as connection:
        append(connection, [interest().reversal(REVERSAL, period=202604)])
    other = interest(cents=499).reversal(REVERSAL, period=202604)
    with pytest.raises(CannotReverse, match="does not undo all"), writing(shared_database) as connection:
        append(connection, [interest(cents=500), other])


def test_day_totals_close_a_date_and_answer_for_it(database: Engine) -> None:
    later = interest(cents=40, day=date(2026, 3, 2), value_date=DAY)
    with writing(database) as connection:
        append(connection, [interest(1), interest(2, 700), later])
        write_day_totals(connection, DAY)
        totals = connection.execute(select(day_total).order_by(day_total.c.account)).all()
        assert totals == [(20260301, ACCRUED, 1200, 0), (20260301, INCOME, 0, 1200)]
        write_day_totals(connection, DAY)
    with reading(database) as connection:
        for as_of, cents in ((AsOf(), 1240), (AsOf(business_date=DAY), 1200), (AsOf(value_date=DAY), 1240)):
            held = trial_balance(connection, 1, as_of)
            found = {line.number: line.balance_cents for line in held.lines if line.balance_cents}
            assert found == {1330: cents, 8000: -cents}
            assert held.total_cents == 0
    with pytest.raises(DateClosed, match="closed up to 2026-03-01"), writing(database) as connection:
        append(connection, [interest(3)])
    with writing(database) as connection:
        assert append(connection, [interest(1)]) == 0


def test_a_trial_balance_names_every_account_of_one_creditor(shared_database: Engine) -> None:
    with reading(shared_database) as connection:
        held = trial_balance(connection, 7)
    assert [line.number for line in held.lines] == list(chart_of_accounts().accounts)
    assert {line.account // 10_000 for line in held.lines} == {7}
    assert all(line.name_en and line.name_nl for line in held.lines)


def test_a_closed_period_takes_nothing_more(shared_database: Engine) -> None:
    with shared_database.connect() as connection:
        append(connection, [interest(1, value_date=date(2026, 1, 31))])
        close(connection, 202601, DAY)
        with pytest.raises(WrongPeriod, match="period 202601 is closed, as all up to 202601"):
            append(connection, [interest(2, value_date=date(2026, 1, 31))])
        with pytest.raises(WrongPeriod, match="period 202512 is closed"):
            append(connection, [interest(2, value_date=date(2025, 12, 31))])
        # What is known only later does not change the work of an earlier night.
        assert append(connection, [interest(2, day=date(2026, 2, 28), value_date=date(2026, 1, 31))]) == 1
        assert append(connection, [interest(1, value_date=date(2026, 1, 31))]) == 0
        undone = reverse(connection, interest(1).key, REVERSAL)
        assert (undone.value_date, undone.period) == (date(2026, 1, 31), 202602)


def test_periods_are_closed_in_order_and_known_from_a_day_on(shared_database: Engine) -> None:
    with shared_database.connect() as connection:
        close(connection, 202512, date(2026, 1, 10))
        close(connection, 202601, date(2026, 2, 10))
        close(connection, 202601, date(2026, 2, 20), closed=False)
        known = {
            day: last_closed(connection, 1, date(2026, *day)) for day in ((1, 9), (1, 10), (2, 10), (2, 20))
        }
        assert known == {(1, 9): 0, (1, 10): 202512, (2, 10): 202601, (2, 20): 202512}
        assert last_closed(connection, 2, date(2026, 2, 20)) == 0
        with pytest.raises(WrongPeriod, match="before the last closing, known on 2026-02-20"):
            close(connection, 202601, date(2026, 2, 19))


def test_the_chart_is_installed_once(shared_database: Engine) -> None:
    with shared_database.connect() as connection:
        held = [tuple(row) for row in connection.execute(select(creditor))]
        install_chart(connection, held, chart_of_accounts())
        with pytest.raises(Misconfigured, match="creditor in the database"):
            install_chart(
                connection, [(1, "almere", "another name", "NL44TEST0340000001")], chart_of_accounts()
            )
        renamed = {
            number: replace(line, nl="anders") for number, line in chart_of_accounts().accounts.items()
        }
        with pytest.raises(Misconfigured, match="account in the database"):
            install_chart(connection, held, Chart(renamed))


def test_many_entries_are_found_again(shared_database: Engine) -> None:
    many = [interest(number, number) for number in range(1, 2502)]
    with shared_database.connect() as connection:
        assert append(connection, many) == 2501
        assert append(connection, many) == 0
