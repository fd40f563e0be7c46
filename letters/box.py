"""What stands on a page: boxes of a height, with marks that say what they are to somebody who does not see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from letters.paper import BLACK, PALE, Style

Colour = tuple[int, int, int]


class Text(NamedTuple):
    """A run of text; `down` is the distance of its base line from the top of the box."""

    x: float
    down: float
    text: str
    style: Style


class Rule(NamedTuple):
    """A thin line from left to right."""

    x: float
    down: float
    width: float
    colour: Colour = PALE
    weight: float = 0.5


class Fill(NamedTuple):
    """A filled rectangle."""

    x: float
    down: float
    width: float
    height: float
    colour: Colour = BLACK


class Code(NamedTuple):
    """The dark squares of a QR code, as rows of (column, length), in a square of `size` points."""

    x: float
    down: float
    size: float
    rows: tuple[tuple[tuple[int, int], ...], ...]


Stroke = Text | Rule | Fill | Code


@dataclass(eq=False, slots=True)
class Node:
    """One element of the structure: its role, what describes it, and its children in the order of reading."""

    role: str
    alternative: str = ""
    language: str = ""
    scope: str = ""
    kids: list[Node | Content] = field(default_factory=list)

    def add(self, role: str, *, alternative: str = "", language: str = "", scope: str = "") -> Node:
        """A new child."""
        child = Node(role, alternative, language, scope)
        self.kids.append(child)
        return child


class Content(NamedTuple):
    """Marked content on a page (both counted from 0)."""

    page: int
    number: int


class Mark(NamedTuple):
    """Strokes that belong to one element; without a node they are decoration (an artifact)."""

    node: Node | None
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of the column that is never cut; `keep` holds it on one page with the next box.

    `again` is set on top of the next page when the page ends before this box: the heading of a table.
    """

    height: float
    marks: tuple[Mark, ...] = ()
    keep: bool = False
    is_space: bool = False
    again: Box | None = None
    begins_sheet: bool = False
