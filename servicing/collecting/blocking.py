"""Whether something recorded about a loan forbids collecting its instalments, and what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from servicing.blocks import Block, blocks_on, stopping
from servicing.creditors.quiet import Quiet
from servicing.facts import Fact, FactKind

_OTHER_SCHEDULE = {
    FactKind.ARRANGEMENT: (FactKind.ARRANGEMENT_END, "a payment arrangement holds"),
    FactKind.DUE_AT_ONCE: (None, "called in: nothing falls due by the schedule any more"),
}
"""Facts after which something else is asked than the schedule, what ends them, and the words for it."""


def block_of(
    facts: Sequence[Fact], on: date, quiet: Quiet | None = None, lapsed: Sequence[Block] = ()
) -> str:
    """Why nothing may be collected on a day; empty if nothing forbids it. `quiet`: of the creditor, on that day.

    `lapsed` are the blocks of claims that lapsed: of joint debtors also one stops it, as a mandate does not say whose
    it is.
    """
    found = stopping([*blocks_on(facts, on, quiet=quiet), *lapsed], "direct-debit")
    if found:
        return f"{found[0].reason} since {found[0].since} ({found[0].article})"
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    holding = [fact for fact in facts if fact.nr not in gone and fact.value_date <= on]
    for fact in holding:
        end, words = _OTHER_SCHEDULE.get(fact.kind, (None, ""))
        if words and not any(each.kind is end and each.of == fact.nr for each in holding):
            return f"{words} since {fact.value_date}"
    return ""
