"""Values are read exactly as written, or refused by key, value and rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from backoffice.cli.fields import Number
from servicing.reading import CaseRefused, Reader


def reader(value: object) -> Reader:
    return Reader({"key": value}, "terms: ")


@pytest.mark.parametrize(
    ("text", "cents"),
    [("506.91", 50691), ("506.9", 50690), ("506", 50600), ("0.01", 1), ("100000000000.00", 10**13)],
)
def test_an_amount_is_read_exactly(text: str, cents: int) -> None:
    for value in (text, Number(text), Decimal(text)):
        assert reader(value).amount("key") == cents


OTHERWISE_WRITTEN = [
    *("", " 1", "1 ", "1,50", "1.000", "1.234,56", "1,234.56", "1e3", "1E3", "+1", "\u22121", "1\u00a0000"),
    *(".5", "5.", "€ 5", "0x10", "NaN", "inf", "1_000", "\u0661", "100000000000.01"),
]


@pytest.mark.parametrize("text", OTHERWISE_WRITTEN)
def test_i8_another_way_to_write_an_amount_is_refused(text: str) -> None:
    with pytest.raises(
        CaseRefused, match=r"terms: key: .*: an amount such as 506\.91 has at most two decimals"
    ):
        reader(text).amount("key")


@pytest.mark.parametrize(
    "value", [True, ["1"], {"a": "1"}, 1.5, Decimal("1.001"), Decimal("NaN"), Decimal("1E+3")]
)
def test_another_kind_of_value_is_no_amount(value: object) -> None:
    with pytest.raises(CaseRefused, match="an amount such as"):
        reader(value).amount("key")


def test_an_amount_has_a_lower_bound() -> None:
    for value in ("0", "0.00", "-0.01"):
        with pytest.raises(CaseRefused, match="must be above 0"):
            reader(value).amount("key")
    assert reader("0.00").amount("key", above_zero=False) == 0
    with pytest.raises(CaseRefused, match="must not be below 0"):
        reader("-0.01").amount("key", above_zero=False)


def test_a_rate_is_a_part_of_one() -> None:
    assert reader("7.25").rate("key") == Fraction(725, 10_000)
    assert reader(8).rate("key") == Fraction(8, 100)
    assert reader("0").rate("key") == 0
    assert reader("100").rate("key") == 1


@pytest.mark.parametrize("value", ["", "8%", "8,5", "1e1", "NaN", "+8", "-1", "\u0668", True, None, ["8"]])
def test_a_rate_is_a_plain_percentage(value: object) -> None:
    with pytest.raises(CaseRefused):
        reader(value).rate("key")


def test_a_rate_is_at_most_100_percent() -> None:
    with pytest.raises(CaseRefused, match=r"terms: key: '100\.01': a rate is at most 100 percent per year"):
        reader("100.01").rate("key")


@pytest.mark.parametrize("value", ["12", 12, Number("12")])
def test_a_whole_number_is_read(value: object) -> None:
    assert reader(value).integer("key", 1, 12) == 12


@pytest.mark.parametrize(
    "value", ["", "0", "13", 13, "1.0", "1e1", "x", "-1", "\u0661", "9" * 5000, True, 1.0]
)
def test_a_whole_number_has_bounds(value: object) -> None:
    with pytest.raises(CaseRefused, match="must be a whole number from 1 to 12"):
        reader(value).integer("key", 1, 12)


def test_a_day_is_read() -> None:
    assert reader("2025-03-01").day("key") == date(2025, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2025-2-1",
        "20250201",
        "2025-02-30",
        "01-02-2025",
        "2025-W05-6",
        "",
        "x",
        "1900-01-01",
        "9999-12-31",
        20250201,
    ],
)
def test_b8_another_day_is_refused(text: object) -> None:
    with pytest.raises(CaseRefused, match="a day is written 2025-03-01, from 1950-01-01 to 2199-12-31"):
        reader(text).day("key")


def test_a_word_is_one_of_a_few() -> None:
    assert reader("linear").choice("key", ("annuity", "linear")) == "linear"
    with pytest.raises(CaseRefused, match="key: 'Linear': must be one of annuity, linear"):
        reader("Linear").choice("key", ("annuity", "linear"))


def test_texts_flags_and_words_are_of_their_kind() -> None:
    values = Reader({"text": "a", "flag": True, "words": ["a"]})
    assert (values.text("text"), values.flag("flag"), values.words("words")) == ("a", True, ["a"])
    with pytest.raises(CaseRefused, match="1 to 200 characters"):
        reader("a" * 201).text("key")
    with pytest.raises(CaseRefused, match="must be true or false"):
        reader("true").flag("key")
    with pytest.raises(CaseRefused, match="must be a list of words"):
        reader(["a", 1]).words("key")


def test_nothing_is_left_over() -> None:
    Reader({"key": None}).done()
    with pytest.raises(CaseRefused, match="terms: key: 'x': is not a known key"):
        reader("x").done()


def test_a_missing_value_is_named() -> None:
    assert not reader(None).has("key")
    with pytest.raises(CaseRefused, match="terms: key: is missing"):
        reader(None).take("key")


def test_a_long_value_is_shown_in_few_characters() -> None:
    with pytest.raises(CaseRefused) as refused:
        reader("9" * 100_000).amount("key")
    assert len(str(refused.value)) < 250
