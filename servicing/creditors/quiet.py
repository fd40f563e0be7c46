"""The quiet period (rustperiode): after a cut-over nothing is proposed to debtors until a person lifts it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from servicing.facts import FactKind


class CreditorFact(NamedTuple):
    """A fact about a creditor as a whole, number `nr` of it, known from the night of `known_on`."""

    creditor: int
    nr: int
    kind: FactKind
    value_date: date
    known_on: date
    key: str
    reason: str
    actor: str


class Quiet(NamedTuple):
    """A quiet period that holds: since the cut-over, until a day named already (None: open), and who began it."""

    since: date
    until: date | None
    actor: str


def quiet_on(facts: Sequence[CreditorFact], day: date, known_by: date | None = None) -> Quiet | None:
    """The quiet period of a creditor on a day, as known by a night (None: now); None when there is none.

    A lift ends every period that was recorded before it, from its own day on.
    """
    known = [fact for fact in facts if known_by is None or fact.known_on <= known_by]
    lifts = [fact for fact in known if fact.kind is FactKind.QUIET_LIFTED]
    for fact in known:
        if fact.kind is FactKind.QUIET and fact.value_date <= day:
            until = min((lift.value_date for lift in lifts if lift.nr > fact.nr), default=None)
            if until is None or day < until:
                return Quiet(fact.value_date, until, fact.actor)
    return None
