"""The repayment schedule (aflosschema): due dates, the instalment and the rows, from the terms alone."""

from __future__ import annotations

from collections.abc import Sequence
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
from typing import Literal, assert_never

from ledger.money import half_even, half_up
from servicing.daycount import Grid, Step, step_date

RoundingRule = Literal["half-up", "half-even", "none"]
"""How an amount becomes whole cents; "none" keeps 50 digits instead."""

ROUNDING_RULES: tuple[RoundingRule, ...] = ("half-up", "half-even", "none")

Amount = int | Decimal
"""Whole cents; only with rounding "none" a decimal number of cents."""

UNROUNDED = Context(prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
"""The decimal arithmetic of rounding "none"; decimals of this module are computed in it."""


def round_cents(value: Fraction | Amount, rule: RoundingRule) -> Amount:
    """The amount in cents by the rule: whole cents, or with "none" a decimal of 50 digits."""
    match rule:
        case "half-up":
            return half_up(Fraction(value))
        case "half-even":
            return half_even(Fraction(value))
        case "none":
            return _decimal(value)
        case _:
            assert_never(rule)


def _decimal(value: Fraction | Amount) -> Decimal:
    if isinstance(value, Fraction):
        return UNROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))
    return UNROUNDED.plus(Decimal(value))


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
        return Decimal(principal) / worth
