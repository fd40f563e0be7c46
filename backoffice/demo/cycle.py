"""Clients with living allowance in a demo: months paid, figures handed in or not, and one settlement decided."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Engine

from backoffice.cli.database import Desk
from backoffice.demo.offers import ONE_MONTH
from backoffice.demo.story import ACTOR, Story, Window
from backoffice.settling import Ask, decide_settlement
from jobs.business_dates import recorded
from jobs.settlement_cycle import cases
from ledger.database import writing
from ledger.errors import BadInput
from servicing.daycount import step_date
from servicing.facts import Draft, FactKind
from servicing.granting import Grant
from servicing.people import NotAllowed
from servicing.terms_data import terms_data

SETTLED_AFTER_YEARS = 50
"""Living allowance has no due date of its own: it is settled. The one row of its loan lies so far ahead."""

PAID_ON: Final = 24
REQUESTED, HANDED_IN, HEARD, REMINDED = (4, 8), (6, 15), (6, 22), (6, 8)
"""Month and day of the cycle, in the year after the book year."""


def year_of_grants(window: Window) -> tuple[date, date]:
    """When living allowance is granted: so that its book year was over a while ago, where the demo is long enough."""
    year = window.last.year - 1
    return (date(year, 7, 1), date(year, 9, 30)) if window.first <= date(year, 7, 1) else window


def pay_living_allowance(story: Story, grant: Grant) -> date:
    """The decision, then a payment a month until the book year is over; the day of the last one."""
    first = step_date(grant.terms.start.replace(day=1), ONE_MONTH, 1)
    far = date(first.year + SETTLED_AFTER_YEARS, 1, 1)
    decided, key = grant.decision_date, f"besluit {grant.decision_date}"
    story.decide(FactKind.GRANT, decided, terms_data(replace(grant.terms, first_due=far)), key)
    about = {"book_year": _book_year(first), "group": "established"}
    story.decide(FactKind.ASSISTANCE, decided, about, f"assistance {first.year}")
    cents, on = story.rng.randrange(750, 1_150, 50) * 100, decided
    for month in range(first.month, 13):
        on = date(first.year, month, PAID_ON)
        says = {"month": f"{on:%Y-%m}", "household": "single"}
        story.tell(on, Draft(story.loan, FactKind.ADVANCE_PAID, on, f"{on:%Y-%m}", cents, data=says))
    return on


def little_profit(story: Story) -> None:
    """Figures of a poor year come in: a supplement is proposed."""
    _figures(story, "4000.00")


def much_profit(story: Story) -> None:
    """Figures of a good year come in, and the client is heard: what may be reclaimed waits for its decision."""
    _figures(story, "21000.00")
    _step(story, "hearing", HEARD)


def silent(story: Story) -> None:
    """The client is asked and reminded, and hands nothing in."""
    _step(story, "request", REQUESTED)
    _step(story, "reminder", REMINDED)


def decide_one(engine: Engine) -> None:
    """Somebody decides a settlement, which waits for a second person; nobody does where ACTOR may not."""
    with writing(engine) as connection:
        desk = Desk(connection, recorded(connection, ACTOR))
        for one in cases(connection, desk.by.known_on):
            if one.stand.state == "to-decide" and one.kept and not one.kept.amounts.largest_reclaim:
                with suppress(BadInput, NotAllowed):
                    decide_settlement(desk, one, Ask(reason="De aanvulling volgt uit de jaarcijfers."))
                return


def _figures(story: Story, profit: str) -> None:
    _step(story, "request", REQUESTED)
    on = _day(story, HANDED_IN)
    says = {
        "book_year": _book_year(story.begun),
        "figures": {"profit": profit, "income_tax_percent": "20"},
    }
    story.decide(FactKind.YEAR_FIGURES, on, says, f"jaarrekening {story.begun.year}")


def _step(story: Story, name: str, day: tuple[int, int]) -> None:
    on = _day(story, day)
    story.decide(
        FactKind.CYCLE_STEP, on, {"book_year": _book_year(story.begun), "step": name}, f"{name} {on}"
    )


def _day(story: Story, day: tuple[int, int]) -> date:
    """A day of the cycle, by client some days later."""
    return date(story.begun.year + 1, *day) + timedelta(days=story.loan % 4)


def _book_year(day: date) -> str:
    return date(day.year, 1, 1).isoformat()
