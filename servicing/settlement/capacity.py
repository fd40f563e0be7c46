"""What somebody can pay a month or a year (draagkracht): after the business ended, and for an arrangement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from ledger.money import half_up
from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.book_year import MONTHS_IN_YEAR

Period = Literal["month", "year"]


@dataclass(frozen=True, slots=True)
class Means:
    """Net income of the household and its norm with holiday allowance, both over the same period, in cents."""

    income: int
    norm: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """What goes to repayment each period, and over the whole time the law asks it, in cents."""

    cents: int
    period: Period
    periods: int

    @property
    def total(self) -> int:
        """Over the whole time, if income stays as it is."""
        return self.cents * self.periods


def after_the_business(means: Means, law: Law, policy: Choices, day: date) -> Capacity:
    """Half of net income above the norm, for five years (Bbz art. 43 lid 2)."""
    norm_of, period = _INCOMES[policy.choice("loan.art43_income")]
    months = law.value_on("ended_business_repayment_period", day).count
    cents = _above(means.income, norm_of(means.norm, law, day), law, day)
    return Capacity(cents, period, months if period == "month" else months // MONTHS_IN_YEAR)


def share_of_norm(norm: int, law: Law, day: date) -> int:
    """A small part of the norm a month, whatever the income (a practice found elsewhere)."""
    return half_up(norm * law.value_on("practice_loan_assistance_repayment", day).rate)


def above_attachment_free_level(income: int, level: int) -> int:
    """All income above the attachment-free level (beslagvrije voet), which a person fills in."""
    return max(0, income - level)


def half_above_norm(means: Means, law: Law, day: date) -> int:
    """Half of net income above the norm, as art. 43 lid 2 has it, used for an arrangement."""
    return _above(means.income, Fraction(means.norm), law, day)


def _above(income: int, norm: Fraction, law: Law, day: date) -> int:
    return half_up(max(Fraction(0), income - norm) * law.value_on("ended_business_income_share", day).rate)


def _with_holiday(norm: int, law: Law, day: date) -> Fraction:
    del law, day
    return Fraction(norm)


def _without_holiday(norm: int, law: Law, day: date) -> Fraction:
    return norm * (1 - law.value_on("holiday_allowance_share", day).rate)


_INCOMES: Mapping[str, tuple[Callable[[int, Law, date], Fraction], Period]] = {
    "month_household_norm_with_holiday": (_with_holiday, "month"),
    "month_household_norm_without_holiday": (_without_holiday, "month"),
    "year_household_norm_with_holiday": (_with_holiday, "year"),
}
