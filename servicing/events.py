"""What happens to a loan, as values: each has its own day, and the id of the fact it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from servicing.schedule import Amount
from servicing.terms import Part, Terms


@dataclass(frozen=True, slots=True)
class Disbursed:
    """Money paid out to the debtor (uitbetaling), a tranche of the loan."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """The balances with which a loan comes in from another administration at the cut-over."""

    on: date
    principal: int
    principal_due: int = 0
    interest_due: int = 0
    accrued: int = 0
    deferred_interest: int = 0
    costs: int = 0
    credit: int = 0
    arrears_since: date | None = None
    fact: int = 0


@dataclass(frozen=True, slots=True)
class RateChanged:
    """Another rate from this day; `recompute` also computes the instalment again."""

    on: date
    rate: Fraction
    recompute: bool = False
    fact: int = 0


@dataclass(frozen=True, slots=True)
class InstalmentSet:
    """Another instalment for rows that fall due on or after this day (linear: the principal part)."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """Another schedule from this day by a decision (gewijzigd aflossingsschema) for what has not fallen due."""

    on: date
    terms: Terms
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Deferral:
    """Uitstel for rows due from `since` until (not including) `until`, decided with effect on `on` (Bbz art. 41)."""

    on: date
    since: date
    until: date
    of: Literal["principal", "all"]
    end: Literal["extend", "same"]
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """The instalment is computed again on this day: the end of a deferral that keeps the last due date."""

    on: date
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """Money received; `early` makes it an early repayment that shortens the term or lowers the instalment."""

    on: date
    amount: Amount
    early: Literal["", "term", "instalment"] = ""
    fact: int = 0


@dataclass(frozen=True, slots=True)
class PaidOff:
    """Everything owed on this day, paid on this day."""

    on: date
    fact: int = 0


@dataclass(frozen=True, slots=True)
class CostCharged:
    """Costs the debtor owes, such as a reminder fee."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """Afschrijving of a part of the claim by decision."""

    on: date
    amount: Amount
    of: Part
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Reversed:
    """A payment that came back (storno): removed from its own day, shown on both days in the books."""

    on: date
    payment: Paid | PaidOff
    fact: int = 0


Event = (
    Disbursed
    | Opened
    | RateChanged
    | InstalmentSet
    | Rescheduled
    | Deferral
    | Spread
    | Paid
    | PaidOff
    | CostCharged
    | WrittenOff
)
