"""Bank files made to harm: each must be refused, quickly and in little memory.

`python -m tests.hostile_xml FOLDER` reads what `write` put there, and prints a line of JSON a file.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bank.camt import read_camt
from bank.files import open_bank_file
from bank.statement import BadStatement
from tests.camt_files import PLAIN_ENTRY as PLAIN
from tests.camt_files import amount, balance, details, document, entry, part

MEGABYTE = 1 << 20
LONG = 4 * MEGABYTE
MEMORY = 256 * MEGABYTE
GOOD = document([PLAIN], closing="110.00")
TEXT = GOOD.decode()
NAME = "<Nm>J. Test</Nm>"
NAMED = document(
    [entry("10.00", details(part(f"<RltdPties><Dbtr>{NAME}</Dbtr></RltdPties>")))], closing="110.00"
)


def with_type(inside: str, use: str = "&a;") -> bytes:
    """The good file with a document type, and an entity used where a name stands."""
    text = NAMED.decode().replace("J. Test", use)
    return text.replace("?>\n", f"?>\n<!DOCTYPE Document [{inside}]>\n", 1).encode()


def instead(old: str, new: str) -> bytes:
    """The good file with one piece replaced."""
    assert old in TEXT, old
    return TEXT.replace(old, new, 1).encode()


def deep(levels: int, tag: str = "a") -> str:
    """Elements one in the other."""
    return f"<{tag}>" * levels + f"</{tag}>" * levels


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def of_part(inside: str) -> bytes:
    """A good file but for what stands in its only transaction."""
    return document([entry("10.00", details(part(inside)))], closing="110.00")


def laughs(levels: int, width: int) -> str:
    """Entities that each name the one before many times."""
    named = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * width}">' for n in range(1, levels))
    return f'<!ENTITY l0 "ha">{named}'


def outside() -> Iterator[tuple[str, bytes]]:
    """What reaches outside the file."""
    for name, where in {
        "file": "file:///etc/passwd",
        "http": "http://127.0.0.1:9/a",
        "ftp": "ftp://127.0.0.1:9/a",
        "relative": "../../etc/passwd",
        "php": "php://filter/read=convert.base64-encode/resource=/etc/passwd",
        "jar": "jar:http://127.0.0.1:9/a.jar!/a",
        "device": "/dev/zero",
        "random": "/dev/urandom",
        "smb": "\\\\127.0.0.1\\share\\a",
    }.items():
        yield f"h1-external-{name}", with_type(f'<!ENTITY a SYSTEM "{where}">')
    yield "h1-public", with_type('<!ENTITY a PUBLIC "-//A//B" "http://127.0.0.1:9/a">')
    yield (
        "h1-external-dtd",
        TEXT.replace("?>\n", '?>\n<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/a.dtd">\n', 1).encode(),
    )
    yield "h1-parameter-entity", with_type('<!ENTITY % a SYSTEM "http://127.0.0.1:9/a"> %a;', "J. Test")
    yield (
        "h1-out-of-band",
        with_type(
            '<!ENTITY % f SYSTEM "file:///etc/passwd"><!ENTITY % e "<!ENTITY &#x25; s SYSTEM \'http://127.0.0.1:9/?%f;\'>">%e;%s;',
            "J. Test",
        ),
    )
    yield (
        "h1-include",
        instead(
            PLAIN,
            '<x xmlns="http://www.w3.org/2001/XInclude" parse="text" href="/etc/passwd"/>' + entry("0.00"),
        ),
    )
    yield "h1-empty-dtd", with_type("", "J. Test")
    yield (
        "h1-attribute-default",
        with_type('<!ATTLIST Amt Ccy CDATA "EUR">', "J. Test").replace(b' Ccy="EUR"', b""),
    )


def growing() -> Iterator[tuple[str, bytes]]:
    """What grows inside the file."""
    yield "h2-billion-laughs", with_type(laughs(12, 10), "&l11;")
    yield "h2-parameter-laughs", with_type("<!ENTITY % a \"<!ENTITY b 'ha'>\">" + "%a;" * 1000, "J. Test")
    yield "h2-quadratic", with_type(f'<!ENTITY a "{"x" * 100_000}">', "&a;" * 2_000)
    yield "h2-recursive", with_type('<!ENTITY a "&b;"><!ENTITY b "&a;">')
    yield "h2-undeclared", instead("STATEMENT-1", "&nothing;")
    yield "h2-many-declared", with_type("".join(f'<!ENTITY e{n} "x">' for n in range(20_000)), "J. Test")
    yield "h2-in-attribute", with_type('<!ENTITY a "EUR">', "J. Test").replace(b'Ccy="EUR"', b'Ccy="&a;"')


def shapes() -> Iterator[tuple[str, bytes]]:
    """What is too deep, too long or too many."""
    yield "h3-deep", instead(PLAIN, deep(100_000))
    yield "h3-deep-million", instead(PLAIN, deep(1_000_000))
    yield "h3-deep-unclosed", instead(PLAIN, "<a>" * 100_000)
    yield "h3-deep-entries", instead(PLAIN, deep(50_000, "Ntry"))
    yield "h3-deep-in-amount", instead(">10.00<", f">{deep(100_000)}10.00<")
    yield "h3-deep-root", deep(100_000).encode()
    yield "h3-deep-document", deep(100_000, "Document").encode()
    yield "h4-many-balances", instead("<Bal>", balance("ITBD", "1.00") * 100_000 + "<Bal>")
    yield "h4-long-text", instead("STATEMENT-1", "x" * LONG)
    yield "h4-long-unread-text", instead(PLAIN, f"<a>{'x' * LONG}</a>")
    yield "h4-long-attribute", instead("<Ntry>", f'<Ntry a="{"x" * LONG}">')
    yield "h4-long-name", instead(PLAIN, f"<{'a' * LONG}/>")
    yield "h4-long-comment", instead(PLAIN, f"<!--{'x' * LONG}-->{PLAIN}")
    yield "h4-long-instruction", instead(PLAIN, f"<?a {'x' * LONG}?>{PLAIN}")
    yield "h4-long-cdata", instead("STATEMENT-1", f"<![CDATA[{'x' * LONG}]]>")
    yield "h4-long-number", instead("10.00", "1" * 5_000_000)
    yield "h4-long-decimals", instead(">10.00<", f">10.{'0' * 1_000_000}1<")
    attributes = " ".join(f"a{n}='1'" for n in range(50_000))
    yield "h4-many-attributes", instead("<Ntry>", f"<Ntry {attributes}>")
    namespaces = " ".join(f"xmlns:a{n}='u{n}'" for n in range(50_000))
    yield "h4-many-namespaces", instead("<Ntry>", f"<Ntry {namespaces}>")
    yield "h4-many-names", instead(PLAIN, "".join(f"<a{n}/>" for n in range(200_000)) + PLAIN)
    yield "h4-many-attribute-names", instead(PLAIN, "".join(f"<a a{n}='1'/>" for n in range(200_000)) + PLAIN)
    yield "h4-many-told", of_part("<RmtInf>" + "<Ustrd>x</Ustrd>" * 200_000 + "</RmtInf>")
    referring = "<Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd>"
    yield "h4-many-referring", of_part(f"<RmtInf>{referring * 100_000}</RmtInf>")
    yield "h4-many-charges", of_part("<Chrgs>" + f"<Rcrd>{amount('1.00')}</Rcrd>" * 100_000 + "</Chrgs>")
    yield "h4-twice-attribute", instead('Ccy="EUR"', 'Ccy="EUR" Ccy="USD"')
    yield "h4-many-texts", instead("STATEMENT-1", "x<!-- -->" * 500_000)
    yield "h4-many-references", instead("STATEMENT-1", "&#120;" * 1_000_000)
    yield (
        "h4-many-parts",
        document([entry("10.00", details(part(amount("0.01")) * 60_000))], closing="110.00"),
    )


def encodings() -> Iterator[tuple[str, bytes]]:
    """What is not the text it says it is."""
    latin = TEXT.replace("STATEMENT-1", "Çelik")
    declared = 'encoding="UTF-8"'
    yield "h5-latin-as-utf8", latin.encode("latin-1")
    yield "h5-utf16-as-utf8", TEXT.encode("utf-16")
    yield "h5-utf8-as-utf16", TEXT.replace(declared, 'encoding="UTF-16"').encode()
    yield "h5-utf7", TEXT.replace(declared, 'encoding="UTF-7"').encode("utf-7")
    yield "h5-ebcdic", TEXT.replace(declared, 'encoding="cp037"').encode("cp037")
    yield "h5-codec-of-python", TEXT.replace(declared, 'encoding="rot13"').encode()
    yield "h5-codec-zip", TEXT.replace(declared, 'encoding="zip"').encode()
    yield "h5-unknown", TEXT.replace(declared, 'encoding="nonsense"').encode()
    yield "h5-nul", instead("STATEMENT-1", "STATE\0MENT")
    yield "h5-nul-reference", instead("STATEMENT-1", "STATE&#0;MENT")
    yield "h5-control", instead("STATEMENT-1", "STATE\x1b[31mMENT")
    yield "h5-surrogate", TEXT.encode().replace(b"STATEMENT-1", b"\xed\xa0\x80")
    yield "h5-overlong", TEXT.encode().replace(b"STATEMENT-1", b"\xc0\xaf")
    yield "h5-utf32", TEXT.encode("utf-32")
    yield "h5-two-byte-marks", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD
    yield "h5-marks-swapped", b"\xfe\xff" + TEXT.encode("utf-16-le")
    yield "h5-half-a-letter", TEXT.replace(declared, 'encoding="UTF-16"').encode("utf-16")[:-1]
    yield "h5-ebcdic-undeclared", TEXT.partition("?>\n")[2].encode("cp037")
    yield "h5-mark-as-utf16", b"\xef\xbb\xbf" + TEXT.replace(declared, 'encoding="UTF-16"').encode()
    yield "h5-undefined-bytes", instead(declared, 'encoding="windows-1252"').replace(b"STATEMENT-1", b"\x81")
    yield "h5-empty", b""
    yield "h5-only-mark", b"\xef\xbb\xbf"
    yield "h5-random", bytes(range(256)) * 4_000
    yield "h5-zeros", bytes(MEGABYTE)


def documents() -> Iterator[tuple[str, bytes]]:
    """What is XML, but no statement a bank would write."""
    yield "h6-other-message", instead("camt.053.001.02", "pain.008.001.08")
    yield "h6-day-report", instead("camt.053.001.02", "camt.052.001.08")
    yield "h6-no-namespace", instead(" xmlns=", " was=")
    yield "h6-namespace-inside", instead("<Ntry>", '<Ntry xmlns="urn:other">')
    yield "h6-namespace-of-amount", instead('<Amt Ccy="EUR">10.00', '<Amt xmlns="urn:other" Ccy="EUR">10.00')
    yield "h6-envelope", f"<Envelope>{TEXT.partition('?>')[2]}</Envelope>".encode()
    yield "h6-two-roots", GOOD + TEXT.partition("?>")[2].encode()
    yield "h6-junk-behind", GOOD + b"PK\x03\x04"
    yield "h6-html", b"<!doctype html><html><body>log in</body></html>"
    yield "h6-json", b'{"Document": {}}'
    yield (
        "h6-stylesheet",
        instead("?>\n", '?>\n<?xml-stylesheet href="http://127.0.0.1:9/a.xsl"?>\n').replace(b"110.00", b"1"),
    )
    yield "h6-half", GOOD[: len(GOOD) // 2]
    yield "h6-end-swapped", instead("</Ntry>", "</Stmt>")
    yield "e11-amount-in-comment", instead(">10.00<", "><!--10.00--><")
    yield "e11-amount-split", instead(">10.00<", ">1<!-- -->0.001<")
    for name, number in ODD_NUMBERS.items():
        yield f"e11-{name}", instead(">10.00<", f">{number}<")
    yield "e11-two-amounts", instead("<Sts>", f"{amount('10.00')}<Sts>")
    yield "e11-two-directions", instead("<Sts>", "<CdtDbtInd>DBIT</CdtDbtInd><Sts>")
    for day in ODD_DAYS:
        yield f"b8-{day}", instead("<BookgDt><Dt>2025-03-03", f"<BookgDt><Dt>{day}")
    for currency in ("eur", "EUR ", "EURO", "€", ""):
        yield f"e12-currency-{currency}", instead('Ccy="EUR">10.00', f'Ccy="{currency}">10.00')
    yield "e12-injection", instead("NL44TEST0340000001", "NL44' OR 1=1 --")


ODD_NUMBERS = {
    "infinity": "INF",
    "no-number": "NaN",
    "exponent": "1e1",
    "plus": "+10.00",
    "minus": "-10.00",
    "comma": "10,00",
    "underscore": "1_0.00",
    "hexadecimal": "0xA",
    "arabic-digits": "\u0661\u0660.00",
    "wide-digits": "\uff11\uff10.00",
    "no-whole": ".10",
    "third-decimal": "10.001",
    "unseen": "10.00\u200b",
}
ODD_DAYS = (
    "2025-02-29",
    "2026-02-30",
    "20250303",
    "2025-3-3",
    "03-03-2025",
    "2025-W10-1",
    "0000-01-01",
    "9999-12-31",
)


def archives() -> Iterator[tuple[str, bytes]]:
    """Archives that harm."""
    bomb = b"<a>" + b" " * 8 * LONG
    yield "h7-bomb", zipped({"a.xml": bomb})
    yield "h7-nested", zipped({"a.zip": zipped({"a.xml": GOOD})})
    yield "h7-nested-named-xml", zipped({"a.xml": zipped({"a.xml": GOOD})})
    yield "h7-path-up", zipped({"../../a.xml": GOOD})
    yield "h7-path-absolute", zipped({"/etc/a.xml": GOOD})
    yield "h7-path-windows", zipped({"..\\a.xml": GOOD})
    yield "h7-path-drive", zipped({"C:a.xml": GOOD})
    yield "h7-folder", zipped({"a/a.xml": GOOD})
    yield "h7-empty", zipped({})
    for packer in (gzip, bz2, lzma):
        yield f"h7-{packer.__name__}", packer.compress(GOOD)
    yield "h7-bomb-lzma", zipped({"a.xml": b" " * 8 * LONG}, zipfile.ZIP_LZMA)
    yield "h7-other-file", zipped({"a.xml": GOOD, "a.exe": b"MZ"})
    yield "h7-many", zipped({f"{n}.xml": b"<a/>" for n in range(1_001)})
    yield "h7-broken", zipped({"a.xml": GOOD})[:-40]
    yield "h7-damaged", zipped({"a.xml": GOOD}, zipfile.ZIP_STORED).replace(b">10.00<", b">10.01<", 1)
    yield "h7-size-lies", _lying(zipped({"a.xml": GOOD}))
    yield "h7-encrypted", _encrypted(zipped({"a.xml": GOOD}))
    yield "h7-two-of-a-name", zipped({"a.xml": GOOD, "A.XML": GOOD})


def _lying(archive: bytes) -> bytes:
    size = len(GOOD).to_bytes(4, "little")
    return archive.replace(size, (len(GOOD) // 2).to_bytes(4, "little"))


def _encrypted(archive: bytes) -> bytes:
    at = archive.index(b"PK\x01\x02") + 8
    return archive[:at] + bytes([archive[at] | 1]) + archive[at + 1 :]


GROUPS: tuple[Callable[[], Iterator[tuple[str, bytes]]], ...] = (
    outside,
    growing,
    shapes,
    encodings,
    documents,
    archives,
)


def write(folder: Path) -> None:
    """Puts every hostile file into a folder."""
    for group in GROUPS:
        for name, content in group():
            (folder / name).write_bytes(content)


def attempt(path: Path) -> str:
    """What reading a file says; nothing if it was read, which it must not be."""
    try:
        for name, stream in open_bank_file(path):
            for _ in read_camt(stream, name):
                pass
    except BadStatement as refused:
        return str(refused)
    return ""


def main(folder: Path) -> None:
    """Reads each file of a folder within the memory allowed, and prints what it said in how many seconds."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for path in sorted(folder.iterdir()):
        since = time.process_time()
        told = attempt(path)
        row = {"name": path.name, "told": told[:300], "seconds": time.process_time() - since}
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
