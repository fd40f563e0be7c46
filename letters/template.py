"""The wording of a letter as data: blocks of text with named fields, and nothing that could be carried out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.config import Strict, Text, Words

Law = Literal["public", "private"]
Nature = Literal["decision", "preparation", "reminder", "information", "agreement", "order"]

_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PLACED = re.compile(_NAME.pattern + r"(\.?)")
"""A field, with the full stop behind it if there is one."""
_ENDS = (".", "!", "?")
_OPEN = re.compile(r"[{}]")


class Block(Strict):
    """One block: a paragraph, heading, list, table, passage, way to pay an amount, or lines to write on.

    `when` and `unless` name a field: the block stands there if that field was given and does not say no, or if not.
    """

    say: Text | None = None
    strong: Text | None = None
    head: Text | None = None
    bullets: Annotated[list[Text], Field(min_length=1)] | None = None
    items: Text | None = None
    table: Text | None = None
    total: Text | None = None
    use: Text | None = None
    pay: Text | None = None
    form: Annotated[list[Text], Field(min_length=1)] | None = None
    when: Text | None = None
    unless: Text | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        things = (
            self.say,
            self.strong,
            self.head,
            self.bullets,
            self.items,
            self.table,
            self.use,
            self.pay,
            self.form,
        )
        if sum(thing is not None for thing in things) != 1:
            raise ValueError("a block is one of say, strong, head, bullets, items, table, use, pay and form")
        if self.total is not None and self.table is None:
            raise ValueError("total: stands with a table only")
        return self

    @property
    def texts(self) -> Sequence[str]:
        """The texts in which fields may stand."""
        return [
            text
            for text in (self.say, self.strong, self.head, *(self.bullets or ()), *(self.form or ()))
            if text
        ]

    @property
    def fields(self) -> Iterator[str]:
        """The names of all fields the block uses."""
        for text in self.texts:
            yield from placeholders(text)
        yield from (
            name for name in (self.items, self.table, self.total, self.pay, self.when, self.unless) if name
        )


class Template(Strict):
    """One kind of letter as its file says it."""

    name: Words
    law: Annotated[list[Law], Field(min_length=1)]
    nature: Nature
    article: Text
    fields: list[Text]
    optional: list[Text] = Field(default_factory=list)
    greeting: Text | None = None
    subject: Text
    body: Annotated[list[Block], Field(min_length=1)]
    summary: Mapping[Literal["en", "pl"], Text]
    sample: Mapping[Text, object] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _texts_are_plain(self) -> Self:
        for text in (self.subject, self.greeting or "", *self.summary.values()):
            list(placeholders(text))
        for block in self.body:
            list(block.fields)
        if set(self.summary) != {"en", "pl"}:
            raise ValueError("summary: is written in en and in pl")
        return self


def placeholders(text: str) -> Iterator[str]:
    """The names of the fields in a text; raises `ValueError` for any other use of braces."""
    if _OPEN.search(_NAME.sub("", text)):
        raise ValueError(f"{text[:60]!r}: braces hold the name of a field and nothing else, such as {{open}}")
    yield from _NAME.findall(text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each field in its place; what is filled in is not read again.

    A sentence ends once: what somebody wrote with its own full stop takes the place of the one behind it.
    """
    return _PLACED.sub(lambda found: _ended(values[found[1]], found[2]), text)


def _ended(value: str, stop: str) -> str:
    return value if value.endswith(_ENDS) else value + stop
