"""What a night does about the yearly settlement: proposals, letters, and how many cases stand where."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from jobs.letters_cycle import write_cycle_letters
from jobs.settlement_cycle import Found, cases, may_be_proposed, propose_all, unsettled
from jobs.settlement_rest import at_rest, moving
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
        resting = at_rest(connection, day)
        found = _read(connection, day, moving(connection, resting))
        waiting = propose_all(connection, by._replace(known_on=day), day, found)
        found = _read_again(connection, day, found)
        waiting += write_cycle_letters(connection, day, found, by)
    except AflosError as wrong:
        return told | {"failed": str(wrong)}
    rows = [{"loan": one.loan, "book_year": one.book_year.isoformat(), "why": one.why} for one in waiting]
    return told | {
        "states": _states(found, resting, day),
        "waiting": rows,
        "unsettled": unsettled(found, day),
        "between": _between(connection) if found or resting else {},
    }


def _read(connection: Connection, day: date, loans: Collection[int]) -> list[Found]:
    return cases(connection, day, loans=loans, known_by=day) if loans else []


def _read_again(connection: Connection, day: date, found: Sequence[Found]) -> list[Found]:
    """The cases with those anew that were proposed: nothing else moved."""
    loans = {one.case.loan for one in found if may_be_proposed(one)}
    anew = _read(connection, day, loans)
    kept = [one for one in found if one.case.loan not in loans]
    return sorted(
        [*kept, *anew], key=lambda one: (one.about != "allowance", one.case.loan, one.case.year.since)
    )


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


def _states(found: Sequence[Found], resting: Mapping[int, date], day: date) -> dict[str, dict[str, int]]:
    """How many cases stand in each state, those at rest too, and for how many days the oldest of them."""
    settled = [(day - since).days for since in resting.values()]
    ages: dict[str, list[int]] = {"settled": settled} if settled else {}
    for one in found:
        ages.setdefault(one.stand.state, []).append(one.stand.age(day))
    return {
        state: {"cases": len(ages[state]), "oldest_days": max(ages[state])}
        for state in STATES
        if state in ages
    }
