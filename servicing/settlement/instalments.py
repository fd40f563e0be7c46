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
    rows: list[int] = []
    for nr in range(1, count + 1):
        left = cents - sum(rows)
        rows.append(left if nr == count else min(each, left))
    return tuple(rows)


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
class Repayment:
    """The first year of repaying a retained loan: at least so much a year, in these instalments, from a day."""

    since: date
    cents_a_year: int
    instalments: tuple[int, ...]
    lines: tuple[Line, ...]

    @property
    def groups(self) -> tuple[tuple[int, int], ...]:
        """Equal instalments one after the other: how many, and of how many cents."""
        return tuple((len(list(run)), cents) for cents, run in groupby(self.instalments))


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
        f"Vanaf {dutch_day(since)} betaalt u elk jaar ten minste {dutch_percent(value.rate)} % {text} terug",
        f"From {since} at least {percent_text(value.rate)} % {text_en} is repaid a year",
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
