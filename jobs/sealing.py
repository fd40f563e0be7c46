"""The seal of a business date, from the journal and the facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain, groupby
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    CursorResult,
    Row,
    Select,
    Table,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from ledger.day import number_of
from ledger.entry import LOANS_PER_CREDITOR
from ledger.seal import JOURNAL_COLUMNS, RowsDigest, digest_of_facts, seal
from ledger.tables import journal
from servicing.collecting.tables import order_dropped
from servicing.creditors.tables import creditor_fact
from servicing.receipts.tables import (
    bank_confirmation,
    bank_decision,
    bank_file,
    bank_line,
    bank_refusal,
    bank_state,
    bank_statement,
    receipt,
    receipt_batch,
)
from servicing.tables import fact, loan_state

SEALED_FACT_COLUMNS = (
    "loan_id", "nr", "kind", "value_date", "known_on", "cents", "refers_to", "data", "key", "actor", "source"
)  # fmt: skip
"""What of a fact is sealed: all but the moment of recording."""

SEALED_BESIDE_LOANS: tuple[tuple[Table, frozenset[str]], ...] = (
    (bank_file, frozenset({"recorded_at"})),
    (bank_statement, frozenset()),
    (bank_line, frozenset({"end_to_end", "name", "iban", "structured", "text"})),
    (bank_confirmation, frozenset()),
    (bank_decision, frozenset({"recorded_at"})),
    (bank_refusal, frozenset({"recorded_at"})),
    (receipt_batch, frozenset({"recorded_at"})),
    (receipt, frozenset()),
    (creditor_fact, frozenset({"recorded_at"})),
    (order_dropped, frozenset({"recorded_at"})),
)
"""The tables of the bank and of creditors that are sealed, and the columns that are not: moments, names of people."""

MOST_DIGESTS = 2000
"""More facts than this in one night are kept as runs of several under one digest."""

MOST_NAMED = 10

ROWS_AT_ONCE = 10_000

Digests = dict[str, str]
"""The digest of a run of facts by loan and number of its first fact ("100000001:3")."""


def seal_of_night(connection: Connection, day: date, since: date | None, previous: str) -> str:
    """The seal of a date just worked: digests from the state rows the night wrote."""
    worked = _streamed(connection, _worked(), {"day": number_of(day)})
    digests = ((loan, digest) for loan, digest in worked if digest)
    return seal(previous, number_of(day), digests, _facts_digest(connection, day, since))


@cache
def _worked() -> Select[Any]:
    """Loans and books that a night (`day`) worked, with the digests of their rows."""
    book = (cast(bank_state.c.creditor_id, BigInteger) * LOANS_PER_CREDITOR).label("loan")
    both = union_all(
        select(loan_state.c.loan, loan_state.c.digest).where(loan_state.c.worked_to == bindparam("day")),
        select(book, bank_state.c.digest).where(bank_state.c.worked_to == bindparam("day")),
    ).subquery()
    return select(both.c.loan, both.c.digest).order_by(both.c.loan)


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
    rows = (tuple(row) for row in _streamed(connection, query))
    for loan, own in groupby(rows, key=lambda row: row[1]):
        digest = RowsDigest()
        digest.add(own)
        yield loan, digest.value


def _facts_digest(connection: Connection, day: date, since: date | None) -> bytes:
    """The digest of the facts that became known after `since` (None: ever) up to a date, those of the bank too."""
    span = _span(day, since)
    facts = _plain(connection, _known(SEALED_FACT_COLUMNS), span)
    # Most nights bring no news of most of these tables: one question finds which have any.
    beside = connection.execute(_with_news(), span).scalars().all()
    queries = (_known_beside_loans(place) for place in sorted(beside))
    return digest_of_facts(chain(facts, *(_plain(connection, query, span) for query in queries)))


def _span(day: date, since: date | None) -> dict[str, int]:
    """The days on which something became known after `since` (None: ever) up to a date."""
    return {"first": (number_of(since) if since else 0) + 1, "last": number_of(day)}


def _within_span(known_on: ColumnElement[int]) -> ColumnElement[bool]:
    return known_on.between(bindparam("first"), bindparam("last"))


@cache
def _with_news() -> CompoundSelect[Any]:
    """The places in `SEALED_BESIDE_LOANS` of the tables of which something became known."""
    return union_all(
        *(
            select(literal_column(str(place))).where(_joined(select(known), table).exists())
            for place, (table, known) in enumerate((each, _known_of(each)) for each, _ in SEALED_BESIDE_LOANS)
        )
    )


@cache
def _known_beside_loans(place: int) -> Select[Any]:
    """What became known of one of these tables; texts that name people are sealed by the digest of the line."""
    table, left_out = SEALED_BESIDE_LOANS[place]
    query = select(*(column for column in table.columns if column.name not in left_out))
    return _joined(query, table).order_by(*table.primary_key)


def _known_of(table: Table) -> ColumnElement[int]:
    """Since when a row is known: of a part, since its whole is."""
    whole = {receipt: receipt_batch, bank_confirmation: bank_statement}
    known_on: ColumnElement[int] = whole.get(table, table).c.known_on
    return known_on


def _joined(query: Select[Any], table: Table) -> Select[Any]:
    if table is receipt:
        query = query.join_from(receipt, receipt_batch, receipt_batch.c.id == receipt.c.batch_id)
    if table is bank_confirmation:
        whole = bank_statement.c.id == bank_confirmation.c.statement_id
        query = query.join_from(bank_confirmation, bank_statement, whole)
    return query.where(_within_span(_known_of(table)))


def fact_digests(connection: Connection, day: date, since: date | None) -> Digests:
    """A digest of each fact that became known, the moment of recording included; of runs of facts if they are many.

    Not part of the seal: it tells `verify` which fact is no longer what it was when the date was closed.
    """
    span = _span(day, since)
    size = -(-connection.execute(_count_known(), span).scalar_one() // MOST_DIGESTS) or 1
    found: Digests = {}
    rows = _streamed(connection, _known(tuple(fact.c.keys())), span)
    while part := rows.fetchmany(size):
        found[f"{part[0].loan_id}:{part[0].nr}"] = digest_of_facts(part).hex()
    return found


def facts_unlike(
    connection: Connection, day: date, since: date | None, digests: Digests
) -> Iterator[tuple[int, str]]:
    """Which facts differ from what was kept when the date was closed: the loan, and which fact or facts of it."""
    starts = sorted(tuple(int(part) for part in key.split(":")) for key in digests)
    held: dict[tuple[int, ...], list[Row[Any]]] = {start: [] for start in starts}
    for row in connection.execute(_known(tuple(fact.c.keys())), _span(day, since)):
        place = bisect_right(starts, (row.loan_id, row.nr)) - 1
        held.setdefault(starts[place] if place >= 0 else (row.loan_id, row.nr), []).append(row)
    for start, rows in sorted(held.items()):
        loan, nr = start
        if digests.get(f"{loan}:{nr}") != (digest_of_facts(rows).hex() if rows else ""):
            numbers = [f"{row.loan_id}:{row.nr}" for row in rows if (row.loan_id, row.nr) != start]
            yield loan, f"fact {nr}" + (f", or one of {', '.join(numbers[:MOST_NAMED])}" if numbers else "")


def _streamed(
    connection: Connection, query: Select[Any], given: Mapping[str, int] = MappingProxyType({})
) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a query, never all of them in memory at once."""
    return connection.execute(query, given, execution_options={"yield_per": ROWS_AT_ONCE})


def _plain(connection: Connection, query: Select[Any], given: Mapping[str, int]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the driver gives them, where it does so one by one: quicker than `_streamed`."""
    if connection.dialect.name != "sqlite":
        yield from _streamed(connection, query, given)
        return
    # Not streamed: then SQLAlchemy reads the first rows ahead, and its cursor no longer has them.
    cursor = connection.execute(query, given).cursor
    assert cursor is not None
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield from rows


@cache
def _known(columns: Sequence[str]) -> Select[Any]:
    """The facts that became known in a span of days, by loan and number."""
    query = select(*(fact.c[name] for name in columns)).where(_within_span(fact.c.known_on))
    return query.order_by(fact.c.loan_id, fact.c.nr)


@cache
def _count_known() -> Select[int]:
    return select(func.count()).where(_within_span(fact.c.known_on))
