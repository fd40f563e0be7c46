"""Which runs of collections and refunds a night found released, so that the last of them is not taken out unseen.

No part of the seal: a run has no day on which it became known, so a night that is late may find more of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, Table, func, select

from ledger.bulk import plain_rows
from ledger.seal import digest_of_facts
from servicing.collecting.tables import collection, collection_run
from servicing.refunding.tables import refund, refund_run

RUNS = ((refund_run, refund), (collection_run, collection))
"""Each table of runs, numbered from 1 without gaps, and that of what stands in them."""

MOST_RUNS = 2**63
"""A number that a database cannot hold, which a manifest changed outside may say."""

Kept = dict[str, dict[str, object]]
"""By table of runs the number of the last one, and the digest of those since the night before."""


def runs_kept(connection: Connection, before: object) -> Kept:
    """The runs as a night keeps them in its manifest; `before` is what the manifest before it kept."""
    found: Kept = {}
    for run, order in RUNS:
        last = connection.execute(select(func.max(run.c.id))).scalar() or 0
        found[run.name] = {
            "last": last,
            "digest": _digest(connection, (run, order), last_kept(before, run.name), last),
        }
    return found


def last_kept(kept: object, name: str) -> int:
    """The number of the last run of a table that a manifest keeps; 0 where it says none."""
    one = kept.get(name) if isinstance(kept, Mapping) else None
    last = one.get("last") if isinstance(one, Mapping) else None
    # What somebody made of a manifest may be no number that a run can have.
    return last if isinstance(last, int) and 0 < last < MOST_RUNS else 0


def runs_gone(connection: Connection, kept: object) -> Iterator[str]:
    """Which runs a manifest keeps and the database does not have."""
    for run, _ in RUNS:
        last = connection.execute(select(func.max(run.c.id))).scalar() or 0
        if last_kept(kept, run.name) > last:
            yield f"{run.name} {last + 1} to {last_kept(kept, run.name)}"


def runs_unlike(connection: Connection, before: object, kept: object) -> Iterator[str]:
    """The tables of which the runs that a night found are no longer what it kept of them."""
    for run, order in RUNS:
        first, last = last_kept(before, run.name), last_kept(kept, run.name)
        said = kept[run.name].get("digest") if last and isinstance(kept, Mapping) else ""
        if said != _digest(connection, (run, order), first, last):
            yield f"{run.name}: runs {first + 1} to {last} were changed, added or removed since"
        elif last < first:
            yield f"{run.name}: run {last} was the last one, but {first} was before that"


def _digest(connection: Connection, tables: tuple[Table, Table], after: int, last: int) -> str:
    """The digest of runs with these numbers and of all that stands in them."""
    if last <= after:
        return ""
    run, order = tables
    wanted = (
        (select(table).where(number > after, number <= last).order_by(number, *table.primary_key))
        for table, number in ((run, run.c.id), (order, order.c.run_id))
    )
    return digest_of_facts(row for query in wanted for row in plain_rows(connection, query)).hex()
