"""Why a letter that waits must not be sent any more, or not yet: decided from the facts known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger.day import parse_day
from ledger.money import euros
from letters.outbox.framing import Addressee
from letters.outbox.page_draft import TERM_FIELDS
from letters.outbox.values import Effects, Letter
from servicing.blocks import Block, stopping
from servicing.facts import Fact, FactKind

CHANGES_WHAT_IS_OWED: Mapping[FactKind, str] = {
    FactKind.PAYMENT: "a payment",
    FactKind.EARLY_REPAYMENT: "a payment",
    FactKind.REVERSAL: "a payment that came back",
    FactKind.WITHDRAWAL: "a fact that was withdrawn",
    FactKind.COST: "costs",
    FactKind.CANCELLATION: "costs or interest that were cancelled",
    FactKind.WRITE_OFF: "a write-off",
    FactKind.WAIVER: "a waiver",
    FactKind.DEFERRAL: "a deferral",
    FactKind.ARRANGEMENT: "an arrangement",
    FactKind.SCHEDULE: "a new schedule",
    FactKind.DUE_AT_ONCE: "the loan being called in",
    FactKind.INTEREST_OWED: "interest owed to the debtor",
    FactKind.STATUTORY_INTEREST: "statutory interest",
}
"""Facts after which a letter that asks for an amount is wrong: it falls away, and the night proposes anew."""


CHANGES_THE_CYCLE: Mapping[FactKind, str] = {
    FactKind.YEAR_FIGURES: "figures of the year",
    FactKind.CYCLE_STEP: "a step of the yearly cycle",
    FactKind.ADVANCE_PAID: "an advance",
    FactKind.SETTLED: "a settlement",
    FactKind.WITHDRAWAL: "a fact that was withdrawn",
}
"""Facts after which a letter of the yearly cycle asks or tells something that is past."""


class Now(NamedTuple):
    """What is known now of the loans of a letter: facts and blocks by loan, and to whom it would go."""

    facts: Mapping[int, Sequence[Fact]]
    blocks: Mapping[int, Sequence[Block]]
    addressee: Addressee


def reason_to_drop(letter: Letter, now: Now) -> str:
    """Why a letter falls away, empty where it still holds."""
    draft = letter.draft
    to_debtor = not draft.effects.is_addressed
    for on in draft.loans:
        blocks = now.blocks[on.loan]
        stops = stopping(blocks, "letters", draft.debtor) if to_debtor else []
        if draft.effects.falls_away and not draft.effects.is_asked_for:
            stops += stopping(blocks, "dunning", draft.debtor)
        if stops:
            return f"loan {on.loan}: {stops[0].reason}"
        news = _withdrawn(now.facts[on.loan], draft.effects.confirms) or _news(
            now.facts[on.loan], on.facts, _changing(draft.effects)
        )
        if news:
            return f"loan {on.loan}: {news}"
    if to_debtor and list(now.addressee.lines) != draft.fields["addressee"]:
        return "name, address or representative changed since it was proposed"
    return ""


def too_late(letter: Letter, sending: date) -> str:
    """Why a letter cannot be sent on a day because of the day by which it wants an answer; empty where it can.

    A day that is counted from sending is never past.
    """
    draft = letter.draft
    frozen = TERM_FIELDS if draft.effects.term == "none" else ()
    days = [parse_day(str(draft.fields[name])) for name in frozen if draft.fields.get(name)]
    past = [day for day in days if day <= sending]
    return f"it wants an answer by {min(past)}: sent on {sending} that is too late" if past else ""


def _changing(effects: Effects) -> Mapping[FactKind, str]:
    """The facts after which a letter is wrong."""
    return CHANGES_WHAT_IS_OWED if effects.falls_away else CHANGES_THE_CYCLE if effects.cycle else {}


def _withdrawn(facts: Sequence[Fact], confirms: int) -> str:
    """That the fact a letter confirms is withdrawn."""
    for fact in facts:
        if confirms and fact.kind is FactKind.WITHDRAWAL and fact.of == confirms:
            return f"what it confirms was withdrawn on {fact.known_on}"
    return ""


def _news(facts: Sequence[Fact], known: int, changing: Mapping[FactKind, str]) -> str:
    """The first fact since a letter was frozen that changes what it says."""
    for fact in facts:
        if fact.nr > known and fact.kind in changing:
            what = changing[fact.kind]
            amount = f" of {euros(fact.cents)}" if fact.cents else ""
            return f"{what}{amount} on {fact.value_date} came in between"
    return ""
