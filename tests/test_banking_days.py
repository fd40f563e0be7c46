"""The calendar of banks and the calendar of legal terms, each against days written out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicing.banking_days import (
    add_banking_days,
    bank_holidays,
    banking_days_between,
    is_banking_day,
    kings_day,
    legal_term_end,
    public_holidays,
)

days = st.dates(date(2002, 1, 1), date(2150, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


# TARGET closing days, European Central Bank, calendars of 2024 to 2027.
TARGET = {
    2024: "2024-01-01 2024-03-29 2024-04-01 2024-05-01 2024-12-25 2024-12-26",
    2025: "2025-01-01 2025-04-18 2025-04-21 2025-05-01 2025-12-25 2025-12-26",
    2026: "2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-12-25 2026-12-26",
    2027: "2027-01-01 2027-03-26 2027-03-29 2027-05-01 2027-12-25 2027-12-26",
}

# Algemene termijnenwet art. 3 lid 1 and 2, written out for four years.
LEGAL = {
    2024: "01-01 03-29 04-01 04-27 05-05 05-09 05-20 12-25 12-26",
    2025: "01-01 04-18 04-21 04-26 05-05 05-29 06-09 12-25 12-26",
    2026: "01-01 04-03 04-06 04-27 05-05 05-14 05-25 12-25 12-26",
    2027: "01-01 03-26 03-29 04-27 05-05 05-06 05-17 12-25 12-26",
}


@pytest.mark.parametrize("year", list(TARGET))
def test_banks_close_on_these_days(year: int) -> None:
    assert bank_holidays(year) == {day(text) for text in TARGET[year].split()}


@pytest.mark.parametrize("year", list(LEGAL))
def test_b9_no_legal_term_ends_on_these_days(year: int) -> None:
    assert public_holidays(year) == {day(f"{year}-{text}") for text in LEGAL[year].split()}


@pytest.mark.parametrize(
    ("year", "celebrated"),
    [
        (2012, "2012-04-30"),
        (2013, "2013-04-30"),
        (2014, "2014-04-26"),  # 27 April 2014 is a Sunday
        (2015, "2015-04-27"),
        (2025, "2025-04-26"),
        (2031, "2031-04-26"),
        (2006, "2006-04-29"),  # 30 April 2006 is a Sunday
    ],
)
def test_b9_kings_day_is_never_a_sunday(year: int, celebrated: str) -> None:
    assert kings_day(year) == day(celebrated)


@pytest.mark.parametrize(
    ("last", "moved"),
    [
        ("2025-04-17", "2025-04-17"),
        ("2025-04-18", "2025-04-22"),  # Good Friday, Saturday, Easter, Easter Monday
        ("2025-04-26", "2025-04-28"),  # King's Day on Saturday
        ("2026-04-27", "2026-04-28"),
        ("2025-05-05", "2025-05-06"),  # Liberation Day, in every year
        ("2026-05-05", "2026-05-06"),
        ("2027-05-05", "2027-05-07"),  # followed by Ascension Day
        ("2025-06-07", "2025-06-10"),  # Whitsun
        ("2025-12-25", "2025-12-29"),  # Christmas and the weekend
        ("2026-12-31", "2026-12-31"),
        ("2027-01-01", "2027-01-04"),
        ("2025-05-01", "2025-05-01"),  # Labour Day is a day banks close, not a legal holiday
    ],
)
def test_b9_a_term_moves_off_weekends_and_holidays(last: str, moved: str) -> None:
    assert legal_term_end(day(last)) == day(moved)


def test_b9_days_equated_by_royal_decree_are_given() -> None:
    friday_after_ascension = day("2025-05-30")
    assert legal_term_end(day("2025-05-29"), {friday_after_ascension}) == day("2025-06-02")


@pytest.mark.parametrize(
    ("since", "number", "until"),
    [
        ("2025-04-17", 1, "2025-04-22"),
        ("2025-04-30", 1, "2025-05-02"),
        ("2025-12-24", 2, "2025-12-30"),
        ("2025-03-01", 1, "2025-03-03"),
        ("2025-03-03", -1, "2025-02-28"),
        ("2025-04-22", -1, "2025-04-17"),
        ("2025-03-01", 0, "2025-03-01"),
    ],
)
def test_banking_days_are_added(since: str, number: int, until: str) -> None:
    assert add_banking_days(day(since), number) == day(until)


@given(days, st.integers(0, 800))
def test_banking_days_between_are_those_of_counting(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    counted = sum(is_banking_day(since + timedelta(days=number)) for number in range(1, length + 1))
    assert banking_days_between(since, until) == counted
    assert banking_days_between(until, since) == -counted


@given(days, st.integers(1, 60))
def test_adding_and_counting_agree(since: date, number: int) -> None:
    until = add_banking_days(since, number)
    assert is_banking_day(until)
    assert banking_days_between(since, until) == number
