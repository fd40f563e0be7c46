"""Opens bank files: plain XML, or XML packed in a ZIP file as banks send it; what is odd is refused unread."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from bank.statement import BadStatement
from bank.xml_reader import MOST_BYTES, Stream

MOST_FILES = 1_000
HIGHEST_RATIO = 200
"""Statements pack some 20 times smaller; a zip bomb 1,000 times."""

SMALLEST_BOMB = 1_000_000

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def open_bank_file(path: Path) -> Iterator[tuple[str, Stream]]:
    """The XML files in a file, each with its name in errors; a stream is closed when the next is asked for.

    Raises `BadStatement` for an archive that is damaged, encrypted, too large, or holds a path or anything but XML.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) == b"PK\x03\x04":
                yield from _unpacked(path.name, file)
            else:
                file.seek(0)
                yield path.name, file
    except OSError as wrong:
        raise BadStatement(f"{path.name}: cannot be read: {wrong.strerror or wrong}") from None


class _Member:
    """A file in an archive, whose damage is told as that of a statement."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self._name = name
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, none at the end; raises `BadStatement`."""
        try:
            return self._stream.read(size)
        except _DAMAGED as wrong:
            raise _damaged(self._name, wrong) from None


def _unpacked(name: str, file: IO[bytes]) -> Iterator[tuple[str, Stream]]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check(name, members, file.seek(0, 2))
            for member in sorted(members, key=lambda each: each.filename):
                with archive.open(member) as stream:
                    inner = f"{name}/{member.filename}"
                    yield inner, _Member(inner, stream)
    except _DAMAGED as wrong:
        raise _damaged(name, wrong) from None


def _damaged(name: str, wrong: Exception) -> BadStatement:
    return BadStatement(f"{name}: is no ZIP file that can be read: {wrong}")


def _check(name: str, members: Sequence[zipfile.ZipInfo], size: int) -> None:
    if not members or len(members) > MOST_FILES:
        raise BadStatement(f"{name}: holds {len(members)} files; 1 to {MOST_FILES} are read")
    for member in members:
        inner = member.filename
        if member.is_dir() or any(sign in inner for sign in '/\\:\0"') or inner.startswith("."):
            raise BadStatement(f"{name}: {inner!r}: a path in an archive is not followed")
        if not inner.lower().endswith(".xml"):
            raise BadStatement(f"{name}: {inner!r}: only XML files are read, no archive in an archive")
        if member.flag_bits & 1:
            raise BadStatement(f"{name}: {inner!r}: is encrypted")
    if len({member.filename.lower() for member in members}) < len(members):
        raise BadStatement(f"{name}: holds two files of one name")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_BYTES or (unpacked > SMALLEST_BOMB and unpacked > HIGHEST_RATIO * size):
        raise BadStatement(f"{name}: unpacks to {unpacked} bytes from {size}; a bank's file does not")
