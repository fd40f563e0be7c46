"""How long assistance may last by group and law of its first month, and what the older self-employed must earn."""

from __future__ import annotations

from datetime import date

import pytest

from servicing import files
from servicing.facts import Fact, FactKind
from servicing.law import LawValue
from servicing.settlement.book_year import BookYear, month_after
from servicing.settlement.duration import RULES, Month, passed
from servicing.settlement.older import Earned, below_minimum, earned_in

LAW = files.law()
APART = 12


def run(first: str, count: int, group: str, nr: int = 1) -> list[Month]:
    """So many months of assistance on end; each advance has the number after that of the month before."""
    since = date.fromisoformat(f"{first}-01")
    return [Month(month_after(since, at), group, 1, nr + at) for at in range(count)]


@pytest.mark.parametrize(
    ("group", "first", "count", "fact", "wanted"),
    [
        ("established", "2024-01", 12, 0, ""),
        (
            "established",
            "2024-01",
            13,
            13,
            "13 months of assistance since 2024-01: the first term is 12, 24 more",
        ),
        ("established", "2024-01", 24, 13, "24 months of assistance"),
        ("established", "2024-01", 25, 25, "25 months of assistance"),
        ("established", "2024-01", 36, 25, "36 months of assistance"),
        (
            "established",
            "2024-01",
            37,
            37,
            "37 months of assistance since 2024-01: the longest is 36: 12 and 24 more",
        ),
        ("established", "2024-01", 48, 37, "48 months of assistance since 2024-01: the longest is 36"),
        ("established", "2024-01", 49, 49, "49 months of assistance since 2024-01: the longest is 36"),
        ("starter", "2023-01", 36, 0, ""),
        (
            "starter",
            "2023-01",
            37,
            37,
            "37 months of assistance since 2023-01: the first term is 36, more by",
        ),
        ("starter", "2025-06", 36, 0, ""),
        ("starter", "2026-01", 18, 0, ""),
        (
            "starter",
            "2026-01",
            19,
            19,
            "19 months of assistance since 2026-01: the first term is 18, 18 more by",
        ),
        (
            "starter",
            "2026-01",
            37,
            37,
            "37 months of assistance since 2026-01: the longest is 36: 18 and 18 more",
        ),
        ("terminating", "2024-01", 12, 0, ""),
        (
            "terminating",
            "2024-01",
            13,
            13,
            "13 months of assistance since 2024-01: the first term is 12, 12 more by",
        ),
        (
            "terminating",
            "2024-01",
            25,
            25,
            "25 months of assistance since 2024-01: the longest is 24: 12 and 12 more",
        ),
        ("older", "2010-01", 100, 0, ""),
    ],
)
def test_a_term_is_that_of_the_group_by_the_law_of_the_first_month(
    group: str, first: str, count: int, fact: int, wanted: str
) -> None:
    found = passed(run(first, count, group), LAW, APART)
    assert [(one.month.fact, one.is_over) for one in found] == (
        [(fact, "longest" in wanted)] if wanted else []
    )
    assert all(one.why.startswith(wanted) and RULES[group].article in one.why for one in found)


@pytest.mark.parametrize(("count", "fact"), [(1, 1), (12, 1), (13, 13), (25, 25)])
def test_a_term_that_is_not_certain_is_asked_from_a_person_each_year_and_stops_nothing(
    count: int, fact: int
) -> None:
    (found,) = passed(run("2025-07", count, "starter"), LAW, APART)
    assert found.month.fact == fact
    assert "assistance_term_starter on 2025-07-01: the figure exists but was not found" in found.why
    assert "18 if Stb. 2025, 220 holds from 2025-07-01" in found.why


def test_a_figure_that_was_not_verified_is_told_to_be() -> None:
    (found,) = passed(run("2026-01", 19, "starter"), LAW, APART)
    assert "not verified: 18 months, extendable to 36; date of entry into force not certain" in found.why


def test_months_of_years_apart_are_not_added_together() -> None:
    before, after = run("2020-01", 10, "established"), run("2021-11", 10, "established", 11)
    assert passed([*before, *after], LAW, 12) == []  # November 2020 up to October 2021: twelve without
    assert [one.month.fact for one in passed([*before, *after], LAW, 13)] == [13]
    known = passed([*run("2010-01", 13, "established"), *run("2024-01", 14, "established", 20)], LAW, 12)
    assert [(one.month.fact, one.why[:9]) for one in known] == [(13, "13 months"), (32, "14 months")]


def test_each_group_has_a_term_of_its_own_and_a_month_counts_once() -> None:
    changed = [*run("2020-01", 36, "starter"), *run("2023-01", 12, "established", 40)]
    assert passed(changed, LAW, APART) == []
    (found,) = passed([*changed, *run("2024-01", 1, "established", 60)], LAW, APART)
    assert found.month.fact == 60
    twice = [*run("2024-01", 12, "established"), *run("2024-01", 12, "established", 50)]
    assert passed(twice, LAW, APART) == []
    (found,) = passed([*twice, *run("2025-01", 1, "established", 70)], LAW, APART)
    assert (found.month.fact, found.why[:9]) == (70, "13 months")


def earned(year: int, cents: int | None) -> Earned:
    return Earned(BookYear(date(year, 1, 1)), cents, 1, 1)


@pytest.mark.parametrize(
    ("years", "wanted"),
    [
        ([earned(2025, 1_006_500)], ""),
        ([earned(2023, 10_000), earned(2025, 1_006_500)], ""),
        (
            [earned(2025, 1_006_499)],
            "gross income from business of 10064.99 is below 10065.00; the mean of the known book years (1) is",
        ),
        (
            [earned(2022, 2_000_000), earned(2023, None), earned(2025, 1_000_000)],
            "of 10000.00 is below 10065.00; the mean of the known book years (2) is 15000.00",
        ),
        ([earned(2025, None)], "income in a company is to be held against 10065.00 (Bbz art. 25)"),
        (
            [earned(2024, 9_999_999)],
            "minimum_income_older on 2024-01-01: the figure exists but was not found",
        ),
        ([earned(2020, 9_999_999)], "minimum_income_older on 2020-01-01: 2020 has no value of its own"),
    ],
)
def test_what_the_older_self_employed_must_earn(years: list[Earned], wanted: str) -> None:
    found = below_minimum(years, LAW)
    assert bool(found) == bool(wanted)
    assert wanted in found


def test_gross_income_is_profit_with_its_corrections_and_of_a_company_a_person_says() -> None:
    def told(**figures: str) -> Earned | None:
        data = {"book_year": "2025-01-01", "figures": figures}
        day = date(2026, 5, 5)
        fact = Fact(7, 4, FactKind.YEAR_FIGURES, day, day, "f", 0, 0, data, "test", "")
        return earned_in([fact], BookYear(date(2025, 1, 1)))

    year = BookYear(date(2025, 1, 1))
    assert told(profit="12000.00", other_income="99.00") == Earned(year, 1_200_000, 7, 4)
    assert told(profit="-50.00", profit_corrections="80.00") == Earned(year, 3_000, 7, 4)
    assert told(profit="0.00", company_profit="90000.00") == Earned(year, None, 7, 4)
    assert earned_in([], year) is None


def test_every_term_is_a_figure_of_the_law_with_its_source() -> None:
    values: list[LawValue] = [
        LAW.value_on(name, date(2026, 1, 1)) for rule in RULES.values() for name in (rule.first, rule.longer)
    ]
    assert [value.count for value in values] == [12, 24, 18, 18, 12, 12]
    assert all("art." in value.source or value.source.startswith("https://zoek") for value in values)
    assert {LAW.parameters[value.parameter].select_by for value in values} == {"grant_date"}
