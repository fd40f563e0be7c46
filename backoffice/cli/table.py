"""Aligned tables for people: amounts right, text left, the last column cut to the width of a terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from backoffice.cli.output import in_line, is_amount
from servicing.wording import printable

NO_LIMIT = 10_000
GAP = "  "
NOTHING = ("", "-")


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows under their headers, in columns as wide as their widest text, without what steers a terminal."""
    cells = [[printable(text) for text in row] for row in rows]
    columns = [_aligned(header, [row[place] for row in cells]) for place, header in enumerate(headers)]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else NO_LIMIT
    return "\n".join(_cut(GAP.join(line).rstrip(), limit) for line in zip(*columns, strict=True))


def _aligned(header: str, texts: Sequence[str]) -> list[str]:
    """A column under its header: to the right if it holds amounts and nothing else, to the left if it does not."""
    said = [text for text in texts if text not in NOTHING]
    are_amounts = bool(said) and all(map(is_amount, said))
    lines = [header, *(in_line(texts) if are_amounts else texts)]
    width = max(map(len, lines))
    return [line.rjust(width) if are_amounts else line.ljust(width) for line in lines]


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1] + "…"
