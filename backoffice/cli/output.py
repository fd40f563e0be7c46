"""What commands print: JSON as every command writes it, and texts for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import click


def print_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """The value as JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def shown(value: object) -> str:
    """A value in a table: a dash for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "-"
    return "-" if value is None or value == "" else str(value)


def pairs(values: Mapping[str, object]) -> str:
    """Names and values in two columns; what holds further values is left out."""
    lines = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    width = max(len(key) for key in lines)
    return "\n".join(f"{key.replace('_', ' '):<{width}}  {shown(value)}" for key, value in lines.items())
