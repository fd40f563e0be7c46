"""Statutory terms end on the right day, and not before they have started."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicing.banking_days import ends_a_legal_term
from servicing.legal_terms import TermRefused, legal_term, payment_term, reminder_term

SIX_WEEKS, TWO_WEEKS = 42, 14
"""Awb art. 4:87 lid 1 and art. 4:112 lid 1."""


@pytest.mark.parametrize(
    ("sent", "last_day", "over_from"),
    [
        ("2025-03-03", "2025-04-14", "2025-04-15"),
        ("2026-09-15", "2026-10-27", "2026-10-28"),
        ("2024-01-19", "2024-03-01", "2024-03-02"),  # over 29 February
        ("2025-03-07", "2025-04-22", "2025-04-23"),  # the 42nd day is Good Friday
        ("2025-03-24", "2025-05-06", "2025-05-07"),  # the 42nd day is 5 May
        ("2025-11-13", "2025-12-29", "2025-12-30"),  # the 42nd day is Christmas
    ],
)
def test_b10_six_weeks_after_the_decision(sent: str, last_day: str, over_from: str) -> None:
    term = payment_term(date.fromisoformat(sent), SIX_WEEKS)
    assert term is not None
    assert term.first_day == date.fromisoformat(sent) + timedelta(days=1)
    assert (term.last_day.isoformat(), term.over_from.isoformat()) == (last_day, over_from)


@pytest.mark.parametrize(
    ("sent", "last_day"),
    [
        ("2025-05-01", "2025-05-15"),
        ("2025-04-12", "2025-04-28"),  # the 14th day is King's Day, on a Saturday
        ("2025-04-07", "2025-04-22"),  # the 14th day is Easter Monday
        ("2025-05-15", "2025-05-30"),  # the 14th day is Ascension Day
    ],
)
def test_b10_two_weeks_from_the_day_after_sending(sent: str, last_day: str) -> None:
    term = reminder_term(date.fromisoformat(sent), TWO_WEEKS)
    assert term is not None
    assert term.last_day.isoformat() == last_day


def test_b10_a_letter_not_sent_starts_no_term() -> None:
    assert payment_term(None, SIX_WEEKS) is None
    assert reminder_term(None, TWO_WEEKS) is None


def test_a_term_of_three_days_holds_two_that_are_no_holiday() -> None:
    # Algemene termijnenwet art. 2: Good Friday, Saturday, Easter, Easter Monday, then two days.
    assert legal_term(date(2025, 4, 17), 3).last_day == date(2025, 4, 23)
    assert legal_term(date(2025, 4, 17), 2).last_day == date(2025, 4, 22)


def test_a_term_of_more_than_ninety_days_is_not_extended() -> None:
    # Algemene termijnenwet art. 4 onder a.
    assert legal_term(date(2025, 1, 25), 91).last_day == date(2025, 4, 26)
    assert legal_term(date(2025, 1, 26), 90).last_day == date(2025, 4, 28)


def test_days_equated_by_royal_decree_extend_a_term() -> None:
    equated = {date(2025, 5, 30)}
    assert legal_term(date(2025, 5, 15), TWO_WEEKS, equated).last_day == date(2025, 6, 2)


@pytest.mark.parametrize("days", [0, -1])
def test_a_term_lasts_at_least_a_day(days: int) -> None:
    with pytest.raises(TermRefused, match=f"not {days}"):
        legal_term(date(2025, 1, 1), days)


@given(st.dates(date(2002, 1, 1), date(2150, 1, 1)), st.integers(1, 90))
def test_b10_never_a_day_early(sent: date, days: int) -> None:
    term = legal_term(sent, days)
    assert term.last_day >= sent + timedelta(days=days)
    assert ends_a_legal_term(term.last_day)
