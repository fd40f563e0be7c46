"""Asks whether the person who acts may do something for a creditor; a refusal is kept by the desk."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from backoffice.actor import actor
from jobs import clock
from ledger.entry import creditor_of_loan
from servicing import files
from servicing.debtors.store import loans_of_debtor
from servicing.people import People, Right
from servicing.store import Loan, find_loan
from servicing.tables import loan_debtor


def codes() -> dict[int, str]:
    """The code of each creditor, such as almere, by its number."""
    return {one.id: one.code for one in files.creditors().values()}


def check_right(account: str, right: Right, creditor: int) -> None:
    """Raise `NotAllowed` where somebody has no role that gives the right for a creditor."""
    files.people().check(account, right, codes()[creditor], clock.today())


def check_right_somewhere(account: str, right: Right, creditors: Iterable[int] = ()) -> None:
    """Raise `NotAllowed` where somebody has the right for none of these creditors (none named: for nobody)."""
    people, known = files.people(), codes()
    wanted = list(creditors) or list(known)
    if not any(people.may(account, right, known[one], clock.today()) for one in wanted):
        people.check(account, right, known[wanted[0]], clock.today())


def check_loans(account: str, right: Right, loans: Iterable[int]) -> None:
    """Raise `NotAllowed` where somebody lacks the right for the creditor of one of these loans."""
    for creditor in sorted({creditor_of_loan(loan) for loan in loans}):
        check_right(account, right, creditor)


def creditors_of(account: str, right: Right) -> list[int]:
    """The numbers of the creditors for which somebody has a right."""
    people: People = files.people()
    return [number for number, code in codes().items() if people.may(account, right, code, clock.today())]


def seen_loan(connection: Connection, name: str) -> Loan:
    """The loan with this number, for somebody who may see its creditor's loans; raises `NotAllowed`."""
    found = find_loan(connection, name)
    check_right(actor(), "see", found.creditor_id)
    return found


def check_debtor(connection: Connection, account: str, right: Right, number: int) -> None:
    """Raise `NotAllowed` where none of a debtor's loans is of a creditor for whom somebody has the right."""
    loans = loans_of_debtor(connection, number)
    check_right_somewhere(account, right, {creditor_of_loan(loan) for loan in loans})


def hidden_debtors(connection: Connection, account: str) -> frozenset[int]:
    """The debtors of whom somebody may see nothing: all their loans are of other creditors."""
    seen = set(creditors_of(account, "see"))
    rows = connection.execute(select(loan_debtor.c.debtor_id, loan_debtor.c.loan_id)).all()
    shown = {row.debtor_id for row in rows if creditor_of_loan(row.loan_id) in seen}
    return frozenset(row.debtor_id for row in rows if row.debtor_id not in shown)
