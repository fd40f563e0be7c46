"""The book years in which the interest of business capital is asked about by itself (Bbz art. 21 and 31)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from ledger.money import cents_of
from servicing.facts import Fact, FactKind
from servicing.history import History, history_of
from servicing.life.state import Row
from servicing.life.timeline import live
from servicing.product import Group
from servicing.settlement.allowance import holding
from servicing.settlement.book_year import BookYear
from servicing.settlement.cycle import Times, YearCase, figures_on, steps_of
from servicing.settlement.figures import GROUPS

CAPITAL = "bbz_business_capital"
"""The product of which art. 21 remits interest."""

SURETY = "bbz_surety"
"""A loan of the bank for which the college is surety: nothing is paid out, and its interest is given (lid 2)."""

OF_INTEREST = frozenset({CAPITAL, SURETY})

Asking = Literal["never", "with-interest", "always"]
"""Whether a year is asked about by itself: not where nothing could be remitted; of a surety without own interest."""

ENTITLED: Group = "established"
"""The only group with a right to remission of interest."""

YEARS = 2
"""So many book years after that of the application."""


def group_of(facts: Iterable[Fact]) -> Group | None:
    """The group of the client: told last by itself, else in the decision that grants the loan; None if never."""
    found = None
    for fact in sorted(holding(facts), key=lambda fact: (fact.kind is FactKind.CLIENT_GROUP, fact.nr)):
        if fact.kind in {FactKind.CLIENT_GROUP, FactKind.GRANT}:
            found = fact.data.get("group", found)
    return next((group for group in GROUPS if group == found), None)


def years_after(day: date) -> list[BookYear]:
    """The calendar years after the day that begins the window: the application, or else the start of the loan."""
    return [BookYear(date(day.year + nr, 1, 1)) for nr in range(1, YEARS + 1)]


def in_cycle(
    case: YearCase, times: Times, others: Sequence[BookYear], day: date, asking: Asking = "with-interest"
) -> bool:
    """Whether a book year of interest is in the cycle; `others` are years of the loan with figures.

    It is where somebody told of it, unless the figures of overlapping books took its place. By itself it is once it
    has ended, of an established client, with interest due, if figures could still come when the group was told.
    """
    if figures_on(case.facts, case.year) or case.proposed or case.decided:
        return True
    if any(other.since < case.year.until and case.year.since < other.until for other in others):
        return False
    return bool(steps_of(case.facts, case.year)) or (
        asking != "never" and _is_asked(case, times, day, asking)
    )


def _is_asked(case: YearCase, times: Times, day: date, asking: Asking) -> bool:
    if day < case.year.until or group_of(case.facts) != ENTITLED:
        return False
    if times.deadline < _told_on(case.facts):
        return False
    return asking == "always" or any(row.interest for row in rows_due(history_of(case.facts), case.year, day))


def _told_on(facts: Iterable[Fact]) -> date:
    """When the office first knew the group."""
    kinds = {FactKind.GRANT, FactKind.CLIENT_GROUP}
    return min(fact.known_on for fact in holding(facts) if fact.kind in kinds and "group" in fact.data)


def was_taken_over(facts: Iterable[Fact], year: BookYear) -> bool:
    """Whether the loan came in with its balance in or after a book year."""
    return any(fact.kind is FactKind.OPENING and fact.value_date >= year.since for fact in holding(facts))


def interest_before(facts: Sequence[Fact], year: BookYear) -> tuple[int, int] | None:
    """Interest charged and paid in a book year before the loan was taken over, in cents, as its import told it.

    Nothing (0 and 0) of a loan that was here before the year began; None where the import did not tell it.
    """
    if not was_taken_over(facts, year):
        return 0, 0
    told = [
        fact.data
        for fact in holding(facts)
        if fact.kind is FactKind.YEAR_TO_DATE and year.since == date(fact.value_date.year, 1, 1)
    ]
    if not told:
        return None
    charged, paid = (
        cents_of(str(told[-1].get(key, "0.00"))) for key in ("interest_charged", "interest_paid")
    )
    return charged, paid


def rows_due(history: History, year: BookYear, day: date) -> list[Row]:
    """The rows of a loan that fell due in a book year, as they stand at the end of a day."""
    state = live(history.terms, history.events, history.reversals, day)
    return [row for row in state.rows if row.fell_due and year.since <= row.due < year.until]
