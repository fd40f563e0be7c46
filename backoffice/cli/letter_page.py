"""A letter for people: where it stands, what it asks for, its frozen fields as amounts and lines, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backoffice.cli.output import pairs, shown
from backoffice.cli.table import table
from ledger.money import euros
from letters.fields import Column, FieldRule

PARTS = ("amounts", "fields", "steps")
AMOUNTS = frozenset(("amount", "cents"))
AMOUNT_COLUMNS = ("name", "amount", "balance", "entries")
STEP_COLUMNS = ("step", "day", "run", "actor", "note")


def letter_page(answer: Mapping[str, Any], rules: Mapping[str, FieldRule]) -> str:
    """What `aflos letters show` prints; a field that `rules` does not name is shown as it is kept."""
    parts = [pairs({key: value for key, value in answer.items() if key not in PARTS})]
    parts += _section("amounts", AMOUNT_COLUMNS, answer["amounts"])
    parts += [
        "fields\n"
        + "\n".join(_field(name, value, rules.get(name)) for name, value in answer["fields"].items())
    ]
    parts += _section("steps", STEP_COLUMNS, answer["steps"])
    return "\n\n".join(parts)


def _section(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> list[str]:
    return (
        [f"{name}\n" + table(columns, [[shown(row[key]) for key in columns] for row in rows])] if rows else []
    )


def _field(name: str, value: object, rule: FieldRule | None) -> str:
    head = f"{name}: "
    if not isinstance(value, list):
        return head + _cell(rule.type if rule else "", value)
    if rule and rule.columns and all(_fits(row, rule.columns) for row in value):
        kinds = [column.type for column in rule.columns]
        rows = [[_cell(kind, cell) for kind, cell in zip(kinds, row, strict=True)] for row in value]
        lines = table([column.heading for column in rule.columns], rows).splitlines()
    else:
        lines = [shown(line) for line in value]
    return head.rstrip() + "".join(f"\n  {line}" for line in lines)


def _fits(row: object, columns: Sequence[Column]) -> bool:
    """Whether a row has the columns of its table; wording may have changed since the letter was frozen."""
    return isinstance(row, list) and len(row) == len(columns)


def _cell(kind: str, value: object) -> str:
    is_amount = kind in AMOUNTS and isinstance(value, int) and not isinstance(value, bool)
    return euros(int(str(value))) if is_amount else shown(value)
