"""Makes a database ready: the schema of this program, the creditors and their accounts."""

from __future__ import annotations

from sqlalchemy import Engine

from ledger.database import writing
from ledger.files import chart_of_accounts
from ledger.store import install_chart
from ledger.tables import SCHEMA_REVISION
from migrations.upgrade import upgrade
from servicing.files import creditors


def install(engine: Engine) -> str:
    """Bring a database, new or older, to this program's schema and configuration; the revision reached.

    What is there already is left alone. Raises `Misconfigured` where database and configuration contradict.
    """
    upgrade(engine)
    rows = [(one.id, one.code, one.name, one.iban) for one in creditors().values()]
    with writing(engine) as connection:
        install_chart(connection, rows, chart_of_accounts())
    return SCHEMA_REVISION
