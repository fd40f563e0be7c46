"""The seal of a business date, from the journal and the facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, select

from ledger.day import number_of
from ledger.seal import JOURNAL_COLUMNS, digest_of_facts, digest_of_rows, seal
from ledger.tables import journal
from servicing.tables import fact, loan_state

SEALED_FACT_COLUMNS = (
    "loan_id", "nr", "kind", "value_date", "known_on", "cents", "refers_to", "data", "key", "actor", "source"
)  # fmt: skip
"""What of a fact is sealed: all but the moment of recording."""


def seal_of_night(connection: Connection, day: date, since: date | None, previous: str) -> str:
    """The seal of a date just worked: digests from the state rows the night wrote."""
    worked = (
        select(loan_state.c.loan, loan_state.c.digest)
        .where(loan_state.c.worked_to == number_of(day))
        .order_by(loan_state.c.loan)
    )
    digests = ((loan, digest) for loan, digest in connection.execute(worked) if digest)
    return seal(previous, number_of(day), digests, _facts_digest(connection, day, since))


def seal_of_books(connection: Connection, day: date, since: date | None, previous: str) -> str:
    """The seal of a date recomputed from the journal itself."""
    digests = _digests(connection, day)
    return seal(previous, number_of(day), digests, _facts_digest(connection, day, since))


def _digests(connection: Connection, day: date) -> Iterator[tuple[int, bytes]]:
    query = (
        select(*(journal.c[name] for name in JOURNAL_COLUMNS))
        .where(journal.c.business_date == number_of(day))
        .order_by(journal.c.loan, journal.c.kind, journal.c.nr, journal.c.line)
    )
    rows = (tuple(row) for row in connection.execute(query))
    for loan, own in groupby(rows, key=lambda row: row[1]):
        yield loan, digest_of_rows(own)


def _facts_digest(connection: Connection, day: date, since: date | None) -> bytes:
    """The digest of the facts that became known after `since` (None: ever) up to a date."""
    query = select(*(fact.c[name] for name in SEALED_FACT_COLUMNS)).where(fact.c.known_on <= number_of(day))
    if since is not None:
        query = query.where(fact.c.known_on > number_of(since))
    return digest_of_facts(
        tuple(row) for row in connection.execute(query.order_by(fact.c.loan_id, fact.c.nr))
    )
