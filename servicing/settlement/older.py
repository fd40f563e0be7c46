"""Whether the business of an older self-employed person still earns what art. 25 asks for assistance to go on.

The law does not say over which years gross income is averaged, so nothing follows by itself: a person is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from ledger.money import euros, half_up
from servicing.facts import Fact
from servicing.law import Law, UnknownLaw
from servicing.reading import Reader
from servicing.settlement.book_year import BookYear
from servicing.settlement.cycle import figures_on

ARTICLE = "Bbz art. 25"
MINIMUM = "minimum_income_older"


class Earned(NamedTuple):
    """Gross income from business of a book year in cents (None: earned in a company), and the fact that tells it."""

    year: BookYear
    cents: int | None
    loan: int
    fact: int


def earned_in(facts: Iterable[Fact], year: BookYear) -> Earned | None:
    """What the last figures of a book year say; None while there are none."""
    found = figures_on(facts, year)
    said = found.data.get("figures") if found is not None else None
    if found is None or not isinstance(said, dict):
        return None
    reader = Reader(said)
    keys = [key for key in ("profit", "profit_corrections") if reader.has(key)]
    is_of_company = not keys or reader.has("company_profit")
    cents = None if is_of_company else sum(reader.signed_amount(key) for key in keys)
    return Earned(year, cents, found.loan, found.nr)


def below_minimum(years: Sequence[Earned], law: Law) -> str:
    """Why a person looks at the last of these book years, the first first; empty where it earned enough."""
    last = years[-1]
    since = f"book year from {last.year.since}"
    try:
        minimum = law.value_on(MINIMUM, last.year.since)
    except UnknownLaw as unknown:
        return f"{since}: gross income is to be held against {ARTICLE}: {unknown}"
    if last.cents is None:
        return f"{since}: income in a company is to be held against {euros(minimum.cents)} ({ARTICLE})"
    if last.cents >= minimum.cents:
        return ""
    known = [one.cents for one in years if one.cents is not None]
    mean = half_up(Fraction(sum(known), len(known)))
    return (
        f"{since}: gross income from business of {euros(last.cents)} is below {euros(minimum.cents)}; "
        f"the mean of the known book years ({len(known)}) is {euros(mean)} ({ARTICLE}, older)"
    )
