"""`make bench-letters`: a release of one-page letters, beside plain ReportLab and WeasyPrint with the same content.

The plain letter is written as most are: typefaces registered and logo read for each, no tags, no archive. WeasyPrint
(with tags and PDF/A) is measured on few letters, as it needs the better part of a second for each; make installs it
where it can.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

from PIL import Image as Picture
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer, Table

import letters
from benchmarks.tables import circumstances, many, mid, show, table
from letters.compose import Draft, compose
from letters.content import Content, Heading, Payment, Piece, Say
from letters.content import Table as Rows
from letters.files import press
from letters.render import Press, render
from letters.samples import sample

KIND = "reminder"
FONTS = Path(letters.__file__).parent / "fonts"
ROUND = 200
"""Letters of a round; the ways take turns, so that a busy machine is busy for all."""

_desk: list[Press] = []


def main() -> None:
    """Measure with so many letters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=5000)
    count = parser.parse_args().count
    prints = press()
    drafts = [_draft(prints, number) for number in range(count)]
    assert render(prints, drafts[0]).pages == 1
    contents = [compose(prints.catalogue, draft) for draft in drafts[:ROUND]]
    show(f"{many(count)} letters of one page. {circumstances()}")
    ours, plain, weasy = _side_by_side(prints, drafts, contents)
    one, two = (_workers(drafts, workers) for workers in (1, 2))
    rows = [
        ("letters: tags, PDF/A-2a, QR code", f"{ours:.1f}"),
        ("plain ReportLab: no tags, no PDF/A", f"{plain:.1f}"),
        ("WeasyPrint: tags, PDF/A-3a", f"{weasy:.1f}" if weasy else "not installed"),
    ]
    show(table(("one core, medians of rounds", "letters a second of processor time"), rows))
    rows = [
        ("1 worker", f"{count / one:.1f}"),
        ("2 workers", f"{count / two:.1f}"),
        ("ratio", f"{one / two:.2f}"),
    ]
    show(
        table((f"{many(count)} letters from start to end", "letters a second"), rows),
        f"After: {circumstances()}",
    )


def _draft(prints: Press, number: int) -> Draft:
    draft = sample(prints.catalogue, KIND)
    lines = [f"De heer J. Jansen {number}", "Kustweg 12 b", "8243 XJ  Lelystad"]
    return Draft(
        KIND, draft.creditor, {**draft.fields, "addressee": lines, "our_reference": f"2026-{number:06}"}
    )


def _side_by_side(
    prints: Press, drafts: Sequence[Draft], contents: Sequence[Content]
) -> tuple[float, float, float]:
    """Letters a second of processor time, in turns."""
    logo = _logo()
    ours, plain, weasy = [], [], []
    for start in range(0, len(drafts), ROUND):
        ours.append(_rate([_call(render, prints, draft) for draft in drafts[start : start + ROUND]]))
        plain.append(_rate([_call(_plain_letter, content, logo) for content in contents[:20]]))
    with suppress(ImportError, OSError):  # not installed, or without the libraries it needs
        from weasyprint import HTML  # noqa: PLC0415 - not one of ours: measured where somebody has it

        pages = [
            _call(HTML(string=_html(content)).write_pdf, pdf_variant="pdf/a-3a") for content in contents[:20]
        ]
        weasy = [_rate(pages[:2]), _rate(pages)][1:]
    return mid(ours), mid(plain), mid(weasy) if weasy else 0.0


def _call(function: Callable[..., object], *values: object, **named: object) -> Callable[[], object]:
    return lambda: function(*values, **named)


def _rate(jobs: Sequence[Callable[[], object]]) -> float:
    began = time.process_time()
    for job in jobs:
        job()
    return len(jobs) / (time.process_time() - began)


def _workers(drafts: Sequence[Draft], workers: int) -> float:
    """Seconds for all letters, processes and their typefaces included."""
    began = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=_begin) as pool:
        done = sum(pool.imap_unordered(_pages, drafts, chunksize=50))
    assert done == len(drafts)
    return time.perf_counter() - began


def _begin() -> None:
    _desk.append(press())


def _pages(draft: Draft) -> int:
    return render(_desk[0], draft).pages


def _logo() -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (600, 120), (122, 59, 105)).save(out, "PNG")
    return out.getvalue()


def _plain_letter(content: Content, logo: bytes) -> bytes:
    """The same content as most programs write it with ReportLab."""
    for name in ("SourceSans3-Regular", "SourceSans3-Bold"):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    body = ParagraphStyle("body", fontName="SourceSans3-Regular", fontSize=10, leading=13, spaceAfter=5)
    head = ParagraphStyle("head", parent=body, fontName="SourceSans3-Bold")
    story = [Image(io.BytesIO(logo), 150, 30), Spacer(1, 60)]
    story += [Paragraph(escape(line), body) for line in content.addressee]
    story += [Paragraph(escape(f"{label}: {value}"), body) for label, value in content.particulars]
    for piece in content.pieces:
        story += _flowables(piece, body, head)
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, title=content.title).build(story)
    return out.getvalue()


def _flowables(piece: Piece, body: ParagraphStyle, head: ParagraphStyle) -> list[object]:
    match piece:
        case Heading() | Say():
            return [Paragraph(escape(piece.text), head if isinstance(piece, Heading) else body)]
        case Rows():
            return [Table([piece.headings, *piece.rows, *([piece.total] if piece.total else [])])]
        case Payment():
            drawing = Drawing(80, 80)
            drawing.add(QrCodeWidget(piece.code, barWidth=80, barHeight=80))
            return [Table([[drawing, Table(piece.pairs)]]), Paragraph(escape(piece.hint), body)]
    return []


def _html(content: Content) -> str:
    faces = "".join(
        f"@font-face{{font-family:S;font-weight:{weight};src:url(file://{FONTS}/SourceSans3-{name}.ttf)}}"
        for weight, name in (("normal", "Regular"), ("bold", "Bold"))
    )
    parts = [f"<p>{escape(line)}</p>" for line in content.addressee]
    parts += [f"<p>{escape(label)}: {escape(value)}</p>" for label, value in content.particulars]
    parts += [_part(piece) for piece in content.pieces]
    style = f"{faces} body{{font:10pt/13pt S}} p{{margin:0 0 5pt}} td{{padding:1pt 8pt}}"
    head = f"<title>{escape(content.title)}</title><style>{style}</style>"
    return f'<html lang="nl"><head>{head}</head><body>{"".join(parts)}'


def _part(piece: Piece) -> str:
    match piece:
        case Heading():
            return f"<h{piece.level}>{escape(piece.text)}</h{piece.level}>"
        case Say():
            return f"<p>{escape(piece.text)}</p>"
        case Rows():
            rows = [piece.headings, *piece.rows, *([piece.total] if piece.total else [])]
        case Payment():
            rows = list(piece.pairs)
        case _:
            return ""
    cells = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


if __name__ == "__main__":
    main()
