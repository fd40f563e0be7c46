"""A bank file from disk, XML or ZIP: every document in it, all of them or none."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from bank.camt import read_camt
from bank.files import open_bank_file
from bank.statement import BadStatement, Heading
from bank.status_report import read_report
from bank.xml_reader import Stream
from jobs.bank_import import import_document
from jobs.bank_reader import Found, Read, read_here
from jobs.bank_reports import import_report
from jobs.bank_request import Document, Gap, Outcome, Overlaps, Request
from jobs.bank_statements import misplaced, next_numbers, not_shown_text, tells_more
from ledger.errors import IoFailed
from servicing.files import creditors

_BLOCK = 1 << 20
_TAIL = 2048
_REPORT = b":pain.002."
_NOTICE = b":camt.054."
_CLOSED = re.compile(rb"</([\w.-]+:)?Document\s*>\s*(<!--((?!-->).)*-->\s*)*\Z", re.DOTALL)


def our_accounts() -> dict[str, int]:
    """The creditor of each bank account of ours, by IBAN."""
    return {iban: one.id for one in creditors().values() for iban in one.accounts}


def import_path(
    connection: Connection, path: Path, request: Request, read: Read = read_here
) -> list[Outcome]:
    """Take a file into the open transaction: what each document in it brought; `read` reads statements.

    Raises `BadStatement`, `Gap` and `NotYet`; the caller undoes the transaction. After `Overlaps` it takes the file
    anew in another one, with a request that says that it does not go on.
    """
    held = contents(path)
    notices = [place for place, content in enumerate(held) if content.is_notice]
    others = [place for place, content in enumerate(held) if not content.is_notice]
    if not (notices and others):
        return _all_shown(connection, _imported(connection, (path, held, others or notices), request, read))
    # A statement may book as one amount what a notice beside it tells in parts.
    since, first = next_numbers(connection)[1], request._replace(first_comes=True)
    done = [
        outcome
        for places in (notices, others)
        for outcome in _imported(connection, (path, held, places), first, read)
    ]
    if not request.first_comes:
        for wrong in misplaced(connection, since, allow_gap=request.allow_gap).values():
            raise Gap(f"{wrong}{_APART}")
    return _all_shown(connection, done, _APART)


_APART = "; unpack the ZIP file: without this notice its statements can be imported by themselves"


def _all_shown(connection: Connection, done: list[Outcome], way_on: str = "") -> list[Outcome]:
    """What documents of a file brought; raises `Gap` if a notice tells of a closed day what no statement shows."""
    for outcome in done:
        for notice, closed_on in outcome.untold.items():
            if tells_more(connection, notice, closed_on):
                raise Gap(f"{not_shown_text(outcome.name, closed_on)}{way_on}")
    return done


def _imported(
    connection: Connection, what: tuple[Path, Sequence[Content], Sequence[int]], request: Request, read: Read
) -> list[Outcome]:
    """What some of the documents of a file brought, by their places."""
    (path, held, places), done = what, []
    with _documents(path) as documents:
        for place, ((name, stream), content) in enumerate(zip(documents, held, strict=True)):
            if place not in places:
                continue
            if content.is_report:
                report = read_report(stream, name)
                done.append(import_report(connection, (name, content.sha256), report, request))
            else:
                found = Found(path, place, name, stream, content.size, is_last=place == len(held) - 1)
                with closing(read(found)) as items:
                    document = Document(name, content.sha256, items)
                    done.append(import_document(connection, document, request))
    return done


def import_beside(connection: Connection, path: Path, request: Request, read: Read) -> list[Outcome]:
    """As `import_path`, beside other files in one transaction: what it brought by itself can be undone.

    For that SQLite keeps in memory what its pages held before, so memory grows with the files.
    """
    inner = connection.begin_nested()
    try:
        done = import_path(connection, path, request, read)
    except Overlaps:
        inner.rollback()
        return import_path(connection, path, request._replace(goes_on=False), read)
    inner.commit()
    return done


@contextmanager
def _documents(path: Path) -> Iterator[Iterator[tuple[str, Stream]]]:
    """The documents of a file, which is closed at the end, also of a failure."""
    documents = open_bank_file(path)
    try:
        yield documents
    finally:
        assert isinstance(documents, Generator)
        documents.close()


def headings_of(path: Path) -> list[Heading]:
    """The first heading of each document in a file; none of a document that cannot be read."""
    found = []
    try:
        with _documents(path) as documents:
            for name, stream in documents:
                first = next(iter(read_camt(stream, name)), None)
                if isinstance(first, Heading):
                    found.append(first)
    except BadStatement:
        pass
    return found


class Content(NamedTuple):
    """What is known of a document before it is read: its digest, size, and what it seems to be."""

    sha256: str
    size: int
    is_report: bool
    is_notice: bool


def contents(path: Path) -> list[Content]:
    """Each document in a file; how lines end, how it is packed and what it is called do not count for the digest."""
    found = []
    with _documents(path) as documents:
        for _, stream in documents:
            digest, size, begin = hashlib.sha256(), 0, b""
            while block := stream.read(_BLOCK):
                begin, size = begin or block[:_TAIL], size + len(block)
                digest.update(block.replace(b"\r", b""))
            begin = begin.replace(b"\0", b"")
            found.append(Content(digest.hexdigest(), size, _REPORT in begin, _NOTICE in begin))
    return found


def is_notice(path: Path) -> bool:
    """Whether a file holds notices (camt.054) alone; not where it cannot be read."""
    try:
        with _documents(path) as documents:
            begins = [stream.read(_TAIL).replace(b"\0", b"") for _, stream in documents]
    except BadStatement:
        return False
    return bool(begins) and all(_NOTICE in begin for begin in begins)


def is_whole(path: Path) -> bool:
    """Whether a file is written to its end: XML with its closing tag, or a ZIP file with its table of contents."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            tail = file.read()
            file.seek(0)
            is_zip = file.read(4) == b"PK\x03\x04"
        return zipfile.is_zipfile(path) if is_zip else bool(_CLOSED.search(tail.replace(b"\0", b"")))
    except FileNotFoundError:
        return False  # another run took it since it was listed
    except OSError as wrong:
        raise IoFailed(f"{path}: {wrong.strerror}") from wrong
