"""From what a letter says to boxes in one column, each with its place in the structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

from letters.box import Box, Code, Fill, Mark, Node, Rule, Stroke, Text
from letters.content import Closing, Form, Heading, Items, Payment, Piece, Say, Sheet, Table
from letters.grid import Grid, table_boxes
from letters.paper import (
    BODY,
    CELL,
    CELL_STRONG,
    GREY,
    HEAD,
    LEFT,
    MM,
    PALE,
    RIGHT,
    SMALL,
    STRONG,
    TITLE,
    Style,
)
from letters.qr import code_rows
from letters.typeface import Faces

COLUMN = RIGHT - LEFT
_GAP, _HALF_GAP = 5, 2.6
_INDENT = 5 * MM
_CODE = 27 * MM
_LINE_TO_WRITE_ON = 9 * MM
_KEPT = 3
"""Two lines and the space after them stay with who signs, and with a table or a way to pay."""


def boxes(pieces: tuple[Piece, ...], faces: Faces, document: Node) -> Iterator[Box]:
    """The boxes of all pieces; the structure grows under `document`."""
    place = document
    for piece, following in pairwise((*pieces, None)):
        if isinstance(piece, Sheet):
            place = document.add("Sect", language=piece.language)
            yield Box(0, begins_sheet=True)
        elif piece is not None:
            found = list(_boxes(piece, faces, place))
            yield from _kept(found) if isinstance(following, Closing | Payment | Table) else found


def _kept(found: list[Box]) -> list[Box]:
    """Boxes of which the last ones go where the next piece goes, so that no signature stands alone."""
    return [replace(box, keep=box.keep or at >= len(found) - _KEPT) for at, box in enumerate(found)]


def _boxes(piece: Piece, faces: Faces, place: Node) -> Iterator[Box]:
    match piece:
        case Heading():
            return _heading(piece, faces, place)
        case Say():
            return _paragraph(piece, faces, place)
        case Items():
            return _list(piece, faces, place)
        case Table():
            return _table(piece, faces, place)
        case Payment():
            return _payment(piece, faces, place)
        case Form():
            return _form(piece, faces, place)
        case _:
            assert isinstance(piece, Closing)
            return _closing(piece, faces, place)


def _table(piece: Table, faces: Faces, place: Node) -> Iterator[Box]:
    yield from table_boxes(piece, faces, place, Grid(LEFT, COLUMN))
    yield space(_GAP + 2)


def space(height: float) -> Box:
    """An empty place, dropped on top of a page."""
    return Box(height, is_space=True)


def _heading(piece: Heading, faces: Faces, place: Node) -> Iterator[Box]:
    style = TITLE if piece.level == 1 else HEAD
    node = place.add(f"H{piece.level}")
    yield space(_HALF_GAP if piece.level > 1 else 0)
    for line in faces.lines(piece.text, style, COLUMN):
        yield _line(node, line, style, keep=True)
    yield Box(_GAP if piece.level == 1 else 1.5, keep=True, is_space=True)


def _paragraph(piece: Say, faces: Faces, place: Node) -> Iterator[Box]:
    style = STRONG if piece.strong else BODY
    yield from _set_lines(place.add("P"), faces.lines(piece.text, style, COLUMN), partial(_line, style=style))
    yield space(_GAP)


def _set_lines(node: Node, lines: list[str], line: Callable[..., Box]) -> Iterator[Box]:
    """Lines of which the first two and the last two stay together."""
    for at, text in enumerate(lines):
        yield line(node, text, keep=at == 0 < len(lines) - 1 or at == len(lines) - 2)


def _closing(piece: Closing, faces: Faces, place: Node) -> Iterator[Box]:
    yield Box(_HALF_GAP, keep=True, is_space=True)
    for at, line in enumerate(piece.lines):
        style = STRONG if line.strong else BODY
        node = place.add("P")
        for text in faces.lines(line.text, style, COLUMN):
            yield _line(node, text, style, keep=True)
        yield Box(_GAP if at == 0 else 0, keep=at < len(piece.lines) - 1, is_space=True)


def _line(node: Node, text: str, style: Style, *, keep: bool = False, x: float = LEFT) -> Box:
    return Box(style.leading, (Mark(node, (Text(x, style.leading * 0.78, text, style),)),), keep=keep)


def _list(piece: Items, faces: Faces, place: Node) -> Iterator[Box]:
    node = place.add("L")
    for item in piece.lines:
        entry = node.add("LI")
        label, body = entry.add("Lbl"), entry.add("LBody")
        lines = faces.lines(item, BODY, COLUMN - _INDENT)
        dot = Mark(label, (Text(LEFT + 1 * MM, BODY.leading * 0.78, "•", BODY),))
        for at, line in enumerate(lines):
            box = _line(body, line, BODY, keep=at < len(lines) - 1, x=LEFT + _INDENT)
            yield Box(box.height, (dot, *box.marks) if at == 0 else box.marks, keep=box.keep)
        yield space(1.5)
    yield space(_GAP - 1.5)


def _form(piece: Form, faces: Faces, place: Node) -> Iterator[Box]:
    for label in piece.labels:
        node = place.add("P")
        lines = faces.lines(label, BODY, COLUMN)
        for line in lines:
            yield _line(node, line, BODY, keep=True)
        yield Box(_LINE_TO_WRITE_ON, (Mark(None, (Rule(LEFT, _LINE_TO_WRITE_ON - 2, COLUMN, GREY),)),))
        yield space(3)
    yield space(_GAP)


def _payment(piece: Payment, faces: Faces, place: Node) -> Iterator[Box]:
    """The QR code with what to fill in beside it, in a frame, on one page."""
    pad, beside = 3 * MM, _CODE + 5 * MM
    figure = place.add("Figure", alternative=piece.alternative)
    inner = Grid(LEFT + pad + beside, COLUMN - 2 * pad - beside, label_width=44 * MM)
    pairs = list(_pairs(piece, faces, place.add("Table"), inner))
    hint = faces.lines(piece.hint, SMALL, inner.width)
    height = max(_CODE, sum(box.height for box in pairs) + 3 + len(hint) * SMALL.leading) + 2 * pad
    marks = [Mark(None, _frame(height)), Mark(figure, (Code(LEFT + pad, pad, _CODE, code_rows(piece.code)),))]
    down = pad
    for box in pairs:
        marks += [
            Mark(mark.node, tuple(_moved(stroke, down) for stroke in mark.strokes)) for mark in box.marks
        ]
        down += box.height
    note = tuple(
        Text(inner.left, down + 3 + (at + 0.78) * SMALL.leading, line, SMALL) for at, line in enumerate(hint)
    )
    yield space(2)
    yield Box(height, (*marks, Mark(place.add("P"), note)))
    yield space(_GAP + 3)


def _frame(height: float) -> tuple[Stroke, ...]:
    return (
        Rule(LEFT, 0, COLUMN, PALE, 0.8),
        Rule(LEFT, height, COLUMN, PALE, 0.8),
        Fill(LEFT - 0.4, 0, 0.8, height, PALE),
        Fill(RIGHT - 0.4, 0, 0.8, height, PALE),
    )


def _pairs(piece: Payment, faces: Faces, table: Node, grid: Grid) -> Iterator[Box]:
    for label, value in piece.pairs:
        row = table.add("TR")
        lines = faces.lines(value, CELL_STRONG, grid.width - grid.label_width)
        name = Mark(row.add("TH", scope="Row"), (Text(grid.left, CELL.leading * 0.78, label, CELL),))
        texts = tuple(
            Text(grid.left + grid.label_width, (at + 0.78) * CELL.leading, line, CELL_STRONG)
            for at, line in enumerate(lines)
        )
        yield Box(len(lines) * CELL.leading + 1.2, (name, Mark(row.add("TD"), texts)))


def _moved(stroke: Stroke, down: float) -> Stroke:
    return stroke._replace(down=stroke.down + down)
