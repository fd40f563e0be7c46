"""Builds configuration folders for tests: a file over the shipped ones, or a parameter from a few lines."""

from __future__ import annotations

from pathlib import Path

from ledger.config import read_yaml
from servicing.law import Parameter, parameter_from

HEAD = """
description: {en: A fee, nl: Een vergoeding}
dutch_term: vergoeding
kind: law
reference: Awb art. 4:113
"""


def parameter(rows: str, changes: str = "by_decree", unit: str = "eur") -> Parameter:
    """A parameter named "fee" with these rows."""
    text = f"{HEAD}unit: {unit}\nchanges: {changes}\nselect_by: calendar_day\nvalues:\n{rows}"
    return parameter_from("fee", read_yaml(text, "law/fee.yaml"), "law/fee.yaml")


def row(day: str, value: str) -> str:
    """One row as it stands in a file."""
    return f"  {day}: {{value: {value}, source: Stb., verified: true}}\n"


def write(folder: Path, name: str, text: str) -> Path:
    """A file in a folder, its own folder made where needed."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
