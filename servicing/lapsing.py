"""Which claims of a loan lapse and when: limitation computed from its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, get_args

from ledger.day import parse_day
from servicing.arrangement import arrangements_of
from servicing.deferral import deferral_periods
from servicing.dunning.sent import acts_of_letters
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.law import Law
from servicing.life.timeline import live
from servicing.limitation import (
    Act,
    ActKind,
    Claim,
    Extension,
    ExtensionKind,
    Limitation,
    System,
    limitation,
)
from servicing.reading import Reader
from servicing.schedule import Amount

ACT_KINDS: tuple[ActKind, ...] = get_args(ActKind)

ACKNOWLEDGES = frozenset({FactKind.PAYMENT, FactKind.EARLY_REPAYMENT, FactKind.ARRANGEMENT})
"""Paying, or asking for an arrangement, acknowledges the debt (Awb art. 4:105 lid 2)."""

LASTING: Mapping[FactKind, tuple[ExtensionKind, frozenset[FactKind]]] = {
    FactKind.WSNP_START: ("wsnp", frozenset({FactKind.WSNP_EARLY_END, FactKind.WSNP_CLEAN_SLATE})),
    FactKind.MORATORIUM: ("moratorium", frozenset({FactKind.ENDED})),
    FactKind.BANKRUPTCY: ("bankruptcy", frozenset({FactKind.ENDED})),
}
"""What makes the term longer while it lasts, and which facts end it (Awb art. 4:111)."""


class Lapse(NamedTuple):
    """A row that fell due and is not paid: what is open of it in cents, and its limitation."""

    row_nr: int
    due: date
    open: Amount
    limitation: Limitation


def lapses_of(facts: Sequence[Fact], on: date, system: System, law: Law) -> list[Lapse]:
    """The limitation of each row that fell due by a day and is open, from all that is known.

    Each instalment has its own term; what was called in is the last row, with a term of its own.
    """
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, on)
    acts, extensions = acts_of(facts), extensions_of(facts)
    found = []
    for row in state.rows:
        open_amount = row.open_interest + row.open_principal
        if row.fell_due and row.payable and open_amount:
            due = state.last_row.due if row.keeps_interest else row.due
            claim = Claim(f"row {row.nr}", due, system)
            found.append(Lapse(row.nr, due, open_amount, limitation(claim, acts, extensions, law)))
    return found


def acts_of(facts: Sequence[Fact]) -> list[Act]:
    """What may have interrupted limitation: acts on record, payments that did not come back, arrangements, letters."""
    held = _holding(facts)
    return [*(act for fact in held for act in _act(fact)), *acts_of_letters(held)]


def extensions_of(facts: Sequence[Fact]) -> list[Extension]:
    """The times by which the term is longer: deferral, arrangement, moratorium, bankruptcy, debt restructuring."""
    deferrals = [Extension(since, until, "deferral") for since, until in deferral_periods(facts)]
    agreed = [
        Extension(one.decided_on, _first(one.until, one.ended_on), "deferral")
        for one in arrangements_of(facts)
    ]
    return [*deferrals, *agreed, *_lasting(facts)]


def _act(fact: Fact) -> Iterator[Act]:
    if fact.kind in ACKNOWLEDGES:
        yield Act(fact.value_date, "acknowledgement", proven=True)
    if fact.kind is FactKind.INTERRUPTION:
        reader = Reader(fact.data, "interruption: ")
        yield Act(fact.value_date, reader.choice("act", ACT_KINDS), reader.has("proof"))


def _lasting(facts: Sequence[Fact]) -> Iterator[Extension]:
    """A restructuring, a moratorium or a bankruptcy lasts until the day it names or a fact that ends it."""
    held = _holding(facts)
    for fact in held:
        if fact.kind in LASTING:
            kind, ended_by = LASTING[fact.kind]
            ends = [each.value_date for each in held if each.of == fact.nr and each.kind in ended_by]
            own = fact.data.get("until")
            yield Extension(fact.value_date, _first(*ends, parse_day(str(own)) if own else None), kind)


def _holding(facts: Sequence[Fact]) -> list[Fact]:
    """What counts: neither withdrawn nor, of a payment, reversed."""
    withdrawn = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    back = {fact.of for fact in facts if fact.kind is FactKind.REVERSAL and fact.nr not in withdrawn}
    return [fact for fact in facts if fact.nr not in withdrawn | back]


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
