"""What commands print: JSON as every command writes it, and texts for people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import click

from servicing.wording import printable

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


def pairs(values: Mapping[str, object]) -> str:
    """Names and values in two columns; what holds further values is left out."""
    lines = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    width = max(len(key) for key in lines)
    return "\n".join(f"{key.replace('_', ' '):<{width}}  {shown(value)}" for key, value in lines.items())


def _seen(letter: re.Match[str]) -> str:
    if printable(letter[0]):
        return letter[0]
    units = letter[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
