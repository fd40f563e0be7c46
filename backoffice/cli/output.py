"""What commands print: JSON as every command writes it, and texts for people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import click

from servicing.wording import printable

_AMOUNT = re.compile(r"[+-]?\d+\.(\d{2,})", re.ASCII)
_UNUSUAL = re.compile(r"[^\n\x20-\x7e]")


def print_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """The value as JSON on standard output; what would steer a terminal stands in it as an escape."""
    click.echo(_UNUSUAL.sub(_seen, json.dumps(value, ensure_ascii=False, indent=1)))


def shown(value: object) -> str:
    """A value in a table, without what steers a terminal: a dash for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return printable(", ".join(str(one) for one in value)) or "-"
    return "-" if value is None else printable(str(value)) or "-"


def is_amount(text: str) -> bool:
    """Whether a text is an amount as commands print it, such as -506.91; an explanation shows parts of a cent too."""
    return _AMOUNT.fullmatch(text) is not None


def in_line(texts: Sequence[str]) -> list[str]:
    """The texts with the amounts among them made as wide as each other, point below point."""
    parts = [found[1] if (found := _AMOUNT.fullmatch(text)) else "" for text in texts]
    most = max(map(len, parts), default=0)
    padded = [
        text + " " * (most - len(part)) if part else text for text, part in zip(texts, parts, strict=True)
    ]
    width = max((len(text) for text, part in zip(padded, parts, strict=True) if part), default=0)
    return [text.rjust(width) if part else text for text, part in zip(padded, parts, strict=True)]


def pairs(values: Mapping[str, object]) -> str:
    """Names and values in two columns, amounts below each other; what holds further values is left out."""
    lines = {key: shown(value) for key, value in values.items() if not isinstance(value, Mapping)}
    width = max(len(key) for key in lines)
    texts = in_line(list(lines.values()))
    return "\n".join(
        f"{key.replace('_', ' '):<{width}}  {text}".rstrip() for key, text in zip(lines, texts, strict=True)
    )


def _seen(letter: re.Match[str]) -> str:
    if printable(letter[0]):
        return letter[0]
    units = letter[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
