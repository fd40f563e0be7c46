"""Walks through XML as a stream, in flat memory, along the paths somebody asked for; all else is passed over.

Refuses what no bank writes and an attacker might: document types (so no entities, inside or outside the file),
encodings other than those of banks, deep nesting, endless tags, names or texts. Nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol
from xml.parsers import expat

from bank.statement import BadStatement

CHUNK = 1 << 16
MOST_BYTES = 4 << 30
MOST_UNREAD = 1 << 20
"""Bytes of one tag, comment or instruction; the parser keeps them in memory until it has seen the end."""

MOST_DEPTH = 40
"""The deepest element of a bank statement lies some fifteen deep."""

MOST_ATTRIBUTES = 40
"""Names and values together."""

MOST_NAMES = 10_000
"""Different names of elements and attributes; the parser keeps each to the end. A statement has some hundreds."""

MOST_LISTED = 1_000
"""Elements of one name that are all kept, such as the texts of a payment."""

MOST_TEXT = 10_000
"""Characters of one text; the longest a bank may write has 500."""

USUAL_TEXT = 140
ENCODINGS = {"UTF-8", "UTF-16", "US-ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"}

CONTAINER, TEXT, ONCE, LIST, AMOUNT, AMOUNTS, SCOPE = range(7)
"""What is done with an element. ONCE and AMOUNT: a second is refused; AMOUNT: with its currency; LIST: each is kept."""


class Stream(Protocol):
    """What is read from: an open binary file, or a file in an archive."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""


class Node(dict[str, "Node"]):
    """An element that is read: the children that are read by name, and what is done with it."""

    __slots__ = ("kind", "parent", "slot")

    def __init__(self, parent: Node | None = None, kind: int = CONTAINER, slot: int = 0) -> None:
        super().__init__()
        self.parent = self if parent is None else parent
        self.kind = kind
        self.slot = slot


Record = list[object]
"""What was read of one scope, by slot."""

Root = Callable[[str, dict[str, str]], Node]
"""Gives what is read of a document from the name and the attributes of its outermost element; may refuse it."""

Opened = Callable[[int], Record]
Closed = Callable[[int, Record], Record]


class Walker:
    """Reads one stream. `opened` gives the record a scope fills, `closed` takes it and gives the one around it."""

    __slots__ = (
        "_closed", "_currency", "_fed", "_is_plain", "_node", "_opened", "_record", "_root", "_texts", "name", "parser",
    )  # fmt: skip

    def __init__(self, name: str, root: Root, opened: Opened, closed: Closed) -> None:
        self.name = name
        self._root, self._opened, self._closed = root, opened, closed
        self._node, self._record, self._currency, self._texts = Node(), Record(), "", list[str]()
        self._fed, self._is_plain = 0, True
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartCdataSectionHandler = self._unparsed
        # These see every tag, a hundred times a line; that is why they are short.
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._texts.append

    def walk(self, stream: Stream, take: Callable[[bytes], None] | None = None) -> Iterator[None]:
        """Reads to the end, and gives way after every piece; raises `BadStatement`.

        `take` gets each piece (none at the end) in place of the parser, and feeds it what it does not read itself.
        """
        read, take = 0, take or self.feed
        while chunk := stream.read(CHUNK):
            read += len(chunk)
            take(chunk)
            self._bounded(read)
            yield
        take(b"")
        self._parse(b"", is_last=True)
        yield

    def feed(self, data: bytes) -> None:
        """Gives the parser the next bytes."""
        self._fed += len(data)
        self._parse(data, is_last=False)

    def pass_over(self, lines: int) -> None:
        """Let the parser count lines that somebody else read between the elements of one."""
        self.feed(b"\n" * lines)
        self._texts.clear()

    def stands_in(self, node: Node) -> bool:
        """Whether the parser is between the elements of this one, with nothing begun, in a document of UTF-8."""
        return self._is_plain and self._node is node and self.parser.CurrentByteIndex == self._fed

    def refused(self, rule: str, line: int = 0) -> BadStatement:
        """The error for something on a line, the present one unless given."""
        return BadStatement(f"{self.name}, line {line or self.parser.CurrentLineNumber}: {rule}")

    def _parse(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as wrong:
            rule = expat.errors.messages.get(wrong.code, "") or str(wrong)
            raise self.refused(f"is not the XML it says it is: {rule}", wrong.lineno) from None
        except (LookupError, UnicodeError) as wrong:
            raise self.refused(f"is not text in the encoding it declares: {wrong}") from None

    def _bounded(self, read: int) -> None:
        if read > MOST_BYTES:
            raise self.refused(f"is larger than {MOST_BYTES} bytes")
        if self._fed - self.parser.CurrentByteIndex > MOST_UNREAD:
            raise self.refused(f"a tag or comment of more than {MOST_UNREAD} bytes")
        if len(self.parser.intern) > MOST_NAMES:
            raise self.refused(f"more than {MOST_NAMES} different names of elements and attributes")
        if sum(map(len, self._texts)) > MOST_TEXT + CHUNK:
            if any(map(str.strip, self._texts)):
                raise self.refused(f"a text of more than {MOST_TEXT} characters")
            self._texts.clear()

    def _doctype(self, *_: object) -> None:
        raise self.refused("has a document type (DTD), which no bank statement has")

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in ENCODINGS:
            raise self.refused(f"encoding {encoding!r}: known are {', '.join(sorted(ENCODINGS))}")
        self._is_plain = not encoding or encoding.upper() == "UTF-8"

    def _unparsed(self) -> None:
        """From a section of unparsed text (CDATA) on, what looks like a tag may be none."""
        self._is_plain = False

    def _start(self, tag: str, attributes: list[str]) -> None:
        child = self._node.get(tag)
        if child is None:
            child = self._unknown(tag, attributes)
        elif attributes:
            self._attributes(tag, attributes)
        self._node = child
        kind = child.kind
        if kind == SCOPE:
            self._currency = ""
            self._record = self._opened(child.slot)
        elif kind:
            self._texts.clear()

    def _end(self, tag: str) -> None:
        node = self._node
        self._node = node.parent
        kind = node.kind
        if not kind:
            return
        if kind == SCOPE:
            self._record = self._closed(node.slot, self._record)
            return
        texts, record = self._texts, self._record
        text = texts[0].strip() if len(texts) == 1 else "".join(texts).strip()
        is_plain = kind == TEXT or (kind == ONCE and not record[node.slot])
        if is_plain and len(text) <= USUAL_TEXT and "\n" not in text:
            record[node.slot] = text
        else:
            self._leaf(node, text, tag)

    def _unknown(self, tag: str, attributes: list[str]) -> Node:
        """The root, or an element nobody asked for: it is passed over with all that is in it."""
        node = self._node
        if node.parent is node:
            return self._root(tag, dict(zip(attributes[::2], attributes[1::2], strict=True)))
        if node.kind not in {CONTAINER, SCOPE}:
            raise self.refused(f"element {tag} inside an element that holds text only")
        depth = node.slot + 1 if node.kind == CONTAINER else 1
        if depth > MOST_DEPTH:
            raise self.refused(f"elements more than {MOST_DEPTH} deep")
        return Node(node, CONTAINER, depth)

    def _attributes(self, tag: str, attributes: list[str]) -> None:
        """Keeps the currency of an amount; another namespace inside the document would change what names mean."""
        if len(attributes) > MOST_ATTRIBUTES:
            raise self.refused(f"{tag}: more than {MOST_ATTRIBUTES // 2} attributes")
        self._currency = ""
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            if name == "Ccy":
                self._currency = value
            elif name == "xmlns" or name.startswith("xmlns:"):
                raise self.refused(f"{tag}: declares a namespace of its own, {value!r}")

    def _leaf(self, node: Node, text: str, tag: str) -> None:
        """Keeps a text that is not of the plainest kind."""
        if len(text) > MOST_TEXT:
            raise self.refused(f"a text of more than {MOST_TEXT} characters in {tag}")
        text = " ".join(text.split())
        kind, slot, record = node.kind, node.slot, self._record
        if kind in {ONCE, AMOUNT} and record[slot]:
            raise self.refused(f"{tag} {text!r}: stands a second time where it may stand once")
        value: object = (text, self._currency) if kind in {AMOUNT, AMOUNTS} else text
        if kind in {LIST, AMOUNTS}:
            before = record[slot]
            value = (*before, value) if isinstance(before, tuple) else (value,)
            if len(value) > MOST_LISTED:
                raise self.refused(f"{tag}: stands more than {MOST_LISTED} times where a few are read")
        record[slot] = value
        self._currency = ""
