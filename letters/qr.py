"""The QR code of a transfer as rows of dark squares."""

from __future__ import annotations

from itertools import groupby

import segno

_MASK = 3
"""Always the same mask: any of the eight may be read, and trying all of them takes most of the time of a letter."""


def code_rows(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """For each row the dark runs as (first column, length); error correction M as the EPC guideline asks."""
    code = segno.make_qr(
        text, error="m", mode="byte", encoding="utf-8", eci=False, boost_error=False, mask=_MASK
    )
    return tuple(tuple(_runs(row)) for row in code.matrix)


def _runs(row: bytes | bytearray) -> list[tuple[int, int]]:
    runs, at = [], 0
    for is_dark, squares in groupby(row):
        length = len(list(squares))
        if is_dark:
            runs.append((at, length))
        at += length
    return runs
