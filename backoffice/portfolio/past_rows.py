"""The rows of the files about what was before the cut-over: one field a column, in the order of columns.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple

from backoffice.portfolio.problems import Place
from servicing.limitation import ActKind


class DeferralRow(NamedTuple):
    """A row of deferrals: of instalments due in [since, until)."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    reference: str
    since: date
    until: date
    of: Literal["principal", "all"]
    end: Literal["extend", "same"]


class AdvanceRow(NamedTuple):
    """A row of advances; the month by its first day, the amount in cents."""

    place: Place
    loan: str
    creditor: str | None
    month: date
    amount: int

    @property
    def on(self) -> date:
        """The first day of the month."""
        return self.month


class DecisionRow(NamedTuple):
    """A row of decisions."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    reference: str
    decided: str
    title: str


class RepresentativeRow(NamedTuple):
    """A row of representatives."""

    place: Place
    debtor: str
    on: date
    reference: str
    role: str
    name: str
    address: str
    scope: tuple[str, ...] | None
    until: date | None


class ReminderRow(NamedTuple):
    """A row of reminders; the fee in cents."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    step: str
    fee: int | None
    reference: str | None


class InterruptionRow(NamedTuple):
    """A row of interruptions."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    act: ActKind
    proof: str | None
    reference: str | None


class InterestDecisionRow(NamedTuple):
    """A row of interest decisions: over [since, until), in cents."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    reference: str
    since: date
    until: date
    amount: int


class YearRow(NamedTuple):
    """A row of the movements of the year up to the cut-over, in cents."""

    place: Place
    loan: str
    creditor: str | None
    disbursed: int | None
    interest_charged: int | None
    interest_paid: int | None
    interest_remitted: int | None
    principal_paid: int | None
    principal_given_up: int | None
    costs_charged: int | None
    costs_paid: int | None

    @property
    def amounts(self) -> dict[str, int]:
        """The amounts that are not nothing, by name, in cents."""
        return {name: cents for name, cents in zip(self._fields[3:], self[3:], strict=True) if cents}


class EarlierDisbursementRow(NamedTuple):
    """A row of what was paid out before the cut-over, in cents."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    amount: int
    reference: str | None


class HistoryRow(NamedTuple):
    """A row of history, changes and balance in cents, above or below 0."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    text: str
    principal: int | None
    interest: int | None
    costs: int | None
    balance: int | None
    reference: str | None


class OldBalanceRow(NamedTuple):
    """A row of the balances of the old administration, in cents; None is not compared."""

    place: Place
    loan: str
    creditor: str | None
    principal: int | None
    interest: int | None
    accrued_interest: int | None
    costs: int | None
    arrears: int | None
    credit: int | None

    @property
    def amounts(self) -> Mapping[str, int]:
        """The amounts that are given, by name."""
        return {
            name: cents for name, cents in zip(self._fields[3:], self[3:], strict=True) if cents is not None
        }
