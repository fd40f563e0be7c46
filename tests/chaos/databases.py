"""Where trials run: each on its own copy of a database that holds the scenario."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, create_engine, make_url, text

from backoffice.installation import install
from ledger.database import open_database
from tests.chaos.scenario import LOANS, install_scenario
from tests.postgres import server
from tests.scratch import scratch

"""A file system in memory, where there is one: a kill loses nothing that was written, so no disk is needed."""


class Databases(Protocol):
    """Makes databases that hold the scenario."""

    name: str

    def fresh(self) -> AbstractContextManager[str]:
        """The URL of a new one, gone afterwards."""


class SqliteDatabases:
    """Copies of a closed SQLite file."""

    name = "SQLite"

    def __init__(self, folder: Path, seed: int, loans: int) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        self.numbers = count(1)
        url = f"sqlite:///{self.template}"
        engine = open_database(url, create=True)
        install(engine)
        engine.dispose()
        install_scenario(url, seed, loans, clients=True)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        place = self.folder / str(next(self.numbers))
        place.mkdir()
        os.environ["AFLOS_MANIFESTS"] = str(place / "manifests")
        shutil.copy(self.template, place / "aflos.db")
        shutil.copytree(self.template.with_suffix(".inbox"), place / "aflos.inbox")
        yield f"sqlite:///{place / 'aflos.db'}"
        shutil.rmtree(place)


class PostgresqlDatabases:
    """Copies of a template database on one server."""

    name = "PostgreSQL"

    def __init__(self, server_url: URL, folder: Path, seed: int, loans: int) -> None:
        self.server = server_url
        self.folder = folder
        self.numbers = count(1)
        self.template = f"chaos_{os.getpid()}"
        self._run(f"CREATE DATABASE {self.template}")
        url = self._url(self.template)
        os.environ["AFLOS_INBOX"] = str(folder / "inbox")
        engine = open_database(url, create=True)
        install(engine)
        engine.dispose()
        install_scenario(url, seed, loans, clients=True)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name = f"{self.template}_{next(self.numbers)}"
        os.environ["AFLOS_MANIFESTS"] = str(self.folder / name)
        os.environ["AFLOS_INBOX"] = str(shutil.copytree(self.folder / "inbox", self.folder / f"{name}.inbox"))
        self._run(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        yield self._url(name)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")
        shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.rmtree(self.folder / f"{name}.inbox")
        del os.environ["AFLOS_INBOX"]

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        # Closed again at once: a forked child must not share a connection.
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for databases and manifests, in memory where possible."""
    with tempfile.TemporaryDirectory(prefix="aflos-chaos-", dir=scratch()) as name:
        os.environ["XDG_DATA_HOME"] = name
        yield Path(name)


@contextmanager
def databases(kind: str, folder: Path, seed: int, loans: int = LOANS) -> Iterator[Databases]:
    """Databases of an engine, with the scenario of a seed, clients included."""
    place = folder / kind
    place.mkdir()
    os.environ["AFLOS_MANIFESTS"] = str(place / "template")
    if kind == "sqlite":
        yield SqliteDatabases(place, seed, loans)
        return
    with server() as url:
        yield PostgresqlDatabases(make_url(url).set(drivername="postgresql+psycopg"), place, seed, loans)
