"""The loan before anything has happened to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from servicing.life.notes import Notes, Spreading
from servicing.life.state import Row, State
from servicing.plan import instalment_of, periods_of
from servicing.schedule import Amount
from servicing.terms import Terms

TERMS_REMEMBERED = 20_000
"""A night meets the same terms again and again; their dates and instalment are computed once."""


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
    rows = [new_row(terms, number, due, grace=grace) for number, due, grace in _plan(terms)]
    for row, (_, planned) in zip(rows, terms.plan, strict=False):
        row.planned = planned
    return rows


def new_row(terms: Terms, number: int, due: date, *, grace: bool = False) -> Row:
    """A row before it fell due."""
    return Row(number, due, interest_only=grace, deferred="interest" if terms.interest_last else "")


@lru_cache(maxsize=TERMS_REMEMBERED)
def _plan(terms: Terms) -> tuple[tuple[int, date, bool], ...]:
    """Number, due date and whether it is interest only, of each row."""
    last = terms.first_number + terms.instalments - 1
    grace_until = terms.first_number + terms.grace_principal
    is_bullet = terms.method == "bullet"
    return tuple(
        (number, terms.due_date(number), number < grace_until or (is_bullet and number < last))
        for number in range(terms.first_number, last + 1)
    )


@lru_cache(maxsize=TERMS_REMEMBERED)
def first_instalment(terms: Terms) -> Amount:
    """The instalment (linear: the principal part) with which the loan starts, in cents."""
    return instalment_of(terms, periods_of(terms))


def equal_part(amount: Amount, parts: int) -> Fraction | Decimal:
    """An amount divided over equal parts, unrounded, in cents."""
    return Fraction(amount) / parts if isinstance(amount, int) else amount / parts
