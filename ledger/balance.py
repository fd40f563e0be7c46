"""What balances and trial balances are as values; `ledger.store` fills them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AsOf:
    """Which rows count: those holding on `value_date` or before, booked on `business_date` or before.

    None on an axis means all of it.
    """

    value_date: date | None = None
    business_date: date | None = None


EVERYTHING = AsOf()


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """One account: what was debited and credited in cents, and both of its names."""

    account: int
    number: int
    name_en: str
    name_nl: str
    debit_cents: int
    credit_cents: int

    @property
    def balance_cents(self) -> int:
        """Debit minus credit."""
        return self.debit_cents - self.credit_cents


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts of one creditor, in the order of their numbers."""

    creditor: int
    as_of: AsOf
    lines: tuple[TrialBalanceLine, ...]

    @property
    def total_cents(self) -> int:
        """The sum of all balances: zero, always."""
        return sum(line.balance_cents for line in self.lines)
