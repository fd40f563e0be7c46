"""Which claims of a loan lapse, against which debtor and when: limitation computed from its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple, get_args

from ledger.day import parse_day
from servicing.arrangement import arrangements_of
from servicing.deferral import deferral_periods
from servicing.dunning.sent import acts_of_letters
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.law import Law
from servicing.life.outcome import asked_of
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
    FactKind.ORDER_SUSPENDED: ("order_suspended", frozenset({FactKind.ENDED})),
}
"""What makes the term longer while it lasts, and which facts end it (Awb art. 4:111)."""


SUMMONS = "summons"
"""What a fact says of an order that is suspended: when the case was brought, from which the time counts (lid 2 d)."""

ANYONE = 0
"""Instead of a debtor: all who owe the loan, or a loan of which no debtor is known."""


class Lapse(NamedTuple):
    """A row that fell due and is not paid: what is open of it in cents, its limitation, and against which debtor.

    `interest` is what of it is interest.
    """

    row_nr: int
    due: date
    open: Amount
    limitation: Limitation
    debtor: int = ANYONE
    interest: Amount = 0


class _Clock(NamedTuple):
    """What moves the lapse against one debtor."""

    debtor: int
    acts: list[Act]
    extensions: list[Extension]


def lapses_of(
    facts: Sequence[Fact], on: date, system: System, law: Law, debtors: Sequence[int] = (ANYONE,)
) -> list[Lapse]:
    """The limitation of each row that fell due by a day and is open, against each debtor, from all that is known.

    Each instalment has its own term, and so has the claim against each joint debtor (BW 6:7); what was called in is
    the last row, with a term of its own.
    """
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, on)
    clocks = [_Clock(one, acts_of(facts, one), extensions_of(facts, one)) for one in debtors or (ANYONE,)]
    found = []
    for row, due, principal, interest in asked_of(state):
        claim = Claim(f"row {row.nr}", due, system)
        found += [
            Lapse(
                row.nr, due, principal + interest, limitation(claim, acts, extensions, law), debtor, interest
            )
            for debtor, acts, extensions in clocks
        ]
    return found


def together(lapses: Sequence[Lapse]) -> list[Lapse]:
    """The lapses, those of one row as one where it lapses alike against all debtors."""
    found: list[Lapse] = []
    for _, rows in groupby(lapses, key=lambda one: (one.row_nr, one.due)):
        each = list(rows)
        alike = all(one.limitation == each[0].limitation for one in each)
        found += [each[0]._replace(debtor=ANYONE)] if alike else each
    return found


def acts_of(facts: Sequence[Fact], debtor: int = ANYONE) -> list[Act]:
    """What may have interrupted limitation: acts on record, payments that did not come back, arrangements, letters.

    For one debtor without what was done towards another alone; what names nobody was done by or towards all.
    """
    held = [fact for fact in _holding(facts) if _concerns(fact, debtor)]
    return [*(act for fact in held for act in _act(fact)), *acts_of_letters(held)]


def extensions_of(facts: Sequence[Fact], debtor: int = ANYONE) -> list[Extension]:
    """The times by which the term is longer: deferral, arrangement, moratorium, insolvency, an order suspended.

    All but the first two are personal: they make the term longer against that debtor alone (Awb art. 4:111).
    """
    deferrals = [Extension(since, until, "deferral") for since, until in deferral_periods(facts)]
    agreed = [
        Extension(one.decided_on, _first(one.until, one.ended_on), "deferral")
        for one in arrangements_of(facts)
    ]
    return [*deferrals, *agreed, *_lasting(facts, debtor)]


def _concerns(fact: Fact, debtor: int) -> bool:
    """Whether a fact is about a debtor: it names him, or nobody."""
    named = fact.data.get("debtors") if fact.kind is FactKind.DUNNED else [fact.data.get("debtor")]
    debtors = {int(str(one)) for one in named if one} if isinstance(named, list) else set()
    return debtor == ANYONE or not debtors or debtor in debtors


def _act(fact: Fact) -> Iterator[Act]:
    if fact.kind in ACKNOWLEDGES:
        yield Act(fact.value_date, "acknowledgement", proven=True)
    if fact.kind is FactKind.INTERRUPTION:
        reader = Reader(fact.data, "interruption: ")
        yield Act(fact.value_date, reader.choice("act", ACT_KINDS), reader.has("proof"))


def _lasting(facts: Sequence[Fact], debtor: int) -> Iterator[Extension]:
    """A restructuring, a moratorium or a bankruptcy lasts until the day it names or a fact that ends it."""
    held = _holding(facts)
    for fact in held:
        if fact.kind in LASTING and _concerns(fact, debtor):
            kind, ended_by = LASTING[fact.kind]
            ends = [each.value_date for each in held if each.of == fact.nr and each.kind in ended_by]
            yield Extension(_day(fact, SUMMONS) or fact.value_date, _first(*ends, _day(fact, "until")), kind)


def _day(fact: Fact, key: str) -> date | None:
    own = fact.data.get(key)
    return parse_day(str(own)) if own else None


def _holding(facts: Sequence[Fact]) -> list[Fact]:
    """What counts: neither withdrawn nor, of a payment, reversed."""
    withdrawn = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    back = {fact.of for fact in facts if fact.kind is FactKind.REVERSAL and fact.nr not in withdrawn}
    return [fact for fact in facts if fact.nr not in withdrawn | back]


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
