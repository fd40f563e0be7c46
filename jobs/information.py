"""Whether enough is known to write to debtors: bank statements complete, and no receipt that may be theirs waiting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from jobs.bank_checks import AccountStand, last_banking_day, lines_waiting, stands
from jobs.bank_worklist import waiting_lines
from ledger.day import LAST_DAY, day_of, number_of
from ledger.entry import creditor_of_loan
from ledger.money import euros


class Missing(NamedTuple):
    """An account whose statements do not reach the last banking day: whose, and up to which day they are complete."""

    creditor: int
    account: str
    complete_to: date


class Information(NamedTuple):
    """What is not certain: the accounts without statements, and why nothing goes to the debtors of some loans."""

    missing: tuple[Missing, ...]
    receipts: Mapping[int, str]

    def held(self, loan: int) -> str:
        """Why nothing may be proposed or sent about a loan; empty where enough is known."""
        creditor = creditor_of_loan(loan)
        lacking = [each for each in self.missing if each.creditor == creditor]
        if lacking:
            first = min(each.complete_to for each in lacking)
            return f"the bank statements are complete to {first} only"
        return self.receipts.get(loan, "")


def information(connection: Connection, day: date, known_by: date | None = None) -> Information:
    """What is known of the bank on a day, as a night knows it (None: now); asked again before letters are released.

    An account counts from its first statement on: who records payments by hand is not held up.
    """
    number = number_of(known_by or LAST_DAY)
    wanted = number_of(last_banking_day(day))
    lacking = tuple(_missing(stand) for stand in stands(connection, number) if stand.closed_on < wanted)
    return Information(lacking, _receipts(connection, day, known_by))


def _missing(stand: AccountStand) -> Missing:
    return Missing(stand.creditor, stand.account, day_of(stand.closed_on))


def _receipts(connection: Connection, day: date, known_by: date | None) -> dict[int, str]:
    """The loans for which a receipt may be meant that nobody has assigned yet, parked ones among them.

    A night has counted the lines that wait when it booked the banks; without any it need not look.
    """
    if known_by is not None and not lines_waiting(connection):
        return {}
    found: dict[int, str] = {}
    for one in waiting_lines(connection, day, known_by=known_by):
        line = one.line
        for near in one.candidates:
            found.setdefault(near.loan, f"a receipt of {euros(line.cents)} (line {line.id}) may be theirs")
    return found
