"""Whether something recorded about a loan forbids collecting its instalments, and what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from servicing.facts import Fact, FactKind

_ENDED_BY = {
    FactKind.WSNP_START: frozenset({FactKind.WSNP_EARLY_END}),
    FactKind.ARRANGEMENT: frozenset({FactKind.ARRANGEMENT_END}),
    FactKind.DUE_AT_ONCE: frozenset[FactKind](),
}
"""Facts that forbid collecting from their day, and those that end it. After a clean slate nothing may be taken."""

_WORDS = {
    FactKind.WSNP_START: "debt settlement of natural persons (WSNP, Fw 313)",
    FactKind.ARRANGEMENT: "payment arrangement",
    FactKind.DUE_AT_ONCE: "called in: nothing falls due by the schedule any more",
}


def block_of(facts: Sequence[Fact], on: date) -> str:
    """Why nothing may be collected on a day; empty if nothing forbids it."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    holding = [fact for fact in facts if fact.nr not in gone and fact.value_date <= on]
    for fact in holding:
        ends = _ENDED_BY.get(fact.kind)
        if ends is not None and not any(end.kind in ends and end.of == fact.nr for end in holding):
            return f"{_WORDS[fact.kind]} since {fact.value_date}"
    return ""
