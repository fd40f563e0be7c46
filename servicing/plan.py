"""From the terms of a loan to its schedule, as it stands in the decision: nothing disbursed, nothing paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from ledger.day import LAST_DAY
from ledger.money import LARGEST_CENTS, euros
from servicing.daycount import fraction
from servicing.schedule import (
    Amount,
    Period,
    PrincipalOf,
    Schedule,
    after_grace,
    annuity_instalment,
    due_dates,
    equal,
    level,
    nothing,
    repay,
    round_cents,
    round_product,
)
from servicing.terms import Terms, TermsRefused

LARGEST_RATE = Fraction(1)
"""No loan bears more than 100 % a year."""

MOST_INSTALMENTS = 1200
"""A hundred years of months."""


def schedule_of(terms: Terms) -> Schedule:
    """The schedule (aflosschema) of a loan paid out whole on its start; raises `TermsRefused`."""
    check_terms(terms)
    periods = periods_of(terms)
    instalment = instalment_of(terms, periods)
    part = after_grace(terms.grace_principal, _part(terms, instalment))
    return Schedule(instalment, repay(terms.principal, periods, part, terms.rounding))


def periods_of(terms: Terms) -> tuple[Period, ...]:
    """The interest periods of the terms, from the start to each due date in turn."""
    dates = due_dates(terms.start, terms.first_due, terms.step, terms.instalments)
    return growth_until(terms, dates)


def growth_until(terms: Terms, dates: Sequence[date]) -> tuple[Period, ...]:
    """Interest periods that end on the days given, at the rate and day count of the terms."""
    grid = terms.grid
    return tuple(
        Period(until, terms.rate * fraction(terms.day_count, since, until, grid))
        for since, until in pairwise((terms.start, *dates))
    )


def instalment_of(terms: Terms, periods: Sequence[Period]) -> Amount:
    """The instalment in cents: as given, or computed over the rows that take principal; bullet: 0."""
    given = terms.instalment or next((amount for _, amount in reversed(terms.plan) if amount), None)
    if given is not None:
        return round_cents(given, terms.rounding)
    repaying = periods[terms.grace_principal :]
    match terms.method:
        case "bullet":
            return round_cents(0, terms.rounding)
        case "linear":
            return round_product(terms.principal, Fraction(1, len(repaying)), terms.rounding)
        case "annuity":
            return annuity_instalment(terms.principal, [row.growth for row in repaying], terms.rounding)
        case _:
            assert_never(terms.method)


def free_plan(terms: Terms, amounts: Sequence[tuple[date, Amount]], last: date) -> Schedule:
    """A plan whose rows a decision sets: days and amounts, interest in them; the last row is the rest.

    Refuses days out of order or before the start, and an amount that does not cover the row's interest.
    """
    _check_amounts(terms)
    dates = [day for day, _ in amounts] + [last]
    if any(until <= since for since, until in pairwise(dates)) or dates[0] < terms.start:
        raise TermsRefused("rows: each day must come after the one before it, and none before start")
    planned = [amount for _, amount in amounts]
    rows = repay(
        terms.principal,
        growth_until(terms, dates),
        lambda nr, interest: planned[nr - 1] - interest,
        terms.rounding,
    )
    for row, amount in zip(rows, planned, strict=False):
        if amount < row.interest:
            raise TermsRefused(f"rows: row {row.nr}: {_euros(amount)} is less than its interest")
    return Schedule(round_cents(0, terms.rounding), rows)


def check_terms(terms: Terms) -> None:
    """Refuse terms that are no loan, naming key, value and rule (`TermsRefused`)."""
    _check_amounts(terms)
    if terms.plan:
        _check_plan(terms)
    if not 1 <= terms.instalments <= MOST_INSTALMENTS:
        _refuse("instalments", terms.instalments, f"must be from 1 to {MOST_INSTALMENTS}")
    if terms.day_count == "monthly" and not terms.step.months:
        _refuse("day_count", "monthly", f"needs a period in months or years, and every is {terms.step}")
    _check_days(terms)
    if terms.method == "bullet" and (terms.grace_principal or terms.instalment is not None):
        _refuse("method", "bullet", "takes no instalment and no grace_principal")
    if not 0 <= terms.grace_principal < terms.instalments:
        rule = f"must be from 0 to below instalments {terms.instalments}"
        _refuse("grace_principal", terms.grace_principal, rule)
    if terms.interest_last and terms.method == "annuity":
        _refuse(
            "interest_last",
            "true",
            "is for a linear or bullet loan: an annuity has its interest in the instalment",
        )
    if terms.method == "annuity" and terms.instalment is not None:
        _check_above_interest(terms, terms.instalment)


def _check_amounts(terms: Terms) -> None:
    for key, amount in (("principal", terms.principal), ("instalment", terms.instalment)):
        if amount is not None and not 0 < amount <= LARGEST_CENTS:
            _refuse(key, _euros(amount), f"must be above 0.00 and at most {euros(LARGEST_CENTS)}")
    if not 0 <= terms.rate <= LARGEST_RATE:
        _refuse("rate", terms.rate * 100, "must be from 0 to 100 percent per year")


def _check_plan(terms: Terms) -> None:
    """A plan's days come in order and each amount but the last covers the interest of its row."""
    if any(amount is None for _, amount in terms.plan[:-1]) or terms.plan[-1][1] is not None:
        _refuse(
            "plan", f"{len(terms.plan)} rows", "every row but the last has an amount; the last takes the rest"
        )
    amounts = [(day, amount) for day, amount in terms.plan if amount is not None]
    free_plan(replace(terms, plan=()), amounts, terms.plan[-1][0])


def _check_days(terms: Terms) -> None:
    if terms.first_due and terms.first_due < terms.start:
        _refuse("first_due", terms.first_due, f"must not be before start {terms.start}")
    try:
        last = terms.due_date(terms.instalments)
    except (ValueError, OverflowError):
        last = date.max
    if last > LAST_DAY:
        _refuse("instalments", terms.instalments, f"the last due date must not be after {LAST_DAY}")


def _part(terms: Terms, instalment: Amount) -> PrincipalOf:
    match terms.method:
        case "annuity":
            return level(instalment)
        case "linear":
            return equal(instalment)
        case "bullet":
            return nothing
        case _:
            assert_never(terms.method)


def _check_above_interest(terms: Terms, given: Amount) -> None:
    """A given annuity must repay something in the first row that takes principal."""
    dates = due_dates(terms.start, terms.first_due, terms.step, terms.grace_principal + 1)
    first = growth_until(terms, dates)[-1]
    interest = round_product(terms.principal, first.growth, terms.rounding)
    if given <= interest:
        _refuse("instalment", _euros(given), f"must be above the first period's interest {_euros(interest)}")


def _euros(amount: Amount) -> str:
    return euros(amount) if isinstance(amount, int) else f"{amount / 100:.12f}"


def _refuse(key: str, value: object, rule: str) -> None:
    raise TermsRefused(f"{key}: {value}: {rule}")
