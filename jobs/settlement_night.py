"""What a night does about the yearly settlement: proposals, letters, and how many cases stand where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from jobs.letters_cycle import write_cycle_letters
from jobs.settlement_cycle import TO_PROPOSE, Found, cases, propose_all, unsettled
from ledger.accounts import AccountNumber
from ledger.entry import ACCOUNTS_PER_CREDITOR
from ledger.errors import AflosError
from ledger.money import euros
from ledger.tables import day_total
from servicing.settlement.cycle import STATES
from servicing.store import Recorded


def settle_night(connection: Connection, day: date, by: Recorded) -> dict[str, object]:
    """What the night does about settlements: it proposes what is ready, writes what is due, and counts all cases.

    Nobody is forgotten: what was lent and is not settled stands by book year. What cannot be read holds no night up:
    it is told in `failed`.
    """
    told: dict[str, object] = {"states": {}, "waiting": [], "unsettled": {}, "failed": None}
    try:
        found = cases(connection, day, known_by=day)
        waiting = propose_all(connection, by._replace(known_on=day), day, found)
        if any(one.stand.state in TO_PROPOSE for one in found):
            found = cases(connection, day, known_by=day)
        waiting += write_cycle_letters(connection, day, found, by)
    except AflosError as wrong:
        return told | {"failed": str(wrong)}
    rows = [{"loan": one.loan, "book_year": one.book_year.isoformat(), "why": one.why} for one in waiting]
    return told | {
        "states": _states(found, day),
        "waiting": rows,
        "unsettled": unsettled(found, day),
        "between": _between(connection) if found else {},
    }


def _between(connection: Connection) -> dict[str, str]:
    """What left settled loans and stands on no claim, or the other way round: nothing, unless a loan was set aside."""
    left = func.sum(day_total.c.debit_cents - day_total.c.credit_cents)
    query = (
        select(day_total.c.account, left.label("cents"))
        .where(day_total.c.account % ACCOUNTS_PER_CREDITOR == int(AccountNumber.SETTLEMENT_TRANSFERS))
        .group_by(day_total.c.account)
        .having(left != 0)
    )
    return {str(row.account): euros(int(row.cents)) for row in connection.execute(query)}


def _states(found: Sequence[Found], day: date) -> dict[str, dict[str, int]]:
    """How many cases stand in each state, and for how many days the oldest of them."""
    ages: dict[str, list[int]] = {}
    for one in found:
        ages.setdefault(one.stand.state, []).append(one.stand.age(day))
    return {
        state: {"cases": len(ages[state]), "oldest_days": max(ages[state])}
        for state in STATES
        if state in ages
    }
