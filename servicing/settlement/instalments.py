"""How an amount is paid off in parts: the retained loan (Bbz art. 13) and the arrangement after a clawback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from math import ceil

from ledger.errors import BadInput
from ledger.money import euros, half_up
from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.book_year import MONTHS_IN_YEAR
from servicing.settlement.line import Line, source_of
from servicing.terms_data import percent_text
from servicing.wording import dutch_day, dutch_percent


class ArrangementRefused(BadInput):
    """An arrangement has at least one instalment, and amounts above zero."""


def even_instalments(cents: int, count: int) -> tuple[int, ...]:
    """Equal instalments, each rounded half up; the last takes the rest, none goes below zero."""
    each = half_up(Fraction(cents, count))
    return _filled(cents, each, count)


def _filled(cents: int, each: int, count: int) -> tuple[int, ...]:
    """Instalments of an amount as long as it lasts; the last one takes what is left."""
    full, rest = divmod(cents, each) if each else (count, cents)
    if full >= count:
        return (*(each,) * (count - 1), cents - each * (count - 1))
    return (*(each,) * full, rest, *(0,) * (count - full - 1))


def arrangement(cents: int, longest: int, smallest: int) -> tuple[int, ...]:
    """Monthly instalments over at most `longest` months, none but the last below `smallest` cents.

    What would fall below the smallest instalment is paid in fewer months. Raises `ArrangementRefused`.
    """
    if cents <= 0 or longest < 1 or smallest < 0:
        raise ArrangementRefused(
            f"an arrangement of {euros(cents)} in at most {longest} months of at least {euros(smallest)}: "
            "all must be above zero"
        )
    each = half_up(Fraction(cents, longest))
    if each >= smallest:
        return tuple(part for part in even_instalments(cents, longest) if part)
    return _filled(cents, smallest, ceil(Fraction(cents, smallest)))


@dataclass(frozen=True, slots=True)
class Instalments:
    """Monthly instalments in cents, and what they leave unpaid when their time is over."""

    parts: tuple[int, ...]
    left: int

    @property
    def groups(self) -> tuple[tuple[int, int], ...]:
        """Equal instalments one after the other: how many, and of how many cents."""
        return _runs(self.parts)


def by_capacity(cents: int, a_month: int, longest: int | None) -> Instalments:
    """So much a month until all is paid, or until the longest term is over; raises `ArrangementRefused`."""
    if cents <= 0 or a_month <= 0 or (longest is not None and longest < 1):
        raise ArrangementRefused(
            f"an arrangement of {euros(cents)} by {euros(a_month)} a month: both must be above zero"
        )
    needed = ceil(Fraction(cents, a_month))
    if longest is not None and longest < needed:
        return Instalments((a_month,) * longest, cents - a_month * longest)
    return Instalments(_filled(cents, a_month, needed), 0)


def _runs(parts: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((len(list(run)), cents) for cents, run in groupby(parts))


@dataclass(frozen=True, slots=True)
class Repayment:
    """The first year of repaying a retained loan: at least so much a year, in these instalments, from a day."""

    since: date
    cents_a_year: int
    instalments: tuple[int, ...]
    lines: tuple[Line, ...]

    @property
    def groups(self) -> tuple[tuple[int, int], ...]:
        """Equal instalments one after the other: how many, and of how many cents."""
        return _runs(self.instalments)


def yearly_repayment(loan: int, since: date, law: Law, policy: Choices) -> Repayment | None:
    """At least a tenth a year from the year after the last year of assistance; None without a loan.

    The first year is the same for the original and for the remaining amount. Rounded up: the law says at least.
    """
    if not loan:
        return None
    value = law.value_on("retained_loan_yearly_repayment", since)
    base, count = _BASES[policy.choice("art13.base")]
    a_year = min(loan, ceil(loan * value.rate))
    text, text_en = base
    line = Line(
        f"Vanaf {dutch_day(since)} betaalt u elk jaar ten minste {dutch_percent(value.rate)} % {text} terug. "
        "Krijgt u daarna nog bijstand? Dan begint u in het jaar na uw laatste jaar met bijstand",
        f"From {since} at least {percent_text(value.rate)} % {text_en} is repaid a year, or from the year after the "
        "last one with assistance",
        "Bbz art. 13",
        a_year,
        source_of(value),
    )
    return Repayment(since, a_year, even_instalments(a_year, count), (line,))


_ORIGINAL = ("van de lening", "of the original amount")
_REMAINING = ("van wat er dan nog openstaat", "of the remaining amount")
_BASES: Mapping[str, tuple[tuple[str, str], int]] = {
    "original_monthly": (_ORIGINAL, MONTHS_IN_YEAR),
    "original_yearly": (_ORIGINAL, 1),
    "remaining_monthly": (_REMAINING, MONTHS_IN_YEAR),
    "remaining_yearly": (_REMAINING, 1),
}
