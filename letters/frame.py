"""What stands around the text: letterhead, address, particulars, and on every page its number."""

from __future__ import annotations

from collections.abc import Iterator

from letters.box import Box, Fill, Mark, Node, Rule, Text
from letters.content import Content
from letters.fields import LetterRefused
from letters.pages import Placed
from letters.paper import (
    ADDRESS_BOTTOM,
    ADDRESS_LEFT,
    ADDRESS_RIGHT,
    ADDRESS_STYLES,
    ADDRESS_TOP,
    DETAILS_LEFT,
    DETAILS_TOP,
    DETAILS_VALUE,
    FOOT,
    LABEL,
    LEFT,
    MM,
    PALE,
    PARTICULARS_TOP,
    RETURN,
    RIGHT,
    SENDER_TOP,
    SMALL,
    WIDTH,
    Style,
)
from letters.typeface import Faces

_OFFICE = Style(15, 18, bold=True)
_ON_BEHALF = Style(9.5, 12)


def first_page(content: Content, faces: Faces, document: Node) -> Iterator[Placed]:
    """The boxes around the text of the first page, in the order in which they are read."""
    yield Placed(0, Box(0, (Mark(None, (Fill(0, 0, WIDTH, 3.2 * MM, content.colour),)),)))
    yield from _sender(content, faces, document)
    yield from _address(content, faces, document)
    yield from _particulars(content, faces, document)


def _sender(content: Content, faces: Faces, document: Node) -> Iterator[Placed]:
    office, on_behalf = content.sender
    width = DETAILS_LEFT - LEFT - 8 * MM
    top = SENDER_TOP
    styled = ((office, _OFFICE._replace(colour=content.colour)), (on_behalf, _ON_BEHALF))
    for text, style in styled:
        node = document.add("P")
        for line in faces.lines(text, style, width):
            yield _one(top, node, Text(LEFT, style.leading * 0.78, line, style))
            top += style.leading
    top = DETAILS_TOP + 2
    node = document.add("P")
    for text in content.details:
        for line in faces.lines(text, SMALL, RIGHT - DETAILS_LEFT):
            yield _one(top, node, Text(DETAILS_LEFT, SMALL.leading * 0.78, line, SMALL))
            top += SMALL.leading


def _address(content: Content, faces: Faces, document: Node) -> Iterator[Placed]:
    """The address where the window is; what does not fit there in any size is refused."""
    width = ADDRESS_RIGHT - ADDRESS_LEFT
    line = faces.lines(content.return_line, RETURN, width)[0]
    yield _one(ADDRESS_TOP, None, Text(ADDRESS_LEFT, RETURN.leading * 0.78, line, RETURN))
    top = ADDRESS_TOP + RETURN.leading + 2
    for style in ADDRESS_STYLES:
        lines = [line for text in content.addressee for line in faces.lines(text, style, width)]
        if top + len(lines) * style.leading <= ADDRESS_BOTTOM:
            break
    else:
        raise LetterRefused(
            f"addressee: takes {len(lines)} lines: the window of the envelope does not show so many"
        )
    node = document.add("P")
    for at, line in enumerate(lines):
        yield _one(top + at * style.leading, node, Text(ADDRESS_LEFT, style.leading * 0.78, line, style))


def _particulars(content: Content, faces: Faces, document: Node) -> Iterator[Placed]:
    top = PARTICULARS_TOP
    for label, value in content.particulars:
        node = document.add("P")
        name = Text(DETAILS_LEFT, LABEL.leading * 0.78, label, LABEL)
        lines = faces.lines(value, SMALL, RIGHT - DETAILS_VALUE)
        for at, line in enumerate(lines):
            text = Text(DETAILS_VALUE, LABEL.leading * 0.78, line, SMALL)
            yield Placed(top, Box(LABEL.leading, (Mark(node, (name, text) if at == 0 else (text,)),)))
            top += SMALL.leading
        top += 1


def every_page(content: Content, faces: Faces, page: int, pages: int) -> Iterator[Placed]:
    """The foot of a page, and the head of the pages after the first: decoration to who listens."""
    number = f"pagina {page + 1} van {pages}"
    x = RIGHT - faces.width(number, LABEL)
    yield _one(FOOT, None, Text(x, LABEL.leading * 0.78, number, LABEL))
    yield _one(FOOT, None, Text(LEFT, LABEL.leading * 0.78, content.running, LABEL))
    if page:
        top = 20 * MM
        line = faces.lines(f"{content.sender[0]} · {content.title}", LABEL, RIGHT - LEFT)[0]
        yield _one(top, None, Text(LEFT, LABEL.leading * 0.78, line, LABEL))
        yield Placed(top, Box(0, (Mark(None, (Rule(LEFT, LABEL.leading + 2, RIGHT - LEFT, PALE),)),)))


def _one(top: float, node: Node | None, text: Text) -> Placed:
    return Placed(top, Box(text.style.leading, (Mark(node, (text,)),)))
