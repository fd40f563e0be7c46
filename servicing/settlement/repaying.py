"""When what stays a loan is repaid: from the year after the last one with assistance (Bbz art. 13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from servicing.facts import Fact
from servicing.history import history_of
from servicing.life.timeline import live
from servicing.settlement.book_year import BookYear

RETAINED = "bbz_retained_capital_loan"
"""The product of assistance that stays a loan because of own capital."""


def assisted_until(years: Iterable[BookYear]) -> date:
    """The first day after the last of the book years with assistance."""
    return max(year.until for year in years)


def asked_too_early(facts: Sequence[Fact], until: date, day: date) -> date | None:
    """The first day on which a loan that stays asks something before `until`, and that is not paid; None if none."""
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, day)
    return min((row.due for row in state.rows if not row.closed and row.due < until), default=None)
