"""The year norm (jaarnorm, Bbz art. 1 onder g): the assistance norms of the book year, added up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from ledger.money import half_up
from servicing.dated import Dated
from servicing.law import Law, LawValue
from servicing.policy import Choices
from servicing.settlement.book_year import MONTHS_IN_YEAR, BookYear, month_after
from servicing.settlement.figures import Figures, Household
from servicing.settlement.line import SPECIAL, TOLD, Line, english_amount, source_of
from servicing.settlement.rounding import rounding_of
from servicing.wording import dutch_amount

MONTHS_IN_HALF_YEAR = 6


class Norm(NamedTuple):
    """The norm of a household a month, in cents, with the figures of the law behind it."""

    household: Household
    cents: Fraction
    values: tuple[LawValue, ...]


class Part(NamedTuple):
    """A month, or the days of it in which one household held."""

    month: date
    share: Fraction
    norm: Norm

    @property
    def cents(self) -> Fraction:
        """What this part adds, unrounded."""
        return self.norm.cents * self.share


@dataclass(frozen=True, slots=True)
class YearNorm:
    """The year norm in whole cents, what was added to the norms in it, and its parts by month."""

    cents: int
    added: int
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]

    def of_months(self, months: Sequence[date]) -> Fraction:
        """The norms of some months, with all that was added, unrounded."""
        return sum((part.cents for part in self.parts if part.month in months), Fraction()) + (self.added)


def year_norm(figures: Figures, law: Law, policy: Choices) -> YearNorm:
    """The norms of the twelve months with what is added to them, rounded once; refuses an unknown norm."""
    norms = _norms(
        figures.book_year,
        figures.households.items(),
        law,
        policy.choice("jaarnorm.method"),
        policy.choice("jaarnorm.household"),
    )
    special = _COUNTED_SPECIAL[policy.choice("art12.special")] * figures.special_assistance
    added = special + figures.health_compensation
    cents = rounding_of(policy).favour(norms.total + added)
    lines = (*norms.lines, *_added_lines(special, figures.health_compensation), _total(cents))
    return YearNorm(cents, added, norms.parts, lines)


_COUNTED_SPECIAL = {"norm_and_grant": 1, "norm_only": 1, "separate_gift": 0}


def loan_holds_special(policy: Choices) -> bool:
    """Whether special assistance was granted in the loan that is settled (choice A5), and not beside it."""
    return policy.choice("art12.special") == "norm_and_grant"


class _Norms(NamedTuple):
    """The parts of a year, their unrounded sum, and the lines that tell them."""

    parts: tuple[Part, ...]
    total: Fraction
    lines: tuple[Line, ...]


YEARS_REMEMBERED = 4096
"""A run settles many clients of one book year and a few households: the sum of each is made once."""


@lru_cache(maxsize=YEARS_REMEMBERED)
def _norms(
    year: BookYear, households: tuple[tuple[date, Household], ...], law: Law, method: str, by: str
) -> _Norms:
    norm_of, shares_in, held = _METHODS[method], _SHARES[by], Dated(dict(households))
    parts = tuple(
        Part(month, share, norm_of(law, household, year, month))
        for month in year.months()
        for household, share in shares_in(year, held, month)
    )
    return _Norms(parts, sum((part.cents for part in parts), Fraction()), tuple(_run_lines(parts)))


def _of_the_month(law: Law, household: Household, year: BookYear, month: date) -> Norm:
    del year
    return norm_on(law, household, month)


def _of_the_first_month(law: Law, household: Household, year: BookYear, month: date) -> Norm:
    del month
    return norm_on(law, household, year.since)


def _average(law: Law, household: Household, year: BookYear, month: date) -> Norm:
    """The mean of the norms that held in the book year, each counted once however long it held."""
    del month
    norms = [norm_on(law, household, day) for day in _norm_days(year)]
    mean = sum((norm.cents for norm in norms), Fraction()) / len(norms)
    return Norm(household, mean, tuple(value for norm in norms for value in norm.values))


def _norm_days(year: BookYear) -> list[date]:
    """The first day of the book year, and each 1 January and 1 July in it."""
    return [day for day in year.months() if day == year.since or day.month in (1, 1 + MONTHS_IN_HALF_YEAR)]


_METHODS: dict[str, Callable[[Law, Household, BookYear, date], Norm]] = {
    "sum_of_months": _of_the_month,
    "twelve_times_one": _of_the_first_month,
    "twelve_times_average": _average,
}


def norm_on(law: Law, household: Household, day: date) -> Norm:
    """The norm a month of a household on a day (Pw art. 21 and 22a); refuses an unknown one."""
    return _NORMS[household](law, household, day)


def _couple(law: Law, household: Household, day: date) -> Norm:
    value = law.value_on("norm_couple_21_to_pension", day)
    return Norm(household, Fraction(value.cents), (value,))


def _single(law: Law, household: Household, day: date) -> Norm:
    value = law.value_on("norm_single_21_to_pension", day)
    return Norm(household, Fraction(value.cents), (value,))


def _cost_sharer(law: Law, household: Household, day: date) -> Norm:
    """One of two who share the costs: half the norm of a couple, to the cent."""
    couple = law.value_on("norm_couple_21_to_pension", day)
    share = law.value_on("cost_sharer_share_of_two", day)
    return Norm(household, Fraction(half_up(couple.cents * share.rate)), (couple, share))


_NORMS: dict[Household, Callable[[Law, Household, date], Norm]] = {
    "couple": _couple,
    "single": _single,
    "single_parent": _single,
    "cost_sharer": _cost_sharer,
}


def _by_month(
    year: BookYear, households: Dated[Household], month: date
) -> Iterator[tuple[Household, Fraction]]:
    """Each household in the month with its part of the days."""
    del year
    until = month_after(month, 1)
    changes = [day for day, _ in households.items() if month < day < until]
    starts = [month, *changes]
    for start, end in zip(starts, [*changes, until], strict=True):
        yield _household(households, start), Fraction((end - start).days, (until - month).days)


def _at_year_end(
    year: BookYear, households: Dated[Household], month: date
) -> Iterator[tuple[Household, Fraction]]:
    """The household of the last day of the book year, in every month."""
    del month
    last_month = month_after(year.since, MONTHS_IN_YEAR - 1)
    *_, (household, _share) = _by_month(year, households, last_month)
    yield household, Fraction(1)


_SHARES = {"per_month": _by_month, "year_end": _at_year_end}


def _household(households: Dated[Household], day: date) -> Household:
    found = households.on(day)
    assert found, "a household is known from the first day of the book year"
    return found[1]


_DUTCH: dict[Household, str] = {
    "couple": "gehuwden",
    "single": "een alleenstaande",
    "single_parent": "een alleenstaande ouder",
    "cost_sharer": "een kostendeler",
}
_ENGLISH: dict[Household, str] = {
    "couple": "a couple",
    "single": "a single person",
    "single_parent": "a single parent",
    "cost_sharer": "a cost sharer",
}
_ARTICLES: dict[Household, str] = {
    "couple": "Pw art. 21 onder b",
    "single": "Pw art. 21 onder a",
    "single_parent": "Pw art. 21 onder a",
    "cost_sharer": "Pw art. 22a",
}


def norm_line(norm: Norm) -> Line:
    """The norm of one month, said to the client."""
    return _run_line(norm, Fraction(1), 1)


def _run_lines(parts: Sequence[Part]) -> Iterator[Line]:
    for (norm, share), run in groupby(parts, key=lambda part: (part.norm, part.share)):
        yield _run_line(norm, share, len(list(run)))


def _run_line(norm: Norm, share: Fraction, count: int) -> Line:
    cents, household = half_up(norm.cents), norm.household
    time = f"{count} maand{'en' if count > 1 else ''}" if share == 1 else f"{share} maand"
    time_en = f"{count} month{'s' if count > 1 else ''}" if share == 1 else f"{share} of a month"
    return Line(
        f"{time} bijstandsnorm voor {_DUTCH[household]} van {dutch_amount(cents)} per maand",
        f"{time_en} at the norm for {_ENGLISH[household]} of {english_amount(cents)} a month",
        _ARTICLES[household],
        half_up(norm.cents * share * count),
        source_of(*norm.values),
    )


def _added_lines(special: int, health: int) -> Iterator[Line]:
    if special:
        text = "De bijzondere bijstand die u kreeg, telt mee in de jaarnorm"
        yield Line(text, "Special assistance counts in the year norm", "Bbz art. 1 onder g", special, SPECIAL)
    if health:
        text = "De vergoeding voor de zorgverzekering telt mee in de jaarnorm"
        yield Line(text, "Compensation of Zvw art. 46", "Bbz art. 1 onder g", health, TOLD)


def _total(cents: int) -> Line:
    text = "Samen is dat de jaarnorm: het bedrag dat volgens de wet nodig is om een jaar van te leven"
    return Line(text, "Together this is the year norm", "Bbz art. 1 onder g", cents)
