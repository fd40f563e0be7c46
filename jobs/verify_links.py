"""Rows that name something which is not there: a loan, debtor, account, creditor or file that was taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, ForeignKeyConstraint, Select, func, select

from jobs.difference import Difference
from ledger.tables import journal
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
    stray = select(loan_state.c.loan).where(loan_state.c.loan.not_in(select(loan.c.id)))
    for number in connection.execute(stray.order_by(loan_state.c.loan)).scalars():
        yield Difference(None, number, "", "has a state row, but there is no such loan")


def _missing(link: ForeignKeyConstraint) -> Select[Any]:
    """What a column names and another table does not have, with how many rows name it."""
    (element,) = list(link.elements)
    child, parent = element.parent, element.column
    there = select(parent).where(parent == child).exists()
    return select(child, func.count()).where(child.is_not(None), ~there).group_by(child).order_by(child)
