"""What secures a loan on a day (mortgage, pledge, surety), and which of its debtors are liable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple, get_args

from ledger.day import parse_day
from ledger.money import cents_of
from servicing.blocks import holding_of
from servicing.facts import Fact, FactKind

SecurityKind = Literal["mortgage", "pledge", "surety"]
SECURITIES: tuple[SecurityKind, ...] = get_args(SecurityKind)
"""Hypotheek (Bbz art. 43a), pandrecht, borgtocht."""


class Security(NamedTuple):
    """A security: the fact that says so, its kind, value in cents, rank (0: none) and days."""

    fact: int
    kind: str
    cents: int
    rank: int
    since: date
    until: date | None
    document: str
    text: str


def securities_on(facts: Sequence[Fact], day: date) -> list[Security]:
    """The securities that hold on a day, by rank and day."""
    holding = holding_of(facts, None)
    ended = {fact.of: fact.value_date for fact in holding if fact.kind is FactKind.ENDED}
    found = [_security(fact, ended) for fact in holding if fact.kind is FactKind.SECURITY]
    held = [each for each in found if each.since <= day and (each.until is None or day < each.until)]
    return sorted(held, key=lambda each: (each.rank, each.since, each.fact))


def liable_on(facts: Sequence[Fact], debtors: Sequence[int], day: date) -> list[int]:
    """The debtors who owe the whole of a loan on a day: all of them, but those released by decision."""
    last: dict[int, bool] = {}
    for fact in sorted(holding_of(facts, None), key=lambda fact: (fact.value_date, fact.nr)):
        if fact.kind is FactKind.LIABILITY and fact.value_date <= day:
            last[int(str(fact.data["debtor"]))] = fact.data["liable"] is True
    return [debtor for debtor in debtors if last.get(debtor, True)]


def _security(fact: Fact, ended: dict[int, date]) -> Security:
    own = fact.data.get("until")
    ends = [end for end in (parse_day(str(own)) if own else None, ended.get(fact.nr)) if end is not None]
    return Security(
        fact.nr,
        str(fact.data["security"]),
        cents_of(str(fact.data["value"])),
        int(str(fact.data.get("rank", 0))),
        fact.value_date,
        min(ends, default=None),
        fact.source,
        str(fact.data.get("text", "")),
    )
