"""Aligned tables for people: text left, the last column cut to the width of a terminal, never in a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from servicing.wording import printable

NO_LIMIT = 10_000
GAP = "  "


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows under their headers, in columns as wide as their widest text, without what steers a terminal."""
    lines = [headers, *([printable(text) for text in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headers))]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else NO_LIMIT
    return "\n".join(_cut(_aligned(line, widths), limit) for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1] + "…"
