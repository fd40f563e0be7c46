"""Mandates (machtigingen): signed, used, withdrawn, stopped by a bank, lapsed; read from the facts of a loan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from dateutil.relativedelta import relativedelta

from bank.outgoing import checked_account, checked_id, sepa_name
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.reading import Reader
from servicing.texts import plain_text

LAPSES_AFTER = relativedelta(months=36)
"""A mandate that is not used for so long may not be used any more (SEPA core rulebook, 4.1)."""

STOPPING = frozenset(
    {"AC01", "AC04", "AC06", "AC13", "AG01", "BE05", "MD01", "MD02", "MD06", "MD07", "RR01", "SL01"}
)
"""Reasons for a return by which the next collection would come back too: a person looks at the mandate first.

Account closed, blocked or wrong, no mandate, refused or asked back by the debtor, debtor died, blocked list.
"""

Life = Literal["signed", "first", "recurring", "withdrawn", "stopped", "lapsed"]

USABLE: frozenset[Life] = frozenset({"signed", "first", "recurring"})


class Past(NamedTuple):
    """A collection that was released: its day, and why it came back ("" if it did not)."""

    day: date
    came_back: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a debtor signed: from which account the instalments of a loan may be taken; `fact` tells it."""

    loan: int
    fact: int
    id: str
    iban: str
    name: str
    signed: date
    ended: date | None


def mandate_draft(loan: int, mandate: str, account: tuple[str, str], signed: date, document: str) -> Draft:
    """The fact that a mandate was signed, for an account of an IBAN and a name; raises `BadInput`."""
    name, number = account
    iban = checked_account(f"mandate {mandate}", number)
    checked_id("mandate", mandate)
    sepa_name(f"mandate {mandate}", name)
    data = {"iban": iban, "name": plain_text("holder", name)}
    return Draft(loan, FactKind.MANDATE, signed, mandate, data=data, source=document)


def end_draft(mandate: Mandate, day: date, reason: str) -> Draft:
    """The fact that a mandate was withdrawn by the debtor, or ended by us."""
    return Draft(
        mandate.loan, FactKind.MANDATE_ENDED, day, mandate.id, of=mandate.fact, data={"reason": reason}
    )


def changes_account(facts: Sequence[Fact], draft: Draft) -> bool:
    """Whether a mandate is for another account than the one signed before it: that takes two persons."""
    before = [each for each in mandates_of(facts) if each.id != draft.key]
    return draft.kind is FactKind.MANDATE and bool(before) and before[-1].iban != draft.data.get("iban")


def mandates_of(facts: Sequence[Fact]) -> list[Mandate]:
    """The mandates of a loan in the order of their signing, facts that were wrong left out."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    ends = {
        fact.of: fact.value_date
        for fact in facts
        if fact.kind is FactKind.MANDATE_ENDED and fact.nr not in gone
    }
    found = [
        _mandate(fact, ends.get(fact.nr))
        for fact in facts
        if fact.kind is FactKind.MANDATE and fact.nr not in gone
    ]
    return sorted(found, key=lambda mandate: (mandate.signed, mandate.fact))


def mandate_named(loan: int, mandates: Sequence[Mandate], name: str) -> Mandate:
    """The mandate with this id; raises `FactRefused`."""
    for mandate in mandates:
        if mandate.id == name:
            return mandate
    raise FactRefused(f"loan {loan}: no mandate {name[:40]!r}; see aflos bank mandate list {loan}")


def current(mandates: Sequence[Mandate], on: date) -> Mandate | None:
    """The mandate that holds on a day: the last one signed that has not ended."""
    holding = [each for each in mandates if each.signed <= on and (each.ended is None or each.ended > on)]
    return holding[-1] if holding else None


def life_of(mandate: Mandate, past: Sequence[Past], on: date) -> Life:
    """Where a mandate stands on a day, from its collections in the order of their days."""
    if mandate.ended is not None and mandate.ended <= on:
        return "withdrawn"
    if past and past[-1].came_back in STOPPING:
        return "stopped"
    if on > max([mandate.signed, *(each.day for each in past)]) + LAPSES_AFTER:
        return "lapsed"
    kept = sum(not each.came_back for each in past)
    return "recurring" if kept > 1 else "first" if kept else "signed"


def _mandate(fact: Fact, ended: date | None) -> Mandate:
    reader = Reader(fact.data, f"mandate {fact.key}: ")
    iban, name = reader.text("iban"), reader.text("name")
    return Mandate(fact.loan, fact.nr, fact.key, iban, name, fact.value_date, ended)
