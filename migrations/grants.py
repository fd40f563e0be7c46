"""Rights on PostgreSQL: the role that runs the program owns nothing, so it cannot lift the triggers."""

from __future__ import annotations

from sqlalchemy import Engine

from ledger.database import writing
from ledger.errors import Misconfigured
from ledger.tables import append_only_tables
from migrations.schema import whole_schema


def grant(engine: Engine, role: str) -> None:
    """Let a role read and add everywhere, and change only what is not append-only; may run again.

    The engine is the owner's. Raises `Misconfigured` on SQLite, where whoever may write the file may do all.
    """
    if engine.dialect.name != "postgresql":
        raise Misconfigured("SQLite knows no roles: the rights are those of the file")
    quoted = engine.dialect.identifier_preparer.quote_identifier(role)
    with writing(engine) as connection:
        for statement in _statements(quoted):
            connection.exec_driver_sql(statement)


def _statements(role: str) -> tuple[str, ...]:
    grown = append_only_tables()
    names = [*sorted(whole_schema().tables), "alembic_version"]
    changed = ", ".join(name for name in names if name not in grown and name != "alembic_version")
    tables = ", ".join(names)
    return (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}, PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT ON {tables} TO {role}",
        f"GRANT INSERT ON {', '.join(whole_schema().tables)} TO {role}",
        f"GRANT UPDATE, DELETE ON {changed} TO {role}",
    )
