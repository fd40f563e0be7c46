"""Rows that name something which is not there: a loan, debtor, account, creditor or file that was taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, ForeignKeyConstraint, Select, func, select

from jobs.difference import Difference, day_or_none, key_text
from ledger.tables import journal, journal_link
from servicing.tables import loan, loan_state

TOTALLED = frozenset({journal})
"""Its accounts are those of the totals of each date, which are checked to be equal and are far fewer."""


def broken_links(connection: Connection) -> Iterator[Difference]:
    """Each thing that rows name and that is missing: the database itself refuses that, its owner can do it."""
    for table in journal.metadata.sorted_tables:
        if table in TOTALLED:
            continue
        for link in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            parent = link.referred_table.name
            for value, rows in connection.execute(_missing(link)):
                yield Difference(
                    None, 0, "", f"{parent} {value} is gone: {table.name} names it, rows: {rows}"
                )
    yield from _false_reversals(connection)
    stray = select(loan_state.c.loan).where(loan_state.c.loan.not_in(select(loan.c.id)))
    for number in connection.execute(stray.order_by(loan_state.c.loan)).scalars():
        yield Difference(None, number, "", "has a state row, but there is no such loan")


def _false_reversals(connection: Connection) -> Iterator[Difference]:
    """Entries that are said to reverse another and are not that other one with its sides changed."""
    mine, names = journal_link.c, ("business_date", "loan", "kind", "nr")
    query = select(*(mine[f"{side}{name}"] for side in ("", "reversed_") for name in names))
    for row in connection.execute(query.order_by(*journal_link.primary_key)):
        rows = [sorted(map(tuple, connection.execute(_sides_of(row[at : at + 4])))) for at in (0, 4)]
        turned = sorted((credit, debit, cents) for debit, credit, cents in rows[1])
        if not turned or rows[0] != turned:
            what = f"is said to reverse {key_text(row[4:])}, and does not"
            yield Difference(day_or_none(row[0]), row[1], key_text(row[:4]), what)


def _sides_of(key: Sequence[int]) -> Select[Any]:
    day, loan_number, kind, nr = key
    of_day = (journal.c.business_date == day) & (journal.c.loan == loan_number)
    wanted = of_day & (journal.c.kind == kind) & (journal.c.nr == nr)
    return select(journal.c.debit, journal.c.credit, journal.c.cents).where(wanted)


def _missing(link: ForeignKeyConstraint) -> Select[Any]:
    """What a column names and another table does not have, with how many rows name it."""
    (element,) = list(link.elements)
    child, parent = element.parent, element.column
    there = select(parent).where(parent == child).exists()
    return select(child, func.count()).where(child.is_not(None), ~there).group_by(child).order_by(child)
