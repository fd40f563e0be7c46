"""Why a letter that waits must not be sent any more, or not yet: decided from the facts known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger.day import parse_day
from ledger.money import euros
from letters.outbox.framing import Addressee
from letters.outbox.page_draft import TERM_FIELDS
from letters.outbox.telling import FINAL, RESCHEDULING, SCHEDULE
from letters.outbox.values import Effects, Letter, LetterDraft, OnLoan, cycle_key
from servicing.blocks import Block, holding_of, stopping
from servicing.decisions.proposal import withdrawn_decisions
from servicing.dunning.sent import is_called, is_fee_of, is_step
from servicing.facts import Fact, FactKind
from servicing.viewing import owed_on

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


OPENING_AGAIN = frozenset({FactKind.REVERSAL, FactKind.COST, FactKind.STATUTORY_INTEREST})
"""Facts after which something is owed on a loan of which all was paid."""

CHANGES_THE_CYCLE: Mapping[FactKind, str] = {
    FactKind.YEAR_FIGURES: "figures of the year",
    FactKind.CYCLE_STEP: "a step of the yearly cycle",
    FactKind.ADVANCE_PAID: "an advance",
    FactKind.SETTLED: "a settlement",
    FactKind.WITHDRAWAL: "a fact that was withdrawn",
}
"""Facts after which a letter of the yearly cycle asks or tells something that is past."""


class Now(NamedTuple):
    """What is known on a day of the loans of a letter: facts and blocks by loan, and to whom it would go."""

    day: date
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
        if news := _news(draft, on, now.facts[on.loan], now.day):
            return f"loan {on.loan}: {news}"
    if to_debtor and list(now.addressee.lines) != draft.fields["addressee"]:
        return "name, address or representative changed since it was proposed"
    return ""


def _news(draft: LetterDraft, on: OnLoan, facts: Sequence[Fact], day: date) -> str:
    """What came in about a loan that makes a letter wrong; empty for nothing."""
    if draft.decision in withdrawn_decisions(facts):
        return f"decision {draft.decision}, of which it tells, was withdrawn"
    if draft.kind == SCHEDULE and (other := _another_schedule(facts, on.facts, day)):
        return other
    if draft.kind == FINAL and (other := _open_again(facts, on.facts, day)):
        return other
    return _withdrawn(facts, draft.effects.confirms) or news_since(draft.effects, facts, on.facts)


def _another_schedule(facts: Sequence[Fact], known: int, day: date) -> str:
    """Why a schedule that was frozen is no longer what is to be paid, where the night tells of the one that holds now.

    A decision it knew was taken back, or a later one holds of which the night of an earlier day told.
    """
    changing = {fact.nr: fact for fact in facts if fact.kind in RESCHEDULING}
    back = {fact.of: fact for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    for nr, fact in changing.items():
        what = f"the {fact.kind.text} of {fact.value_date} (fact {nr})"
        if nr <= known and nr in back and back[nr].nr > known:
            return f"{what} was withdrawn: the night tells what is to be paid without it"
        if nr > known and nr not in back and fact.known_on < day:
            return f"{what} came in between: the night told what is to be paid since"
    return ""


def _open_again(facts: Sequence[Fact], known: int, day: date) -> str:
    """Why it is not true, or not the whole, that nothing is owed any more: once it is paid again the night says so."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    for fact in facts:
        if fact.nr > known and fact.nr not in gone and fact.kind in OPENING_AGAIN:
            return f"{CHANGES_WHAT_IS_OWED[fact.kind]} of {fact.value_date} came in after all was paid"
    owed = owed_on(facts, day)
    return f"{euros(owed)} is owed again" if owed else ""


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


def is_of_step_done(letter: Letter, facts: Mapping[int, Sequence[Fact]]) -> bool:
    """Whether a letter of dunning says to one debtor what another of them had last, and nothing changed since.

    `facts` are those of the loans that are looked at.
    """
    draft = letter.draft
    return all(
        on.loan in facts
        and _had_last(facts[on.loan], draft.effects.dunning["reference"])
        and not news_since(draft.effects, facts[on.loan], on.facts)
        for on in draft.loans
    )


def _had_last(facts: Sequence[Fact], reference: str) -> bool:
    """Whether the last letter of dunning that left about a loan is of a step."""
    dunned = [fact for fact in holding_of(facts, None) if fact.kind is FactKind.DUNNED]
    return bool(dunned) and is_step(dunned[-1], reference)


def _is_own(fact: Fact, effects: Effects) -> bool:
    """Whether a fact is what the hand-over of a letter, to any of joint debtors, records."""
    if effects.cycle:
        return is_same_step(fact, effects.cycle)
    reference = effects.dunning.get("reference")
    return bool(reference) and is_fee_of(fact, str(reference))


def is_same_step(fact: Fact, cycle: Mapping[str, Any]) -> bool:
    """Whether a fact says that a letter of this step of the yearly cycle was handed over."""
    return fact.kind is FactKind.CYCLE_STEP and is_called(fact.key, cycle_key(cycle))


def _withdrawn(facts: Sequence[Fact], confirms: int) -> str:
    """That the fact a letter confirms is withdrawn."""
    for fact in facts:
        if confirms and fact.kind is FactKind.WITHDRAWAL and fact.of == confirms:
            return f"what it confirms was withdrawn on {fact.known_on}"
    return ""


def news_since(effects: Effects, facts: Sequence[Fact], known: int) -> str:
    """The first fact since a letter was frozen that changes what it says.

    That the same letter went to another of joint debtors, with its fee, is no news.
    """
    changing = _changing(effects)
    for fact in facts:
        if fact.nr > known and fact.kind in changing and not _is_own(fact, effects):
            what = changing[fact.kind]
            amount = f" of {euros(fact.cents)}" if fact.cents else ""
            return f"{what}{amount} on {fact.value_date} came in between"
    return ""
