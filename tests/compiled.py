"""What SQLAlchemy made of a statement for one database serves all databases of that kind in a process of tests.

A program opens one database and compiles each statement once. A process of tests opens a thousand, one for each
test, and would compile each statement again for each: a quarter of a second for the first night of every book.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

MOST = 10_000


class Shared(LRUCache[Any, Any]):
    """Compiled statements by kind of database, statement and columns, in place of the engine's own."""

    def get(self, key: tuple[Any, ...], default: object = None) -> Any:  # noqa: ANN401 - what SQLAlchemy keeps
        """What was compiled for a database of the same kind."""
        return super().get(_of_kind(key), default)

    def __setitem__(self, key: tuple[Any, ...], value: object) -> None:
        super().__setitem__(_of_kind(key), value)


def _of_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return (dialect.name, dialect.driver, dialect.server_version_info, *rest)


_SHARED = Shared(MOST)


def share_compiled() -> None:
    """Let every connection from now on use what any other compiled."""
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_SHARED)
