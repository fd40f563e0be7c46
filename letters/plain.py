"""The one door between data and paper: text that is drawn goes through here, and through nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from servicing.wording import UNSEEN


def plain(text: str) -> str:
    """The text as it is drawn: composed (NFC), without what steers a page or what nobody sees.

    There is no markup on the way from data to paper: what looks like a tag, an entity or a path is drawn as it is
    written. Every run of blanks of any kind becomes one blank: a page that is read aloud or copied has no others.
    """
    letters = unicodedata.normalize("NFC", text)
    return " ".join("".join(letter for letter in letters if letter.isspace() or _is_seen(letter)).split())


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in UNSEEN


def missing_letters(text: str, widths: Mapping[int, object]) -> str:
    """The letters of a text that a typeface does not have, each once."""
    return "".join(sorted({letter for letter in text if ord(letter) not in widths}))
