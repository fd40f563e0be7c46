"""From frozen fields to the page: a pure function, the same bytes every time."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from letters.archive import About, describe
from letters.box import Node
from letters.catalogue import Catalogue
from letters.compose import Draft, compose
from letters.content import Content
from letters.fields import LetterRefused
from letters.frame import every_page, first_page
from letters.layout import boxes
from letters.pages import Page, paginated
from letters.paint import paint
from letters.paper import HEIGHT, WIDTH
from letters.tags import Structure, settle_streams, tie_pages, used
from letters.typeface import Faces

MOST_PAGES = 40


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as a file: PDF/A-2a and PDF/UA-1 in one, its SHA-256 (hexadecimal) and its number of pages."""

    content: bytes
    sha256: str
    pages: int


@dataclass(frozen=True, slots=True)
class Press:
    """What a letter is printed with: the catalogue, and the typefaces as ReportLab has them."""

    catalogue: Catalogue
    faces: Faces


def render(press: Press, draft: Draft) -> Printed:
    """The letter as PDF; raises `LetterRefused` for fields that do not fit, or that no page can hold."""
    return printed(press.faces, compose(press.catalogue, draft))


def printed(faces: Faces, content: Content) -> Printed:
    """What a letter says, on paper."""
    document = Node("Document")
    pages = laid_out(content, faces, document)
    out = io.BytesIO()
    canvas = Canvas(
        out,
        pagesize=(WIDTH, HEIGHT),
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 7),
        initialFontName=faces.regular.name,
        lang=content.language,
    )
    paint(canvas, pages, faces)
    _finish(canvas, content, document, len(pages))
    canvas.save()
    data = out.getvalue()
    return Printed(data, hashlib.sha256(data).hexdigest(), len(pages))


def laid_out(content: Content, faces: Faces, document: Node) -> list[Page]:
    """All pages with what stands around the text; what is read first comes first in the structure."""
    around = list(first_page(content, faces, document))
    pages = paginated(boxes(content.pieces, faces, document))
    if len(pages) > MOST_PAGES:
        raise LetterRefused(f"{len(pages)} pages: a letter has at most {MOST_PAGES}")
    pages[0][:0] = around
    return [[*page, *every_page(content, faces, at, len(pages))] for at, page in enumerate(pages)]


def _finish(canvas: Canvas, content: Content, document: Node, pages: int) -> None:
    inner = canvas._doc  # noqa: SLF001 - the document of ReportLab has no public name
    assert used(document)
    tie_pages(inner, pages)
    inner.Catalog.StructTreeRoot = Structure(inner).write(document, pages)
    author = ", ".join(content.sender)
    describe(inner, About(content.title, author, content.running, content.language, content.day))
    settle_streams(inner)
