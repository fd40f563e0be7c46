"""Whether letters may be sent that ask for money: not on incomplete information about what was paid (P3)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from jobs.bank_checks import last_banking_day, stands
from jobs.bank_worklist import waiting_lines
from ledger.day import LAST_DAY, day_of, number_of
from servicing.banking_days import ONE_DAY


def accounts_behind(connection: Connection, creditor: int, today: date) -> list[str]:
    """The accounts of a creditor whose statements do not reach the last banking day before today, in words."""
    wanted = last_banking_day(today - ONE_DAY)
    return [
        f"{one.account}: statements are complete up to {day_of(one.closed_on)}, {wanted} is needed"
        for one in stands(connection, number_of(LAST_DAY))
        if one.creditor == creditor and one.closed_on < number_of(wanted)
    ]


def loans_perhaps_paid(connection: Connection, creditor: int, today: date) -> dict[int, int]:
    """The loans for which a receipt may be that nobody has decided about yet, each with that bank line."""
    found: dict[int, int] = {}
    for one in waiting_lines(connection, today, creditor):
        for candidate in one.candidates:
            found.setdefault(candidate.loan, one.line.id)
    return found
