"""What is sealed beside the facts of loans: what became known of the bank, decisions, letters, periods and people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    Table,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from ledger.bulk import plain_rows
from ledger.day import number_of
from ledger.seal import digest_of_facts
from ledger.tables import period_closing
from letters.outbox.tables import letter, letter_loan, letter_sent, letter_step
from servicing.collecting.tables import order_dropped
from servicing.creditors.tables import creditor_fact
from servicing.debtors.tables import debtor_merge
from servicing.decisions.tables import decision, decision_step
from servicing.receipts.tables import (
    bank_confirmation,
    bank_decision,
    bank_file,
    bank_line,
    bank_refusal,
    bank_statement,
    receipt,
    receipt_batch,
)
from servicing.tables import fact, loan, loan_debtor

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
    (decision, frozenset({"recorded_at"})),
    (decision_step, frozenset({"recorded_at"})),
    (period_closing, frozenset({"recorded_at"})),
    (debtor_merge, frozenset({"recorded_at"})),
    (loan, frozenset({"recorded_at"})),
    (loan_debtor, frozenset()),
    (letter, frozenset({"id", "recorded_at"})),
    (letter_loan, frozenset({"letter_id"})),
    (letter_step, frozenset({"letter_id", "recorded_at"})),
    (letter_sent, frozenset({"letter_id", "recorded_at"})),
)
"""The tables beside the facts that are sealed, and the columns that are not: moments, texts that name people.

A night that was killed gives letters other numbers, so they are sealed under their keys.
"""

_OF_A_LETTER = (letter_loan, letter_step, letter_sent)
_OF_THE_BANK = (bank_line, bank_decision)

_KNOWN_SINCE: Mapping[Table, tuple[Table, ColumnElement[bool]]] = {
    receipt: (receipt_batch, receipt_batch.c.id == receipt.c.batch_id),
    bank_confirmation: (bank_statement, bank_statement.c.id == bank_confirmation.c.statement_id),
    loan: (fact, (fact.c.loan_id == loan.c.id) & (fact.c.nr == 1)),
    loan_debtor: (fact, (fact.c.loan_id == loan_debtor.c.loan_id) & (fact.c.nr == 1)),
    letter_loan: (letter, letter.c.id == letter_loan.c.letter_id),
}
"""Rows that are known since another is: a part since its whole, a loan and who owes it since its first fact."""

Digests = dict[str, str]
"""Digests by what they are of: a table ("decision"), or the first fact of a run of them ("100000001:3")."""

Counted = Mapping[str, tuple[int, str]]
"""By table how many rows became known, and the digest of these."""

NOTHING_COUNTED: Counted = MappingProxyType({})

Span = dict[str, int]


def sealed_days(day: date, since: date | None) -> Span:
    """The days on which something became known after `since` (None: ever) up to a date."""
    return {"first": (number_of(since) if since else 0) + 1, "last": number_of(day)}


def within_span(known_on: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition for a day in a span."""
    return known_on.between(bindparam("first"), bindparam("last"))


def digests_beside(connection: Connection, span: Span, counted: Counted = NOTHING_COUNTED) -> Digests:
    """The digest of what became known in a span, by table; tables of which nothing did are left out.

    What was `counted` before holds where there are still as many rows: they only grow.
    """
    # Most nights bring no news of most of these tables: one question finds which have any.
    places = connection.execute(_with_news(), span).scalars().all()
    return {
        SEALED_BESIDE_LOANS[place][0].name: _digest(connection, place, span, counted)
        for place in sorted(places)
    }


def counted_beside(connection: Connection, span: Span) -> Counted:
    """How many rows of the bank became known in a span, and their digest: they are many, and known before the night."""
    places = [place for place, (table, _) in enumerate(SEALED_BESIDE_LOANS) if table in _OF_THE_BANK]
    return {
        SEALED_BESIDE_LOANS[place][0].name: (
            connection.execute(_count_known(place), span).scalar_one(),
            _digest(connection, place, span),
        )
        for place in places
    }


def _digest(connection: Connection, place: int, span: Span, counted: Counted = NOTHING_COUNTED) -> str:
    rows, digest = counted.get(SEALED_BESIDE_LOANS[place][0].name, (0, ""))
    if digest and connection.execute(_count_known(place), span).scalar_one() == rows:
        return digest
    return digest_of_facts(plain_rows(connection, _known_rows(place), span)).hex()


@cache
def _count_known(place: int) -> Select[int]:
    table = SEALED_BESIDE_LOANS[place][0]
    return _within(select(func.count()).select_from(table), table)


def tables_unlike(connection: Connection, span: Span, digests: Mapping[str, object]) -> list[str]:
    """The tables of which what became known in a span is not what was kept when its date was closed."""
    held = digests_beside(connection, span)
    return sorted(name for name in {*held, *digests} if held.get(name) != digests.get(name))


@cache
def _with_news() -> CompoundSelect[Any]:
    """The places in `SEALED_BESIDE_LOANS` of the tables of which something became known."""
    return union_all(
        *(
            select(literal_column(str(place))).where(_within(select(_known_of(table)), table).exists())
            for place, (table, _) in enumerate(SEALED_BESIDE_LOANS)
        )
    )


@cache
def _known_rows(place: int) -> Select[Any]:
    """What became known of one of these tables; texts that name people are sealed by the digest of the line."""
    table, left_out = SEALED_BESIDE_LOANS[place]
    columns = (
        # One driver gives a yes as True, the other as 1.
        cast(column, Integer) if isinstance(column.type, Boolean) else column
        for column in table.columns
        if column.name not in left_out
    )
    if table is letter:
        return _within(select(*columns), table).order_by(letter.c.key)
    if table not in _OF_A_LETTER:
        return _within(select(*columns), table).order_by(*table.primary_key)
    named = select(letter.c.key, *columns).join_from(table, letter, letter.c.id == table.c.letter_id)
    within = within_span(_known_of(table))
    return named.where(within).order_by(letter.c.key, *table.primary_key)


def _known_of(table: Table) -> ColumnElement[int]:
    known_on: ColumnElement[int] = (_KNOWN_SINCE[table][0] if table in _KNOWN_SINCE else table).c.known_on
    return known_on


def _within(query: Select[Any], table: Table) -> Select[Any]:
    if table in _KNOWN_SINCE:
        query = query.join_from(table, *_KNOWN_SINCE[table])
    return query.where(within_span(_known_of(table)))
