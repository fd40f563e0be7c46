"""What limitation asks of a person and stops: signals ahead of the first lapse, and the lapse itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from servicing.blocks import COLLECTING, Block
from servicing.facts import Fact, FactKind
from servicing.lapsing import ANYONE, Lapse, lapses_of
from servicing.law import Law
from servicing.limitation import Claim, System, limitation

TOLD = frozenset({"near", "lapsed"})


def may_be_near(late_since: date, day: date, system: System, law: Law) -> bool:
    """Whether a claim unpaid since a day could be near its lapse; acts and extensions only move it later."""
    return limitation(Claim("oldest", late_since, system), [], [], law).state(day) in TOLD


def told_lapses(
    facts: Sequence[Fact], day: date, system: System, law: Law, debtors: Sequence[int] = (ANYONE,)
) -> list[Lapse]:
    """The rows that are near their lapse or past it on a day, against each debtor."""
    found = lapses_of(facts, day, system, law, debtors)
    return [one for one in found if one.limitation.state(day) in TOLD]


def first_lapses(
    facts: Sequence[Fact], day: date, system: System, law: Law, debtors: Sequence[int] = (ANYONE,)
) -> list[Lapse]:
    """Against each debtor the row that lapses first of those near their lapse or past it on a day.

    One of all debtors together where it lapses alike against all of them.
    """
    first: dict[int, Lapse] = {}
    for one in told_lapses(facts, day, system, law, debtors):
        first[one.debtor] = min(first.get(one.debtor, one), one, key=_lapses_on)
    found = list(first.values())
    alike = all(one._replace(debtor=ANYONE) == found[0]._replace(debtor=ANYONE) for one in found)
    if found and alike and len(found) == len(debtors or (ANYONE,)):
        return [found[0]._replace(debtor=ANYONE)]
    return found


def lapse_blocks(found: Sequence[Lapse], day: date) -> list[Block]:
    """From the lapse day nothing is collected from that debtor until a person has decided.

    A joint debtor against whom it has not lapsed is still asked; nothing is written off by itself.
    """
    return [_block(one) for one in found if _lapses_on(one) <= day]


def nearest_lapse(found: Sequence[Lapse], day: date) -> tuple[date | None, tuple[int, ...]]:
    """The day on which the oldest claim lapses that can be interrupted yet, and against whom it is near (none: all)."""
    near = [one for one in found if day < _lapses_on(one)]
    debtors = tuple(one.debtor for one in near if one.debtor != ANYONE)
    return min((_lapses_on(one) for one in near), default=None), debtors


def _lapses_on(one: Lapse) -> date:
    return one.limitation.lapses_on or date.max


def _block(one: Lapse) -> Block:
    reason, article = f"the row of {one.due} has lapsed (verjaring)", "Awb 4:104; BW 3:307"
    since = _lapses_on(one)
    return Block(0, FactKind.INTERRUPTION, COLLECTING, reason, article, since, None, one.debtor, "")
