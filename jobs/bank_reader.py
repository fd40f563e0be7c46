"""Reads large bank files in a process of its own, so that lines are kept while the next ones are read.

What a line tells by itself, such as which loans it names, is worked out there too. The process reads ahead, also into
the file that comes next, but no further than so many lines, so that the size of files does not matter.

The process begins with the first large file and serves whoever began it, one document after the other. It holds no
database. It ends when that is done, when reading is broken off, and by itself when its parent is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import NamedTuple, Self

from bank.camt import read_camt
from bank.files import open_bank_file
from bank.statement import BadStatement, End, Heading
from bank.xml_reader import Stream
from jobs.cores import usable_cores
from ledger.errors import IoFailed
from servicing.receipts.drafts import Drafts, LineDraft, drafts

LARGE = 4_000_000
"""Bytes; a process takes as long to begin as some thousand lines to read."""

AT_ONCE = 500
"""Lines that are handed over at a time."""

AHEAD = 40
"""So many lots of lines are read before the first of them is asked for."""


class Found(NamedTuple):
    """A document in a bank file: which one of it, how it is called in errors, what it holds, and how many bytes.

    After the last one of a file another file may follow.
    """

    path: Path
    place: int
    name: str
    stream: Stream
    size: int
    is_last: bool = False


Read = Callable[[Found], Drafts]


def read_here(found: Found) -> Drafts:
    """What stands in a document, read by this process."""
    return drafts(read_camt(found.stream, found.name))


class _Asked(NamedTuple):
    """What the process aside was asked for: a document of a file, and what tells that it is still this file."""

    path: Path
    place: int
    stamp: tuple[int, int, int]


class Reader:
    """Reads documents, large ones in a process aside where there is a core for it; to be left as a context."""

    def __init__(self, large: int = LARGE, cores: int = 0) -> None:
        self._large = large if (cores or usable_cores()) > 1 else None
        self._aside: tuple[BaseProcess, Connection] | None = None
        self._next: Path | None = None
        self._ahead: _Asked | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def read(self, found: Found) -> Drafts:
        """What stands in a document; raises what `read_camt` raises, and `IoFailed` if the process is gone."""
        asked = self._is_asked(found)
        if self._ahead is not None and not asked:
            self.end()
        if self._large is None or not (asked or found.size >= self._large) or not self._begun():
            return read_here(found)
        return self._read_aside(found)

    def expect(self, path: Path | None) -> None:
        """Say which file will be read after the one that is read now, None if that is not known."""
        self._next = path

    def begin(self, path: Path | None) -> None:
        """Begin to read a file that will be asked for, if it is a large one."""
        asked = _asked(path, 0) if path else None
        if asked and self._large is not None and asked.stamp[1] >= self._large and self._begun():
            assert self._aside is not None
            try:
                self._aside[1].send((asked.path, asked.place))
            except OSError:
                self.end()  # it has ended already; another one reads the file when it is asked for
            else:
                self._ahead = asked

    def end(self) -> None:
        """Keep no process; another one begins if a large document is to be read."""
        if self._aside is not None:
            process, pipe = self._aside
            self._aside = self._ahead = None
            pipe.close()
            process.kill()
            process.join()

    def _is_asked(self, found: Found) -> bool:
        """Whether the process aside reads this document already; not if its file changed meanwhile."""
        return self._ahead is not None and self._ahead == _asked(found.path, found.place)

    def _ask(self, pipe: Connection, found: Found) -> None:
        """Have the process aside read a document and after it, if its file ends there, the file that comes next."""
        if self._ahead is None:
            pipe.send((found.path, found.place))
        self._ahead = None
        after, self._next = self._next if found.is_last else None, None
        self.begin(after)

    def _begun(self) -> bool:
        """Have a process at hand; False where none can be made."""
        if self._aside is None:
            spawn = multiprocessing.get_context("spawn")
            own, other = spawn.Pipe()
            process = spawn.Process(target=_serve, args=(other,), daemon=True)
            try:
                process.start()
            except OSError:
                own.close()
                return False
            finally:
                other.close()
            self._aside = process, own
        return True

    def _read_aside(self, found: Found) -> Drafts:
        assert self._aside is not None
        pipe, is_done = self._aside[1], False
        try:
            self._ask(pipe, found)
            while items := pipe.recv():
                if isinstance(items, str):
                    is_done = True
                    raise BadStatement(items)
                for item in items:
                    yield LineDraft._make(item) if type(item) is tuple else item
            is_done = True
        except (EOFError, OSError):
            raise IoFailed(
                f"{found.name}: the process that read it has ended; nothing of it is kept"
            ) from None
        finally:
            if not is_done:
                self.end()


def _asked(path: Path, place: int) -> _Asked | None:
    try:
        held = path.stat()
    except OSError:
        return None
    return _Asked(path, place, (held.st_ino, held.st_size, held.st_mtime_ns))


def _serve(pipe: Connection) -> None:
    """Read what is asked for until nobody asks any more; who began this process decides about signals."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ready = Queue[bytes](AHEAD)
    Thread(target=_hand_over, args=(ready, pipe), daemon=True).start()
    try:
        while True:
            path, place = pipe.recv()
            for answer in _answers(path, place):
                ready.put(bytes(ForkingPickler.dumps(answer)))
    except (EOFError, ConnectionResetError):
        return


def _hand_over(ready: Queue[bytes], pipe: Connection) -> None:
    """Give what was read to who asked for it; once nobody takes it any more this process has nothing left to do."""
    try:
        while True:
            pipe.send_bytes(ready.get())
    except OSError:
        os._exit(0)


def _answers(path: Path, place: int) -> Iterator[list[Heading | End | tuple[object, ...]] | str]:
    """The items of a document in lists, then an empty one; or the reason why the file is refused."""
    documents = open_bank_file(path)
    try:
        name, stream = next(islice(documents, place, None))
        items = drafts(read_camt(stream, name))
        # A plain tuple is handed over in half the time.
        while some := [tuple(one) if isinstance(one, LineDraft) else one for one in islice(items, AT_ONCE)]:
            yield some
        yield []
    except BadStatement as refused:
        yield str(refused)
