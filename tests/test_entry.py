"""Keys, postings and entries cannot be built wrong."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger.entry import Entry, EntryKind, Key, NotAKey, NotAnEntry, NotAPosting, Posting, parse_key
from ledger.errors import BadInput
from tests.books import ACCRUED, DAY, DUE, INCOME, LOAN, interest

keys = some.builds(
    Key,
    some.dates(date(1950, 1, 1), date(2199, 12, 31)),
    some.integers(LOAN, 70_000_000_000),
    some.sampled_from(EntryKind),
    some.integers(1, 2**31 - 1),
)


def test_a_key_reads_as_its_parts() -> None:
    key = Key(date(2025, 3, 1), 100000001, EntryKind.INTEREST, 1)
    assert key.text() == "100000001:2025-03-01:interest:1"
    assert Key(DAY, LOAN, EntryKind.CUT_OFF, 2).text() == "100000001:2026-03-01:cut-off:2"


@given(keys)
def test_a_key_is_read_back_from_its_text(key: Key) -> None:
    assert parse_key(key.text()) == key


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("100000001:2025-03-01:interest", "100000001:2025-03-01:interest:1"),
        ("100000001:2025-03-01:rente:1", "'rente' is not one of opening, disbursement"),
        ("100000001:2025-3-1:interest:1", "'2025-3-1' is not a day"),
        ("100000001:1900-03-01:interest:1", "1900-03-01 lies outside"),
        ("100000001:9999-03-01:interest:1", "9999-03-01 lies outside"),
        ("loan:2025-03-01:interest:1", "digits"),
        ("100000001:2025-03-01:interest:0", "digits"),
        ("0100000001:2025-03-01:interest:1", "digits"),
        ("\u0661\u0660\u0660:2025-03-01:interest:1", "digits"),
        ("17:2025-03-01:interest:1", "17 is not a loan number"),
        ("100000001:2025-03-01:interest:99999999999", "99999999999 is not a whole number"),
    ],
)
def test_a_text_that_is_no_key_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(BadInput, match=named.replace("(", r"\(")):
        parse_key(text)


@pytest.mark.parametrize(
    "parts",
    [
        (datetime(2026, 3, 1), LOAN, EntryKind.INTEREST, 1),  # noqa: DTZ001
        (DAY, float(LOAN), EntryKind.INTEREST, 1),
        (DAY, LOAN, 3, 1),
        (DAY, LOAN, EntryKind.INTEREST, True),
        (date(1949, 12, 31), LOAN, EntryKind.INTEREST, 1),
    ],
)
def test_a_key_takes_no_other_types(parts: tuple[Any, Any, Any, Any]) -> None:
    with pytest.raises(NotAKey):
        Key(*parts)


@pytest.mark.parametrize("cents", [0, -1, 10**13 + 1, 2**53 + 1, 2**63])
def test_i3_cents_are_bounded(cents: int) -> None:
    with pytest.raises(NotAPosting, match="is not from 1 to 10000000000000"):
        Posting(ACCRUED, INCOME, cents)


@pytest.mark.parametrize("cents", [5.0, Decimal(5), True, "5", None])
def test_i5_cents_are_an_int_and_nothing_else(cents: int) -> None:
    with pytest.raises(NotAPosting, match="whole numbers"):
        Posting(ACCRUED, INCOME, cents)


def test_j5_a_posting_has_two_accounts_of_one_creditor() -> None:
    with pytest.raises(NotAPosting, match="debited and credited by one row"):
        Posting(ACCRUED, ACCRUED, 1)
    with pytest.raises(NotAPosting, match="two creditors"):
        Posting(ACCRUED, 28000, 1)


def entry_with(**changed: Any) -> Entry:
    parts: dict[str, Any] = {
        "key": Key(DAY, LOAN, EntryKind.INTEREST, 1),
        "value_date": DAY,
        "period": 202603,
        "fact": 0,
        "row_nr": 0,
        "postings": (Posting(ACCRUED, INCOME, 1),),
    }
    return Entry(**parts | changed)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"postings": ()}, "at least one posting"),
        ({"postings": (Posting(21330, 28000, 1),)}, "another creditor than the loan"),
        ({"period": 202602}, "202602 is not 202603 or a later month"),
        ({"period": 202613}, "202613"),
        ({"period": 202600}, "202600"),
        ({"value_date": date(1949, 1, 1)}, "value date"),
        ({"value_date": date(2200, 1, 1)}, "value date"),
        ({"fact": -1}, "whole numbers from 0"),
        ({"row_nr": 1.0}, "whole numbers from 0"),
        ({"reverses": Key(DAY, LOAN, EntryKind.INTEREST, 1)}, "not another entry of the loan"),
        ({"reverses": Key(DAY, LOAN + 1, EntryKind.INTEREST, 1)}, "not another entry of the loan"),
    ],
)
def test_an_entry_is_checked_when_it_is_made(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(NotAnEntry, match=named):
        entry_with(**changed)


def test_a_reversal_swaps_the_sides_and_is_linked() -> None:
    key = Key(date(2026, 5, 1), LOAN, EntryKind.REVERSAL, 1)
    entry = entry_with(postings=(Posting(ACCRUED, INCOME, 5), Posting(DUE, INCOME, 7)))
    reversal = entry.reversal(key, period=202605, fact=9)
    assert reversal.postings == (Posting(INCOME, ACCRUED, 5), Posting(INCOME, DUE, 7))
    assert (reversal.key, reversal.reverses, reversal.value_date) == (key, entry.key, entry.value_date)
    assert (reversal.period, reversal.fact) == (202605, 9)


def test_keys_sort_as_the_journal_does() -> None:
    later = interest(day=date(2026, 3, 2))
    assert sorted([later.key, interest(2).key, interest(1).key]) == [
        interest(1).key,
        interest(2).key,
        later.key,
    ]
