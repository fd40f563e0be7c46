"""The loan before anything has happened to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from servicing.daycount import fraction
from servicing.life.notes import Notes, Spreading
from servicing.life.state import Row, State
from servicing.schedule import Amount, annuity_instalment, round_cents
from servicing.terms import Terms


def begin(terms: Terms, first_day: date, notes: Notes | None = None) -> State:
    """The loan before anything has happened to it."""
    since = min(first_day, terms.start)
    state = State(
        terms, new_rows(terms), terms.rate, first_instalment(terms), since, date(since.year, 12, 31)
    )
    if notes is not None and terms.instalment is None:
        paying_rows = terms.instalments - terms.grace_principal
        notes.spreading = Spreading(terms.principal, paying_rows, terms.rate)
    state.notes = notes
    return state


def new_rows(terms: Terms) -> list[Row]:
    """The rows of a schedule, before anything fell due."""
    last = terms.first_number + terms.instalments - 1
    grace_until = terms.first_number + terms.grace_principal
    return [
        Row(
            number,
            terms.due_date(number),
            interest_only=number < grace_until or (terms.method == "bullet" and number < last),
        )
        for number in range(terms.first_number, last + 1)
    ]


def first_instalment(terms: Terms) -> Amount:
    """The instalment (linear: the principal part) with which the loan starts, in cents."""
    paying_rows = terms.instalments - terms.grace_principal
    if terms.instalment is not None:
        return terms.instalment
    if terms.method == "linear":
        return round_cents(equal_part(terms.principal, paying_rows), terms.rounding)
    if terms.method == "bullet":
        return 0
    dues = [terms.start, *(terms.due_date(number) for number in range(1, terms.instalments + 1))]
    growth = [
        terms.rate * fraction(terms.day_count, since, until, terms.grid)
        for since, until in zip(
            dues[terms.grace_principal :], dues[terms.grace_principal + 1 :], strict=False
        )
    ]
    return annuity_instalment(terms.principal, growth, terms.rounding)


def equal_part(amount: Amount, parts: int) -> Fraction | Decimal:
    """An amount divided over equal parts, unrounded, in cents."""
    return Fraction(amount) / parts if isinstance(amount, int) else amount / parts
