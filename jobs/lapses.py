"""What lapses of the loans in arrears on a day, loaded for many loans at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, select

from jobs.dunning_night import headings_of
from ledger.day import day_of, number_of
from servicing import files
from servicing.facts import Fact
from servicing.lapsing import Lapse
from servicing.law import Law
from servicing.limitation import System
from servicing.limitation_signals import first_lapses, may_be_near
from servicing.securities import liable_on
from servicing.store import LOANS_PER_QUERY, facts_of
from servicing.tables import IN_ARREARS, loan, loan_state

Find = Callable[[Sequence[Fact], date, System, Law, Sequence[int]], list[Lapse]]
"""Finds lapses of a loan against those who are liable for it."""


def limitations(
    connection: Connection, day: date, loans: Iterable[int] | None = None, find: Find = first_lapses
) -> dict[int, list[Lapse]]:
    """What lapses first against each debtor, of each loan (of some loans) where that is near or past on a day.

    `find` finds something else of these loans, such as all rows that are near or past (`told_lapses`).
    """
    systems = _near(connection, day, loans)
    if not systems:
        return {}
    known, headings, law = facts_of(connection, systems), headings_of(connection, list(systems)), files.law()
    found = {}
    for number, system in systems.items():
        liable = liable_on(known[number], headings[number].debtors, day)
        found[number] = find(known[number], day, system, law, liable)
    return {number: lapses for number, lapses in found.items() if lapses}


def _near(connection: Connection, day: date, loans: Iterable[int] | None) -> dict[int, System]:
    """The loans unpaid for so long that a claim could be near its lapse, each with the law it lapses by."""
    late = IN_ARREARS & (loan_state.c.arrears_since <= number_of(day))
    query = select(loan_state.c.loan, loan_state.c.arrears_since, loan.c.product).join(
        loan, loan.c.id == loan_state.c.loan
    )
    wanted = None if loans is None else frozenset(loans)
    if wanted is not None and len(wanted) <= LOANS_PER_QUERY:
        query = query.where(loan_state.c.loan.in_(sorted(wanted)))
    law, products = files.law(), files.products()
    return {
        row.loan: products[row.product].kind
        for row in connection.execute(query.where(late))
        if (wanted is None or row.loan in wanted)
        and may_be_near(day_of(row.arrears_since), day, products[row.product].kind, law)
    }
