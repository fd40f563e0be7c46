"""The commands `aflos db ...`: the database itself."""

from __future__ import annotations

import json

import click

from backoffice.installation import install
from ledger.database import open_database


@click.group()
def db() -> None:
    """The database itself.

    Example: aflos db upgrade
    """


@db.command(name="upgrade")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def upgrade_database(as_json: bool) -> None:
    """Make the tables, creditors and accounts, or bring an older database to this program's schema.

    Example: aflos db upgrade
    """
    engine = open_database(create=True)
    try:
        revision = install(engine)
    finally:
        engine.dispose()
    name = engine.url.render_as_string(hide_password=True)
    if as_json:
        click.echo(json.dumps({"database": name, "schema_version": revision}))
    else:
        click.echo(f"{name}: schema {revision}, creditors and accounts are there")
