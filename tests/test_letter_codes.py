"""The QR code on a page, read by another program and held against EPC069-12 and the payment block printed beside it."""

from __future__ import annotations

import re
from typing import NamedTuple

import pypdfium2
import pytest
import zxingcpp

from bank.reference import reference_of
from letters.compose import Draft
from letters.render import render
from tests.letter_reading import changed, printed, read, the_press

ASKING = sorted(code for code, kind in the_press().catalogue.kinds.items() if kind.asks_money)
LINES = (
    "service",
    "version",
    "characters",
    "identification",
    "bic",
    "name",
    "iban",
    "amount",
    "purpose",
    "reference",
)
FIXED = {"service": "BCD", "version": "002", "characters": "1", "identification": "SCT"}
UTF_8 = "utf-8"
"""What characters "1" stands for."""

BLOCK = re.compile(
    r"Bedrag € (?P<amount>[\d.]+,\d\d) Rekeningnummer (?P<iban>[A-Z]{2}\d\d(?: [A-Z0-9]{1,4})+) "
    r"Op naam van (?P<name>.+?) Betalingskenmerk (?P<text>\d{4}(?: \d{4}){3})"
)


class Scanned(NamedTuple):
    """A code as a scanner finds it: its fields, its bytes, its correction of errors and the version of its size."""

    fields: dict[str, str]
    content: bytes
    correction: str
    size: int


def scanned(content: bytes) -> list[Scanned]:
    document = pypdfium2.PdfDocument(content)
    images = [document[number].render(scale=2).to_pil() for number in range(len(document))]
    found = [code for image in images for code in zxingcpp.read_barcodes(image)]
    return [_scanned(code) for code in found]


def _scanned(code: zxingcpp.Barcode) -> Scanned:
    extra = code.extra
    assert (code.valid, code.symbology_identifier[:2]) == (True, "]Q")
    assert isinstance(extra, dict)
    content = bytes(code.bytes)
    lines = content.decode(UTF_8).split("\n")
    fields = dict(zip((*LINES, "text", "information"), lines, strict=False))
    assert len(fields) == len(lines)
    return Scanned(fields, content, code.ec_level, int(extra["Version"]))


def blocks(content: bytes) -> list[dict[str, str]]:
    """The payment blocks as they are printed, written as the code writes them."""
    return [
        {
            "amount": "EUR" + found["amount"].replace(".", "").replace(",", "."),
            "iban": found["iban"].replace(" ", ""),
            "name": found["name"],
            "text": found["text"].replace(" ", ""),
        }
        for found in BLOCK.finditer(read(content))
    ]


def assert_keeps_to_the_guideline(one: Scanned) -> None:
    """EPC069-12: the fixed lines, error correction M, at most version 13 and 331 bytes, nothing twice or too long."""
    fields = one.fields
    assert {name: fields[name] for name in FIXED} == FIXED
    assert (one.correction, len(one.content) <= 331, one.size <= 13) == ("M", True, True)
    assert fields["bic"] == "", "no BIC is needed within the EEA in version 002"
    assert 0 < len(fields["name"]) <= 70
    assert re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{1,30}", fields["iban"])
    assert re.fullmatch(r"EUR(0|[1-9]\d{0,8})\.\d\d", fields["amount"])
    assert fields["amount"] != "EUR0.00"
    assert re.fullmatch(r"[A-Z]{0,4}", fields["purpose"])
    assert (fields["reference"], len(fields["text"]) <= 140) == ("", True), "one of the two"
    assert not one.content.endswith(b"\n"), "what is behind the last line that says something is left out"


def asked(content: bytes) -> list[dict[str, str]]:
    """What each code on a letter asks for, which must be what is printed beside it."""
    codes = scanned(content)
    for one in codes:
        assert_keeps_to_the_guideline(one)
    said = [{name: one.fields[name] for name in ("amount", "iban", "name", "text")} for one in codes]
    assert said == blocks(content)
    return said


@pytest.mark.parametrize("code", ASKING)
def test_the_code_says_what_the_payment_block_says(code: str) -> None:
    sample = the_press().catalogue.kinds[code].sample
    (one,) = asked(printed(code).content)
    assert isinstance(sample["pay_amount"], int)
    whole, cents = divmod(sample["pay_amount"], 100)
    assert (one["amount"], one["text"]) == (f"EUR{whole}.{cents:02}", sample["pay_reference"])


def reminder(cents: int, **more: object) -> bytes:
    rows = [["2026-07-31", "Termijn 14", cents]]
    draft: Draft = changed("reminder", open_rows=rows, open_total=cents, pay_amount=cents, **more)
    return render(the_press(), draft).content


@pytest.mark.parametrize(
    ("cents", "written"),
    [(1, "EUR0.01"), (100, "EUR1.00"), (123_456_789, "EUR1234567.89"), (99_999_999_999, "EUR999999999.99")],
)
def test_small_and_large_amounts_are_written_out(cents: int, written: str) -> None:
    assert [one["amount"] for one in asked(reminder(cents))] == [written]


def test_a_name_with_marks_is_read_as_it_is_written() -> None:
    name = "Gemeente Súdwest-Fryslân, afdeling Geïnde gelden"
    assert [one["name"] for one in asked(reminder(50691, pay_holder=name))] == [name]


def test_each_of_several_loans_has_its_own_code() -> None:
    rows = [["300000017", 40691, "8000000300000017"], ["300000018", 10000, reference_of(300_000_018)]]
    said = asked(reminder(50691, pay_rows=rows))
    assert [(one["amount"], one["text"]) for one in said] == [
        ("EUR406.91", "8000000300000017"),
        ("EUR100.00", reference_of(300_000_018)),
    ]
