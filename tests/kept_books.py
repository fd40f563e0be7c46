"""Books that many tests ask for: told once by the commands, then copied into the SQLite database of each test."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from jobs import clock
from tests.scratch import scratch

_FOLDER = TemporaryDirectory(prefix="aflos_books_", dir=scratch())
_NOT_TOLD = {"AFLOS_DATABASE", "AFLOS_KEY_FILE", "AFLOS_MANIFESTS"}
"""Variables that do not change what is recorded."""


def told_once(url: str, tell: Callable[[], None]) -> None:
    """Let a database hold what `tell` records in it: copied if that was told today on the same rows, else told."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or place.database is None:
        tell()
        return
    kept = Path(_FOLDER.name) / f"{_state(place.database, tell)}.db"
    if kept.exists():
        _copy(kept, Path(place.database))
    else:
        tell()
        _copy(Path(place.database), kept)


def _copy(source: Path, target: Path) -> None:
    """SQLite's own copy, which those who have the file open see as one transaction."""
    with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(target)) as new:
        held.backup(new)


def _state(file: str, tell: Callable[[], None]) -> str:
    """What is to be told, on which day and under which settings, and every row that is there before."""
    settings = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("AFLOS_") and name not in _NOT_TOLD
    )
    found = hashlib.sha256(repr((tell.__qualname__, clock.today(), settings)).encode())
    with closing(sqlite3.connect(file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            found.update(repr((name, connection.execute(f'SELECT * FROM "{name}"').fetchall())).encode())
    return found.hexdigest()
