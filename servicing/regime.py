"""Rules of the Bbz that changed on 1 January 2020: one function before, one from then on, by day of application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal

from ledger.day import FIRST_DAY
from servicing.dated import Dated

AfterCallingIn = Literal["runs", "stops"]
Power = Literal["must", "may"]

REFORM = date(2020, 1, 1)
"""Stb. 2019, 306; an application filed before keeps the old rules (Bbz art. 60a lid 2)."""


def _called_in_bears_no_interest() -> AfterCallingIn:
    """Before 2020 nothing said that interest runs on over what was called in (art. 41 old)."""
    return "stops"


def _called_in_bears_interest() -> AfterCallingIn:
    """The rest stays interest-bearing (art. 41 lid 6)."""
    return "runs"


def _ended_business_is_interest_free() -> Power:
    """The rest became interest-free by law when the business ended (art. 43 lid 2 old)."""
    return "must"


def _ended_business_may_be_interest_free() -> Power:
    """The rest may be made interest-free if the end is not culpable (art. 43 lid 2): a decision."""
    return "may"


_CALLED_IN: Dated[Callable[[], AfterCallingIn]] = Dated(
    {FIRST_DAY: _called_in_bears_no_interest, REFORM: _called_in_bears_interest}
)
_ENDED: Dated[Callable[[], Power]] = Dated(
    {FIRST_DAY: _ended_business_is_interest_free, REFORM: _ended_business_may_be_interest_free}
)


def interest_after_calling_in(application_date: date) -> AfterCallingIn:
    """Whether interest runs on over a loan that was called in."""
    found = _CALLED_IN.on(application_date)
    assert found is not None, application_date
    return found[1]()


def interest_free_after_end(application_date: date) -> Power:
    """Whether the rest must or may be interest-free after the business ended."""
    found = _ENDED.on(application_date)
    assert found is not None, application_date
    return found[1]()
