"""The files of a portfolio and their columns, from columns.yaml: the only place where they are defined."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, RootModel

from backoffice.portfolio.kinds import Kind
from ledger.config import Strict, Text, checked, read_yaml

PastName = Literal[
    "deferrals",
    "advances",
    "decisions",
    "reminders",
    "interruptions",
    "interest_decisions",
    "year_to_date",
    "earlier_disbursements",
    "history",
]
"""Tables about loans before the cut-over."""

FirstName = Literal["debtors", "loans", "disbursements", "opening_balances", "payments", "co_debtors"]
"""Tables that say what is owed."""

TableName = FirstName | PastName | Literal["representatives", "old_balances"]
PAST_NAMES: tuple[PastName, ...] = get_args(PastName)
TABLE_NAMES: tuple[TableName, ...] = (
    *get_args(FirstName),
    *PAST_NAMES,
    "representatives",
    "old_balances",
)
COMPARED: TableName = "old_balances"
"""The one table that is not of a portfolio: it is laid beside the books."""

Language = Literal["en", "nl"]

_FILE = Path(__file__).with_name("columns.yaml")


class _Column(Strict):
    nl: Text
    also: Annotated[list[Text], Field(default_factory=list)]
    kind: Kind
    required: bool = False
    examples: list[str]
    voorbeelden: list[str] | None = None
    en: Text
    uitleg: Text


class _About(Strict):
    en: Text
    uitleg: Text


class _Table(Strict):
    nl: Text
    also: list[Text]
    about: _About
    columns: dict[Text, _Column]


class _File(RootModel[dict[TableName, _Table]]):
    pass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its names by language, which other names are understood, and what its cells must hold."""

    names: Mapping[Language, str]
    also: tuple[str, ...]
    kind: Kind
    required: bool
    examples: Mapping[Language, Sequence[str]]
    about: Mapping[Language, str]

    @property
    def name(self) -> str:
        """The English name."""
        return self.names["en"]


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the portfolio, or one sheet of a workbook."""

    name: TableName
    names: Mapping[Language, str]
    about: Mapping[Language, str]
    columns: tuple[Column, ...]
    by_name: Mapping[str, int]

    def find(self, header: str) -> int | None:
        """The place of the column that a header names in any language, None if there is none."""
        return self.by_name.get(plain(header))


def plain(name: str) -> str:
    """A name without capitals, accents, blanks and signs: "Aantal termijnen" and aantal_termijnen are one."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


@cache
def tables() -> Mapping[TableName, Table]:
    """All files of a portfolio by their English name."""
    content = read_yaml(_FILE.read_text(encoding="utf-8"), _FILE.name)
    found = checked(_File, content, _FILE.name).root
    return {name: _table(name, found[name]) for name in TABLE_NAMES}


@cache
def table_names() -> Mapping[str, TableName]:
    """The file named by any of its names."""
    content = checked(_File, read_yaml(_FILE.read_text(encoding="utf-8"), _FILE.name), _FILE.name).root
    return {plain(each): name for name in TABLE_NAMES for each in _names(name, content[name])}


def _names(name: str, item: _Table | _Column) -> tuple[str, ...]:
    return (name, item.nl, *item.also)


def _table(name: TableName, item: _Table) -> Table:
    columns = tuple(_column(each, column) for each, column in item.columns.items())
    by_name: dict[str, int] = {}
    for place, (each, column) in enumerate(item.columns.items()):
        for written in _names(each, column):
            assert by_name.setdefault(plain(written), place) == place, f"{name}: {written} names two columns"
    about: dict[Language, str] = {"en": item.about.en, "nl": item.about.uitleg}
    return Table(name, {"en": name, "nl": item.nl}, about, columns, by_name)


def _column(name: str, item: _Column) -> Column:
    return Column(
        names={"en": name, "nl": item.nl},
        also=tuple(item.also),
        kind=item.kind,
        required=item.required,
        examples={"en": item.examples, "nl": item.voorbeelden or item.examples},
        about={"en": item.en, "nl": item.uitleg},
    )
