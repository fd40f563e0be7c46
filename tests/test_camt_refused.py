"""A bank statement that is not sound is refused with file, line, value and rule."""

from __future__ import annotations

import pytest

from tests.camt_files import (
    PLAIN_ENTRY,
    amount,
    balance,
    details,
    document,
    element,
    entry,
    head,
    lines,
    nested,
    one,
    part,
    refused,
)

# Balances.


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        (head() + balance("OPBD", "100.00") + balance("CLBD", "110.01"), ("100.00 + 10.00 - 0.00", "110.01")),
        (head() + balance("OPBD", "100.00") + balance("CLBD", "110.00", sign="DBIT"), ("-110.00",)),
        (head() + balance("CLBD", "110.00"), ("no opening balance",)),
        (head() + balance("OPBD", "100.00"), ("no closing balance",)),
        (head() + balance("OPBD", "100.00") * 2 + balance("OPBD", "1.00"), ("two different balances OPBD",)),
        (head() + balance("OPBD", "100.00", "2025-03-04") + balance("CLBD", "110.00"), ("is later than",)),
        (head() + balance("OPBD", "100.00", "gisteren"), ("gisteren",)),
        (head() + balance("OPBD", "100.00", sign="BOTH"), ("BOTH",)),
        (head() + balance("OPBD", "1e2"), ("1e2",)),
    ],
)
def test_e6_balances_that_do_not_close_are_refused(heading: str, words: tuple[str, ...]) -> None:
    refused(document([PLAIN_ENTRY], heading=heading), *words)


def test_e6_a_balance_below_the_entries_is_refused() -> None:
    refused(document([PLAIN_ENTRY, balance("CLBD", "110.00")]), "balances stand above")


# Single values.


@pytest.mark.parametrize(
    "wrong",
    [
        "0.00",
        "0",
        "-10.00",
        "+10.00",
        "10,00",
        "1e1",
        "10.001",
        "1.000,00",
        "",
        "\u0661\u0660",
        "9" * 15,
        "NaN",
    ],
)
def test_e11_an_amount_that_is_none_is_refused(wrong: str) -> None:
    content = document([entry(wrong)], closing="110.00")
    line = content[: content.index(b"<Ntry>")].count(b"\n") + 1
    refused(content, f"line {line}: ", "entry")


@pytest.mark.parametrize("right", ["10", "10.", "10.0", "10.00", "10.00000", "0010.00", " 10.00\n"])
def test_an_amount_as_banks_write_it(right: str) -> None:
    assert [line.cents for line in lines(document([entry(right)], closing="110.00"))] == [1000]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (entry("10.00", sign="CREDIT"), "CREDIT"),
        (entry("10.00", sign=""), "neither CRDT nor DBIT"),
        (entry("10.00", status="BOOKED"), "BOOKED"),
        (entry("10.00", status=""), "status"),
        (entry("10.00", element("RvslInd", "perhaps")), "perhaps"),
        (entry("10.00", amount("10.00")), "second time"),
        (entry("10.00", element("Sts", "PDNG")), "second time"),
        (entry("10.00", nested("BookgDt/DtTm", "2025-03-03T10:00:00")), "second time"),
        (entry("1<b>0</b>.00"), "inside an element that holds text only"),
        (entry("10.00", details(part(amount("10.00"), element("CdtDbtInd", "UP")))), "UP"),
    ],
)
def test_e11_a_line_of_which_the_direction_is_not_sure_is_refused(wrong: str, word: str) -> None:
    refused(document([wrong], closing="110.00"), "line ", word)


def test_e11_a_debit_is_a_line_that_takes() -> None:
    assert one(sign="DBIT").signed_cents == -1000


@pytest.mark.parametrize(
    "day",
    ["2025-02-30", "20250303", "03-03-2025", "0001-01-01", "9999-12-31", "1949-12-31", "2025-3-3", "now"],
)
def test_b8_an_absurd_booking_day_is_refused(day: str) -> None:
    refused(document([entry("10.00", day=day)], closing="110.00"), "booking date", day)
    refused(document([entry("10.00", nested("ValDt/Dt", day))], closing="110.00"), "value date", day)


def test_a_line_without_a_booking_date_is_refused() -> None:
    refused(document([entry("10.00", day="")], closing="110.00"), "booking date: has no date")


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        (head("NL45TEST0340000001"), "NL45TEST0340000001"),
        (head(""), "own account has no IBAN"),
        (head(currency="USD"), "USD"),
        (head().replace("IBAN", "Othr"), "own account has no IBAN"),
        (head() + head(), "second time"),
    ],
)
def test_e12_another_account_or_currency_is_refused(heading: str, word: str) -> None:
    both = balance("OPBD", "100.00", "2025-02-28") + balance("CLBD", "110.00")
    refused(document([PLAIN_ENTRY], heading=heading + both), word)


def test_e12_a_line_in_another_currency_is_refused() -> None:
    dollars = PLAIN_ENTRY.replace("EUR", "USD")
    refused(document([dollars], closing="110.00"), "'USD'")
    refused(document([PLAIN_ENTRY.replace(' Ccy="EUR"', "")], closing="110.00"), "only amounts in EUR")


# Versions and messages.


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("camt.052.001.08", ("camt.052.001.08", "booked statement")),
        ("camt.053.001.01", ("camt.053.001.01", "known are")),
        ("camt.053.001.14", ("camt.053.001.14", "known are")),
        ("camt.054.001.01", ("camt.054.001.01", "known are")),
        ("pain.002.001.03", ("pain.002.001.03", "is no camt.053")),
        ("camt.053.001.02.fake", ("is no camt.053",)),
        ("camt.053.001.²2", ("is no camt.053",)),
    ],
)
def test_h6_another_message_is_refused_by_name(name: str, words: tuple[str, ...]) -> None:
    refused(document([]).decode().replace("camt.053.001.02", name).encode(), *words)


def test_h6_no_namespace_is_refused() -> None:
    refused(document([]).replace(b" xmlns=", b" was="), "is no camt.053")


def test_h6_a_notice_in_the_clothes_of_a_statement_is_refused() -> None:
    refused(document([]).replace(b"camt.053", b"camt.054"), "holds no statement")


@pytest.mark.parametrize("kept", range(0, 800, 50))
def test_e15_a_file_that_breaks_off_is_refused(kept: int) -> None:
    whole = document([PLAIN_ENTRY], closing="110.00")
    assert len(whole) > 800
    refused(whole[:kept])
