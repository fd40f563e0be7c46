"""Whether a night waits for bank statements: until a set hour it does, then it goes on and says what is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from jobs.bank_checks import last_banking_day, stands
from jobs.clock import AMSTERDAM
from jobs.inbox import announced
from ledger.database import reading
from ledger.day import LAST_DAY, number_of
from servicing.receipts.files import bank_rules


def until_statements(engine: Engine, until: date, moment: datetime) -> tuple[date, list[str]]:
    """Up to which date nights may be closed at a moment, and the accounts they wait for.

    Only the last date waits, only for accounts that had a statement before, and only until the hour of
    config/bank.yaml on the day after it.
    """
    here = moment.astimezone(AMSTERDAM)
    if here.date() > until + timedelta(days=1) or here.time() >= bank_rules().statements_until:
        return until, []
    with reading(engine) as connection:
        found = stands(connection, number_of(LAST_DAY))
    if not found:
        return until, []
    wanted, coming = last_banking_day(until), announced(engine)
    late = [
        one.account
        for one in found
        if one.closed_on < number_of(wanted) and coming.get(one.account, date.min) < wanted
    ]
    return (until - timedelta(days=1), late) if late else (until, [])
