"""The repayment schedule (aflosschema): due dates, the instalment and the rows, from the terms alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from typing import Literal, NamedTuple, assert_never

from ledger.money import half_even, half_up
from servicing.daycount import Grid, Step, step_date

RoundingRule = Literal["half-up", "half-even", "none"]
"""How an amount becomes whole cents; "none" keeps 50 digits instead."""

ROUNDING_RULES: tuple[RoundingRule, ...] = ("half-up", "half-even", "none")

Amount = int | Decimal
"""Whole cents; only with rounding "none" a decimal number of cents."""

UNROUNDED = Context(prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
"""The decimal arithmetic of rounding "none"; decimals of this module are computed in it."""

FINEST = Decimal("1e-30")
"""What amounts are a multiple of with rounding "none": so they add up exactly, and nothing can be left over."""


class Period(NamedTuple):
    """The time before a due date: `growth` is rate x year fraction, so what one cent earns in it."""

    due_date: date
    growth: Fraction


class Row(NamedTuple):
    """A row of the schedule: what falls due on a day, and the principal left after it."""

    nr: int
    due_date: date
    principal: Amount
    interest: Amount
    balance: Amount

    @property
    def due(self) -> Amount:
        """Principal and interest together."""
        with localcontext(UNROUNDED):
            return self.principal + self.interest


class Schedule(NamedTuple):
    """The instalment (termijnbedrag; linear: the principal part; bullet: 0) and all rows."""

    instalment: Amount
    rows: tuple[Row, ...]

    @property
    def total_principal(self) -> Amount:
        """What is repaid in all."""
        with localcontext(UNROUNDED):
            return sum(row.principal for row in self.rows)

    @property
    def total_interest(self) -> Amount:
        """The interest of all rows."""
        with localcontext(UNROUNDED):
            return sum(row.interest for row in self.rows)


PrincipalOf = Callable[[int, Amount], Amount]
"""From a row's number and its interest: the principal the row would take."""


def round_cents(value: Fraction | Amount, rule: RoundingRule) -> Amount:
    """The amount in cents by the rule: whole cents, or with "none" a decimal of 50 digits."""
    match rule:
        case "half-up":
            return half_up(value if isinstance(value, Fraction) else Fraction(value))
        case "half-even":
            return half_even(value if isinstance(value, Fraction) else Fraction(value))
        case "none":
            return _decimal(value)
        case _:
            assert_never(rule)


def round_product(cents: Amount, share: Fraction, rule: RoundingRule) -> Amount:
    """The amount times the share, rounded once; in whole numbers, since every row of every loan does it."""
    if rule == "half-up" and isinstance(cents, int) and cents >= 0:
        return (2 * cents * share.numerator + share.denominator) // (2 * share.denominator)
    if rule == "none":
        product = UNROUNDED.multiply(Decimal(cents), Decimal(share.numerator))
        return _decimal(UNROUNDED.divide(product, Decimal(share.denominator)))
    return round_cents(Fraction(cents) * share, rule)


def _decimal(value: Fraction | Amount) -> Decimal:
    if isinstance(value, Fraction):
        value = UNROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))
    return UNROUNDED.quantize(Decimal(value), FINEST)


def grid_of(start: date, first_due: date | None, step: Step) -> Grid:
    """The grid of a loan's notional periods: its anchor is the first due date, or else the start."""
    return Grid(first_due or start, step)


def due_dates(start: date, first_due: date | None, step: Step, instalments: int) -> tuple[date, ...]:
    """The due dates (vervaldagen): from `first_due`, or else from one step after the start."""
    numbers = range(instalments) if first_due else range(1, instalments + 1)
    return tuple(step_date(first_due or start, step, number) for number in numbers)


def annuity_instalment(principal: Amount, growth: Sequence[Fraction], rounding: RoundingRule) -> Amount:
    """The level instalment in cents that repays the principal; `growth` is rate x year fraction of each row.

    It is the principal / sum of products of 1 / (1 + growth) over the rows, rounded once.
    """
    if rounding == "none":
        return _annuity_unrounded(principal, growth)
    # Horner's rule from the last row, in whole numbers: Fractions would look for common divisors each time.
    top, bottom = 0, 1
    for share in reversed(growth):
        top, bottom = (top + bottom) * share.denominator, bottom * (share.denominator + share.numerator)
    return round_cents(Fraction(principal) * bottom / top, rounding)


def _annuity_unrounded(principal: Amount, growth: Sequence[Fraction]) -> Decimal:
    with localcontext(UNROUNDED):
        worth = Decimal(0)
        for share in reversed(growth):
            worth = (worth + 1) / (1 + Decimal(share.numerator) / Decimal(share.denominator))
        return _decimal(Decimal(principal) / worth)


def repay(
    principal: Amount,
    periods: Sequence[Period],
    part: PrincipalOf,
    rounding: RoundingRule,
    accrued: Amount = 0,
) -> tuple[Row, ...]:
    """The rows by which a principal is repaid: interest on the balance, and the part a row takes.

    A row never takes less than nothing or more than the balance; the last row takes what is left, so that
    no cent is lost. `accrued` is interest from before the start, which falls due with the first row.
    """
    with localcontext(UNROUNDED):
        rows: list[Row] = []
        balance = _decimal(principal) if rounding == "none" else principal
        for nr, (due_date, growth) in enumerate(periods, start=1):
            interest = round_product(balance, growth, rounding) + accrued
            taken = balance if nr == len(periods) else min(max(part(nr, interest), 0), balance)
            balance, accrued = balance - taken, 0
            rows.append(Row(nr, due_date, taken, interest, balance))
        return tuple(rows)


def level(instalment: Amount) -> PrincipalOf:
    """Annuity: what the level instalment leaves after interest."""
    return lambda _, interest: instalment - interest


def equal(instalment: Amount) -> PrincipalOf:
    """Linear: the same principal in every row."""
    return lambda *_: instalment


def nothing(*_: object) -> int:
    """Bullet: no principal before the last row."""
    return 0


def after_grace(rows: int, part: PrincipalOf) -> PrincipalOf:
    """The first rows pay interest only (aflossingsvrij); the others take their part."""
    return lambda nr, interest: part(nr, interest) if nr > rows else 0
