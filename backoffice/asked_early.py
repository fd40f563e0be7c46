"""Loans that stay because of own capital and already ask something of a client who still has assistance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, select

from jobs.settlement_cycle import Found
from ledger.bulk import among
from ledger.entry import creditor_of_loan
from servicing.settlement.book_year import BookYear
from servicing.settlement.repaying import RETAINED, asked_too_early, assisted_until
from servicing.store import facts_of, loans_of_products
from servicing.tables import loan_debtor
from servicing.worklist import Item


def asked_early(
    connection: Connection, found: Iterable[Found], seen: Collection[int], day: date
) -> Iterator[Item]:
    """A row for each loan that asks something before the year after the last one with assistance (Bbz art. 13)."""
    retained = [loan for loan in loans_of_products(connection, [RETAINED]) if creditor_of_loan(loan) in seen]
    years = _years_of(connection, found) if retained else {}
    owes = {(creditor_of_loan(loan), debtor, loan) for loan, debtor in _debtors(connection, retained)}
    wanted = {loan: years[creditor, debtor] for creditor, debtor, loan in owes if (creditor, debtor) in years}
    for loan, facts in sorted(facts_of(connection, wanted, day).items()):
        until = assisted_until(wanted[loan])
        asks = asked_too_early(facts, until, day) if until > day else None
        if asks is not None:
            reason = f"asks back from {asks}, and the client has assistance until {until} (Bbz art. 13)"
            action = f"aflos decide reschedule {loan} with a --first-due in the year from {until}"
            yield Item("settlement", creditor_of_loan(loan), str(loan), 0, "", asks, reason, action)


def _years_of(connection: Connection, found: Iterable[Found]) -> dict[tuple[int, int], list[BookYear]]:
    """The book years with assistance of each debtor at each creditor."""
    assisted = {one.case.loan: one.case.year for one in found if one.allowance and one.allowance.granted}
    years: dict[tuple[int, int], list[BookYear]] = {}
    for loan, debtor in _debtors(connection, assisted):
        years.setdefault((creditor_of_loan(loan), debtor), []).append(assisted[loan])
    return years


def _debtors(connection: Connection, loans: Collection[int]) -> list[tuple[int, int]]:
    """Each of the loans with each of its debtors."""
    if not loans:
        return []
    query = select(loan_debtor.c.loan_id, loan_debtor.c.debtor_id)
    query = query.where(among(connection, loan_debtor.c.loan_id, sorted(loans)))
    return [(row.loan_id, row.debtor_id) for row in connection.execute(query)]
