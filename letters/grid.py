"""Tables: columns as wide as they need, a heading that comes back on the next page, a total that stands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from letters.box import Box, Mark, Node, Rule, Text
from letters.content import Align, Table
from letters.paper import BLACK, CELL, CELL_STRONG, Style
from letters.typeface import Faces

_BETWEEN = 9
_AIR = 3.4


class Grid(NamedTuple):
    """Where a table stands and how wide it may be."""

    left: float
    width: float
    label_width: float = 0


class _Row(NamedTuple):
    cells: tuple[str, ...]
    style: Style
    role: str
    is_first: bool = False


class _Columns(NamedTuple):
    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    aligns: tuple[Align, ...]
    grid: Grid


def table_boxes(piece: Table, faces: Faces, place: Node, grid: Grid) -> Iterator[Box]:
    """One box a row; the first and last rows stay with their neighbours."""
    table = place.add("Table")
    columns = _columns(piece, faces, grid)
    heading = _box(_Row(piece.headings, CELL_STRONG, "TH"), columns, faces, table.add("TR"))
    again = _box(_Row(piece.headings, CELL_STRONG, "TH"), columns, faces, None)
    yield Box(heading.height, (*heading.marks, _line(grid, heading.height, strong=True)), keep=True)
    top = Box(again.height, (*again.marks, _line(grid, again.height, strong=True)))
    rows = [_Row(cells, CELL, "TD") for cells in piece.rows]
    if piece.total:
        rows.append(_Row(piece.total, CELL_STRONG, "TD"))
    for at, row in enumerate(rows):
        box = _box(row, columns, faces, table.add("TR"))
        is_total = piece.total is not None and at == len(rows) - 1
        line = _line(grid, 0 if is_total else box.height, strong=is_total)
        yield Box(
            box.height, (*box.marks, line), keep=piece.total is not None and at == len(rows) - 2, again=top
        )


def _line(grid: Grid, down: float, *, strong: bool) -> Mark:
    rule = Rule(grid.left, down, grid.width)
    return Mark(None, (rule._replace(colour=BLACK, weight=0.7) if strong else rule,))


def _box(row: _Row, columns: _Columns, faces: Faces, parent: Node | None) -> Box:
    """A row as high as its highest cell; without a parent it is decoration."""
    marks, most = [], 1
    for at, cell in enumerate(row.cells):
        lines = faces.lines(cell, row.style, columns.widths[at]) if cell else []
        most = max(most, len(lines))
        node = None if parent is None else parent.add(row.role, scope="Column" if row.role == "TH" else "")
        strokes = tuple(_text(line, row.style, (at, down), columns, faces) for down, line in enumerate(lines))
        marks.append(Mark(node, strokes))
    return Box(most * row.style.leading + _AIR, tuple(marks))


def _text(line: str, style: Style, place: tuple[int, int], columns: _Columns, faces: Faces) -> Text:
    at, down = place
    x = columns.lefts[at]
    if columns.aligns[at] == "right":
        x += columns.widths[at] - faces.width(line, style)
    return Text(x, _AIR / 2 + (down + 0.78) * style.leading, line, style)


def _columns(piece: Table, faces: Faces, grid: Grid) -> _Columns:
    """Each column as wide as its widest cell; what is left over, or too much, is for the one that stretches."""
    rows = [piece.headings, *piece.rows, *([piece.total] if piece.total else [])]
    wanted = [max(faces.width(row[at], CELL_STRONG) for row in rows) for at in range(len(piece.headings))]
    room = grid.width - _BETWEEN * (len(wanted) - 1)
    widths = _fitted(wanted, piece.stretch, room)
    lefts = [grid.left]
    for width in widths[:-1]:
        lefts.append(lefts[-1] + width + _BETWEEN)
    return _Columns(tuple(lefts), tuple(widths), piece.aligns, grid)


def _fitted(wanted: Sequence[float], stretch: int | None, room: float) -> list[float]:
    """The widths so that they fill the room exactly; the others give way only where nothing would be left."""
    if stretch is None:
        more = (room - sum(wanted)) / len(wanted)
        return [width + more for width in wanted]
    others = sum(wanted) - wanted[stretch]
    rest = room - others
    floor = min(wanted[stretch], room / 4)
    scale = 1.0 if rest >= floor or not others else (room - floor) / others
    return [max(rest, floor) if at == stretch else width * scale for at, width in enumerate(wanted)]
