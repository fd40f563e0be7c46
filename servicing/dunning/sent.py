"""What was really done: letters that were handed over, calls that were made, and the facts a hand-over makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ledger.day import parse_day
from ledger.money import cents_of, euros
from servicing.blocks import RULES
from servicing.dunning.collection_costs import says_costs
from servicing.facts import Draft, Fact, FactKind
from servicing.limitation import Act, ActKind

EARLIER = {"friendly": "reminder", "formal": "aanmaning", "default": "notice_of_default"}
"""Reminders of before the cut-over that count as steps, by the words of the import."""

ASKING_LETTERS = frozenset({"aanmaning", "interruption", "notice_of_default"})
"""After one of these a failure to pay is attributable at the earliest."""

PAUSING = frozenset({FactKind.PROMISE})
"""Blocks after which the ladder goes on where it was; after all others it begins again (P10)."""

FEE = "fee "
"""How the key of a letter's costs begins; that they are so also stands in their data, which nobody types."""


class Sent(NamedTuple):
    """A letter that was handed over: which step, on which day, last day of its term, fee in cents, to whom."""

    fact: int
    step: str
    procedure: str
    on: date
    term_until: date | None
    fee: int
    debtors: tuple[int, ...]


class Line(NamedTuple):
    """What a letter says about a loan: since when something is due, how much, and the fee that stands on it; cents.

    `beside` are costs and interest of before that it asks for too; `to` those debtors whom it went to (none: to all
    of the letter).
    """

    loan: int
    since: date
    overdue: int
    fee: int = 0
    beside: int = 0
    to: tuple[int, ...] = ()


class HandedOver(NamedTuple):
    """A dunning letter that left; `reference` is what the outbox calls it, `proof` how its sending is proven.

    `costs` are the collection costs it tells of, in cents: due if it is not paid (BW 6:96 lid 6).
    """

    reference: str
    procedure: str
    step: str
    letter: str
    on: date
    lines: tuple[Line, ...]
    debtors: tuple[int, ...] = ()
    term_until: date | None = None
    interrupts: ActKind | None = None
    proof: str = ""
    costs: int = 0


def drafts_of(letter: HandedOver) -> list[Draft]:
    """The facts of a hand-over: on each loan that it was sent, and where it has a fee the costs (Awb art. 4:113).

    Recorded by whoever hands over, on that day, never before: a letter that stays leaves nothing.
    """
    return [draft for line in letter.lines for draft in _drafts(letter, line)]


def _drafts(letter: HandedOver, line: Line) -> list[Draft]:
    says: dict[str, object] = {
        "procedure": letter.procedure,
        "step": letter.step,
        "letter": letter.letter,
        "since": line.since.isoformat(),
        "overdue": euros(line.overdue),
        "fee": euros(line.fee),
        "debtors": list(line.to or letter.debtors),
    }
    if line.beside:
        says["beside"] = euros(line.beside)
    if letter.term_until is not None:
        says["term_until"] = letter.term_until.isoformat()
    if letter.interrupts is not None:
        says["interrupts"] = letter.interrupts
    if letter.proof:
        says["proof"] = letter.proof
    if letter.costs and line == max(letter.lines, key=lambda each: (each.overdue, -each.loan)):
        says |= says_costs(letter.costs, {each.loan: each.overdue for each in letter.lines})
    drafts = [
        Draft(line.loan, FactKind.DUNNED, letter.on, letter.reference, data=says, source=letter.reference)
    ]
    if line.fee:
        costs = {"letter": letter.reference, "article": "Awb art. 4:113"}
        key = fee_key(letter.reference)
        drafts.append(Draft(line.loan, FactKind.COST, letter.on, key, line.fee, 0, costs, letter.reference))
    return drafts


def fee_key(reference: str) -> str:
    """What the costs of a letter are called on the loan."""
    return f"{FEE}{reference}"


def own_key(reference: str, debtor: int) -> str:
    """What a step is called whose letter to a joint debtor left later than that to another."""
    return f"{reference} {debtor}"


def is_step(fact: Fact, reference: str) -> bool:
    """Whether a fact says that letters of a step were handed over, to whichever of joint debtors."""
    return fact.kind is FactKind.DUNNED and is_called(fact.key, reference)


def is_called(key: str, name: str) -> bool:
    """Whether a key is a name, or that name with the debtor it is about."""
    return key == name or key.startswith(f"{name} ")


def is_fee(fact: Fact) -> bool:
    """Whether costs are those of a letter that was handed over, not costs that a person called alike."""
    return is_fee_of(fact, str(fact.data.get("letter", "")))


def is_fee_of(fact: Fact, reference: str) -> bool:
    """Whether costs are those of this letter."""
    return (fact.kind, fact.key) == (FactKind.COST, fee_key(reference)) and fact.data.get(
        "letter"
    ) == reference


def withdrawal_drafts(facts: Sequence[Fact], reference: str, on: date, reason: str) -> list[Draft]:
    """The facts that take a sent letter back on one loan (P14): the step leaves ladder and limitation, the fee goes.

    Empty where the letter was never sent or is withdrawn already.
    """
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    return [
        Draft(
            fact.loan,
            FactKind.WITHDRAWAL,
            on,
            f"fact {fact.nr}",
            of=fact.nr,
            data={"reason": reason},
            source=reference,
        )
        for fact in facts
        if (is_fee_of(fact, reference) or is_step(fact, reference)) and fact.nr not in gone
    ]


def sent_of(holding: Iterable[Fact]) -> list[Sent]:
    """The letters that were handed over and not withdrawn, oldest first; those of before the cut-over too."""
    found = [_sent(fact) for fact in holding if fact.kind is FactKind.DUNNED]
    found += [_earlier(fact) for fact in holding if _counts_earlier(fact)]
    return sorted(found, key=lambda sent: (sent.on, sent.fact))


def calls_of(holding: Iterable[Fact]) -> list[date]:
    """The days on which somebody spoke with the debtor or tried to, in order."""
    return sorted(fact.value_date for fact in holding if fact.kind is FactKind.CONTACT)


def acts_of_letters(holding: Iterable[Fact]) -> list[Act]:
    """The letters that interrupt limitation if it is proven that they were sent (Awb art. 4:106; BW 3:317)."""
    found = []
    for fact in holding:
        kind = _interrupts(fact)
        if kind is not None:
            found.append(Act(fact.value_date, kind, bool(fact.data.get("proof"))))
    return found


def restarted_on(facts: Sequence[Fact], holding: Sequence[Fact], day: date) -> date | None:
    """The last day up to a day on which a block ended: there the ladder begins again (P10); None if there was none."""
    by_nr = {fact.nr: fact for fact in facts}
    days = [
        fact.value_date
        for fact in facts
        if fact.kind in {FactKind.HANDLED, FactKind.WITHDRAWAL} and _ends_block(by_nr.get(fact.of), fact)
    ]
    days += [*_ends_of_deferrals(holding), *_addresses_found(holding)]
    return max((one for one in days if one <= day), default=None)


def _sent(fact: Fact) -> Sent:
    says, debtors = fact.data, fact.data.get("debtors")
    until = says.get("term_until")
    return Sent(
        fact.nr,
        str(says["step"]),
        str(says["procedure"]),
        fact.value_date,
        parse_day(str(until)) if until else None,
        cents_of(str(says.get("fee", "0.00"))),
        tuple(int(str(one)) for one in debtors) if isinstance(debtors, list) else (),
    )


def _counts_earlier(fact: Fact) -> bool:
    return fact.kind is FactKind.REMINDER and fact.data.get("step") in EARLIER


def _earlier(fact: Fact) -> Sent:
    """A reminder of another administration: its term is not known, so no dwangbevel rests on it."""
    return Sent(fact.nr, EARLIER[str(fact.data["step"])], "", fact.value_date, None, fact.cents, ())


def _interrupts(fact: Fact) -> ActKind | None:
    if fact.kind is not FactKind.DUNNED:
        return None
    kinds: tuple[ActKind, ...] = ("formal_reminder", "written_notice")
    return next((kind for kind in kinds if fact.data.get("interrupts") == kind), None)


def _ends_block(about: Fact | None, fact: Fact) -> bool:
    if about is None or about.kind in PAUSING:
        return False
    is_block = about.kind in RULES or (
        about.kind is FactKind.ADDRESS and about.data.get("address") != "known"
    )
    return is_block and (fact.kind is FactKind.WITHDRAWAL or RULES[about.kind].is_reviewed)


def _ends_of_deferrals(holding: Sequence[Fact]) -> list[date]:
    ended = {fact.of: fact.value_date for fact in holding if fact.kind is FactKind.DEFERRAL_END}
    found = []
    for fact in holding:
        if fact.kind is FactKind.DEFERRAL:
            until = parse_day(str(fact.data["until"]))
            found.append(min(until, ended.get(fact.nr, until)))
    return found


def _addresses_found(holding: Sequence[Fact]) -> list[date]:
    """The days on which a debtor's address became known after it was not."""
    found, unknown = [], set()
    for fact in sorted(holding, key=lambda fact: (fact.value_date, fact.nr)):
        if fact.kind is FactKind.ADDRESS:
            debtor = fact.data.get("debtor", 0)
            if fact.data.get("address") != "known":
                unknown.add(debtor)
            elif debtor in unknown:
                unknown.discard(debtor)
                found.append(fact.value_date)
    return found
