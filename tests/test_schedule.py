"""Schedules: each rule of the terms, and what must hold for every loan."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import cents_of, euros
from servicing.daycount import DAY_COUNTS, DayCount, Step, parse_step
from servicing.plan import check_terms, free_plan, schedule_of
from servicing.schedule import (
    ROUNDING_RULES,
    Amount,
    Period,
    RoundingRule,
    annuity_instalment,
    due_dates,
    equal,
    level,
    repay,
    round_cents,
    round_product,
)
from servicing.terms import METHODS, Method, Terms, TermsRefused
from tests.loans import figures, loan

MONTH = Step(1, "m")


def test_due_dates_start_one_period_after_the_start() -> None:
    expected = (date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30))
    assert due_dates(date(2025, 1, 31), None, MONTH, 3) == expected


def test_due_dates_have_the_day_of_the_first_one_given() -> None:
    first_due = date(2025, 2, 28)
    assert due_dates(date(2025, 1, 31), first_due, MONTH, 3) == (
        first_due,
        date(2025, 3, 28),
        date(2025, 4, 28),
    )


@pytest.mark.parametrize(
    ("first_due", "interest"),
    [
        (date(2025, 1, 1), "0.00"),  # on the start: nothing has accrued
        (date(2025, 1, 16), "80.65"),  # 15 of the 31 days from 16 December
        (date(2025, 2, 1), "166.67"),
        (date(2025, 3, 15), "247.31"),  # 14 of the 31 days from 15 December, and two months
    ],
)
def test_first_period_may_be_shorter_or_longer(first_due: date, interest: str) -> None:
    schedule = schedule_of(replace(loan(), first_due=first_due))
    assert schedule.rows[0].due_date == first_due
    if first_due == date(2025, 3, 15):
        expected = 25000 * Fraction(8, 100) * (Fraction(2, 12) + Fraction(14, 31 * 12)) * 100
        assert schedule.rows[0].interest == round_cents(expected, "half-up")
    else:
        assert euros(int(schedule.rows[0].interest)) == interest


def test_instalment_is_computed_over_the_real_first_period() -> None:
    usual = schedule_of(loan()).instalment
    later = schedule_of(replace(loan(), first_due=date(2025, 3, 1))).instalment
    earlier = schedule_of(replace(loan(), first_due=date(2025, 1, 1))).instalment
    assert later == round_cents(exact_annuity([2] + [1] * 59), "half-up")
    assert earlier == round_cents(exact_annuity([0] + [1] * 59), "half-up")
    assert later > usual > earlier


def exact_annuity(months: list[int]) -> Fraction:
    """The instalment for 25,000.00 at 8 % in cents by definition: principal / sum of discount factors."""
    factor, worth = Fraction(1), Fraction(0)
    for length in months:
        factor /= 1 + Fraction(8, 1200) * length
        worth += factor
    return Fraction(2_500_000) / worth


def test_grace_rows_pay_interest_only() -> None:
    schedule = schedule_of(replace(loan("12000.00", "6", 12), grace_principal=3))
    assert [row.principal for row in schedule.rows[:3]] == [0, 0, 0]
    assert {row.interest for row in schedule.rows[:3]} == {6000}
    assert schedule.instalment == schedule_of(loan("12000.00", "6", 9)).instalment
    assert schedule.rows[-1].balance == 0


def test_linear_after_grace_is_over_the_other_rows() -> None:
    schedule = schedule_of(replace(loan("9000.00", "6", 12, "linear"), grace_principal=3))
    assert [euros(int(row.principal)) for row in schedule.rows] == ["0.00"] * 3 + ["1000.00"] * 9


def test_bullet_repays_in_the_last_row() -> None:
    schedule = schedule_of(loan("1000.00", "6", 4, "bullet"))
    assert schedule.instalment == 0
    assert [figures(row) for row in schedule.rows] == ["5.00 5.00 0.00 1000.00"] * 3 + [
        "1005.00 5.00 1000.00 0.00"
    ]


def test_given_instalment_leaves_the_rest_for_the_last_row() -> None:
    schedule = schedule_of(replace(loan("1000.00", "12", 4), instalment=cents_of("100.00")))
    assert [figures(row) for row in schedule.rows] == [
        "100.00 10.00 90.00 910.00",
        "100.00 9.10 90.90 819.10",
        "100.00 8.19 91.81 727.29",
        "734.56 7.27 727.29 0.00",
    ]


def test_given_instalment_that_pays_off_early_leaves_rows_of_nothing() -> None:
    schedule = schedule_of(replace(loan("1000.00", "12", 5), instalment=cents_of("600.00")))
    assert [figures(row) for row in schedule.rows] == [
        "600.00 10.00 590.00 410.00",
        "414.10 4.10 410.00 0.00",
        "0.00 0.00 0.00 0.00",
        "0.00 0.00 0.00 0.00",
        "0.00 0.00 0.00 0.00",
    ]


def test_given_linear_instalment_is_the_principal_part() -> None:
    schedule = schedule_of(replace(loan("1000.00", "12", 3, "linear"), instalment=cents_of("5.00")))
    assert [euros(int(row.principal)) for row in schedule.rows] == ["5.00", "5.00", "990.00"]


@pytest.mark.parametrize("rounding", ROUNDING_RULES)
def test_i6_a_tie_is_rounded_by_the_one_rule(rounding: RoundingRule) -> None:
    # 2.50 and 7.50 at 12 %: interest of 2.5 and 7.5 cents.
    interest = [round_product(cents, Fraction(1, 100), rounding) for cents in (250, 750)]
    expected: dict[RoundingRule, list[Amount]] = {
        "half-up": [3, 8],
        "half-even": [2, 8],
        "none": [Decimal("2.5"), Decimal("7.5")],
    }
    assert interest == expected[rounding]


@given(st.integers(0, 10**13), st.fractions(0, 2, max_denominator=400_000))
def test_i6_product_is_rounded_as_the_fraction_is(cents: int, share: Fraction) -> None:
    for rule in ROUNDING_RULES[:2]:
        assert round_product(cents, share, rule) == round_cents(cents * share, rule)


def test_i6_negative_ties_go_away_from_zero() -> None:
    assert [round_cents(Fraction(value, 2), "half-up") for value in (-1, 1, 3)] == [-1, 1, 2]
    assert [round_cents(Fraction(value, 2), "half-even") for value in (-1, 1, 3)] == [0, 0, 2]
    assert round_product(-250, Fraction(1, 100), "half-up") == -3


def test_i1_no_cent_leaks_from_a_hundred_thousand_loans() -> None:
    seed = 20250101
    dice = random.Random(seed)
    for number in range(100_000):
        principal, instalments = dice.randint(1, 30_000_000), dice.randint(1, 8)
        growth = Fraction(dice.randint(0, 1500), 12 * 10_000)
        periods = [Period(date(2025, 1, 1), growth)] * instalments
        if number % 2:
            part = level(annuity_instalment(principal, [growth] * instalments, "half-up"))
        else:
            part = equal(round_product(principal, Fraction(1, instalments), "half-up"))
        rows = repay(principal, periods, part, "half-up")
        assert sum(row.principal for row in rows) == principal, (seed, number)
        assert rows[-1].balance == 0


every_terms = st.builds(
    Terms,
    principal=st.integers(1, 10**13),
    rate=st.fractions(0, 1, max_denominator=10_000),
    start=st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    instalments=st.integers(1, 80),
    step=st.sampled_from([parse_step(text) for text in ("1m", "3m", "1y", "2w", "15d")]),
    method=st.sampled_from(METHODS),
    day_count=st.sampled_from(DAY_COUNTS),
    rounding=st.sampled_from(["half-up", "half-even"]),
)


@given(every_terms)
def test_i1_every_schedule_adds_up(terms: Terms) -> None:
    if terms.day_count == "monthly" and not terms.step.months:
        terms = replace(terms, day_count="act/365")
    rows = schedule_of(terms).rows
    balance = terms.principal
    for row in rows:
        assert row.balance == balance - row.principal
        assert row.principal >= 0
        assert row.interest >= 0
        assert {type(amount) for amount in (row.principal, row.interest, row.balance, row.due)} == {int}
        balance = row.balance
    assert balance == 0
    assert len(rows) == terms.instalments


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("principal", "rate", "instalments"),
    [
        ("1000.00", "0", 7),
        ("0.01", "8", 1),
        ("0.01", "8", 60),
        ("1.00", "0", 1200),
        ("100000000000.00", "100", 1200),
        ("25000.00", "100", 60),
    ],
)
def test_i4_odd_loans_have_a_schedule(principal: str, rate: str, instalments: int, method: Method) -> None:
    terms = loan(principal, rate, instalments, method)
    rows = schedule_of(terms).rows
    assert sum(int(row.principal) for row in rows) == terms.principal
    if rate == "0":
        assert {row.interest for row in rows} == {0}


def test_i4_loan_of_one_day() -> None:
    terms = replace(loan("1000.00", "8", 1), step=parse_step("1d"), day_count="act/365")
    assert figures(schedule_of(terms).rows[0]) == "1000.22 0.22 1000.00 0.00"


def test_i4_first_interest_above_the_computed_instalment_takes_no_principal_back() -> None:
    rows = schedule_of(replace(loan("1000.00", "12", 4), first_due=date(2035, 1, 1))).rows
    assert rows[0].principal == 0
    assert all(row.principal >= 0 for row in rows)


@pytest.mark.parametrize("day_count", DAY_COUNTS)
@pytest.mark.parametrize("method", METHODS)
def test_unrounded_and_rounded_stay_together(day_count: DayCount, method: Method) -> None:
    rounded = replace(loan(method=method), day_count=day_count)
    kept = replace(rounded, principal=Decimal(rounded.principal), rounding="none")
    unrounded = schedule_of(kept)
    for ours, exact in zip(schedule_of(rounded).rows, unrounded.rows, strict=True):
        assert isinstance(exact.balance, Decimal)
        assert abs(ours.balance - exact.balance) < rounded.instalments
    assert abs(Decimal(unrounded.total_principal) - 2_500_000) < Decimal("1e-40")


def test_unrounded_amounts_keep_thirty_decimals_of_a_cent() -> None:
    terms = replace(loan("100.00", "10", 3), principal=Decimal(10_000), rounding="none")
    assert str(schedule_of(terms).rows[0].interest) == "83." + "3" * 30


def test_free_plan_pays_what_the_decision_says() -> None:
    first, second, last = date(2025, 2, 1), date(2025, 4, 1), date(2025, 5, 1)
    plan = free_plan(loan("1000.00", "12"), [(first, 50_000), (second, 20_000)], last)
    assert [figures(row) for row in plan.rows] == [
        "500.00 10.00 490.00 510.00",
        "200.00 10.20 189.80 320.20",
        "323.40 3.20 320.20 0.00",
    ]


@pytest.mark.parametrize(
    ("rows", "last", "message"),
    [
        ([(date(2024, 12, 1), 100)], date(2025, 2, 1), "none before start"),
        ([(date(2025, 3, 1), 50_000)], date(2025, 3, 1), "must come after"),
        ([(date(2025, 3, 1), 50_000), (date(2025, 2, 1), 50_000)], date(2025, 4, 1), "must come after"),
        ([(date(2025, 2, 1), 999)], date(2025, 4, 1), "row 1: 9.99 is less than its interest"),
    ],
)
def test_free_plan_that_cannot_be_is_refused(rows: list[tuple[date, int]], last: date, message: str) -> None:
    with pytest.raises(TermsRefused, match=message):
        free_plan(loan("1000.00", "12"), rows, last)


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"principal": 0}, "principal: 0.00: must be above 0.00 and at most 100000000000.00"),
    ({"principal": -1}, "principal: -0.01: must be above"),
    ({"principal": 10**13 + 1}, "principal: 100000000000.01: must be above"),
    ({"rate": Fraction(-1, 100)}, "rate: -1: must be from 0 to 100 percent"),
    ({"rate": Fraction(101, 100)}, "rate: 101: must be from 0 to 100 percent"),
    ({"instalments": 0}, "instalments: 0: must be from 1 to 1200"),
    ({"instalments": 1201}, "instalments: 1201: must be from 1 to 1200"),
    ({"first_due": date(2024, 12, 31)}, "first_due: 2024-12-31: must not be before start 2025-01-01"),
    ({"step": parse_step("2w")}, "day_count: monthly: needs a period in months or years, and every is 2w"),
    ({"step": parse_step("15d")}, "day_count: monthly: needs a period in months or years, and every is 15d"),
    ({"step": parse_step("3y")}, "instalments: 60: the last due date must not be after 2199-12-31"),
    ({"step": parse_step("999y")}, "instalments: 60: the last due date must not be after 2199-12-31"),
    (
        {"step": Step(999, "w"), "day_count": "act/365", "instalments": 1200},
        "instalments: 1200: the last due date",
    ),
    ({"grace_principal": 60}, "grace_principal: 60: must be from 0 to below instalments 60"),
    ({"grace_principal": -1}, "grace_principal: -1: must be"),
    (
        {"method": "bullet", "grace_principal": 1},
        "method: bullet: takes no instalment and no grace_principal",
    ),
    ({"method": "bullet", "instalment": 100}, "method: bullet: takes no instalment and no grace_principal"),
    ({"instalment": 0}, "instalment: 0.00: must be above 0.00"),
    ({"instalment": -100}, "instalment: -1.00: must be above 0.00"),
    ({"instalment": 16_667}, "instalment: 166.67: must be above the first period's interest 166.67"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_terms_that_are_no_loan_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(TermsRefused) as refused:
        schedule_of(replace(loan(), **change))  # type: ignore[arg-type]
    assert str(refused.value).startswith(message)


def test_an_instalment_one_cent_above_the_first_interest_is_taken() -> None:
    schedule = schedule_of(replace(loan(), instalment=16_668))
    assert schedule.rows[0].principal == 1


def test_the_last_day_of_the_books_may_be_a_due_date() -> None:
    terms = replace(loan(instalments=1), start=date(2199, 11, 30), first_due=date(2199, 12, 31))
    check_terms(terms)
