"""Letters as another program reads them: the text of a page, where it stands, what its QR code says."""

from __future__ import annotations

import unicodedata
from functools import cache

import pypdfium2
import zxingcpp

from letters.compose import Draft
from letters.files import press
from letters.render import Press, Printed, render
from letters.samples import sample

POINTS_IN_MM = 72 / 25.4


@cache
def the_press() -> Press:
    """The press of the texts that are shipped."""
    return press()


@cache
def printed(code: str, language: str = "nl") -> Printed:
    """The sample of a kind, printed once for all tests."""
    return render(the_press(), sample(the_press().catalogue, code, language))


@cache
def text(code: str, language: str = "nl") -> str:
    """The text of that sample, on one line."""
    return read(printed(code, language).content)


def read(content: bytes) -> str:
    """The text of a file with single blanks, as a program finds it that knows nothing of us."""
    document = pypdfium2.PdfDocument(content)
    pages = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    document.close()
    return " ".join(unicodedata.normalize("NFC", "\n".join(pages)).replace("\u00a0", " ").split())


def codes(content: bytes) -> list[str]:
    """What the QR codes on the pages say."""
    document = pypdfium2.PdfDocument(content)
    images = [document[number].render(scale=1.6).to_pil() for number in range(len(document))]
    return [code.text for image in images for code in zxingcpp.read_barcodes(image)]


def changed(code: str, **fields: object) -> Draft:
    """The sample of a kind with other values in some fields; None leaves a field out."""
    draft = sample(the_press().catalogue, code)
    return Draft(code, draft.creditor, {**draft.fields, **fields}, draft.law)
