"""How limitation stands for what a loan's debtor owes longest, from its facts: signals ahead, and the lapse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import get_args

from servicing.blocks import COLLECTING, RULES, Block, end_of, holding_of
from servicing.facts import Fact, FactKind
from servicing.law import Law
from servicing.limitation import Act, ActKind, Claim, Extension, ExtensionKind, Limitation, System, limitation

ACTS: tuple[ActKind, ...] = get_args(ActKind)

EXTENDING: dict[FactKind, ExtensionKind] = {
    FactKind.DEFERRAL: "deferral",
    FactKind.MORATORIUM: "moratorium",
    FactKind.BANKRUPTCY: "bankruptcy",
    FactKind.WSNP_START: "wsnp",
}
"""What makes the term longer by the time it lasts (Awb art. 4:111)."""


def limitation_of(facts: Sequence[Fact], late_since: date, system: System, law: Law) -> Limitation:
    """How it stands with the oldest instalment that is not paid, which lapses first."""
    holding = holding_of(facts, None)
    acts = [_act(fact) for fact in holding if fact.kind is FactKind.INTERRUPTION]
    extensions = [
        Extension(_since(fact), end_of(fact, RULES[fact.kind], holding), EXTENDING[fact.kind])
        for fact in holding
        if fact.kind in EXTENDING
    ]
    return limitation(Claim(f"instalment of {late_since}", late_since, system), acts, extensions, law)


def lapse_block(found: Limitation, day: date) -> list[Block]:
    """From the lapse day nothing more is collected; nothing is written off by itself."""
    if found.lapses_on is None or day < found.lapses_on:
        return []
    reason = f"the {found.claim.name} has lapsed (verjaring)"
    return [
        Block(
            0, FactKind.INTERRUPTION, COLLECTING, reason, "Awb 4:104; BW 3:307", found.lapses_on, None, 0, ""
        )
    ]


def _since(fact: Fact) -> date:
    text = fact.data.get("from")
    return date.fromisoformat(str(text)) if text else fact.value_date


def _act(fact: Fact) -> Act:
    kind = next(kind for kind in ACTS if kind == fact.data.get("act"))
    return Act(fact.value_date, kind, fact.data.get("proven") is True)
