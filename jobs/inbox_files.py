"""The files of the inbox as they lie there: which of them can be taken, in which order, and why one waits."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from jobs.bank_files import is_notice, is_whole
from ledger.errors import IoFailed

LONGEST_NAME = 200
"""Bytes; where a file is moved to it gets a moment and an ending more, and no system takes more than 255."""

NO_NAME = f"its name is no printable text of at most {LONGEST_NAME} bytes: give it another"
NOT_WHOLE = "is not written to its end yet, or is no bank file: one ends in </Document>, or is a ZIP file"


def name_of(path: Path) -> str:
    """The name of a file as text that can be kept and shown."""
    return path.name.encode("utf-8", "backslashreplace").decode()


def why_it_waits(path: Path) -> str:
    """Why a file cannot be taken as it lies there; nothing where it can."""
    if not path.name.isprintable() or len(os.fsencode(path.name)) > LONGEST_NAME:
        return NO_NAME
    try:
        return "" if is_whole(path) else NOT_WHOLE
    except IoFailed as wrong:
        return f"cannot be read: {wrong}"


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Files in the order in which they are taken: notices (camt.054) first, then by name.

    A statement may book as one amount what a notice of the same day tells in parts: it then confirms the parts.
    """
    return sorted(paths, key=lambda path: (not is_notice(path), path))
