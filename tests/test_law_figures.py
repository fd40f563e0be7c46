"""Figures of the shipped law against what the sources say, so that a slip in a file is noticed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from servicing import files
from servicing.law import UnknownLaw

LAW = files.law()


def text(name: str, day: str) -> str:
    return LAW.value_on(name, date.fromisoformat(day)).text


def test_statutory_interest() -> None:
    # Dutch table of statutory interest, non-trade: https://www.schuldinfo.nl/?id=49 ; 2024: e-justice.europa.eu
    table = {
        "2004-02-01": "4",
        "2006-12-31": "4",
        "2007-01-01": "6",
        "2009-07-01": "4",
        "2010-01-01": "3",
        "2011-07-01": "4",
        "2012-07-01": "3",
        "2015-01-01": "2",
        "2022-12-31": "2",
        "2023-01-01": "4",
        "2023-07-01": "6",
        "2024-01-01": "7",
        "2024-12-31": "7",
        "2025-01-01": "6",
        "2026-01-01": "4",
    }
    assert {day: text("statutory_interest_non_trade", day) for day in table} == table


def test_interest_on_business_capital_is_that_of_the_grant() -> None:
    # Bbz 2004 art. 15 onder a: 8 percent for grants from 1 July 2009, 5 percent before.
    assert LAW.value_on("capital_interest", date(2009, 6, 30)).rate == Fraction(5, 100)
    assert LAW.value_on("capital_interest", date(2009, 7, 1)).rate == Fraction(8, 100)
    assert LAW.parameters["capital_interest"].select_by == "grant_date"


@pytest.mark.parametrize(
    ("name", "cents"),
    [
        # Bbz amounts of 2025: samendiemen.nl and MinBZK/poc-machine-law (SZW-2025-01-01.yaml).
        ("own_capital_upper_limit", 24_389_200),
        ("own_capital_lower_limit", 5_803_500),
        ("own_capital_limit_older", 17_072_500),
        ("capital_limit_established", 25_342_000),
        ("capital_limit_starter", 4_665_600),
        ("capital_limit_gift", 1_267_100),
        ("minimum_income_older", 1_006_500),
    ],
)
def test_bbz_amounts_of_2025(name: str, cents: int) -> None:
    assert LAW.value_on(name, date(2025, 1, 1)).cents == cents
    assert LAW.value_on(name, date(2025, 12, 31)).cents == cents


@pytest.mark.parametrize("year", [2016, 2024, 2026])
def test_bbz_amounts_that_were_never_found_are_refused(year: int) -> None:
    for name in ("own_capital_upper_limit", "capital_limit_established", "capital_limit_starter"):
        with pytest.raises(UnknownLaw):
            LAW.value_on(name, date(year, 6, 1))


def year_norm(name: str, year: int) -> int:
    return sum(LAW.value_on(name, date(year, month, 1)).cents for month in range(1, 13))


@pytest.mark.parametrize(
    ("name", "year", "cents"),
    [
        # Six months at 1,922.07 and six at 1,955.80 (Participatiewet art. 21, text of 2025-07-01).
        ("norm_couple_21_to_pension", 2025, 2_326_722),
        # Six months at 1,834.04 and six at 1,869.21.
        ("norm_couple_21_to_pension", 2024, 2_221_950),
        # Six months at 1,345.45 and six at 1,369.06.
        ("norm_single_21_to_pension", 2025, 1_628_706),
    ],
)
def test_year_norms(name: str, year: int, cents: int) -> None:
    assert year_norm(name, year) == cents


@pytest.mark.parametrize("year", [2012, 2016, 2018, 2019, 2020, 2022, 2026])
def test_a_year_with_an_unknown_half_has_no_year_norm(year: int) -> None:
    with pytest.raises(UnknownLaw):
        year_norm("norm_couple_21_to_pension", year)


@pytest.mark.parametrize(
    ("day", "debt", "fee"),
    [
        # Awb art. 4:113; Stcrt. 2012,26652, 2013,35871, 2014,37105, 2023,35874 and 2024,38002.
        ("2012-06-15", 45_400, 1_400),
        ("2013-06-15", 45_399, 600),
        ("2014-06-15", 45_399, 700),
        ("2014-06-15", 45_400, 1_500),
        ("2015-06-15", 45_400, 700),
        ("2015-06-15", 49_999, 700),
        ("2015-06-15", 50_000, 1_500),
        ("2024-06-15", 49_999, 800),
        ("2024-06-15", 50_000, 1_900),
        ("2025-06-15", 49_999, 900),
        ("2025-06-15", 50_000, 2_000),
    ],
)
def test_reminder_fees(day: str, debt: int, fee: int) -> None:
    on = date.fromisoformat(day)
    high = debt >= LAW.value_on("reminder_fee_threshold", on).cents
    assert LAW.value_on("reminder_fee_high" if high else "reminder_fee_low", on).cents == fee


def test_the_reminder_fee_of_2026_is_not_known() -> None:
    for name in ("reminder_fee_low", "reminder_fee_high"):
        with pytest.raises(UnknownLaw, match="2026-06-15"):
            LAW.value_on(name, date(2026, 6, 15))


def test_flat_tax_by_book_year() -> None:
    # Bbz 2004 art. 6 lid 2: 23, 21 and 20 percent in 2013, 2014 and 2015; 17 in the texts of 2021 and 2022.
    known = {
        "2013-01-01": "23",
        "2014-01-01": "21",
        "2015-01-01": "20",
        "2021-01-01": "17",
        "2022-01-01": "17",
    }
    assert {day: text("flat_income_tax", day) for day in known} == known
    assert not LAW.value_on("flat_income_tax", date(2025, 1, 1)).verified
    for year in (2016, 2018, 2019, 2020, 2023, 2024, 2026):
        with pytest.raises(UnknownLaw):
            LAW.value_on("flat_income_tax", date(year, 1, 1))


def test_tozo_interest_holiday() -> None:
    # https://www.rsddeliemers.nl/tozo-lening-bedrijfskapitaal: no interest from 2021-01-01 to 2022-06-30.
    assert [
        text("tozo_interest", day) for day in ("2020-12-31", "2021-01-01", "2022-06-30", "2022-07-01")
    ] == [
        "2",
        "0",
        "0",
        "2",
    ]


def test_terms_are_counted() -> None:
    on = date(2025, 1, 1)
    # Awb art. 4:112, 4:87 and 4:104; Bbz 2004 art. 15 onder b.
    assert LAW.value_on("reminder_term", on).count == 14
    assert LAW.value_on("decision_payment_term", on).count == 42
    assert LAW.value_on("limitation_term", on).count == 5
    assert LAW.value_on("capital_longest_term", on).count == 120


def test_a_rounded_norm_is_shown_but_not_computed_with() -> None:
    with pytest.raises(UnknownLaw, match=r"only an indication is known \(1503.00\)"):
        LAW.value_on("norm_couple_21_to_pension", date(2020, 1, 1))


def test_practice_is_not_law() -> None:
    kinds = {name: found.kind for name, found in LAW.parameters.items()}
    assert all((kind == "practice") == name.startswith("practice_") for name, kind in kinds.items())
    assert kinds["doorstartfonds_interest"] == "contract"


def test_what_changes_when() -> None:
    changes = {name: found.changes for name, found in LAW.parameters.items()}
    assert [name for name in sorted(changes) if changes[name] == "yearly"] == [
        "capital_limit_established",
        "capital_limit_gift",
        "capital_limit_starter",
        "flat_income_tax",
        "minimum_income_older",
        "own_capital_limit_older",
        "own_capital_lower_limit",
        "own_capital_upper_limit",
    ]
    half_yearly = [name for name in changes if changes[name] == "half_yearly"]
    assert all(name.startswith("norm_") for name in half_yearly)
    assert len(half_yearly) == 6
