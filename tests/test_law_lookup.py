"""A lookup gives the figure of its own period or refuses by name and day; gaps and overlaps cannot be written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadInput, Misconfigured
from servicing import files
from servicing.dated import Dated
from servicing.law import Parameter, UnknownLaw
from tests.law_files import parameter, row

LAW = files.law()
DAYS = st.dates(date(1995, 1, 1), date(2100, 12, 31))


def half_year(day: date) -> tuple[int, bool]:
    return day.year, day.month > 6


def test_a_value_by_decree_holds_until_the_next() -> None:
    fee = parameter(row("2015-01-01", '"7.00"') + row("2023-01-01", '"8.00"'))
    assert fee.value_on(date(2022, 12, 31)).text == "7.00"
    assert fee.value_on(date(2023, 1, 1)).cents == 800
    assert fee.value_on(date(2090, 1, 1)).since == date(2023, 1, 1)


def test_rows_may_stand_in_any_order() -> None:
    fee = parameter(row("2023-01-01", '"8.00"') + row("2015-01-01", '"7.00"'))
    assert fee.value_on(date(2016, 1, 1)).text == "7.00"


@pytest.mark.parametrize(
    ("changes", "rows", "day", "why"),
    [
        ("by_decree", row("2015-01-01", '"7.00"'), date(2014, 12, 31), "nothing is known before 2015-01-01"),
        ("by_decree", row("2015-01-01", "null"), date(2015, 1, 1), "the figure exists but was not found"),
        ("yearly", row("2015-01-01", "null"), date(2015, 7, 1), "the figure exists but was not found"),
        ("yearly", row("2015-01-01", '"7.00"'), date(2016, 1, 1), "2016 has no value of its own"),
        (
            "half_yearly",
            row("2015-01-01", '"7.00"'),
            date(2015, 7, 1),
            "the second half of 2015 has no value of its own; that of 2015-01-01 does not go on",
        ),
        (
            "by_decree",
            row("2014-01-01", '"7.00"') + "  2015-01-01: {ended: true, source: Stb., verified: true}\n",
            date(2030, 1, 1),
            "it ended on 2015-01-01",
        ),
        (
            "by_decree",
            '  2015-01-01: {value: "7.00", indicative: true, source: x, verified: false, note: rounded}\n',
            date(2015, 1, 1),
            "only an indication is known (7.00); rounded",
        ),
    ],
)
def test_what_is_not_known_is_refused_by_name_and_day(changes: str, rows: str, day: date, why: str) -> None:
    with pytest.raises(UnknownLaw) as refused:
        parameter(rows, changes).value_on(day)
    assert (refused.value.parameter, refused.value.day) == ("fee", day)
    assert str(refused.value).startswith(f"fee on {day}: {why}")
    assert isinstance(refused.value, BadInput)
    assert refused.value.exit_code == 2


def test_an_ended_parameter_is_not_one_that_was_not_found() -> None:
    ended = LAW.parameters["norm_single_base_until_2015"]
    assert not ended.expected_on(date(2015, 1, 1))
    assert ended.why_not(date(2020, 1, 1)) == "it ended on 2015-01-01"
    assert LAW.parameters["reminder_fee_low"].expected_on(date(2026, 6, 1))


def test_a_parameter_without_a_file_is_a_mistake_of_the_installation() -> None:
    with pytest.raises(Misconfigured, match=r"law/no_such\.yaml"):
        LAW.value_on("no_such", date(2025, 1, 1))


@given(st.sampled_from(sorted(LAW.parameters)), DAYS)
def test_a_lookup_never_gives_the_value_of_another_period(name: str, day: date) -> None:
    """F3: where a figure is missing the lookup refuses, it never falls back to the previous one or to 0."""
    found = LAW.parameters[name]
    try:
        value = found.value_on(day)
    except UnknownLaw:
        return
    assert value.since <= day
    assert not [since for since, _ in found.rows.items() if value.since < since <= day]
    if found.changes == "yearly":
        assert value.since.year == day.year
    if found.changes == "half_yearly":
        assert half_year(value.since) == half_year(day)


@given(st.dictionaries(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(), min_size=1), DAYS)
def test_dated_values_leave_no_gap_and_no_overlap(values: dict[date, int], day: date) -> None:
    """F4: every day from the first on has exactly one value, the last one begun."""
    begun = [since for since in values if since <= day]
    assert Dated(values).on(day) == ((max(begun), values[max(begun)]) if begun else None)


def due(of: Parameter, day: date) -> date | None:
    return of.due_after(day)


@pytest.mark.parametrize(
    ("changes", "day", "coming"),
    [
        ("yearly", date(2025, 3, 1), date(2026, 1, 1)),
        ("yearly", date(2024, 12, 31), None),
        ("half_yearly", date(2025, 1, 1), date(2025, 7, 1)),
        ("half_yearly", date(2025, 7, 1), date(2026, 1, 1)),
        ("by_decree", date(2025, 3, 1), None),
    ],
)
def test_a_change_is_due_where_the_coming_period_has_no_value(
    changes: str, day: date, coming: date | None
) -> None:
    assert due(parameter(row("2025-01-01", '"7.00"'), changes), day) == coming


def test_nothing_is_due_for_what_has_ended() -> None:
    assert due(LAW.parameters["norm_supplement_limit_until_2015"], date(2026, 11, 1)) is None


@pytest.mark.parametrize("name", sorted(LAW.parameters))
def test_every_row_is_found_on_its_own_day_and_names_its_source(name: str) -> None:
    found = LAW.parameters[name]
    for since, line in found.rows.items():
        assert line.source
        if line.value is not None and not line.indicative:
            assert found.value_on(since).text == line.value
            assert found.rows.on(since - timedelta(days=1)) != (since, line)
