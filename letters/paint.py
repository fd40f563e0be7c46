"""Boxes onto the canvas of ReportLab, every stroke inside marked content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reportlab.pdfgen.canvas import Canvas

from letters.box import Code, Content, Fill, Mark, Node, Rule, Stroke, Text
from letters.pages import Page
from letters.paper import BLACK, HEIGHT
from letters.typeface import Faces

_QUIET = 4
"""Empty squares around a QR code, so that it is found."""


def paint(canvas: Canvas, pages: Sequence[Page], faces: Faces) -> None:
    """All pages; the nodes of the structure learn where their content is."""
    for number, page in enumerate(pages):
        counter = 0
        for node, strokes in _runs(page):
            if node is None:
                _say(canvas, "/Artifact BMC")
            else:
                _say(canvas, f"/{node.role} <</MCID {counter}>> BDC")
                node.kids.append(Content(number, counter))
                counter += 1
            _strokes(canvas, strokes, faces)
            _say(canvas, "EMC")
        canvas.showPage()


def _runs(page: Page) -> Iterator[tuple[Node | None, list[tuple[float, Stroke]]]]:
    """Strokes that follow each other in one element together, with the height of their boxes."""
    marks = [(placed.top, mark) for placed in page for mark in placed.box.marks if mark.strokes]
    for _, run in groupby(marks, key=lambda one: id(one[1].node)):
        found: list[tuple[float, Mark]] = list(run)
        yield found[0][1].node, [(top, stroke) for top, mark in found for stroke in mark.strokes]


def _strokes(canvas: Canvas, strokes: Sequence[tuple[float, Stroke]], faces: Faces) -> None:
    for top, stroke in strokes:
        y = HEIGHT - top - stroke.down
        match stroke:
            case Text():
                _text(canvas, stroke, y, faces)
            case Rule():
                canvas.setStrokeColorRGB(*_shares(stroke.colour))
                canvas.setLineWidth(stroke.weight)
                canvas.line(stroke.x, y, stroke.x + stroke.width, y)
            case Fill():
                canvas.setFillColorRGB(*_shares(stroke.colour))
                canvas.rect(stroke.x, y - stroke.height, stroke.width, stroke.height, stroke=0, fill=1)
            case Code():
                _code(canvas, stroke, y)


def _text(canvas: Canvas, stroke: Text, y: float, faces: Faces) -> None:
    run = canvas.beginText(stroke.x, y)
    run.setFont(faces.of(stroke.style).name, stroke.style.size)
    run.setFillColorRGB(*_shares(stroke.style.colour))
    run.textOut(stroke.text)
    canvas.drawText(run)


def _code(canvas: Canvas, stroke: Code, y: float) -> None:
    """The squares in whole numbers, after a change of scale: a fifth of the time of a letter otherwise."""
    square = stroke.size / (len(stroke.rows) + 2 * _QUIET)
    canvas.setFillColorRGB(*_shares(BLACK))
    x, y = stroke.x + _QUIET * square, y - _QUIET * square
    _say(canvas, f"q {square:.4f} 0 0 {square:.4f} {x:.4f} {y:.4f} cm")
    for down, row in enumerate(stroke.rows):
        _say(canvas, " ".join(f"{first} {-down - 1} {length} 1 re" for first, length in row))
    _say(canvas, "f Q")


def _shares(colour: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = colour
    return red / 255, green / 255, blue / 255


def _say(canvas: Canvas, operator: str) -> None:
    # ReportLab has no call for marked content; its own code appends operators to this list.
    canvas._code.append(operator)  # noqa: SLF001
