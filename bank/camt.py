"""Reads camt.053 and camt.054 files of every version in use as a stream: lenient in form, strict in money and days."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import cast

from stdnum import iban

from bank import camt_paths as at
from bank.camt_lines import Entry, Totals, lines_of, open_record
from bank.camt_shapes import OFTEN, Shortcut
from bank.camt_values import Wrong, day_of, euro_cents, flag, is_number, moment, sign
from bank.statement import BadStatement, Balance, End, Heading, Kind, Line
from bank.xml_reader import Node, Record, Stream, Walker
from ledger.money import euros

FIRST_VERSION, LAST_VERSION = 2, 13

MOST_BALANCES = 1_000
"""Of one statement; banks give a handful, and a forecast for some days."""

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.(\d{3})\.001\.(\d{2}))", re.ASCII)

Item = Heading | Line | End


def read_camt(stream: Stream, name: str, often: int = OFTEN) -> Generator[Item, None, None]:
    """The statements of a file in its own order: for each a heading, its booked lines, an end.

    Raises `BadStatement` wherever the fault shows, also after lines were given: the file is then refused as a whole.
    A shape of entries that came so often is read without the parser (0: none); the result is the same.
    """
    reading = _Reading(name, often)
    for _ in reading.walker.walk(stream, reading.shortcut.take):
        yield from reading.found
        reading.found.clear()
    if not reading.statements:
        raise BadStatement(f"{name}: holds no statement")


class _Reading:
    """What is known halfway a file; scopes are opened and closed as the walker meets them."""

    def __init__(self, name: str, often: int) -> None:
        self.walker = Walker(name, self._root, self.opened, self.closed)
        self.shortcut = Shortcut(self.walker, self._take, often)
        self.found: list[Item] = []
        self.statements = 0
        self.kind: Kind = "053"
        self.version = 0
        self.header: Record = [""] * at.SIZES[at.HEADER]
        self.records: list[Record] = []
        self.heading: Heading | None = None
        self.statement_line = 0
        self.balances: list[tuple[str, Balance]] = []
        self.totals = Totals()
        self.entry = Entry([], 0)

    def opened(self, scope: int) -> Record:
        """The empty record of a scope that begins."""
        record = open_record(scope, self.records)
        if scope == at.PART:
            self.entry.part_lines.append(self.walker.parser.CurrentLineNumber)
        elif scope == at.ENTRY:
            self._head()
            self.entry = Entry(record, self.walker.parser.CurrentLineNumber)
        elif scope == at.STATEMENT:
            self.heading, self.balances, self.totals = None, [], Totals()
            self.statement_line = self.walker.parser.CurrentLineNumber
        return record

    def closed(self, scope: int, record: Record) -> Record:
        """Takes what a scope held, and gives the record around it."""
        records = self.records
        records.pop()
        if scope == at.PART:
            self.entry.take(record, records[-1], self._refused)
        elif scope == at.ENTRY:
            self._lines()
        elif scope == at.BALANCE:
            self._balance(record)
        elif scope == at.STATEMENT:
            records.append(record)
            self._end()
            records.pop()
        elif scope == at.HEADER:
            self.header = record
        return records[-1] if records else record

    def _root(self, tag: str, attributes: dict[str, str]) -> Node:
        prefix, colon, local = tag.rpartition(":")
        namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
        match = _NAMESPACE.fullmatch(namespace)
        if not match or local != "Document":
            raise self._refused(f"{tag} of {namespace!r}: is no camt.053 or camt.054 document")
        name, kind, version = match[1], match[2], int(match[3])
        if kind == "052":
            raise self._refused(f"{name}: an account report of the running day holds no booked statement")
        if kind not in {"053", "054"} or not FIRST_VERSION <= version <= LAST_VERSION:
            known = f"001.{FIRST_VERSION:02} to 001.{LAST_VERSION}"
            raise self._refused(f"{name}: known are camt.053 and camt.054, {known}")
        self.kind, self.version = cast("Kind", kind), version
        root = at.tree(kind, prefix + colon)
        self.shortcut.begin(*at.entries(root, kind, prefix + colon))
        return root

    def _take(self, entry: Entry) -> None:
        """Takes an entry that was read without the parser."""
        self._head()
        self.entry = entry
        self._lines()

    def _refused(self, rule: str, line: int = 0) -> BadStatement:
        return self.walker.refused(rule, line)

    def _balance(self, record: Record) -> None:
        try:
            cents = euro_cents(record[at.BALANCE_AMOUNT], "balance")
            signed = cents if sign(record[at.BALANCE_SIGN], "balance") else -cents
            balance = Balance(day_of(record[at.BALANCE_DAY], "balance"), signed)
        except Wrong as wrong:
            raise self._refused(str(wrong)) from None
        if self.heading:
            raise self._refused("a balance below the entries; balances stand above them")
        if len(self.balances) >= MOST_BALANCES:
            raise self._refused(f"more than {MOST_BALANCES} balances of one statement")
        self.balances.append((str(record[at.TYPE]), balance))

    def _head(self) -> None:
        """Gives the heading, once, when the first entry begins or the statement ends."""
        if self.heading:
            return
        try:
            self.heading = self._heading(self.records[0])
        except Wrong as wrong:
            raise self._refused(str(wrong), self.statement_line) from None
        self.statements += 1
        self.found.append(self.heading)

    def _heading(self, record: Record) -> Heading:
        text = [str(value) for value in record]
        account = text[at.ACCOUNT].replace(" ", "").upper()
        if not account:
            raise Wrong("the own account has no IBAN: only accounts with one are read")
        if not iban.is_valid(account):
            raise Wrong(f"own account {text[at.ACCOUNT]!r}: is no IBAN with a right check number")
        if text[at.CURRENCY] not in {"", "EUR"}:
            raise Wrong(f"account in {text[at.CURRENCY]!r}: only accounts in EUR are read")
        page, number = str(self.header[at.PAGE]), text[at.NUMBER]
        opening, closing = self._ends()
        return Heading(
            kind=self.kind,
            version=self.version,
            message_id=str(self.header[at.MESSAGE_ID]),
            statement_id=text[at.STATEMENT_ID],
            number=int(number) if is_number(number) else None,
            created=moment(text[at.CREATED]),
            account=account,
            currency="EUR",
            opening=opening,
            closing=closing,
            is_copy=bool(text[at.COPY]),
            page=int(page) if is_number(page) else 1,
            is_last_page=flag(self.header[at.IS_LAST_PAGE] or "true", "LastPgInd"),
            file_line=self.statement_line,
        )

    def _ends(self) -> tuple[Balance | None, Balance | None]:
        """The opening and closing balance; a page in between opens and closes with interim ones."""
        if self.kind == "054":
            return None, None
        opening = self._found("OPBD") or self._found("PRCD") or self._found("ITBD", is_interim=True)
        closing = self._found("CLBD") or self._found("ITBD", is_interim=True, place=-1)
        if opening is None or closing is None:
            missing = "opening balance (OPBD)" if opening is None else "closing balance (CLBD)"
            raise Wrong(f"statement {self.records[0][at.STATEMENT_ID]!r}: has no {missing}")
        if opening.day > closing.day:
            raise Wrong(f"opening balance of {opening.day} is later than the closing one of {closing.day}")
        return opening, closing

    def _found(self, code: str, *, is_interim: bool = False, place: int = 0) -> Balance | None:
        found = [balance for known, balance in self.balances if known == code]
        if not is_interim and len(set(found)) > 1:
            raise Wrong(f"two different balances {code}")
        return found[place] if found else None

    def _lines(self) -> None:
        assert self.heading
        try:
            self.found.extend(lines_of(self.entry, self.heading.account, self.totals))
        except Wrong as wrong:
            raise self._refused(str(wrong), wrong.line or self.entry.file_line) from None

    def _end(self) -> None:
        self._head()
        assert self.heading
        totals, opening, closing = self.totals, self.heading.opening, self.heading.closing
        if opening and closing:
            expected = opening.cents + totals.credits - totals.debits
            if expected != closing.cents:
                raise self._refused(
                    f"statement {self.heading.statement_id!r}: {euros(opening.cents)} + {euros(totals.credits)} - "
                    f"{euros(totals.debits)} is {euros(expected)}, but the closing balance is {euros(closing.cents)}",
                    self.statement_line,
                )
        self.found.append(End(totals.lines, totals.credits, totals.debits, totals.not_booked))
