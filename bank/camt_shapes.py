"""Reads entries like those before them without the parser, since a bank writes thousands of one shape.

The shape of an entry is its tags in order. The parser reads each shape once, with numbers for its texts, which tells
where every text belongs; further entries are cut at their tags and put together from that. Whatever is not of the
plainest kind (references to characters, comments, empty texts, odd spaces, a long entry) the parser itself reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from operator import itemgetter
from typing import NamedTuple

from bank import camt_paths as at
from bank.camt_lines import Entry, open_record
from bank.statement import BadStatement
from bank.xml_reader import MOST_TEXT, Node, Record, Walker

MOST_SHAPES = 64
MOST_SEEN = 1_000
MOST_RECENT = 4
OFTEN = 16
"""So often a shape comes before it is learnt: a short statement is not worth it."""

LONGEST = 1 << 14
"""Bytes of an entry that is cut at its tags."""

_TAG = re.compile(r"<([^>]*)>")
_ODD = (b"\r", b"&", b"<!", b"<?", b"]]>", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_SIGNS = bytes({*range(32)} - set(b"\t\n\r"))
"""What the parser would replace, refuse or pass over: these, and signs that are no text."""

_PLACE = re.compile(r"~(\d+)~", re.ASCII)

Words = list[object]
Taken = Callable[[Entry], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """What an entry of these tags looks like, and where its texts belong.

    Its words are the texts at single places, those joined of several, the constants, then the tuples of words before
    them; `records` are the words of the entry and of each of its parts, by slot; `starts` are where parts begin.
    """

    pattern: re.Pattern[str]
    single: tuple[int, ...]
    joined: tuple[tuple[int, ...], ...]
    constants: tuple[str, ...]
    tuples: tuple[tuple[int, ...], ...]
    records: tuple[Callable[[Words], Iterable[object]], ...]
    batches: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]

    def filled(self, match: re.Match[str], line: int) -> Entry | None:
        """The entry that begins on a line, from the match of its text; None if it is not plain."""
        texts = list(map(str.strip, match.group(*self.single)))
        texts += ["".join(match.group(*places)).strip() for places in self.joined]
        said = "\0".join(texts)
        if "" in texts or len(said) > MOST_TEXT or " ".join(said.split()) != said:
            return None
        words: Words = [*texts, *self.constants]
        for places in self.tuples:
            words.append(tuple(map(words.__getitem__, places)))
        batches = [(str(words[order]), str(words[count])) for order, count in self.batches]
        lines = [line + match.string.count("\n", 0, match.start(place)) for place in self.starts]
        record, *parts = [list(of_words(words)) for of_words in self.records]
        return Entry(record, line, parts, lines, batches)


class Shortcut:
    """Cuts the entries out of what goes to a parser and reads those of a known shape itself."""

    def __init__(self, walker: Walker, taken: Taken, often: int) -> None:
        self._walker, self._taken, self._often = walker, taken, often
        self._statement, self._entry = Node(), Node()
        self._open = self._close = b""
        self._held = b""
        self._lines = 0
        self._stands = self._is_plain = False
        self._shapes: dict[tuple[str, ...], Shape | None] = {}
        self._seen: dict[tuple[str, ...], int] = {}
        self._recent: list[Shape] = []

    def begin(self, statement: Node, tag: str) -> None:
        """From now on entries of this tag in this element are cut out."""
        self._statement, self._entry = statement, statement[tag]
        self._open, self._close = f"<{tag}>".encode(), f"</{tag}>".encode()

    def take(self, chunk: bytes) -> None:
        """The next bytes of a document; none at its end."""
        if self._often and not self._open:
            chunk = self._begun(chunk)
        if not self._often or not self._open:
            self._walker.feed(chunk)
            return
        data, place = self._held + chunk, 0
        self._held, self._is_plain = b"", _is_plain(data)
        while (start := data.find(self._open, place)) >= 0:
            end = data.find(self._close, start)
            if end < 0:
                break
            end += len(self._close)
            self._between(data[place:start])
            if not (self._stands and self._read(data[start:end])):
                self._feed(data[start:end])
            place = end
        if chunk and start >= 0 and len(data) - start <= LONGEST:
            self._between(data[place:start])
            self._held = data[start:]
        else:
            self._feed(data[place:])

    def _begun(self, chunk: bytes) -> bytes:
        """Give the parser what stands before the first entry, so that it meets the root; the rest."""
        start = chunk.rfind(b"<", 0, max(0, chunk.find(b"Ntry>")))
        if start > 0:
            self._walker.feed(chunk[:start])
            return chunk[start:]
        return chunk

    def _between(self, data: bytes) -> None:
        """Pass over space between entries; all else is for the parser, which then tells where it stands."""
        if self._stands and not data.strip():
            self._lines += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
            return
        self._feed(data)
        self._stands = self._walker.stands_in(self._statement)

    def _feed(self, data: bytes) -> None:
        """Give bytes to the parser; of what was passed over it sees the ends of lines, to count them."""
        if self._lines:
            self._walker.pass_over(self._lines)
            self._lines = 0
        if data:
            self._walker.feed(data)
        self._stands = False

    def _read(self, data: bytes) -> bool:
        """Read an entry if it is plain and of a known shape."""
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        if len(data) > LONGEST or not (self._is_plain or _is_plain(data)):
            return False
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return False
        shape, match = self._shape(text)
        line = self._walker.parser.CurrentLineNumber + self._lines
        entry = shape.filled(match, line) if shape and match else None
        if entry is None:
            return False
        self._lines += text.count("\n")
        self._taken(entry)
        return True

    def _shape(self, text: str) -> tuple[Shape | None, re.Match[str] | None]:
        """Which known shape a text has, tried first of the last ones; a shape is learnt once it came often enough."""
        for place, shape in enumerate(self._recent):
            match = shape.pattern.fullmatch(text)
            if match:
                if place:
                    self._recent.insert(0, self._recent.pop(place))
                return shape, match
        return self._learnt(text)

    def _learnt(self, text: str) -> tuple[Shape | None, re.Match[str] | None]:
        tags = tuple(_TAG.findall(text))
        if tags not in self._shapes:
            if len(self._shapes) >= MOST_SHAPES or len(self._seen) > MOST_SEEN:
                return None, None
            self._seen[tags] = self._seen.get(tags, 0) + 1
            if self._seen[tags] < self._often:
                return None, None
            self._shapes[tags] = shape_of(tags, self._entry)
        found = self._shapes[tags]
        if found is None:
            return None, None
        self._recent = [found, *self._recent[: MOST_RECENT - 1]]
        return found, found.pattern.fullmatch(text)


def _is_plain(data: bytes) -> bool:
    return not any(odd in data for odd in _ODD) and len(data.translate(None, _SIGNS)) == len(data)


def shape_of(tags: Sequence[str], entry: Node) -> Shape | None:
    """Where the texts between these tags belong; None if the parser refuses an entry of such tags."""
    if any("~" in tag or "\n" in tag for tag in tags):
        return None
    # Every piece stands on a line of its own, so that the line of a tag is its place.
    pieces = [piece for place, tag in enumerate(tags) for piece in (f"<{tag}>", f"~{2 * place + 2}~")]
    sketch = _Sketch(entry)
    try:
        for _ in sketch.walker.walk(BytesIO("\n".join(pieces[:-1]).encode())):
            pass
    except BadStatement:
        return None
    return sketch.shape(tags)


def _pattern(
    tags: Sequence[str], texts: set[int], starts: Sequence[int]
) -> tuple[re.Pattern[str], dict[int, int]]:
    """What a text with these tags fits, and the group of each text that is read and of each start of a part."""
    said, groups = [], dict[int, int]()
    for place, tag in enumerate(tags, start=1):
        tag_at, text_at = 2 * place - 1, 2 * place
        for number in (tag_at, text_at):
            if number in texts or number in starts:
                groups[number] = len(groups) + 1
        after = "" if place == len(tags) else "([^<]*)" if text_at in texts else r"\s*"
        said.append(("()" if tag_at in starts else "") + re.escape(f"<{tag}>") + after)
    return re.compile("".join(said)), groups


class _Sketch:
    """An entry whose texts are the numbers of their places, as the parser reads it."""

    def __init__(self, entry: Node) -> None:
        self.walker = Walker("shape", lambda _tag, _attributes: entry, self.opened, self.closed)
        self.records: list[Record] = []
        self.entry = Entry([], 0)

    def opened(self, scope: int) -> Record:
        """The empty record of a scope that begins."""
        record = open_record(scope, self.records)
        if scope == at.ENTRY:
            self.entry = Entry(record, 1)
        elif scope == at.PART:
            self.entry.part_lines.append(self.walker.parser.CurrentLineNumber)
        return record

    def closed(self, scope: int, record: Record) -> Record:
        """Takes what a scope held, and gives the record around it."""
        self.records.pop()
        if scope == at.PART:
            self.entry.take(record, self.records[-1], self.walker.refused)
        return self.records[-1] if self.records else record

    def shape(self, tags: Sequence[str]) -> Shape | None:
        """What was read, as places instead of texts; None for an entry without any."""
        entry = self.entry
        held = [*entry.record, *(value for part in entry.parts for value in part)]
        single, joined, constants = _parts_of([*held, *(word for batch in entry.batches for word in batch)])
        if len(single) <= 1:
            return None
        words: dict[object, int] = {one: place for place, one in enumerate([*single, *joined, *constants])}
        records = [[_word(value, words) for value in record] for record in (entry.record, *entry.parts)]
        batches = [(_word(order, words), _word(count, words)) for order, count in entry.batches]
        texts = {place for places in (*single, *joined) for place in places}
        pattern, groups = _pattern(tags, texts, entry.part_lines)
        return Shape(
            pattern,
            tuple(groups[places[0]] for places in single),
            tuple(tuple(groups[place] for place in places) for places in joined),
            tuple(constants),
            tuple(one.words for one in words if isinstance(one, _Tuple)),
            tuple(itemgetter(*record) for record in records),
            tuple(batches),
            tuple(groups[start] for start in entry.part_lines),
        )


class _Tuple(NamedTuple):
    """A tuple of words."""

    words: tuple[int, ...]


_Places = tuple[int, ...]


def _parts_of(values: Iterable[object]) -> tuple[list[_Places], list[_Places], list[str]]:
    """The places of texts that stand at one and at several, and what is no text of the entry, such as a currency."""
    single: dict[_Places, None] = {}
    joined: dict[_Places, None] = {}
    constants = {"": None}
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, tuple):
            waiting += value
        elif places := _places(value):
            (single if len(places) == 1 else joined)[places] = None
        else:
            constants[str(value)] = None
    return list(single), list(joined), list(constants)


def _places(value: object) -> _Places:
    return tuple(int(place) for place in _PLACE.findall(str(value)))


def _word(value: object, words: dict[object, int]) -> int:
    """Which of the words a value is; a tuple of others is added to them."""
    if isinstance(value, tuple):
        held = _Tuple(tuple([_word(each, words) for each in value]))
        return words.setdefault(held, len(words))
    return words[_places(value) or str(value)]
