"""What is known of one person and one book year when the living allowance is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from ledger.money import half_up
from servicing.dated import Dated
from servicing.settlement.book_year import BookYear

Household = Literal["couple", "single", "single_parent", "cost_sharer"]
HOUSEHOLDS: tuple[Household, ...] = ("couple", "single", "single_parent", "cost_sharer")
Group = Literal["established", "starter", "older", "terminating"]
GROUPS: tuple[Group, ...] = ("established", "starter", "older", "terminating")


@dataclass(frozen=True, slots=True)
class Capital:
    """Own and total capital (eigen en totaal vermogen) on the test date, in cents, of all partners together.

    `is_told`: the case says what is owned; without it nothing counts as owned, which a choice year does not take.
    """

    own: int = 0
    total: int = 0
    partners: int = 1
    is_told: bool = False

    @property
    def own_share(self) -> Fraction:
        """The part of own capital that counts for one of the partners, who have equal parts (art. 32)."""
        return Fraction(self.own, self.partners)


@dataclass(frozen=True, slots=True)
class CrisisAid:
    """Bbz light and Tozo in the book year, in cents."""

    bbz_light: int = 0
    tozo: int = 0


@dataclass(frozen=True, slots=True)
class Company:
    """The private company or cooperative in which the business is run, in cents over the book year (art. 33)."""

    profit: int = 0
    tax: int = 0
    members: int = 1

    @property
    def share(self) -> int:
        """One member's part of the profit less corporation tax; a loss stays in the company."""
        return max(0, half_up(Fraction(self.profit - self.tax, self.members)))


@dataclass(frozen=True, slots=True)
class CapitalLoan:
    """The loan for business capital as far as art. 21 asks, amounts in cents.

    Interest of the instalments due in the book year, accrued over it, and paid of it; `share` is this partner's
    part by decision. `principal` counts only where this book year is the one the client chose (keuzejaar).
    `is_of_bank`: the bank lent it and the college is surety for it (art. 16).
    """

    application: date
    disbursement: date | None = None
    interest_due: int = 0
    interest_accrued: int | None = None
    interest_paid: int | None = None
    partner: int = 1
    share: Fraction | None = None
    principal: int | None = None
    is_choice_year: bool = False
    is_of_bank: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The year of one person, amounts in cents; `months_granted` counts from the book year's first month.

    `months_without` are months between the first and the last in which nothing was granted.

    `other_income` and `partner_income` are net of wage tax, `profit_corrections` what is added to the profit of the
    books or taken off it, such as accelerated depreciation, `health_compensation` that of Zvw art. 46; `income_tax` is
    a rate that the caseworker fills in instead of the law's.
    """

    book_year: BookYear
    households: Dated[Household]
    granted: int
    months_granted: tuple[int, int] | None
    profit: int
    other_income: int = 0
    profit_before_start: int = 0
    special_assistance: int = 0
    health_compensation: int = 0
    supplement_paid: int = 0
    income_tax: Fraction | None = None
    group: Group = "established"
    capital: Capital = Capital()
    aid: CrisisAid = CrisisAid()
    company: Company = Company()
    loan: CapitalLoan | None = None
    wage_tax: int | None = None
    months_without: frozenset[int] = frozenset()
    partner_income: int = 0
    profit_corrections: int = 0

    @property
    def assisted(self) -> tuple[int, ...]:
        """The numbers of the months with assistance, counted from the book year's first."""
        if self.months_granted is None:
            return ()
        first, last = self.months_granted
        return tuple(nr for nr in range(first, last + 1) if nr not in self.months_without)

    @property
    def day(self) -> date:
        """The day that picks the yearly figures of the law: the first of the book year."""
        return self.book_year.since
