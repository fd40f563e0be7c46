"""What limitation asks of a person and stops: signals ahead of the first lapse, and the lapse itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from servicing.blocks import COLLECTING, Block
from servicing.facts import Fact, FactKind
from servicing.lapsing import Lapse, lapses_of
from servicing.law import Law
from servicing.limitation import Claim, System, limitation

TOLD = frozenset({"near", "lapsed"})


def may_be_near(late_since: date, day: date, system: System, law: Law) -> bool:
    """Whether a claim unpaid since a day could be near its lapse; acts and extensions only move it later."""
    return limitation(Claim("oldest", late_since, system), [], [], law).state(day) in TOLD


def first_lapse(facts: Sequence[Fact], day: date, system: System, law: Law) -> Lapse | None:
    """The row that lapses first of those near their lapse or past it on a day."""
    found = [each for each in lapses_of(facts, day, system, law) if each.limitation.state(day) in TOLD]
    return min(found, key=lambda each: each.limitation.lapses_on or date.max, default=None)


def lapse_block(found: Lapse | None, day: date) -> list[Block]:
    """From the lapse day nothing is collected until a person has decided; nothing is written off by itself."""
    lapsed_on = found.limitation.lapses_on if found else None
    if found is None or lapsed_on is None or day < lapsed_on:
        return []
    reason = f"the row of {found.due} has lapsed (verjaring)"
    article = "Awb 4:104; BW 3:307"
    return [Block(0, FactKind.INTERRUPTION, COLLECTING, reason, article, lapsed_on, None, 0, "")]
