"""The named fields of a letter: what each may hold as JSON, and how it is written in Dutch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field
from stdnum import iban

from bank.reference import is_reference
from ledger.config import Strict, Text
from ledger.errors import BadInput
from ledger.money import LARGEST_CENTS
from letters.plain import plain
from servicing.wording import dutch_amount, dutch_day

CellType = Literal["text", "amount", "day", "number", "percent", "cents", "date", "reference"]
FieldType = Literal[
    "text", "amount", "day", "number", "percent", "iban", "reference", "flag", "lines", "paragraphs", "table"
]
MANY: frozenset[FieldType] = frozenset(("lines", "paragraphs", "table"))
"""What does not stand in a sentence."""

LONGEST_TEXT = 2000
MOST_ROWS = 600
_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "pl": (
        *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca"),
        *("lipca", "sierpnia", "września", "października", "listopada", "grudnia"),
    ),
}
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,4})?", re.ASCII)


class LetterRefused(BadInput):
    """A letter whose fields do not fit its kind, or that its reader could not receive; names field and rule."""


class Column(Strict):
    """One column of a table: its heading and what its cells hold.

    `cents` and `date` are an amount and a day in the narrow writing of long tables: 506,91 and 01-03-2025.
    """

    heading: Text
    type: CellType


class FieldRule(Strict):
    """What a field means, holds and looks like; `sample` is for the gallery and the tests."""

    type: FieldType
    about: Text
    sample: object
    columns: Annotated[list[Column], Field(min_length=2, max_length=7)] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Fields that fit their rules."""

    values: Mapping[str, object]
    rules: Mapping[str, FieldRule]

    def has(self, name: str) -> bool:
        """Whether an optional field was given and says yes."""
        return self.values.get(name) not in (None, False)

    def text(self, name: str, language: str = "nl") -> str:
        """The field as it stands in a sentence."""
        return shown(self.rules[name].type, self.values[name], language)


def checked(values: Mapping[str, object], rules: Mapping[str, FieldRule], required: Sequence[str]) -> Checked:
    """The fields, each looked at; raises `LetterRefused` for all that are missing, for one unknown or wrong."""
    missing = [name for name in required if values.get(name) is None]
    if missing:
        raise LetterRefused("; ".join(f"{name}: is missing ({rules[name].about})" for name in missing))
    for name, value in values.items():
        if name not in rules:
            raise LetterRefused(f"{name}: this kind of letter has no such field")
        if value is not None:
            _check(name, rules[name], value)
    return Checked(values, rules)


def shown(kind: str, value: object, language: str = "nl") -> str:
    """A value as people write it: € 506,91, 1 maart 2025, NL44 TEST 0340 0000 01."""
    match kind, value:
        case "amount", int():
            return dutch_amount(value).replace(" ", "\u00a0")
        case "day", str():
            return day_in(language, date.fromisoformat(value)).replace(" ", "\u00a0")
        case "cents", int():
            return dutch_amount(value).removeprefix("€ ")
        case "date", str():
            return f"{date.fromisoformat(value):%d-%m-%Y}"
        case "percent", str():
            return value.replace(".", ",")
        case (("iban" | "reference"), str()):
            return "\u00a0".join(value[at : at + 4] for at in range(0, len(value), 4))
    return plain(str(value))


def day_in(language: str, day: date) -> str:
    """The day as people write it in a language: 1 maart 2025, 1 March 2025, 1 marca 2025."""
    if language not in _MONTHS:
        return dutch_day(day)
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def _check(name: str, rule: FieldRule, value: object) -> None:
    if rule.type == "table":
        _check_table(name, rule.columns or [], value)
    elif rule.type in MANY:
        for line in _list(name, value):
            _check_one(name, "text", line)
    else:
        _check_one(name, rule.type, value)


def _check_one(name: str, kind: str, value: object) -> None:
    if not _FITS[kind](value):
        raise LetterRefused(f"{name}: {str(value)[:60]!r}: is no {kind}")


def _list(name: str, value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MOST_ROWS:
        raise LetterRefused(f"{name}: takes 1 to {MOST_ROWS} lines")
    return value


def _check_table(name: str, columns: Sequence[Column], value: object) -> None:
    for row in _list(name, value):
        if not isinstance(row, list | tuple) or len(row) != len(columns):
            raise LetterRefused(f"{name}: a row has {len(columns)} cells")
        for column, cell in zip(columns, row, strict=True):
            if cell != "":  # an empty cell says nothing
                _check_one(f"{name}: {column.heading}", column.type, cell)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and bool(plain(value))


def _is_amount(value: object) -> bool:
    return _is_number(value) and abs(int(str(value))) <= LARGEST_CENTS


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_FITS: Mapping[str, Callable[[object], bool]] = {
    "text": _is_text,
    "amount": _is_amount,
    "day": _is_day,
    "cents": _is_amount,
    "date": _is_day,
    "number": _is_number,
    "percent": lambda value: isinstance(value, str) and bool(_PERCENT.fullmatch(value)),
    "iban": lambda value: isinstance(value, str) and iban.is_valid(value) and iban.compact(value) == value,
    "reference": lambda value: isinstance(value, str) and is_reference(value),
    "flag": lambda value: isinstance(value, bool),
}
assert {*get_args(FieldType), *get_args(CellType)} == set(_FITS) | MANY
