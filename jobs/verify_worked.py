"""Whether the rows that say how far the nights are fit the nights: else the coming one would pass work over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Column, Connection, func, select

from jobs.bank_undecided import count_undecided
from jobs.difference import Difference
from jobs.tables import business_day
from ledger.day import number_of
from servicing.dunning.tables import dunning
from servicing.receipts.tables import bank_line, bank_state
from servicing.tables import loan_state

PROGRESS: tuple[tuple[str, Column[int], Column[int]], ...] = (
    ("its state row says worked to", loan_state.c.loan, loan_state.c.worked_to),
    ("its ladder says looked at on", dunning.c.loan, dunning.c.looked_on),
)


def worked_ahead(connection: Connection) -> Iterator[Difference]:
    """Loans and banks that are further than any night that began."""
    last = connection.execute(select(func.max(business_day.c.day))).scalar()
    if last is None:
        return
    for told, loan, day in PROGRESS:
        query = select(loan, day).where(day > last).order_by(loan)
        for number, until in connection.execute(query):
            yield Difference(None, number, "", f"{told} {until}: no night has begun that date")
    for row in connection.execute(select(bank_state).where(bank_state.c.worked_to > last)):
        what = f"the bank of creditor {row.creditor_id} is worked to {row.worked_to}: no night has begun that date"
        yield Difference(None, 0, "", what)


def wrong_banks(connection: Connection, last: date | None) -> Iterator[Difference]:
    """Creditors whose row of the bank is missing, or counts other lines as waiting than wait by their facts."""
    if last is None:
        return
    states = {row.creditor_id: row for row in connection.execute(select(bank_state))}
    known = select(bank_line.c.creditor_id).where(bank_line.c.known_on <= number_of(last)).distinct()
    for creditor in sorted(set(connection.execute(known).scalars()) - set(states)):
        what = f"creditor {creditor} has lines of its bank and no row that says how far they are worked"
        yield Difference(None, 0, "", what)
    for creditor, row in sorted(states.items()):
        wait = count_undecided(connection, creditor, row.worked_to)
        if wait != row.waiting:
            what = f"creditor {creditor}: {row.waiting} bank lines are said to wait, by what was decided {wait} do"
            yield Difference(None, 0, "", what)
