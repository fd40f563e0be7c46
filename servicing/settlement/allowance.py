"""The living allowance of one book year as its facts tell it: months, amounts, household, group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from ledger.day import parse_day
from ledger.money import cents_of, euros
from servicing.facts import Fact, FactKind
from servicing.settlement.book_year import MONTHS_IN_YEAR, BookYear

LIVING_ALLOWANCE = "bbz_living_allowance"
"""The product of a loan that is settled by book year."""

ADVANCES = frozenset({FactKind.ADVANCE_PAID, FactKind.ADVANCE})
"""Months of assistance: paid while the loan is here, or before it came from another administration."""

CALENDAR = date(2000, 1, 1)
"""A day on which a calendar year starts: the book year where nobody said another."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What was paid as a loan in a book year: cents by the first day of each month, and what of it was special."""

    book_year: BookYear
    months: Mapping[date, int]
    special: int
    households: Mapping[date, str]
    group: str

    @property
    def granted(self) -> int:
        """All that was paid, in cents."""
        return sum(self.months.values())

    def case(self) -> dict[str, object]:
        """The keys of a settlement that the months themselves give; the figures of the year come on top."""
        since = self.book_year.since
        numbers = sorted(_number(since, month) for month, cents in self.months.items() if cents)
        found: dict[str, object] = {
            "book_year": str(since.year),
            "book_year_start": since.isoformat(),
            "granted": euros(self.granted),
            "group": self.group,
        }
        if numbers:
            found["months_granted"] = [numbers[0], numbers[-1]]
            missing = [nr for nr in range(numbers[0], numbers[-1]) if nr not in numbers]
            found |= {"months_without": missing} if missing else {}
        if self.special:
            found["special_assistance"] = euros(self.special)
        if self.households:
            found["household"] = _changes(since, self.households)
        return found


def holding(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that were not withdrawn."""
    known = list(facts)
    gone = {fact.of for fact in known if fact.kind is FactKind.WITHDRAWAL}
    return [fact for fact in known if fact.nr not in gone] if gone else known


def allowance_of(facts: Sequence[Fact]) -> Allowance | None:
    """The living allowance that the facts of a loan tell of; None where they tell of none."""
    held = holding(facts)
    paid = [fact for fact in held if fact.kind in ADVANCES]
    about = [fact for fact in held if fact.kind is FactKind.ASSISTANCE]
    if not paid and not about:
        return None
    said = {key: str(value) for fact in about for key, value in fact.data.items()}
    year = BookYear(parse_day(said["book_year"])) if about else _calendar_year(paid)
    months: dict[date, int] = {}
    for fact in paid:
        month = month_of(fact)
        months[month] = months.get(month, 0) + fact.cents
    return Allowance(
        year,
        dict(sorted(months.items())),
        sum(cents_of(str(fact.data.get("special", "0.00"))) for fact in paid),
        {month_of(fact): str(fact.data["household"]) for fact in paid if fact.data.get("household")},
        said.get("group", "established"),
    )


def month_of(fact: Fact) -> date:
    """The first day of the month for which an advance was paid, which its data writes as 2025-03."""
    return _first_of(str(fact.data["month"]))


@lru_cache(maxsize=1200)
def _first_of(month: str) -> date:
    return parse_day(f"{month}-01")


def _calendar_year(paid: Sequence[Fact]) -> BookYear:
    return BookYear(CALENDAR).holding(min(month_of(fact) for fact in paid))


def _number(since: date, month: date) -> int:
    return (month.year - since.year) * MONTHS_IN_YEAR + month.month - since.month + 1


def _changes(since: date, households: Mapping[date, str]) -> list[dict[str, str]]:
    """From which day each household holds; the first one from the start of the book year."""
    known = sorted(households.items())
    later = [after for before, after in pairwise(known) if after[1] != before[1]]
    found = [(since, known[0][1]), *later]
    return [{"from": day.isoformat(), "household": household} for day, household in found]
