"""The terms of a case, read; and the annuity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.days import day_fraction, days_between, steps_from

Case = dict[str, Any]


def cents(amount: object) -> int:
    """Whole cents of an amount in euros, written as text or as a number with at most two decimals."""
    value = Fraction(str(amount)) * 100
    assert value.denominator == 1, amount
    return int(value)


def day(value: object) -> date:
    """The day, given as one or as ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def percent(value: object) -> Fraction:
    """A rate per year, from a percentage."""
    return Fraction(str(value)) / 100


@dataclass(frozen=True)
class Terms:
    """What was agreed; amounts in cents, the rate per year."""

    principal: int
    rate: Fraction
    start: date
    count: int
    method: str
    every: str
    first_due: date | None
    day_count: str
    rounding: str
    instalment: int | None
    grace: int
    allocation: tuple[str, ...]
    interest_from: date | None
    tolerance: int
    interest_last: bool = False
    offset: int = 0
    """The number of the last row before these terms; above 0 where they came in the place of others."""
    since: date | None = None
    """The due date of that row: the period of the first row by these terms begins on it."""

    @property
    def anchor(self) -> date:
        """The day the steps are counted from."""
        return self.first_due or self.start

    def due_date(self, nr: int) -> date:
        """The due date of row `nr`, counted from 1, or from where other terms ended."""
        place = nr - self.offset
        return steps_from(self.anchor, self.every, place - 1 if self.first_due else place)

    def fraction(self, of: date) -> Fraction:
        """The part of a year that one day is."""
        return day_fraction(self.day_count, self.anchor, self.every, of)

    def fraction_of_row(self, nr: int) -> Fraction:
        """The part of a year that the whole period of row `nr` is; that of the first begins at the start."""
        since = self.since or self.start if nr == self.offset + 1 else self.due_date(nr - 1)
        return sum((self.fraction(each) for each in days_between(since, self.due_date(nr))), Fraction(0))

    def rounded(self, value: Fraction) -> int:
        """The nearest whole number; a tie goes away from zero, or to the even one."""
        whole = value.numerator // value.denominator
        rest = value - whole
        up = rest > Fraction(1, 2) or (
            rest == Fraction(1, 2) and (self.rounding == "half-up" or whole % 2 == 1)
        )
        return whole + 1 if up else whole

    def level_amount(self, principal: int, rate: Fraction, rows: list[int]) -> int:
        """What these rows pay each: the annuity, or with `linear` the equal part of the principal."""
        if self.method == "linear":
            return self.rounded(Fraction(principal, len(rows)))
        discount, total = Fraction(1), Fraction(0)
        for nr in rows:
            discount /= 1 + rate * self.fraction_of_row(nr)
            total += discount
        return self.rounded(principal / total)

    def first_instalment(self) -> int:
        """The instalment as agreed, or computed over the rows that take principal; 0 for a bullet loan."""
        if self.method == "bullet":
            return 0
        if self.instalment is not None:
            return self.instalment
        return self.level_amount(self.principal, self.rate, list(range(self.grace + 1, self.count + 1)))


def terms_of(case: Case) -> Terms:
    """The terms of a `simulate` case, with the defaults of the command line."""
    given = dict(case)
    terms = Terms(
        principal=cents(given.pop("principal")),
        rate=percent(given.pop("annual_rate_percent")),
        start=day(given.pop("start")),
        count=int(given.pop("instalments")),
        method=given.pop("method", "annuity"),
        every=given.pop("every", "1m"),
        first_due=_optional_day(given.pop("first_due", None)),
        day_count=given.pop("day_count", "monthly"),
        rounding=given.pop("rounding", "half-up"),
        instalment=_optional_cents(given.pop("instalment", None)),
        grace=int(given.pop("grace_principal", 0)),
        allocation=tuple(given.pop("allocation", ("costs", "interest", "principal"))),
        interest_from=_optional_day(given.pop("interest_from", None)),
        tolerance=int(given.pop("payment_tolerance", 0)),
        interest_last=bool(given.pop("interest_last", False)),
    )
    assert not given, f"unknown keys: {sorted(given)}"
    assert sorted(terms.allocation) == ["costs", "interest", "principal"], terms.allocation
    return terms


def _optional_day(value: object) -> date | None:
    return None if value is None else day(value)


def _optional_cents(value: object) -> int | None:
    return None if value is None else cents(value)
