"""Whatever lies in the inbox stops no night: what cannot be taken stays, and the night says why."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs.inbox import inbox
from jobs.inbox_files import NO_NAME, NOT_WHOLE, why_it_waits
from tests.bank_account import Account, paying
from tests.bank_desk import FIRST, INSTALMENT, drop, lines, open_books
from tests.nights import close_until

LOAN = 100000001
LONG = f"{'a' * 251}.xml"


def test_e15_no_file_in_the_inbox_stops_the_night_or_the_files_beside_it(sqlite_database: Engine) -> None:
    """Names that are no text, or too long to be moved, and a file that is not ours to read."""
    open_books(sqlite_database, 1)
    text = Account(lines=[paying(LOAN, FIRST, INSTALMENT, "R1")]).statement()
    taken = drop(sqlite_database, "z.xml", text)
    folder = inbox(sqlite_database) / "almere"
    with (folder / os.fsdecode(b"b\xff.xml")).open("w", encoding="utf-8") as file:
        file.write(text)
    drop(sqlite_database, LONG, text)
    drop(sqlite_database, "c\nd.xml", text)
    _not_ours(folder / "not-ours.xml")
    os.mkfifo(folder / "fifo.xml")
    (folder / "device.xml").symlink_to("/dev/zero")
    said: list[tuple[str, str]] = []
    close_until(sqlite_database, FIRST, waiting=said.extend)
    *odd, (file_name, why) = sorted(said)
    assert odd == [(LONG, NO_NAME), (r"b\udcff.xml", NO_NAME), ("c\nd.xml", NO_NAME)]
    assert (file_name, why.partition("/")[0]) == ("not-ours.xml", "cannot be read: ")
    assert (lines(sqlite_database), taken.exists()) == (1, False)


def _not_ours(path: Path) -> None:
    """Put a file there that cannot be read, also by root, whom no rights stop."""
    if os.geteuid():
        path.touch(mode=0)
    else:
        path.symlink_to("/proc/self/mem")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html><html><body>log in</body></html>",
        gzip.compress(b"<Document></Document>", mtime=0),
        b"<Document></Document><!-- not closed",
        b"<Document></Document><Document>",
        b"PK\x03\x04",
        b":20:MT940\r\n-}",
    ],
)
def test_e15_what_does_not_end_as_a_bank_file_waits(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.xml"
    path.write_bytes(content)
    assert why_it_waits(path) == NOT_WHOLE


@pytest.mark.parametrize(
    "end", ["</Document>", "</ns2:Document>\r\n \n", "</a-b.c:Document ><!-- <made> -->\n<!--x-->"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_e15_a_file_that_ends_as_one_is_taken_whatever_is_said_behind_it(
    tmp_path: Path, end: str, encoding: str
) -> None:
    path = tmp_path / "s.xml"
    path.write_bytes(f"<a>{end}".encode(encoding))
    assert why_it_waits(path) == ""
