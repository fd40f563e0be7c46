"""What pays a loan off: for any day, with its parts, and how it grows on the days after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from servicing.banking_days import ONE_DAY
from servicing.facts import Fact
from servicing.history import History, history_of
from servicing.life.outcome import open_amounts
from servicing.life.timeline import live
from servicing.schedule import Amount


class PayoffLine(NamedTuple):
    """What pays the loan off on a day, in cents; `credit` stands beside it: only a decision sets it off."""

    on: date
    principal: Amount
    principal_due: Amount
    interest_due: Amount
    interest_running: Amount
    interest_deferred: Amount
    statutory_interest: Amount
    costs: Amount
    credit: Amount
    total: Amount


@dataclass(frozen=True, slots=True)
class Payoff:
    """The payoff figure of some days in a row; it holds as long as nothing else happens to the loan.

    `changes_on` is the first later day for which something is known already that changes it, or None.
    """

    lines: tuple[PayoffLine, ...]
    changes_on: date | None

    @property
    def valid_until(self) -> date:
        """The last day for which a figure is given."""
        return self.lines[-1].on


def payoff(facts: Sequence[Fact], on: date, days: int) -> Payoff:
    """What pays the loan off on a day and on so many days after it, from all that is known."""
    history = history_of(facts)
    coming = min((event.on for event in history.events if event.on > on), default=None)
    count = days + 1 if coming is None else min(days + 1, (coming - on).days)
    return Payoff(tuple(_line(history, on + place * ONE_DAY) for place in range(count)), coming)


def _line(history: History, on: date) -> PayoffLine:
    """A payment comes after what falls due on its day, and interest runs up to (not including) it."""
    state = live(history.terms, history.events, history.reversals, on)
    amounts = open_amounts(state, on)
    fallen = [row for row in state.rows if row.fell_due]
    due = sum((row.open_interest for row in fallen if row.payable), start=0)
    deferred = sum((row.open_interest for row in fallen if not row.payable), start=0)
    overdue = sum((row.open_principal for row in fallen), start=0)
    return PayoffLine(
        on,
        amounts.principal - overdue,
        overdue,
        due,
        amounts.interest - due - deferred - state.statutory,
        deferred,
        state.statutory,
        amounts.costs,
        amounts.credit,
        amounts.total,
    )
