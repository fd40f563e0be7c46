"""Reads what a bank says of a file we sent (pain.002): what it took, and what it refuses before it books anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bank.camt_paths import Leaves, grown
from bank.camt_values import Wrong, day_of
from bank.xml_reader import LIST, ONCE, TEXT, Node, Record, Stream, Walker

FIRST_VERSION, LAST_VERSION = 3, 14
REFUSED = frozenset({"RJCT", "CANC"})
"""What the bank will not carry out: refused, or taken back on request."""

TAKEN = frozenset(
    {"ACCC", "ACCP", "ACFC", "ACSC", "ACSP", "ACTC", "ACWC", "ACWP", "PART", "PATC", "PDNG", "RCVD"}
)

MOST_ORDERS = 100_000
"""Orders in one block; they are kept until it ends, because its status is that of those without one."""

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(\d{2})", re.ASCII)
_HEADER, _FILE, _BLOCK, _PART = range(4)
_STATUS, _CODES, _WORDS, _NAME = range(4)
_REASONS: Leaves = (
    ("StsRsnInf/Rsn/Cd", LIST, _CODES),
    ("StsRsnInf/Rsn/Prtry", LIST, _CODES),
    ("StsRsnInf/AddtlInf", LIST, _WORDS),
)
_REPORT = "CstmrPmtStsRpt"
_PLAN: tuple[tuple[str, int, Leaves], ...] = (
    (f"{_REPORT}/GrpHdr", _HEADER, (("CreDtTm", TEXT, _NAME),)),
    (
        f"{_REPORT}/OrgnlGrpInfAndSts",
        _FILE,
        (("OrgnlMsgId", ONCE, _NAME), ("GrpSts", ONCE, _STATUS), *_REASONS),
    ),
    (
        f"{_REPORT}/OrgnlPmtInfAndSts",
        _BLOCK,
        (("OrgnlPmtInfId", ONCE, _NAME), ("PmtInfSts", ONCE, _STATUS), *_REASONS),
    ),
    (
        f"{_REPORT}/OrgnlPmtInfAndSts/TxInfAndSts",
        _PART,
        (("OrgnlEndToEndId", ONCE, _NAME), ("TxSts", ONCE, _STATUS), *_REASONS),
    ),
)


class Status(NamedTuple):
    """What the bank says of one order, of a block (no `end_to_end`), or of a whole file (no `block` either).

    `reason` is the bank's code, such as AC01, with its words after it; "" if it gives none.
    """

    message: str
    block: str
    end_to_end: str
    is_refused: bool
    reason: str
    file_line: int


class Report(NamedTuple):
    """A status report: the day it was made, and what it says, single orders before the block and file around them."""

    day: date
    statuses: Sequence[Status]


def read_report(stream: Stream, name: str) -> Report:
    """What a status report says; raises `BadStatement` for one that cannot be right, with the line and the rule."""
    reading = _Reading(name)
    for _ in reading.walker.walk(stream):
        pass
    return reading.report()


class _Reading:
    """What is known halfway a report; scopes are opened and closed as the walker meets them."""

    def __init__(self, name: str) -> None:
        self.walker = Walker(name, self._root, self.opened, self.closed)
        self.records: list[Record] = []
        self.lines: list[int] = []
        self.made = ""
        self.file: Status | None = None
        self.parts: list[Record] = []
        self.places: list[int] = []
        self.found: list[Status] = []

    def opened(self, scope: int) -> Record:
        """The empty record of a scope that begins."""
        if scope == _BLOCK:
            self.parts, self.places = [], []
        self.records.append(["", "", "", ""])
        self.lines.append(self.walker.parser.CurrentLineNumber)
        return self.records[-1]

    def closed(self, scope: int, record: Record) -> Record:
        """Takes what a scope held, and gives the record around it."""
        self.records.pop()
        line = self.lines.pop()
        if scope == _HEADER:
            self.made = str(record[_NAME])
        elif scope == _FILE:
            self.file = Status(str(record[_NAME]), "", "", *self._said(record, line), line)
        elif scope == _PART:
            if len(self.parts) >= MOST_ORDERS:
                raise self.walker.refused(f"more than {MOST_ORDERS} orders in one block")
            self.parts.append(record)
            self.places.append(line)
        else:
            self._block(record, line)
        return self.records[-1] if self.records else record

    def report(self) -> Report:
        """All of it, with the file as a whole at the end."""
        file = self._file()
        try:
            day = day_of(self.made, "report")
        except Wrong as wrong:
            raise self.walker.refused(str(wrong)) from None
        return Report(day, (*self.found, file))

    def _root(self, tag: str, attributes: dict[str, str]) -> Node:
        prefix, colon, local = tag.rpartition(":")
        namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
        match = _NAMESPACE.fullmatch(namespace)
        if not match or local != "Document" or not FIRST_VERSION <= int(match[1]) <= LAST_VERSION:
            known = f"pain.002.001.{FIRST_VERSION:02} to {LAST_VERSION}"
            raise self.walker.refused(f"{tag} of {namespace!r}: is no status report; known are {known}")
        return _tree(prefix + colon)

    def _file(self) -> Status:
        if self.file is None or not self.file.message:
            raise self.walker.refused("names no file that it is about (OrgnlMsgId)")
        return self.file

    def _block(self, record: Record, line: int) -> None:
        """A block with its parts; one that says nothing of its own goes with the block and the file around it."""
        message, name, said = self._file().message, str(record[_NAME]), str(record[_STATUS])
        if not name:
            raise self.walker.refused("names no block that it is about (OrgnlPmtInfId)", line)
        block = Status(message, name, "", *self._said(record, line), line)
        around = said or ("RJCT" if self._file().is_refused else "")
        for part, place in zip(self.parts, self.places, strict=True):
            if not part[_NAME]:
                raise self.walker.refused("names no order that it is about (OrgnlEndToEndId)", place)
            part[_STATUS] = part[_STATUS] or around
            if not part[_STATUS]:
                raise self.walker.refused(f"{part[_NAME]}: has no status", place)
            is_refused, reason = self._said(part, place)
            reason = reason or block.reason or self._file().reason
            self.found.append(Status(message, name, str(part[_NAME]), is_refused, reason, place))
        self.found.append(block)

    def _said(self, record: Record, line: int) -> tuple[bool, str]:
        """Whether something is refused, and why."""
        status = str(record[_STATUS])
        if status not in REFUSED | TAKEN | {""}:
            known = ", ".join(sorted(REFUSED | TAKEN))
            raise self.walker.refused(f"status {status!r}: known are {known}", line)
        found = (record[slot] for slot in (_CODES, _WORDS))
        texts = (text for each in found if isinstance(each, tuple) for text in each if text)
        return status in REFUSED, " ".join(dict.fromkeys(texts))


@lru_cache(maxsize=8)
def _tree(prefix: str) -> Node:
    return grown(prefix, _PLAN)
