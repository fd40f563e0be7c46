"""For every letter of a night a check against its books: amounts equal their entries, or the balance that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, func, select

from jobs.checkers import CheckFailed
from ledger.day import number_of
from ledger.entry import parse_key
from ledger.money import euros
from ledger.tables import journal
from letters.outbox.store import letters_proposed_on
from letters.outbox.values import Amount, Letter
from servicing.night_work import StateRow
from servicing.tables import loan_state


def check_letters(connection: Connection, day: date) -> None:
    """Raise `CheckFailed` where an amount in a letter of a night is not what its books say."""
    for wrong in letters_unlike_books(connection, day):
        raise CheckFailed(wrong)


def letters_unlike_books(connection: Connection, day: date) -> Iterator[str]:
    """Each amount in the letters of a night that differs from its entries or its balance, in words."""
    letters = letters_proposed_on(connection, day)
    loans = {on.loan for letter in letters.values() for on in letter.draft.loans}
    states = _states(connection, sorted(loans)) if loans else {}
    for letter in letters.values():
        for amount in letter.draft.amounts:
            wanted = _in_books(connection, letter, amount, states)
            if wanted is not None and wanted != amount.cents:
                yield (
                    f"letter {letter.id} ({letter.draft.kind}): {amount.name} is {euros(amount.cents)}, "
                    f"the books have {euros(wanted)}"
                )


def _in_books(
    connection: Connection, letter: Letter, amount: Amount, states: dict[int, StateRow]
) -> int | None:
    """What the books say of an amount; None where the letter names neither entries nor a balance."""
    if amount.entries:
        return sum(_entry(connection, key) for key in amount.entries)
    known = [states[on.loan] for on in letter.draft.loans if on.loan in states]
    if amount.balance == "total":
        return sum(sum(state.balances) - state.balances[-1] for state in known)
    if amount.balance == "overdue":  # what falls due that very day is not asked for yet
        return min(amount.cents, sum(state.principal_due + state.interest_due for state in known))
    return None


def _entry(connection: Connection, text: str) -> int:
    key = parse_key(text)
    query = select(func.coalesce(func.sum(journal.c.cents), 0)).where(
        journal.c.business_date == number_of(key.business_date),
        journal.c.loan == key.loan,
        journal.c.kind == int(key.kind),
        journal.c.nr == key.nr,
    )
    return int(connection.execute(query).scalar_one())


def _states(connection: Connection, loans: list[int]) -> dict[int, StateRow]:
    found = {}
    for start in range(0, len(loans), 5000):
        part = loans[start : start + 5000]
        for row in connection.execute(select(loan_state).where(loan_state.c.loan.in_(part))):
            found[row.loan] = StateRow(*row)
    return found
