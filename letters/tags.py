"""The structure of a letter as PDF/UA-1 asks for it (ISO 14289-1): a tree of elements over the marked content."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObject,
    PDFObjectReference,
    PDFStream,
    PDFString,
    PDFZCompress,
)

from letters.box import Content, Node


class Structure:
    """Writes the tree into a document; every element is an object of its own."""

    def __init__(self, document: PDFDocument) -> None:
        self.document = document
        self.owners: defaultdict[int, dict[int, PDFObjectReference]] = defaultdict(dict)
        self.count = 0

    def write(self, top: Node, pages: int) -> PDFObject:
        """The root of the structure (StructTreeRoot) over so many pages."""
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        root["K"] = self._element(top, self._reference(root))
        numbers: list[object] = []
        for page in range(pages):
            owners = self.owners[page]
            numbers += [page, PDFArray([owners[number] for number in range(len(owners))])]
        root["ParentTree"] = PDFDictionary({"Nums": PDFArray(numbers)})
        root["ParentTreeNextKey"] = pages
        return root

    def _reference(self, thing: PDFObject) -> PDFObjectReference:
        self.count += 1
        return self.document.Reference(thing, f"structure{self.count}")

    def _element(self, node: Node, parent: PDFObjectReference) -> PDFObjectReference:
        element = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(node.role), "P": parent})
        mine = self._reference(element)
        element["K"] = PDFArray([self._kid(kid, mine, element) for kid in node.kids])
        if node.alternative:
            element["Alt"] = PDFString(node.alternative)
        if node.language:
            element["Lang"] = PDFString(node.language)
        if node.scope:
            element["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(node.scope)})
        return mine

    def _kid(self, kid: Node | Content, mine: PDFObjectReference, element: PDFDictionary) -> object:
        if isinstance(kid, Node):
            return self._element(kid, mine)
        self.owners[kid.page][kid.number] = mine
        page = page_reference(kid.page)
        element["Pg"] = page
        return PDFDictionary({"Type": PDFName("MCR"), "Pg": page, "MCID": kid.number})


def page_reference(page: int) -> PDFObjectReference:
    """A page (counted from 0) as the other objects name it."""
    return PDFObjectReference(f"Page{page + 1}")


class Stream(PDFStream):  # type: ignore[misc]  # ReportLab ships no types
    """A stream whose data ends on a line of its own, as PDF/A asks (ISO 19005-2, 6.1.7.1)."""

    def format(self, document: PDFDocument) -> bytes:
        """The stream as it stands in the file."""
        written: bytes = super().format(document)
        return written.removesuffix(b"endstream\n") + b"\nendstream\n"


def settle_streams(document: PDFDocument) -> None:
    """Make every stream of ReportLab, those of the typefaces too, one that an archive takes."""
    for font in document.delayedFonts:
        font.addObjects(document)
    document.delayedFonts = []
    for thing in document.idToObject.values():
        if type(thing) is PDFStream:
            thing.__class__ = Stream
            if "Length1" in thing.dictionary.dict:
                thing.content = _packed(thing.content)
                thing.dictionary["Filter"] = PDFArray([PDFName("FlateDecode")])


@lru_cache(maxsize=128)
def _packed(typeface: bytes) -> bytes:
    """A typeface with the letters of one file, compressed; many letters use the same ones."""
    return zlib.compress(typeface)


def tie_pages(document: PDFDocument, pages: int) -> None:
    """Say of each page where its content is in the structure, and that its order is that of the structure."""
    for number in range(pages):
        page = document.idToObject[f"Page{number + 1}"]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = number
        page.Tabs = PDFName("S")
        page.Contents = Stream(content=page.stream, filters=[PDFZCompress])


def used(node: Node) -> bool:
    """Drop what has no content from the tree, and say whether anything is left."""
    node.kids = [kid for kid in node.kids if isinstance(kid, Content) or used(kid)]
    return bool(node.kids) or node.role == "TD"


def roles(node: Node) -> Sequence[str]:
    """All roles in the order of reading, for tests."""
    below = [role for kid in node.kids if isinstance(kid, Node) for role in roles(kid)]
    return [node.role, *below]
