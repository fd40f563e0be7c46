"""The store against a naive model in memory, under random operations, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine

from ledger.balance import AsOf
from ledger.entry import Entry, EntryKind, Key, KeyReused, Posting, creditor_of_account, creditor_of_loan
from ledger.errors import AflosError
from ledger.period import PeriodClosing, WrongPeriod, booking_period, next_period, period_of, previous_period
from ledger.store import (
    CannotReverse,
    DateClosed,
    NoSuchEntry,
    append,
    balances_of_creditor,
    balances_of_loan,
    closings,
    entries_of_loan,
    find_entry,
    last_closed,
    record_closing,
    reverse,
    trial_balance,
    write_day_totals,
)

LOANS = (100_000_001, 100_000_002, 200_000_001)
DAYS = [date(2026, month, day) for month in (1, 2, 3) for day in (1, 15)]
VALUE_DATES = [date(2025, 11, 30), date(2025, 12, 31), *DAYS]

loans, days = some.sampled_from(LOANS), some.sampled_from(DAYS)
value_dates = some.sampled_from(VALUE_DATES)
axes = some.builds(AsOf, some.none() | value_dates, some.none() | days)


@some.composite
def drafts(draw: some.DrawFn) -> Entry:
    """Entries with few keys, so that they meet again, in the period of their value date."""
    key = Key(draw(days), draw(loans), EntryKind.INTEREST, draw(some.integers(1, 9)))
    first = creditor_of_loan(key.loan) * 10_000
    pairs = some.sampled_from([(1330, 8000), (1310, 1300), (1320, 1330)])
    amounts = some.integers(1, 10**13) | some.integers(1, 9)
    rows = draw(some.lists(some.tuples(pairs, amounts), min_size=1, max_size=3))
    postings = tuple(Posting(first + pair[0], first + pair[1], cents) for pair, cents in rows)
    value_date = draw(value_dates)
    return Entry(key, value_date, period_of(value_date), draw(some.integers(0, 5)), 0, postings)


class Books:
    """What the books are, said as simply as possible."""

    def __init__(self) -> None:
        self.entries: dict[Key, Entry] = {}
        self.closings: dict[int, list[PeriodClosing]] = {1: [], 2: []}
        self.totalled = date(1950, 1, 1)

    def last_closed(self, creditor: int, known_on: date) -> int:
        last = 0
        for closing in self.closings[creditor]:
            if closing.known_on <= known_on:
                last = closing.period if closing.closed else previous_period(closing.period)
        return last

    def refusal(self, entries: list[Entry]) -> type[AflosError] | None:
        seen = dict(self.entries)
        for entry in entries:
            if seen.setdefault(entry.key, entry) != entry:
                return KeyReused
        new = [entry for entry in entries if entry.key not in self.entries]
        if any(entry.key.business_date <= self.totalled for entry in new):
            return DateClosed
        if any(entry.period <= self.last_closed_for(entry.key) for entry in new):
            return WrongPeriod
        return None

    def last_closed_for(self, key: Key) -> int:
        return self.last_closed(creditor_of_loan(key.loan), key.business_date)

    def counted(self, as_of: AsOf) -> list[Entry]:
        return [
            entry
            for entry in self.entries.values()
            if (as_of.value_date is None or entry.value_date <= as_of.value_date)
            and (as_of.business_date is None or entry.key.business_date <= as_of.business_date)
        ]


def balances(entries: list[Entry]) -> dict[int, int]:
    """Debit minus credit of each account that is named."""
    found: Counter[int] = Counter()
    for entry in entries:
        for row in entry.postings:
            found[row.debit] += row.cents
            found[row.credit] -= row.cents
    return dict(found)


class Comparison(RuleBasedStateMachine):
    """The same operations on both; what they say must be the same."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.connection.begin()
        self.books = Books()
        self.reversals = 0

    def teardown(self) -> None:
        """Keep nothing."""
        self.connection.close()

    @rule(entries=some.lists(drafts(), max_size=4))
    def append_some(self, entries: list[Entry]) -> None:
        """Entries, some of which are there already."""
        refusal = self.books.refusal(entries)
        if refusal is not None:
            with pytest.raises(refusal):
                append(self.connection, entries)
            return
        new = {entry.key: entry for entry in entries if entry.key not in self.books.entries}
        assert append(self.connection, entries) == len(new)
        self.books.entries |= new

    @initialize(entries=some.lists(drafts(), min_size=3, max_size=9, unique_by=lambda entry: entry.key))
    def begin(self, entries: list[Entry]) -> None:
        """Books that are not empty, so that later steps meet something."""
        self.append_some(entries)

    @rule(entry=drafts(), after=some.booleans())
    def append_in_an_open_period(self, entry: Entry, after: bool) -> None:
        """What the posting rules do: the period follows from what is closed, the night from what is worked."""
        if after:
            night = date.fromordinal(self.books.totalled.toordinal() + 1)
            entry = replace(entry, key=replace(entry.key, business_date=max(night, entry.key.business_date)))
        period = booking_period(entry.value_date, self.books.last_closed_for(entry.key))
        self.append_some([replace(entry, period=period)])

    @rule(data=some.data())
    def append_again(self, data: some.DataObject) -> None:
        """Again is nothing new."""
        if self.books.entries:
            held = data.draw(some.sampled_from(sorted(self.books.entries)))
            assert append(self.connection, [self.books.entries[held]]) == 0

    @rule(data=some.data(), fact=some.integers(6, 9))
    def append_differently(self, data: some.DataObject, fact: int) -> None:
        """Differently is an error, and names the key."""
        if self.books.entries:
            held = data.draw(some.sampled_from(sorted(self.books.entries)))
            with pytest.raises(KeyReused, match=held.text()):
                append(self.connection, [replace(self.books.entries[held], fact=fact)])

    @rule(data=some.data(), day=days)
    def reverse_one(self, data: some.DataObject, day: date) -> None:
        """An entry is undone once."""
        if not self.books.entries:
            return
        key = data.draw(some.sampled_from(sorted(self.books.entries)))
        self.reversals += 1
        new_key = Key(day, key.loan, EntryKind.REVERSAL, self.reversals)
        original = self.books.entries[key]
        reversal = original.reversal(
            new_key, period=booking_period(original.value_date, self.books.last_closed_for(new_key)), fact=5
        )
        refusal: type[AflosError] | None = self.books.refusal([reversal])
        if refusal is None and any(entry.reverses == key for entry in self.books.entries.values()):
            refusal = CannotReverse
        if refusal is not None:
            with pytest.raises(refusal):
                reverse(self.connection, key, new_key, fact=5)
            return
        assert reverse(self.connection, key, new_key, fact=5) == reversal
        self.books.entries[new_key] = reversal

    @rule(creditor=some.sampled_from([1, 2]), later=some.integers(0, 40), closed=some.booleans())
    def close_or_reopen(self, creditor: int, later: int, closed: bool) -> None:
        """Closing goes on from the last closed period; reopening takes the last one back."""
        before = self.books.closings[creditor]
        known_on = date.fromordinal((before[-1].known_on if before else DAYS[1]).toordinal() + later)
        last = self.books.last_closed(creditor, known_on)
        period = (next_period(last) if last else 202512) if closed else last
        closing = PeriodClosing(creditor, period, closed, known_on, "manager", "2026-01-01T00:00:00Z")
        if (closed and period >= period_of(known_on)) or period == 0:
            with pytest.raises(WrongPeriod):
                record_closing(self.connection, closing)
            return
        record_closing(self.connection, closing)
        before.append(closing)

    @rule(day=days)
    def close_a_day(self, day: date) -> None:
        """Totals up to a day; a second time is nothing."""
        write_day_totals(self.connection, day)
        dates = [key.business_date for key in self.books.entries if key.business_date <= day]
        self.books.totalled = max([self.books.totalled, *dates])

    @rule(as_of=axes, loan=loans, creditor=some.sampled_from([1, 2]))
    def ask(self, as_of: AsOf, loan: int, creditor: int) -> None:
        """Balances as of a day on either axis."""
        counted = self.books.counted(as_of)
        of_loan = [entry for entry in counted if entry.key.loan == loan]
        assert balances_of_loan(self.connection, loan, as_of) == balances(of_loan)
        assert entries_of_loan(self.connection, loan, as_of) == sorted(of_loan, key=lambda entry: entry.key)
        expected = {
            account: cents
            for account, cents in balances(counted).items()
            if creditor_of_account(account) == creditor
        }
        assert balances_of_creditor(self.connection, creditor, as_of) == expected
        held = trial_balance(self.connection, creditor, as_of)
        assert held.total_cents == 0
        assert {line.account: line.balance_cents for line in held.lines if line.balance_cents} == {
            account: cents for account, cents in expected.items() if cents
        }

    @rule(creditor=some.sampled_from([1, 2]), day=days)
    def ask_periods(self, creditor: int, day: date) -> None:
        """What was closed, and what of it was known on a day."""
        assert closings(self.connection, creditor) == self.books.closings[creditor]
        assert last_closed(self.connection, creditor, day) == self.books.last_closed(creditor, day)

    @rule(entry=drafts())
    def ask_for_an_entry(self, entry: Entry) -> None:
        """What is there is found as it was booked, and nothing else."""
        if entry.key in self.books.entries:
            assert find_entry(self.connection, entry.key) == self.books.entries[entry.key]
            return
        with pytest.raises(NoSuchEntry, match=entry.key.text()):
            find_entry(self.connection, entry.key)

    @invariant()
    def the_balances_are_equal(self) -> None:
        """After every step, from day totals and rows together; and debit equals credit."""
        expected = balances([*self.books.entries.values()])
        for creditor in (1, 2):
            held = balances_of_creditor(self.connection, creditor)
            assert held == {
                key: cents for key, cents in expected.items() if creditor_of_account(key) == creditor
            }
            assert sum(held.values()) == 0


def test_the_store_does_what_the_model_says(shared_database: Engine) -> None:
    Comparison.engine = shared_database
    run_state_machine_as_test(
        Comparison,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
