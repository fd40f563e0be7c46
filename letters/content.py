"""What a letter says, piece by piece, before anybody asks where on the page it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is what the letter is about."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list with a dot before each line."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A small table; `total` is a last row, `stretch` the column that takes the room that is left (all if None)."""

    headings: tuple[str, ...]
    aligns: tuple[Align, ...]
    stretch: int | None
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """How to pay: labels with what to fill in, and the text of the QR code with what it is for those who hear it."""

    pairs: tuple[tuple[str, str], ...]
    code: str
    alternative: str
    hint: str


@dataclass(frozen=True, slots=True)
class Form:
    """Lines to write on, each with its label."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """Who signs, in lines that stay together."""

    lines: tuple[Say, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """From here on a page of its own, in a language."""

    language: str


Piece = Heading | Say | Items | Table | Payment | Form | Closing | Sheet


@dataclass(frozen=True, slots=True)
class Content:
    """A whole letter: whom it goes to, what stands beside the address, and its pieces in the order of reading."""

    title: str
    language: str
    sender: tuple[str, ...]
    colour: tuple[int, int, int]
    details: tuple[str, ...]
    return_line: str
    addressee: tuple[str, ...]
    particulars: tuple[tuple[str, str], ...]
    running: str
    day: str
    pieces: tuple[Piece, ...]
