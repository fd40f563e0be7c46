"""What is open on a loan as another administration states it, and where the two differ (schaduwdraaien)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from servicing.facts import Fact
from servicing.history import history_of
from servicing.life.outcome import asked_of, open_amounts
from servicing.life.timeline import live

COMPARED = ("principal", "interest", "accrued_interest", "costs", "arrears", "credit")
"""The amounts of a loan that are compared."""


class Difference(NamedTuple):
    """An amount that two administrations state differently, in cents."""

    what: str
    old: int
    ours: int


def balances_on(facts: Sequence[Fact], day: date) -> dict[str, int]:
    """What is open at the end of a day, in cents, as known now; interest that runs is counted without the day.

    Principal is all of it. Interest is what fell due, deferred and statutory interest among it. Arrears are
    principal and interest that fell due, without what is deferred, costs and statutory interest.
    """
    if all(fact.value_date > day for fact in facts):
        return dict.fromkeys(COMPARED, 0)
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, day)
    all_open = open_amounts(state, day)
    due = [row for row in state.rows if row.fell_due]
    interest = sum((row.open_interest for row in due), start=0) + state.statutory
    arrears = sum((one.interest + one.principal for one in asked_of(state)), start=0)
    amounts = (
        all_open.principal,
        interest,
        all_open.interest - interest,
        all_open.costs,
        arrears,
        all_open.credit,
    )
    return {name: int(cents) for name, cents in zip(COMPARED, amounts, strict=True)}


def differences(old: Mapping[str, int], ours: Mapping[str, int]) -> list[Difference]:
    """Where the amounts that the old administration gives are not ours."""
    return [Difference(what, cents, ours[what]) for what, cents in old.items() if cents != ours[what]]
