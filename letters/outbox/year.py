"""A year of a loan in a few lines: what stood open, what came on top, what went off, from sums of postings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.accounts import AccountNumber
from letters.outbox.framing import Fields
from letters.outbox.values import Amount
from servicing.life.state import (
    COSTS,
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    PRINCIPAL,
    PRINCIPAL_DUE,
    STATUTORY,
)

PARTS = (
    ("Hoofdsom", frozenset({PRINCIPAL, PRINCIPAL_DUE})),
    ("Rente", frozenset({INTEREST_DUE, INTEREST_ACCRUED, INTEREST_DEFERRED, STATUTORY})),
    ("Kosten", frozenset({COSTS})),
)
"""The parts of a debt on a statement, each with its accounts."""

RECEIVED = frozenset({int(AccountNumber.BANK_IN_TRANSIT), int(AccountNumber.SET_OFFS)})
"""Accounts against which interest is paid."""


class Move(NamedTuple):
    """Postings of a loan between two accounts (numbers of the chart) summed, in the year or before it."""

    debit: int
    credit: int
    in_year: bool
    cents: int


class Part(NamedTuple):
    """A part of the debt over the year, in cents."""

    name: str
    opening: int
    added: int
    taken: int

    @property
    def closing(self) -> int:
        """What stands open at the end."""
        return self.opening + self.added - self.taken


@dataclass(frozen=True, slots=True)
class Year:
    """A year of a loan; `overdue` is what of the balance should have been paid."""

    parts: Sequence[Part]
    interest_paid: int
    overdue: int

    @property
    def balance(self) -> int:
        """What stands open at the end of the year."""
        return sum(part.closing for part in self.parts)

    @property
    def interest(self) -> int:
        """What of it is interest."""
        return next(part.closing for part in self.parts if part.name == "Rente")

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """The amounts that the night holds against its books."""
        return (Amount("balance", self.balance, balance="total"),)

    def fields(self, product: str, year: int) -> Fields:
        """The fields of the letter."""
        rows = [[part.name, part.opening, part.added, part.taken, part.closing] for part in self.parts]
        fields: Fields = {
            "product": product,
            "year": year,
            "year_rows": rows,
            "balance": self.balance,
            "interest_paid": self.interest_paid,
        }
        return fields | ({"arrears": self.overdue} if self.overdue else {"no_arrears": True})


def year_of(moves: Iterable[Move], overdue: int) -> Year | None:
    """The year of a loan from its postings; None where nothing stood open and nothing moved."""
    every = list(moves)
    parts = [_part(name, accounts, every) for name, accounts in PARTS]
    if not any(part.opening or part.added or part.taken for part in parts):
        return None
    interest = PARTS[1][1]
    paid = sum(
        move.cents
        * (
            (move.credit in interest and move.debit in RECEIVED)
            - (move.debit in interest and move.credit in RECEIVED)
        )
        for move in every
        if move.in_year
    )
    return Year(parts, paid, overdue)


def _part(name: str, accounts: frozenset[int], moves: Sequence[Move]) -> Part:
    """A part of the debt; what only moves between its own accounts is neither added nor taken."""
    crossing = [move for move in moves if (move.debit in accounts) != (move.credit in accounts)]
    before = sum(
        move.cents if move.debit in accounts else -move.cents for move in crossing if not move.in_year
    )
    added = sum(move.cents for move in crossing if move.in_year and move.debit in accounts)
    taken = sum(move.cents for move in crossing if move.in_year and move.credit in accounts)
    return Part(name, before, added, taken)
