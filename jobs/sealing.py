"""The seal of a business date, from the journal and the facts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Row, Select, bindparam, cast, func, select, union_all

from jobs.sealed_rows import (
    NOTHING_COUNTED,
    Counted,
    Digests,
    Span,
    counted_beside,
    digests_beside,
    sealed_days,
    within_span,
)
from ledger.bulk import plain_rows, streamed_rows
from ledger.day import number_of
from ledger.entry import LOANS_PER_CREDITOR
from ledger.seal import JOURNAL_COLUMNS, FactsDigest, RowsDigest, digest_of_facts, seal
from ledger.tables import journal
from servicing.receipts.tables import bank_state
from servicing.tables import fact, loan_state

_FACT_KEY = re.compile(r"\d{1,15}:\d{1,9}", re.ASCII)

SEALED_FACT_COLUMNS = (
    "loan_id", "nr", "kind", "value_date", "known_on", "cents", "refers_to", "data", "key", "actor", "source"
)  # fmt: skip
"""What of a fact is sealed: all but the moment of recording."""

MOST_DIGESTS = 2000
"""More facts than this in one night are kept as runs of several under one digest."""

MOST_NAMED = 10


def seal_of_night(connection: Connection, day: date, previous: str, facts: bytes) -> str:
    """The seal of a date just worked: digests from the state rows the night wrote, and that of `digests_for_seal`."""
    worked = plain_rows(connection, _worked(), {"day": number_of(day)})
    digests = ((loan, digest) for loan, digest in worked if digest)
    return seal(previous, number_of(day), digests, facts)


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
    span = sealed_days(day, since)
    facts = digest_of_facts(plain_rows(connection, _known(SEALED_FACT_COLUMNS), span))
    sealed = _of_all(facts, digests_beside(connection, span))
    return seal(previous, number_of(day), _digests(connection, day), sealed)


def _digests(connection: Connection, day: date) -> Iterator[tuple[int, bytes]]:
    query = (
        select(*(journal.c[name] for name in JOURNAL_COLUMNS))
        .where(journal.c.business_date == number_of(day))
        .order_by(journal.c.loan, journal.c.kind, journal.c.nr, journal.c.line)
    )
    rows = (tuple(row) for row in streamed_rows(connection, query))
    for loan, own in groupby(rows, key=lambda row: row[1]):
        digest = RowsDigest()
        digest.add(own)
        yield loan, digest.value


def _of_all(facts: bytes, beside: Digests) -> bytes:
    """The digest for the seal: of the facts that became known, and of what became known beside them."""
    return digest_of_facts([("fact", facts.hex()), *sorted(beside.items())])


class FactDigests(NamedTuple):
    """How many facts became known in a span of days, the digest of these, and one of each, its moment included.

    The last are of runs of facts if they are many, and no part of the seal: they tell `verify` which fact is no
    longer what it was when the date was closed.
    """

    rows: int
    sealed: bytes
    runs: Digests


class CountedAhead(NamedTuple):
    """What became known for a night, counted before its close: of the bank, and of loans."""

    beside: Counted = NOTHING_COUNTED
    facts: FactDigests | None = None


def counted_ahead(connection: Connection, span: Span) -> CountedAhead:
    """What a night learns of the bank and of loans: much of it, and known when it begins."""
    return CountedAhead(counted_beside(connection, span), _fact_digests(connection, span))


def digests_for_seal(
    connection: Connection, day: date, since: date | None, counted: CountedAhead
) -> tuple[bytes, Digests, Digests]:
    """The digest for the seal, then those of `FactDigests` and of `digests_beside`.

    What was `counted` before holds where there are still as many rows: they only grow.
    """
    span = sealed_days(day, since)
    beside, facts = digests_beside(connection, span, counted.beside), counted.facts
    if facts is None or facts.rows != connection.execute(_count_known(), span).scalar_one():
        facts = _fact_digests(connection, span)
    return _of_all(facts.sealed, beside), facts.runs, beside


def _fact_digests(connection: Connection, span: Span) -> FactDigests:
    rows = connection.execute(_count_known(), span).scalar_one()
    size = -(-rows // MOST_DIGESTS) or 1
    sealed, runs = FactsDigest(), Digests()
    facts = plain_rows(connection, _known((*SEALED_FACT_COLUMNS, "recorded_at")), span)
    while part := list(islice(facts, size)):
        loan, nr = part[0][:2]
        runs[f"{loan}:{nr}"] = digest_of_facts(part).hex()
        sealed.add(row[:-1] for row in part)
    return FactDigests(rows, sealed.value, runs)


def facts_unlike(
    connection: Connection, day: date, since: date | None, digests: Mapping[str, object]
) -> Iterator[tuple[int, str]]:
    """Which facts differ from what was kept when the date was closed: the loan, and which fact or facts of it."""
    # What is kept may have been changed too: a key that is none names no fact.
    starts = sorted(tuple(map(int, key.split(":"))) for key in digests if _FACT_KEY.fullmatch(key))
    held: dict[tuple[int, ...], list[Row[Any]]] = {start: [] for start in starts}
    for row in connection.execute(_known(tuple(fact.c.keys())), sealed_days(day, since)):
        place = bisect_right(starts, (row.loan_id, row.nr)) - 1
        held.setdefault(starts[place] if place >= 0 else (row.loan_id, row.nr), []).append(row)
    for start, rows in sorted(held.items()):
        loan, nr = start
        if digests.get(f"{loan}:{nr}") != (digest_of_facts(rows).hex() if rows else ""):
            numbers = [f"{row.loan_id}:{row.nr}" for row in rows if (row.loan_id, row.nr) != start]
            yield loan, f"fact {nr}" + (f", or one of {', '.join(numbers[:MOST_NAMED])}" if numbers else "")


@cache
def _known(columns: Sequence[str]) -> Select[Any]:
    """The facts that became known in a span of days, by loan and number."""
    query = select(*(fact.c[name] for name in columns)).where(within_span(fact.c.known_on))
    return query.order_by(fact.c.loan_id, fact.c.nr)


@cache
def _count_known() -> Select[int]:
    return select(func.count()).where(within_span(fact.c.known_on))
