"""What every command is given and gives back: words that are text, open streams, messages that fit a screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ledger.errors import BadInput

MOST_OF_A_LINE = 2_000
"""Characters of one line of an error: a value may be as long as a file, the rule that follows it must be seen."""

_SHOWN_AT_THE_END = 500


def open_streams() -> None:
    """Open what the caller has closed (`>&-`), so that no database file takes the place of standard output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def check_words(words: Sequence[str]) -> None:
    """Raise `BadInput` for a word that is not text: bytes that are not UTF-8 could be kept nowhere."""
    for place, word in enumerate(words, start=1):
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            shown = ascii(os.fsencode(word))[1:]
            raise BadInput(f"argument {place}: {shown}: is not UTF-8: type it again, or rename the file")


def fitting(line: str) -> str:
    """A line of an error with its beginning and its end, where it is too long for anybody to read."""
    if len(line) <= MOST_OF_A_LINE:
        return line
    left = len(line) - MOST_OF_A_LINE
    begin = line[: MOST_OF_A_LINE - _SHOWN_AT_THE_END]
    return f"{begin} [... {left} characters more ...] {line[-_SHOWN_AT_THE_END:]}"
