"""What makes the file fit for an archive (PDF/A-2a, ISO 19005-2) and for everybody (PDF/UA-1): metadata and colour."""

from __future__ import annotations

from struct import pack
from typing import NamedTuple
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFStream,
    PDFString,
    PDFZCompress,
)

PRODUCER = "Aflos"

_SCHEMA = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
"""PDF/A asks that what it does not know itself is described."""


class About(NamedTuple):
    """What the file says of itself."""

    title: str
    author: str
    subject: str
    language: str
    day: str


def describe(document: PDFDocument, about: About) -> None:
    """Metadata, colours and claims of the file; its date is that of the letter, so that it is the same every time."""
    catalog = document.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    metadata = PDFStream(PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}), _xmp(about))
    catalog.Metadata = document.Reference(metadata, "metadata")
    catalog.MarkInfo = PDFDictionary({"Marked": "true"})
    catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})
    catalog.OutputIntents = PDFArray([document.Reference(_output_intent(document), "intent")])
    document.setTitle(about.title)
    document.setAuthor(about.author)
    document.setSubject(about.subject)
    document.setCreator(PRODUCER)
    document.setProducer(PRODUCER)
    stamp = f"D:{about.day.replace('-', '')}000000+00'00'"
    document.setDateFormatter(lambda *_: stamp)


def _output_intent(document: PDFDocument) -> PDFDictionary:
    profile = PDFStream(PDFDictionary({"N": 3}), _PROFILE, filters=[PDFZCompress])
    return PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB"),
            "Info": PDFString("sRGB"),
            "DestOutputProfile": document.Reference(profile, "profile"),
        }
    )


def _xmp(about: About) -> bytes:
    stamp = f"{about.day}T00:00:00+00:00"
    text = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" \
xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(about.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(about.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(about.subject)}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{about.language}</rdf:li></rdf:Bag></dc:language>
<dc:format>application/pdf</dc:format>
<xmp:CreateDate>{stamp}</xmp:CreateDate><xmp:ModifyDate>{stamp}</xmp:ModifyDate><xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>
<pdf:Producer>{PRODUCER}</pdf:Producer>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
{_SCHEMA}
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>
"""
    return text.encode()


def _srgb() -> bytes:
    """A small ICC profile (version 2.1) of the sRGB colours, IEC 61966-2-1, with its curve as gamma 2.2."""
    curve = b"curv" + pack(">IIHH", 0, 1, 0x0233, 0)
    text = b"sRGB\0"
    tags = {
        b"desc": b"desc" + pack(">II", 0, len(text)) + text + bytes(4 + 4 + 2 + 1 + 67),
        b"cprt": b"text" + bytes(4) + b"No copyright\0",
        b"wtpt": _xyz(0xF6D6, 0x10000, 0xD32D),
        b"rXYZ": _xyz(0x6FA2, 0x38F5, 0x0390),
        b"gXYZ": _xyz(0x6299, 0xB785, 0x18DA),
        b"bXYZ": _xyz(0x24A0, 0x0F84, 0xB6CF),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = pack(">I4sI4s4s4s", start + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += (
        pack(">6H", 2000, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + pack(">III", 0xF6D6, 0x10000, 0xD32D)
        + bytes(48)
    )
    return header + pack(">I", len(tags)) + table + body


def _xyz(x: int, y: int, z: int) -> bytes:
    return b"XYZ " + pack(">IIII", 0, x, y, z)


_PROFILE = _srgb()
