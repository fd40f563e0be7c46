"""A payment that names no debt is divided over the loans of a debtor, as the policy of the creditor says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from backoffice.cli.database import Desk
from backoffice.money_out import LineRefused
from backoffice.registering import dossiers_of
from backoffice.rights import codes
from ledger.day import day_of
from ledger.entry import creditor_of_loan
from ledger.money import euros
from servicing import files
from servicing.arrangement import arrangement_on, paid_between
from servicing.debtors.store import find_debtor, loans_of_debtor
from servicing.receipts.dividing import Owed, divided
from servicing.receipts.matching import LoanView, owed_on, refusal_of
from servicing.receipts.naming import loans_named
from servicing.receipts.store import loan_views
from servicing.receipts.values import Disposition, Part, StoredLine
from servicing.registration import Dossier
from servicing.store import find_loan
from servicing.viewing import view_on

FIRST = "the debtor's designation goes first (Awb 4:92 lid 2)"


def parts_by_policy(desk: Desk, line: StoredLine, debtor: str, why: str) -> list[Part]:
    """What of a line goes to each loan of a debtor at its creditor (alloc.order).

    Raises `LineRefused` where the line names one of them (the designation goes first, Awb 4:92 lid 2), and where
    it is more than is owed.
    """
    number = find_debtor(desk.connection, debtor).id
    own = [
        loan
        for loan in loans_of_debtor(desk.connection, number)
        if creditor_of_loan(loan) == line.creditor_id
    ]
    _refuse_designated(line, own)
    views = [view for view in loan_views(desk.connection, own).values() if not refusal_of(view, line.paid_on)]
    day = day_of(line.paid_on)
    dossiers = dossiers_of(desk.connection, [find_loan(desk.connection, str(view.loan)) for view in views])
    order = files.policy().choice("alloc.order", codes()[line.creditor_id], day)
    shares, left = divided(line.amount, [_owed(view, dossiers[view.loan], day) for view in views], order)
    if left or line.cents < 0:
        raise LineRefused(
            f"bank line {line.id}: {euros(left)} is more than debtor {number} owes: name the shares, "
            "and the rest as refund=AMOUNT"
        )
    return _parts(shares, f"{why}, by alloc.order {order}", [view.loan for view in views])


def _refuse_designated(line: StoredLine, own: Collection[int]) -> None:
    """Refuse to divide what says, or may say, for which of the loans it is: that goes first (Awb 4:92 lid 2)."""
    named = loans_named(line)
    for loan in sorted(set(named.sure) & set(own)):
        raise LineRefused(
            f"bank line {line.id}: names loan {loan}: {FIRST}: aflos bank match {line.id} {loan}"
        )
    for loan in sorted(set(named.likely) & set(own)):
        raise LineRefused(
            f"bank line {line.id}: holds a number like that of loan {loan}: if it is meant, {FIRST}: aflos bank match "
            f"{line.id} {loan}; else name the shares"
        )


def _parts(shares: dict[int, int], reason: str, loans: Sequence[int]) -> list[Part]:
    return [Part(Disposition.LOAN, shares[loan], loan, reason=reason) for loan in loans if loan in shares]


def _owed(view: LoanView, dossier: Dossier, day: date) -> Owed:
    """What a loan asks on a day, from all that is known."""
    seen, agreed = view_on(dossier, day), arrangement_on(dossier.facts, day)
    asked = agreed.behind(paid_between(dossier.facts, agreed.decided_on, day), day) if agreed else 0
    due = int(seen.overdue + seen.open.costs)
    since = int(seen.late_since.strftime("%Y%m%d")) if seen.late_since else 0
    return owed_on(view, asked, int(seen.open.total))._replace(due=due, since=since)
