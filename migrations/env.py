"""What Alembic runs for an upgrade; `migrations.upgrade` gives it a connection inside a transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import inspect

from ledger.tables import append_only_tables, guard_ddl
from migrations.schema import whole_schema

schema = whole_schema()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=schema,
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()

# SQLite changes a table by copying it, which loses its triggers: every upgrade makes them anew.
present = set(inspect(connection).get_table_names())
for table in append_only_tables():
    for statement in guard_ddl(table, connection.dialect.name) if table in present else ():
        connection.exec_driver_sql(statement)
