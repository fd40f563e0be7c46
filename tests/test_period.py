"""Which period an entry counts in, and which periods may be closed and reopened."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger.period import (
    NOTHING_CLOSED,
    PeriodClosing,
    WrongPeriod,
    booking_period,
    check_closing,
    next_period,
    period_of,
    previous_period,
)

days = some.dates(date(1950, 1, 1), date(2199, 11, 30))


@given(days)
def test_the_next_period_begins_where_this_one_ends(day: date) -> None:
    following = next_period(period_of(day))
    assert previous_period(following) == period_of(day)
    assert date(following // 100, following % 100, 1) > day


@given(days, days)
def test_an_entry_counts_in_the_first_open_period_from_its_value_date(value_date: date, closed: date) -> None:
    last_closed = period_of(closed)
    period = booking_period(value_date, last_closed)
    assert period > last_closed
    assert period == max(period_of(value_date), next_period(last_closed))


def test_while_nothing_is_closed_the_value_date_decides() -> None:
    assert booking_period(date(2025, 12, 31), NOTHING_CLOSED) == 202512
    assert booking_period(date(2025, 12, 31), 202512) == 202601


@pytest.mark.parametrize(
    ("period", "closed", "last_closed", "named"),
    [
        (202603, True, NOTHING_CLOSED, "is not over on 2026-03-31"),
        (202601, True, 202601, "closed already"),
        (202512, True, 202601, "closed already"),
        (202613, True, NOTHING_CLOSED, "not a period such as 202512"),
        (202601, False, NOTHING_CLOSED, "no period is closed"),
        (202512, False, 202601, "the last closed one is 202601"),
    ],
)
def test_what_may_not_be_closed_or_reopened(period: int, closed: bool, last_closed: int, named: str) -> None:
    closing = PeriodClosing(1, period, closed, date(2026, 3, 31), "manager", "2026-03-31T10:00:00Z")
    with pytest.raises(WrongPeriod, match=named):
        check_closing(closing, last_closed)
