"""Binds the pages of a print run into one file: count sheet, then envelopes by thickness, a sheet before each."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfWriter

from jobs.letters_archive import page_of
from letters.content import Content
from letters.letterhead import Letterhead
from letters.outbox.print_file import Stack, envelopes_of, thicknesses
from letters.outbox.sheets import count_sheet, separator
from letters.render import Press, printed


def bound(stack: Stack, press: Press, archive: Path) -> bytes:
    """The file of a print run: the pages of the archive as they are, with the sheets between."""
    writer = PdfWriter()
    for part in _parts(stack, press.catalogue.letterhead(stack.creditor), archive):
        content = printed(press.faces, part).content if isinstance(part, Content) else part
        writer.append(io.BytesIO(content), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _parts(stack: Stack, head: Letterhead, archive: Path) -> Iterator[Content | bytes]:
    """Sheets as what they say, letters as their pages, in the order of the file."""
    yield count_sheet(stack, head)
    for pages, envelopes in thicknesses(envelopes_of(stack)):
        yield separator(stack, head, (pages, len(envelopes)))
        for envelope in envelopes:
            yield from (page_of(archive, stack.pages[number].sha256) for number in envelope.letters)
