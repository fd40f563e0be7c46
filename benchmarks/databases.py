"""Databases to measure on: an evening is prepared once, and every measurement gets a copy of its own.

Both write durably, as an office would run them: SQLite with synchronous FULL, PostgreSQL with its own defaults.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Engine, create_engine, make_url

from ledger.database import open_database
from tests.postgres import server

_NUMBERS = count(1)

TEMPLATE = "evening"


class Databases(Protocol):
    """One engine on which an evening can be prepared and copied."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    def prepare(self, fill: Callable[[Engine], None]) -> None:
        """Make the evening that is copied later, or add to it."""

    def url(self) -> str:
        """Where a new copy of the evening is."""

    def drop(self, url: str) -> None:
        """Remove a copy."""


@contextmanager
def copied(databases: Databases) -> Iterator[Engine]:
    """A copy of the evening with manifests of its own, written to the disk whole before anything is measured."""
    url = databases.url()
    os.sync()
    engine = open_database(url)
    with tempfile.TemporaryDirectory(prefix="aflos_manifests_") as manifests:
        os.environ["AFLOS_MANIFESTS"] = manifests
        try:
            yield engine
        finally:
            engine.dispose()
            databases.drop(url)


@dataclass(frozen=True)
class Sqlite:
    """Files in a folder."""

    folder: Path
    name: str = "SQLite"

    def prepare(self, fill: Callable[[Engine], None]) -> None:
        """Make the evening that is copied later, or add to it."""
        engine = open_database(f"sqlite:///{self.folder / TEMPLATE}.db", create=True)
        fill(engine)
        engine.dispose()

    def url(self) -> str:
        """Where a new copy of the evening is."""
        path = self.folder / f"{TEMPLATE}_{next(_NUMBERS)}.db"
        shutil.copy(self.folder / f"{TEMPLATE}.db", path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Remove a copy."""
        path = Path(make_url(url).database or "")
        for left in (path, *path.parent.glob(f"{path.name}-*")):
            left.unlink()


@dataclass(frozen=True)
class Postgresql:
    """Databases of one server."""

    server: URL
    name: str = "PostgreSQL"
    template: str = field(default_factory=lambda: f"{TEMPLATE}_{next(_NUMBERS)}")

    def prepare(self, fill: Callable[[Engine], None]) -> None:
        """Make the evening that is copied later, or add to it."""
        self._make_template()
        engine = open_database(self._url(self.template), create=True)
        fill(engine)
        engine.dispose()

    def url(self) -> str:
        """Where a new copy of the evening is."""
        name = f"{self.template}_{next(_NUMBERS)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY", "CHECKPOINT")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a copy."""
        self._administer(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _make_template(self) -> None:
        engine = create_engine(self.server)
        with engine.connect() as connection:
            known = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
        engine.dispose()
        if self.template not in known:
            self._administer(f"CREATE DATABASE {self.template}")

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _administer(self, *statements: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def sqlite() -> Iterator[Sqlite]:
    """SQLite in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="aflos_bench_") as folder:
        yield Sqlite(Path(folder))


SETTINGS = "-c listen_addresses= -c shared_buffers=2GB -c max_wal_size=8GB"
"""A quarter of a machine of 8 GB, as PostgreSQL's manual advises; its defaults are for a machine of 512 MB."""


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL server that waits for the disk, gone afterwards; TEST_PG_DSN names another."""
    with server(SETTINGS) as url:
        yield Postgresql(make_url(url).set(drivername="postgresql+psycopg"))
