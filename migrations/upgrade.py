"""Brings a database to the schema of this program, as one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from ledger.database import reading, writing
from ledger.errors import Misconfigured

_ONE_UPGRADE = 4_600_101
"""The PostgreSQL transaction lock that lets one upgrade in at a time."""


def upgrade(engine: Engine, revision: str = "head") -> str | None:
    """Run the missing migrations up to a revision, all or none of them; the revision then reached.

    Raises `Misconfigured` for a database of a newer program.
    """
    found = current_revision(engine)
    if found is not None and found not in _revisions():
        raise Misconfigured(f"the database has schema {found}; install the newer Aflos that made it")
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_UPGRADE})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return current_revision(engine)


def current_revision(engine: Engine) -> str | None:
    """The revision of a database, None before its first upgrade."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The newest revision this program knows; there is exactly one."""
    (head,) = ScriptDirectory.from_config(_config()).get_heads()
    return head


def _revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
