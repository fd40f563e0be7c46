"""Whether creditors and accounts are called as in the configuration of the nights: reports show them by these rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, select

from jobs.difference import UNREADABLE, Difference
from jobs.tables import config_set, config_version
from ledger.accounts import chart_from
from ledger.config import read_yaml
from ledger.store import account_rows
from ledger.tables import account, creditor
from servicing.creditor import creditors_from

CREDITORS = "creditors.yaml"
CHART = "chart_of_accounts.yaml"

Rows = set[tuple[Any, ...]]


def renamed(connection: Connection) -> Iterator[Difference]:
    """Each creditor and account that is called as no configuration of any night called it."""
    owners: Rows = set()
    for content, file in _kept(connection, CREDITORS):
        found = creditors_from(content, file).values()
        owners |= {(one.id, one.code, one.name, one.iban) for one in found}
    accounts: Rows = set()
    for content, file in _kept(connection, CHART):
        accounts |= set(account_rows((owner[0] for owner in owners), chart_from(content, file)))
    yield from _unlike(connection, creditor, owners)
    yield from _unlike(connection, account, accounts)


def _kept(connection: Connection, path: str) -> Iterator[tuple[object, str]]:
    """What nights used of a file, version by version; one that cannot be read is told as changed configuration."""
    query = (
        select(config_version.c.content)
        .join(config_set, config_set.c.sha256 == config_version.c.sha256)
        .where(config_set.c.path == path)
        .distinct()
    )
    for text in connection.execute(query).scalars():
        try:
            yield read_yaml(text, path), path
        except UNREADABLE:
            continue


def _unlike(connection: Connection, table: Table, allowed: Iterable[tuple[Any, ...]]) -> Iterator[Difference]:
    wanted: dict[int, Rows] = {}
    for row in allowed:
        wanted.setdefault(row[0], set()).add(row)
    for held in connection.execute(select(table).order_by(table.c.id)):
        said = wanted.get(held.id)
        if said and tuple(held) not in said:
            columns = [
                name
                for place, name in enumerate(table.columns.keys())
                if held[place] not in {row[place] for row in said}
            ]
            what = f"{table.name} {held.id}: is not called as in the configuration of any night"
            yield Difference(
                None, 0, "", f"{what}: {', '.join(columns) or 'its parts do not belong together'}"
            )
