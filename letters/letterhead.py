"""Letterheads: who writes, for whom, where an answer goes and who can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from ledger.config import Strict, Text, checked
from ledger.errors import Misconfigured


def _colour(text: str) -> str:
    if len(text) != 7 or not text.startswith("#"):
        raise ValueError('write a colour as "#1b5e8c"')
    int(text[1:], 16)
    return text


class _Entry(Strict):
    office: Text
    public: Text
    private: Text
    department: Text
    address: Annotated[list[Text], Field(min_length=1, max_length=4)]
    place: Text
    phone: Text
    email: Text
    website: Text
    hours: Text
    objections: Annotated[list[Text], Field(min_length=1, max_length=4)] | None = None
    colour: Annotated[str, AfterValidator(_colour)]
    closing: Text


class _File(Strict):
    letterheads: dict[Text, _Entry]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The letterhead of one creditor; `public` and `private` name it in a decision and in a contract."""

    creditor: str
    office: str
    public: str
    private: str
    department: str
    address: tuple[str, ...]
    place: str
    phone: str
    email: str
    website: str
    hours: str
    objections: tuple[str, ...]
    colour: tuple[int, int, int]
    closing: str

    def writer(self, law: str) -> str:
        """Who writes: the college under public law, the legal person under private law."""
        return self.public if law == "public" else self.private


def letterheads_from(content: object, file: str, creditors: Mapping[str, object]) -> Mapping[str, Letterhead]:
    """The letterhead of every creditor; raises `Misconfigured` if one is missing or belongs to none."""
    entries = checked(_File, content, file).letterheads
    if set(entries) != set(creditors):
        odd = ", ".join(sorted(set(entries) ^ set(creditors)))
        raise Misconfigured(f"{file}: letterheads: {odd}: each creditor has one letterhead, and nobody else")
    return {code: _letterhead(code, entry) for code, entry in entries.items()}


def _letterhead(code: str, entry: _Entry) -> Letterhead:
    values = entry.model_dump(exclude={"colour", "address", "objections"})
    digits = entry.colour[1:]
    return Letterhead(
        creditor=code,
        address=tuple(entry.address),
        objections=tuple(entry.objections or entry.address),
        colour=(int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)),
        **values,
    )
