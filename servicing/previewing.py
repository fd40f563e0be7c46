"""What a decision would change: the difference in the books per account and year, and the schedule after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from servicing.facts import Draft, Fact
from servicing.history import history_of
from servicing.life.outcome import RowOutcome
from servicing.life.state import Effect
from servicing.life.timeline import live
from servicing.posting import differences, should_be
from servicing.registration import Dossier, provisional
from servicing.viewing import view_on


class Change(NamedTuple):
    """What is booked more (or less) on an account with value dates in a year: cents, debit positive."""

    account: int
    year: int
    cents: int


class Foreseen(NamedTuple):
    """The changes in the books of the coming night, and the rows of the schedule as they would be."""

    changes: list[Change]
    rows: list[RowOutcome]


def foreseen(dossier: Dossier, draft: Draft, night: date) -> Foreseen:
    """What the night of a day would book because of one more fact; nothing is written."""
    after = with_draft(dossier, draft, night)
    changes = changes_between(dossier.facts, after.facts, night)
    return Foreseen(changes, view_on(after, looked_on(dossier, draft, night)).rows)


def changes_between(before: Sequence[Fact], after: Sequence[Fact], night: date) -> list[Change]:
    """What the night of a day would book because of the facts that were not there before."""
    booked, wanted = _effects(before, night), _effects(after, night)
    sums: dict[tuple[int, int], int] = {}
    for posting in differences(should_be(wanted, None), should_be(booked, None)):
        year = posting.cause.value_date.year
        for account, cents in ((posting.debit, posting.cents), (posting.credit, -posting.cents)):
            sums[account, year] = sums.get((account, year), 0) + cents
    return [Change(account, year, cents) for (account, year), cents in sorted(sums.items()) if cents]


def looked_on(dossier: Dossier, draft: Draft, night: date) -> date:
    """On which day the schedule after a fact is looked at: the night, or later, when it (or what it takes) holds."""
    holds = [fact.value_date for fact in dossier.facts if fact.nr == draft.of]
    return max(night, draft.value_date, *holds)


def with_draft(dossier: Dossier, draft: Draft, known_on: date) -> Dossier:
    """The dossier as it would be with one more fact."""
    return replace(dossier, facts=[*dossier.facts, provisional(dossier, draft, known_on)])


def _effects(facts: Sequence[Fact], night: date) -> Sequence[Effect]:
    history = history_of(facts)
    return live(history.terms, history.events, history.reversals, night).effects
