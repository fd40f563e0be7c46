"""Who receives letters and decisions instead of a debtor, and how a dead debtor's heirs are written to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from ledger.day import parse_day
from servicing.facts import Fact, FactKind

Scope = Literal["decisions", "letters", "money"]
SCOPES: tuple[Scope, ...] = ("decisions", "letters", "money")
ROLES = ("bewindvoerder", "curator", "wsnp-bewindvoerder", "gemachtigde", "schuldhulpverlener", "executeur")


class Representative(NamedTuple):
    """Somebody who stands for a debtor: name, address and for what; `fact` says so."""

    fact: int
    debtor: int
    role: str
    name: str
    address: str
    scope: tuple[str, ...]


def representatives_on(facts: Sequence[Fact], debtor: int, day: date, scope: Scope) -> list[Representative]:
    """Who must be written to for something on a day instead of the debtor, oldest first (CRVB:2018:1831)."""
    gone = {fact.of: fact for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    ended = {
        fact.of: fact.value_date for fact in facts if fact.kind is FactKind.ENDED and fact.nr not in gone
    }
    return [
        _representative(fact)
        for fact in facts
        if fact.kind is FactKind.REPRESENTATIVE and fact.nr not in gone and fact.value_date <= day
        if not _is_over(fact, ended, day)
        and _representative(fact).debtor == debtor
        and scope in _representative(fact).scope
    ]


def still_standing(facts: Sequence[Fact], debtor: int, day: date) -> list[Representative]:
    """Everybody who stands for a debtor on a day, for whatever, oldest first."""
    found = {one.fact: one for scope in SCOPES for one in representatives_on(facts, debtor, day, scope)}
    return [found[nr] for nr in sorted(found)]


def addressee(name: str, facts: Sequence[Fact], debtor: int, day: date) -> str:
    """How a debtor is addressed: "De erven van ..." from the day of death on."""
    return f"De erven van {name}" if died_on(facts, debtor, day) else name


def died_on(facts: Sequence[Fact], debtor: int, day: date) -> date | None:
    """The day on which a debtor died, if that is known and not after a day."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    deaths = [
        fact.value_date
        for fact in facts
        if fact.kind is FactKind.DEATH and fact.nr not in gone and fact.data.get("debtor") == debtor
    ]
    return min((death for death in deaths if death <= day), default=None)


def _is_over(fact: Fact, ended: dict[int, date], day: date) -> bool:
    until = fact.data.get("until")
    own = parse_day(str(until)) if until else None
    ends = [end for end in (own, ended.get(fact.nr)) if end is not None]
    return bool(ends) and min(ends) <= day


def _representative(fact: Fact) -> Representative:
    scope = fact.data.get("scope")
    return Representative(
        fact.nr,
        int(str(fact.data.get("debtor", 0))),
        str(fact.data.get("role", "")),
        str(fact.data.get("name", "")),
        str(fact.data.get("address", "")),
        tuple(str(each) for each in scope) if isinstance(scope, list) else (),
    )
