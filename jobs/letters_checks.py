"""For every letter of a night a check against its books: amounts equal their entries, or the balance that was kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from jobs.checkers import CheckFailed
from jobs.chunk import parts_of
from ledger.day import day_of, number_of
from ledger.entry import EntryKind, Key, parse_key
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
    books = _Books(_states(connection, sorted(loans)), booked_of(connection, letters.values()))
    for letter in letters.values():
        for amount in letter.draft.amounts:
            wanted = books.have(letter, amount)
            if wanted is not None and wanted != amount.cents:
                yield (
                    f"letter {letter.id} ({letter.draft.kind}): {amount.name} is {euros(amount.cents)}, "
                    f"the books have {euros(wanted)}"
                )


class _Books(NamedTuple):
    """What the books hold of the loans in some letters: their state rows, and the entries named, in cents."""

    states: Mapping[int, StateRow]
    entries: Mapping[Key, int]

    def have(self, letter: Letter, amount: Amount) -> int | None:
        """What the books say of an amount; None where the letter names neither entries nor a balance."""
        if amount.entries:
            return sum(self.entries.get(parse_key(key), 0) for key in amount.entries)
        known = [self.states[on.loan] for on in letter.draft.loans if on.loan in self.states]
        if amount.balance == "total":
            return sum(sum(state.balances) - state.balances[-1] for state in known)
        if amount.balance == "overdue":  # what falls due that very day is not asked for yet
            return min(amount.cents, sum(state.principal_due + state.interest_due for state in known))
        if amount.balance == "beside":
            return min(amount.cents, sum(state.costs + state.interest_statutory for state in known))
        return None


def booked_of(connection: Connection, letters: Iterable[Letter]) -> dict[Key, int]:
    """The cents of every entry that the letters name, with a few queries for all of them."""
    named = (key for letter in letters for amount in letter.draft.amounts for key in amount.entries)
    keys = {parse_key(key) for key in named}
    days = sorted({number_of(key.business_date) for key in keys})
    columns = (journal.c.business_date, journal.c.loan, journal.c.kind, journal.c.nr)
    found: dict[Key, int] = {}
    for part in parts_of(sorted({key.loan for key in keys})):
        about = journal.c.loan.in_(part) & journal.c.business_date.in_(days)
        query = select(*columns, func.sum(journal.c.cents)).where(about).group_by(*columns)
        for day, loan, kind, nr, cents in connection.execute(query):
            found[Key(day_of(day), loan, EntryKind(kind), nr)] = int(cents)
    return found


def _states(connection: Connection, loans: Sequence[int]) -> dict[int, StateRow]:
    found = {}
    for part in parts_of(loans):
        for row in connection.execute(select(loan_state).where(loan_state.c.loan.in_(part))):
            found[row.loan] = StateRow(*row)
    return found
