"""What a cell may hold: parsed right, or refused; never a factor 100 or 1000 off, never a guess."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.portfolio.kinds import Kind, Names, Unfit, parsers
from ledger.money import euros

TODAY = date(2025, 6, 1)
PARSERS = parsers(Names(TODAY, {"almere": "almere", "gemeente almere": "almere"}, {"tozo": "tozo"}))


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("1.234,56", 123456),
        ("1234,56", 123456),
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("1234", 123400),
        ("1 234,56", 123456),
        ("1\u00a0234,56", 123456),
        ("1\u202f234,56", 123456),
        ("€ 1.234,56", 123456),
        ("EUR 12,50", 1250),
        ("12,5", 1250),
        ("12.5", 1250),
        ("1.234.567", 123456700),
        ("1,234,567.00", 123456700),
        ("0,01", 1),
        ("007,50", 750),
        ("25.000,00", 2500000),
    ],
)
def test_i8_an_amount_is_read_right(written: str, cents: int) -> None:
    assert PARSERS["amount"](written) == cents


AMBIGUOUS = "ambiguous, thousands or decimals: write it with two decimals, such as 1234,00 or 1,23"
AMOUNT = "an amount in euros such as 1.234,56 or 1234.56, with at most two decimals"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1.234", AMBIGUOUS),
        ("1,234", AMBIGUOUS),
        ("0.123", AMBIGUOUS),
        ("1234.567", AMOUNT),
        ("1234,567", AMOUNT),
        ("12.34,56", AMOUNT),
        ("1.23,45", AMOUNT),
        ("1e3", AMOUNT),
        ("NaN", AMOUNT),
        ("١٢٣", AMOUNT),
        ("\uff11\uff12", AMOUNT),
        ("12,50-", AMOUNT),
        ("(12,50)", AMOUNT),
        ("12.50 EUR", AMOUNT),
        ("--1", AMOUNT),
        ("-12,50", "an amount above 0,00"),
        ("\u221212,50", "an amount above 0,00"),
        ("0,00", "an amount above 0,00"),
        ("100000000000,01", "an amount of at most 100000000000.00"),
    ],
)
def test_i8_any_other_amount_is_refused(written: str, expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        PARSERS["amount"](written)
    assert str(caught.value) == expected


def test_a_balance_may_be_nothing_but_not_negative() -> None:
    assert PARSERS["balance"]("0") == 0
    with pytest.raises(Unfit, match="an amount that is not below 0,00"):
        PARSERS["balance"]("\u22120,01")


@given(st.integers(1, 10**13))
def test_i8_every_amount_survives_both_ways_of_writing(cents: int) -> None:
    whole, rest = divmod(cents, 100)
    dutch = f"{whole:,}".replace(",", ".") + f",{rest:02}"
    for written in (euros(cents), euros(cents).replace(".", ","), dutch, f"{whole:,}.{rest:02}"):
        assert PARSERS["amount"](written) == cents


@pytest.mark.parametrize("kind", ["day", "coming_day"])
def test_a_day_in_either_order(kind: Kind) -> None:
    for written in ("2025-03-01", "01-03-2025", "1-3-2025"):
        assert PARSERS[kind](written) == date(2025, 3, 1)


DAY = "a day such as 2025-03-01 or 01-03-2025"
ABSURD = "a day from 1950-01-01 to 2026-06-02"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-3-1", DAY),
        ("03/01/2025", DAY),
        ("20250301", DAY),
        ("45717", f"{DAY}; this is how a spreadsheet counts days: give the column the form of a date"),
        ("2025-03-01T00:00:00", DAY),
        ("2025-02-30", f"a day of the calendar; {DAY}"),
        ("31-04-2025", f"a day of the calendar; {DAY}"),
        ("0000-01-01", f"a day of the calendar; {DAY}"),
        ("1900-01-01", ABSURD),
        ("9999-12-31", ABSURD),
        ("2205-03-01", ABSURD),
        ("2026-06-03", ABSURD),
    ],
)
def test_b8_absurd_days_are_refused(written: str, expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        PARSERS["day"](written)
    assert str(caught.value) == expected


def test_a_due_date_may_lie_far_ahead_and_a_birth_before_the_books() -> None:
    assert PARSERS["coming_day"]("2040-01-01") == date(2040, 1, 1)
    assert PARSERS["birth"]("05-12-1931") == date(1931, 12, 5)
    with pytest.raises(Unfit, match="a day from 1900-01-01 to 2025-06-01"):
        PARSERS["birth"]("2025-06-02")


@pytest.mark.parametrize(
    ("written", "rate"), [("8", 8), ("7,5", "7.5"), ("7.25", "7.25"), ("0", 0), ("8 %", 8)]
)
def test_a_rate_is_percent(written: str, rate: str) -> None:
    assert PARSERS["percent"](written) == Fraction(rate) / 100


def test_a_part_of_one_is_not_taken_for_percent() -> None:
    with pytest.raises(Unfit, match="write 8 for eight percent; so small a rate with a percent sign"):
        PARSERS["percent"]("0.08")
    assert PARSERS["percent"]("0,15%") == Fraction(15, 10000)
    for written in ("101", "-1", "acht", "8,1234567"):
        with pytest.raises(Unfit, match="percent per year such as 8 or 7,5, at most 100"):
            PARSERS["percent"](written)


FORMULA = "text that does not begin as a formula, with = + - or @"
INVISIBLE = "plain text on one line, without invisible characters"
MOJIBAKE = "text in one encoding: this was read as another one before; save the source as UTF-8"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("=1+1", FORMULA),
        ("+31", FORMULA),
        ("-2+3", FORMULA),
        ("@SUM(A1)", FORMULA),
        ("\uff1d1+1", FORMULA),
        ("\uff0b1", FORMULA),
        ("Jan\tsen", INVISIBLE),
        ("Jan\nsen", INVISIBLE),
        ("Jan\x1b[31msen", INVISIBLE),
        ("Jan\u202esen", INVISIBLE),
        ("Jan\u200bsen", INVISIBLE),
        ("Ren\u00c3\u00a9", MOJIBAKE),
        ("Ren\u00c3\u2030", MOJIBAKE),
        ("\u00e2\u20ac\u02dcs", MOJIBAKE),
        ("Ren\ufffd", MOJIBAKE),
        ("Ren+AOk-", MOJIBAKE),
        ("a" * 201, "at most 200 characters"),
    ],
)
def test_h8_hostile_text_is_refused(written: str, expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        PARSERS["text"](written)
    assert str(caught.value) == expected


def test_h5_names_keep_their_letters() -> None:
    for name in ("Renée Çelik-Łukasz", "'s-Gravenzande", "Ǵ. Šimić", "O\u2019Neill"):
        assert PARSERS["text"](name) == name
    assert PARSERS["text"]("Rene\u0301e\u00a0B") == "Ren\u00e9e B"


# Synthetic numbers: those starting with 99999 are not given out.
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("99999001", "8 characters: must be nine digits, a leading zero written"),
        ("9999900190", "10 characters: must be nine digits, a leading zero written"),
        ("99999001a", "9 characters: must be nine digits, a leading zero written"),
        ("999990018", "does not pass the 11-test: compare it with the proof of identity"),
    ],
)
def test_h15_a_wrong_bsn_is_refused_without_being_shown(written: str, expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        PARSERS["bsn"](written)
    assert str(caught.value) == expected


def test_h15_a_bsn_keeps_its_leading_zero() -> None:
    # The best known number of examples, in two pieces so that no file holds a number that could be somebody's.
    example = "0" + "12345672"
    assert PARSERS["bsn"](example) == example


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("method", "Annuïteit", "annuity"),
        ("method", "ineens", "bullet"),
        ("day_count", "30e/360", "30E/360"),
        ("group", "Gevestigd", "established"),
        ("early", "looptijd", "term"),
        ("creditor", "Gemeente Almere", "almere"),
        ("country", "nederland", "NL"),
        ("language", "NL", "nl"),
        ("count", "60", 60),
        ("keys", "D-1 | D-2", ("D-1", "D-2")),
    ],
)
def test_words_in_both_languages(kind: Kind, written: str, value: object) -> None:
    assert PARSERS[kind](written) == value


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("method", "french", "one of annuity, annuïteit, annuiteit, linear, lineair, bullet, ineens"),
        (
            "step",
            "1q",
            "1m, 3m, 1y, 2w, 15d or one of maand, month, kwartaal, quarter, halfjaar, jaar, year, week",
        ),
        ("creditor", "Utrecht", "the code or name of a creditor: almere"),
        ("product", "bbz", "the code or name of a product: tozo"),
        ("country", "Holland", "two letters as in ISO 3166, such as NL or BE"),
        ("language", "Dutch", "two letters as in ISO 639, such as nl or en"),
        ("count", "60.5", "a whole number from 0 to 1200"),
        ("count", "1201", "a whole number from 0 to 1200"),
        ("key", "a" * 61, "a number or reference of at most 60 characters, without |"),
        ("keys", "D-1|D-1", "numbers of debtors with | between them, each once"),
    ],
)
def test_other_words_are_refused(kind: Kind, written: str, expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        PARSERS[kind](written)
    assert str(caught.value) == expected


def test_a_step_is_written_short_or_as_a_word() -> None:
    assert str(PARSERS["step"]("kwartaal")) == "3m"
    assert str(PARSERS["step"]("2w")) == "2w"
