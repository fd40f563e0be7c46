"""How money is spread: ordinary payments, pay-offs and early repayments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.oracle.loan import Loan, Row

PART = {
    1350: "costs",
    8020: "recovered",
    1360: "interest",
    1320: "interest",
    1330: "interest",
    1340: "interest",
    1310: "principal",
    1300: "principal",
}


@dataclass
class Purse:
    """What is left of a payment, and where the rest of it went, by account."""

    on: date
    left: int
    spent: dict[int, int] = field(default_factory=dict)

    def pay(self, account: int, wanted: int) -> int:
        """Pay at most what is wanted, and say how much that was."""
        amount = max(0, min(self.left, wanted))
        self.left -= amount
        self.spent[account] = self.spent.get(account, 0) + amount
        return amount

    def part(self, name: str) -> int:
        """What went to costs, interest or principal."""
        return sum(amount for account, amount in self.spent.items() if PART[account] == name)


def receive(loan: Loan, on: date, amount: int) -> Purse:
    """An ordinary payment: row by row from the oldest open one, then deferred interest, then credit."""
    purse = Purse(on, amount)
    for row in loan.before + loan.rows:
        if purse.left and _is_open(loan, row):
            _pay_row(loan, purse, row)
    _pay_costs(loan, purse)
    _pay_statutory(loan, purse)
    _pay_deferred(loan, purse)
    _recover(loan, purse)
    _book(loan, purse, amount)
    return purse


def _is_open(loan: Loan, row: Row) -> bool:
    """Whether the row can take money: a coming one that is not closed, a fallen one of which something is open."""
    if not row.fallen:
        return not row.closed
    interest = 0 if loan.keeps_interest(row) else row.interest_open
    return bool(interest or row.principal_open) or (loan.running is None and row is loan.row_of_untaken)


def pay_off_amount(loan: Loan) -> int:
    """What settles everything today."""
    interest = sum(row.interest_open for row in loan.before + loan.rows)
    given_back_too_much = -loan.credit if loan.credit < 0 else 0
    return loan.costs + loan.statutory + interest + loan.untaken + loan.owed + given_back_too_much


def repay_early(loan: Loan, on: date, amount: int, mode: str) -> Purse:
    """Costs, what has fallen due, then the coming principal; on request the instalment is computed again."""
    purse = Purse(on, amount)
    _pay_costs(loan, purse)
    _pay_statutory(loan, purse)
    for row in loan.before + loan.rows:
        if row.fallen and not row.closed:
            _pay_row(loan, purse, row)
    repaid = purse.pay(1300, loan.not_given)
    loan.repaid_early += repaid
    loan.principal_settled += repaid
    for row in loan.rows:
        if not row.fallen:
            _pay_interest(loan, purse, row)
    _pay_deferred(loan, purse)
    _recover(loan, purse)
    _book(loan, purse, amount)
    if mode == "instalment":
        loan.compute_instalment()
    return purse


def _book(loan: Loan, purse: Purse, amount: int) -> None:
    loan.credit += purse.left
    for account, part in purse.spent.items():
        loan.post(purse.on, 1100, account, part)
    loan.post(purse.on, 1100, 1400, purse.left)
    assert amount == sum(purse.spent.values()) + purse.left


def _pay_row(loan: Loan, purse: Purse, row: Row) -> None:
    for part in loan.terms.allocation:
        if part == "costs":
            _pay_costs(loan, purse)
        elif part == "interest":
            _pay_statutory(loan, purse)
            _pay_interest(loan, purse, row)
        else:
            _pay_principal(loan, purse, row)
    _close_if_paid(loan, row)


def _pay_costs(loan: Loan, purse: Purse) -> None:
    loan.costs -= purse.pay(1350, loan.costs)


def _pay_statutory(loan: Loan, purse: Purse) -> None:
    loan.statutory -= purse.pay(1360, loan.statutory)


def _recover(loan: Loan, purse: Purse) -> None:
    """What was written off is still owed; what comes in on it is income."""
    loan.recoverable -= purse.pay(8020, loan.recoverable)


def _pay_interest(loan: Loan, purse: Purse, row: Row) -> None:
    """The interest the row has, then U if it goes to this row; a row that keeps its interest waits."""
    if not loan.keeps_interest(row):
        row.interest_paid += purse.pay(loan.interest_account(row), row.interest_open)
    if row is loan.row_of_untaken and _untaken_is_for_rows(loan):
        _pay_untaken(loan, purse)


def _untaken_is_for_rows(loan: Loan) -> bool:
    """Whether U is ordinary interest: that of the tail always, else unless its row keeps its interest."""
    return loan.running is None or not loan.keeps_interest(loan.row_of_untaken)


def _pay_untaken(loan: Loan, purse: Purse) -> None:
    amount = purse.pay(1330, loan.untaken)
    loan.recognise(purse.on, amount)
    loan.row_of_untaken.interest += amount
    loan.row_of_untaken.interest_paid += amount


def _pay_principal(loan: Loan, purse: Purse, row: Row) -> None:
    if row.fallen:
        amount = purse.pay(1310, row.principal_open)
    else:
        amount = purse.pay(1300, target(loan, row) - row.principal_paid)
    row.principal_paid += amount
    loan.principal_settled += amount


def target(loan: Loan, row: Row) -> int:
    """The principal that a coming row wants today, what is already paid on it included."""
    most = loan.not_given + row.principal_paid
    if row is loan.last:
        return most
    if not loan.takes_principal(row):
        return 0
    if loan.terms.method == "linear":
        return min(loan.instalment, most)
    untaken = loan.untaken if row is loan.row_of_untaken and _untaken_is_for_rows(loan) else 0
    return min(max(0, loan.instalment - row.interest - untaken), most)


def _close_if_paid(loan: Loan, row: Row) -> None:
    """A coming row of which everything it wants is paid is closed, at the interest it has."""
    if row.fallen or loan.keeps_interest(row):
        return
    wanted = target(loan, row)
    untaken = loan.untaken if row is loan.row_of_untaken else 0
    if 0 < wanted <= row.principal_paid and row.interest_open == 0 and untaken == 0:
        row.closed = True
        row.principal = row.principal_paid


def _pay_deferred(loan: Loan, purse: Purse) -> None:
    """Deferred interest, oldest first, and with it what runs in a deferred period."""
    for row in loan.before + loan.rows:
        if loan.keeps_interest(row):
            row.interest_paid += purse.pay(loan.interest_account(row), row.interest_open)
    if not _untaken_is_for_rows(loan):
        _pay_untaken(loan, purse)
