"""A large bank file is read by a process aside: the same items, the same errors, and no process is left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from bank.camt import read_camt
from bank.statement import BadStatement, End, Heading
from jobs.bank_reader import AT_ONCE, Found, Reader
from ledger.errors import IoFailed
from servicing.receipts.drafts import LineDraft, drafts
from tests.bank_account import Account, paying

DAY = date(2024, 2, 1)
LINES = 2 * AT_ONCE + 3


@pytest.fixture(scope="module")
def text() -> str:
    lines = [paying(100000001 + place, DAY, 50_691, f"R{place}") for place in range(LINES)]
    return Account(lines=lines).statement()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(large=1, cores=2) as begun:
        yield begun
    assert not multiprocessing.active_children()


def written(folder: Path, *texts: str) -> Path:
    """A file that holds these documents, 0.xml first."""
    path = folder / "statements.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for place, text in enumerate(texts):
            archive.writestr(f"{place}.xml", text)
    return path


def found(path: Path, place: int) -> Found:
    """A document of a file; that its stream is empty shows that it is read from the file itself."""
    return Found(path, place, f"{path.name}/{place}.xml", BytesIO(), 2)


def plain(text: str) -> list[Heading | LineDraft | End]:
    """What stands in a document, read here."""
    return list(drafts(read_camt(BytesIO(text.encode()), "plain")))


def test_the_items_of_each_document_are_the_same(tmp_path: Path, reader: Reader, text: str) -> None:
    small = Account(lines=[paying(100000001, DAY, 1, "R")]).statement()
    path = written(tmp_path, small, text)
    assert [list(reader.read(found(path, place))) for place in (0, 1)] == [plain(small), plain(text)]
    assert len(multiprocessing.active_children()) == 1


def test_a_file_is_refused_in_the_same_words(tmp_path: Path, reader: Reader, text: str) -> None:
    broken = text[: text.rindex("<Ntry>")]
    path = written(tmp_path, broken)
    with pytest.raises(BadStatement) as here:
        list(read_camt(BytesIO(broken.encode()), "statements.zip/0.xml"))
    items = reader.read(found(path, 0))
    with pytest.raises(BadStatement) as aside:
        list(items)
    assert str(aside.value) == str(here.value)


def test_reading_that_is_broken_off_leaves_no_process(tmp_path: Path, reader: Reader, text: str) -> None:
    path = written(tmp_path, text)
    items = reader.read(found(path, 0))
    next(items)
    items.close()
    assert not multiprocessing.active_children()
    assert isinstance(list(reader.read(found(path, 0)))[-1], End)


def test_a_process_that_is_killed_is_an_error(tmp_path: Path, reader: Reader, text: str) -> None:
    items = reader.read(found(written(tmp_path, *[text] * 9), 0))
    next(items)
    (process,) = multiprocessing.active_children()
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with pytest.raises(IoFailed, match="has ended; nothing of it is kept"):
        list(items)


def test_a_small_file_is_read_by_the_process_itself(text: str) -> None:
    with Reader(large=3, cores=2) as small:
        stream = BytesIO(text.encode())
        assert list(small.read(Found(Path("none"), 0, "plain", stream, 2))) == plain(text)
        assert not multiprocessing.active_children()


def test_on_one_core_no_process_is_made(text: str) -> None:
    with Reader(large=1, cores=1) as alone:
        stream = BytesIO(text.encode())
        assert list(alone.read(Found(Path("none"), 0, "plain", stream, 2))) == plain(text)
        assert not multiprocessing.active_children()


def single(path: Path, text: str) -> Found:
    """A file of one document; that its stream is empty shows that it is read from the file itself."""
    path.write_text(text, encoding="utf-8")
    return Found(path, 0, path.name, BytesIO(), 2, is_last=True)


@pytest.fixture(scope="module")
def other() -> str:
    """A document as long as the other one."""
    lines = [paying(100000001 + place, DAY, 50_692, f"R{place}") for place in range(LINES)]
    return Account(lines=lines).statement()


def test_the_file_that_comes_next_is_read_ahead(tmp_path: Path, text: str, other: str) -> None:
    """The second one is said to be small, so that it comes from the process aside only if that had it already."""
    first, second = single(tmp_path / "1.xml", text), single(tmp_path / "2.xml", other)
    with Reader(large=3, cores=2) as ahead:
        ahead.expect(second.path)
        assert list(ahead.read(first._replace(size=3))) == plain(text)
        assert list(ahead.read(second)) == plain(other)
        assert len(multiprocessing.active_children()) == 1


def test_a_file_that_changed_since_it_was_read_ahead_is_read_again(
    tmp_path: Path, reader: Reader, text: str, other: str
) -> None:
    first, second = single(tmp_path / "1.xml", text), single(tmp_path / "2.xml", text)
    reader.expect(second.path)
    assert list(reader.read(first)) == plain(text)
    assert list(reader.read(single(second.path, other))) == plain(other)


@pytest.mark.parametrize("expected", ["2.xml", "missing.xml"])
def test_another_file_than_the_expected_one_is_read(
    tmp_path: Path, reader: Reader, text: str, other: str, expected: str
) -> None:
    first, _, third = (single(tmp_path / f"{nr}.xml", said) for nr, said in enumerate((text, text, other), 1))
    reader.expect(tmp_path / expected)
    assert list(reader.read(first)) == plain(text)
    assert list(reader.read(third)) == plain(other)


def test_a_process_that_ended_before_a_file_is_begun_is_replaced(
    tmp_path: Path, text: str, other: str
) -> None:
    first, second = single(tmp_path / "1.xml", text), single(tmp_path / "2.xml", other)
    others = set(multiprocessing.active_children())
    with Reader(large=1, cores=2) as again:
        assert list(again.read(first)) == plain(text)
        (process,) = set(multiprocessing.active_children()) - others
        process.kill()
        process.join()
        again.begin(second.path)
        assert list(again.read(second)) == plain(other)
