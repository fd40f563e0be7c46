"""Texts that people type: plain, composed, without blanks around them."""

from __future__ import annotations

import unicodedata

from ledger.errors import BadInput

FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the beginning of a formula."""

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain_text(key: str, value: str) -> str:
    """The text in NFC without blanks around it; refuses what steers a terminal, a page or a reader's eye."""
    for letter in value:
        if unicodedata.category(letter) in _UNSEEN:
            raise BadInput(f"{key}: holds the invisible character U+{ord(letter):04X}: must be plain text")
    return unicodedata.normalize("NFC", value).strip()


def plain_reference(key: str, value: str) -> str:
    """The name somebody gives a fact; refuses what a spreadsheet would run, as an import of a portfolio does."""
    if value.strip().startswith(tuple(FORMULA)):
        raise BadInput(f"{key}: {value[:40]!r}: must not begin as a formula, with = + - or @")
    return plain_text(key, value)
