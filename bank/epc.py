"""The text of the QR code by which a bank's app fills in a transfer (EPC069-12, version 002)."""

from __future__ import annotations

from dataclasses import dataclass

from stdnum import bic as business_identifier
from stdnum import iban, iso11649

from ledger.errors import BadInput
from ledger.money import euros

MOST_CENTS = 99_999_999_999
MOST_BYTES = 331
LONGEST_NAME = 70
LONGEST_TEXT = 140


class NotAnEpcCode(BadInput):
    """A QR code for a transfer names what does not fit in one."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid: the name on the account, its IBAN, and the BIC where a bank outside the SEPA rules needs it."""

    name: str
    iban: str
    bic: str = ""


def epc_text(payee: Payee, cents: int, *, reference: str = "", text: str = "") -> str:
    """The text of the code: `reference` is ISO 11649, `text` free; one of the two at most. Raises `NotAnEpcCode`."""
    account = payee.iban.replace(" ", "").upper()
    _check(payee, account, reference, text)
    if not 0 < cents <= MOST_CENTS:
        raise NotAnEpcCode(f"amount {euros(cents)}: a transfer is from 0.01 to {euros(MOST_CENTS)}")
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        payee.bic,
        payee.name,
        account,
        f"EUR{euros(cents)}",
        "",
        reference,
        text,
    )
    whole = "\n".join(lines).rstrip("\n")
    if len(whole.encode()) > MOST_BYTES:
        raise NotAnEpcCode(f"{len(whole.encode())} bytes: a code holds {MOST_BYTES}")
    return whole


def _check(payee: Payee, account: str, reference: str, text: str) -> None:
    wrong = (
        (not iban.is_valid(account), f"account {payee.iban!r}: is no IBAN with a right check number"),
        (bool(payee.bic) and not business_identifier.is_valid(payee.bic), f"BIC {payee.bic!r}: is none"),
        (
            not 0 < len(payee.name.strip()) <= LONGEST_NAME,
            f"name {payee.name!r}: 1 to {LONGEST_NAME} characters",
        ),
        (bool(reference and text), "a reference and a text: a code holds one of them"),
        (bool(reference) and not iso11649.is_valid(reference), f"reference {reference!r}: is not ISO 11649"),
        (len(text) > LONGEST_TEXT, f"text of {len(text)} characters: at most {LONGEST_TEXT}"),
        (
            not (payee.name + text).isprintable(),
            "name and text are one line of characters that can be printed",
        ),
    )
    for is_wrong, rule in wrong:
        if is_wrong:
            raise NotAnEpcCode(rule)
