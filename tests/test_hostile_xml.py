"""Bank files made to harm are refused, each within two seconds and 256 MB, whatever they try."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bank.camt import read_camt
from bank.files import open_bank_file
from bank.statement import BadStatement, End, Line
from tests import hostile_xml
from tests.camt_files import PLAIN_ENTRY, document
from tests.house.source import ROOT

GOOD = document([PLAIN_ENTRY], closing="110.00")


class Outcome(dict[str, str]):
    """What each hostile file was told, by name."""

    def of(self, fault: str) -> list[str]:
        """The words for the files of one fault, every one refused."""
        told = [words for name, words in self.items() if name.startswith(f"{fault}-")]
        assert told
        assert all(told)
        return told


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("hostile")
    hostile_xml.write(folder)
    command = [sys.executable, "-m", "tests.hostile_xml", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) >= 120
    slow = [row for row in rows if row["seconds"] > 2]
    assert not slow
    return Outcome({row["name"]: row["told"] for row in rows})


def test_every_file_names_itself(outcome: Outcome) -> None:
    assert all(told.startswith(name) for name, told in outcome.items())


def test_h1_nothing_outside_the_file_is_read(outcome: Outcome) -> None:
    assert sum("document type" in told for told in outcome.of("h1")) >= 13
    assert not [told for told in outcome.of("h1") if "root:" in told]


def test_h2_nothing_grows_inside_the_file(outcome: Outcome) -> None:
    assert sum("document type" in told for told in outcome.of("h2")) >= 6


def test_h3_deep_nesting_is_refused(outcome: Outcome) -> None:
    assert sum("deep" in told for told in outcome.of("h3")) >= 4


def test_h4_endless_pieces_are_refused(outcome: Outcome) -> None:
    assert sum("more than" in told for told in outcome.of("h4")) >= 10


def test_h5_bytes_that_are_not_the_text_they_say_are_refused(outcome: Outcome) -> None:
    assert len(outcome.of("h5")) >= 15


def test_h6_other_documents_are_refused(outcome: Outcome) -> None:
    assert len(outcome.of("h6")) >= 10


def test_h7_archives_that_harm_are_refused(outcome: Outcome) -> None:
    assert len(outcome.of("h7")) >= 15


def test_e11_e12_values_that_are_none_are_refused(outcome: Outcome) -> None:
    assert sum("is no amount" in told for told in outcome.of("e11")) >= 12
    assert outcome.of("e12")
    assert all("booking date: " in told for told in outcome.of("b8"))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("ISO-8859-1", "latin-1"),
        ("ISO-8859-15", "iso-8859-15"),
        ("windows-1252", "cp1252"),
    ],
)
def test_h5_names_keep_their_letters(declared: str, encoding: str) -> None:
    named = PLAIN_ENTRY.replace("</Ntry>", "<AddtlNtryInf>Çelik-Ünal</AddtlNtryInf></Ntry>")
    text = document([named], closing="110.00").decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    found = list(read_camt(io.BytesIO(text.encode(encoding)), "bank.xml"))
    assert [item.additional for item in found if isinstance(item, Line)] == ["Çelik-Ünal"]


def test_a_zip_of_statements_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bank.zip"
    path.write_bytes(hostile_xml.zipped({"b.XML": GOOD, "a.xml": document([])}))
    read = [(name, list(read_camt(stream, name))[-1]) for name, stream in open_bank_file(path)]
    assert read == [("bank.zip/a.xml", End(0, 0, 0, 0)), ("bank.zip/b.XML", End(1, 1000, 0, 0))]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadStatement, match="cannot be read"):
        list(open_bank_file(tmp_path / "none.xml"))
    with pytest.raises(BadStatement, match="cannot be read"):
        list(open_bank_file(tmp_path))


class Endless:
    """A statement of many entries, made while it is read."""

    def __init__(self, entries: int) -> None:
        closing = f"{100 + entries * 10}.00"
        before, after = document(["|"], closing=closing).split(b"|")
        self._pieces: Iterator[bytes] = iter([before, *[PLAIN_ENTRY.encode()] * entries, after])

    def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002
        """The next entry, of whatever size."""
        return next(self._pieces, b"")


def test_h4_a_long_file_is_read_as_it_comes() -> None:
    """Each line is given before the next is read, so that the length of a file does not matter."""
    stream = Endless(5_000)
    reading = read_camt(stream, "bank.xml")
    next(reading)
    for _ in range(10):
        next(reading)
    assert len(list(stream._pieces)) >= 4_980
    assert list(read_camt(Endless(5_000), "bank.xml"))[-1] == End(5_000, 5_000_000, 0, 0)


def test_h7_what_is_inside_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    path = tmp_path / "bank.zip"
    path.write_bytes(hostile_xml.zipped({"a.xml": GOOD}, zipfile.ZIP_STORED)[:-30])
    with pytest.raises(BadStatement, match="is no ZIP file that can be read"):
        list(open_bank_file(path))
