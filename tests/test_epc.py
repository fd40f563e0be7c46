"""The text of a QR code for a transfer, as EPC069-12 lays it down."""

from __future__ import annotations

import pytest

from bank.epc import NotAnEpcCode, Payee, epc_text
from bank.reference import rf_of

ALMERE = Payee("Gemeente Almere", "NL44 TEST 0340 0000 01")


def test_a_code_names_who_is_paid_how_much_and_why() -> None:
    assert epc_text(ALMERE, 50691, reference=rf_of(100000001)).split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        "Gemeente Almere",
        "NL44TEST0340000001",
        "EUR506.91",
        "",
        "RF623000000100000001",
    ]


def test_free_text_stands_on_its_own_line() -> None:
    assert epc_text(ALMERE, 1, text="maart").split("\n")[7:] == ["EUR0.01", "", "", "maart"]


def test_nothing_behind_the_amount_is_left_out() -> None:
    assert epc_text(ALMERE, 100).endswith("EUR1.00")


@pytest.mark.parametrize(
    ("payee", "cents", "reference", "text", "word"),
    [
        (Payee("Gemeente Almere", "NL45TEST0340000001"), 1, "", "", "check number"),
        (Payee("", ALMERE.iban), 1, "", "", "name"),
        (Payee("x" * 71, ALMERE.iban), 1, "", "", "name"),
        (Payee("Gemeente\nAlmere", ALMERE.iban), 1, "", "", "one line"),
        (Payee("Gemeente Almere", ALMERE.iban, "NOBIC"), 1, "", "", "BIC"),
        (ALMERE, 0, "", "", "0.01"),
        (ALMERE, -1, "", "", "0.01"),
        (ALMERE, 100_000_000_000, "", "", "0.01"),
        (ALMERE, 1, "RF633000000100000001", "", "ISO 11649"),
        (ALMERE, 1, rf_of(1), "maart", "one of them"),
        (ALMERE, 1, "", "x" * 141, "140"),
        (Payee("é" * 70, ALMERE.iban), 1, "", "é" * 140, "331"),
    ],
)
def test_what_does_not_fit_is_refused(payee: Payee, cents: int, reference: str, text: str, word: str) -> None:
    with pytest.raises(NotAnEpcCode, match=word):
        epc_text(payee, cents, reference=reference, text=text)
