"""Texts that people type: plain, composed, without blanks around them."""

from __future__ import annotations

import unicodedata

from ledger.errors import BadInput

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain_text(key: str, value: str) -> str:
    """The text in NFC without blanks around it; refuses what steers a terminal, a page or a reader's eye."""
    for letter in value:
        if unicodedata.category(letter) in _UNSEEN:
            raise BadInput(f"{key}: holds the invisible character U+{ord(letter):04X}: must be plain text")
    return unicodedata.normalize("NFC", value).strip()
