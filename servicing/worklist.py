"""What waits for a person: built from facts and what other parts found, one list, with owner, due day and next step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from ledger.day import parse_day
from ledger.money import euros
from servicing.blocks import Block, blocks_on, holding_of
from servicing.calendar_rate import Differs
from servicing.creditors.quiet import Quiet
from servicing.decisions.proposal import LATE_AFTER_DAYS, Decision
from servicing.ended_business import TrackOver
from servicing.facts import Fact, FactKind
from servicing.lapsing import Lapse
from servicing.promises import broken_promises
from servicing.representatives import still_standing
from servicing.terms_data import percent_text

Source = Literal[
    "quarantine",
    "receipt",
    "credit",
    "promise",
    "block",
    "event",
    "mail",
    "decision",
    "announcement",
    "limitation",
    "law",
    "quiet",
    "letter",
    "settlement",
    "dunning",
    "arrangement",
    "interest",
    "review",
    "bank",
]
SOURCES: tuple[Source, ...] = (
    *("quarantine", "receipt", "credit", "promise", "block", "event"),
    *("mail", "decision", "announcement", "limitation", "law", "quiet", "letter", "settlement"),
    *("dunning", "arrangement", "interest", "review", "bank"),
)


class Item(NamedTuple):
    """Something that waits: for whom (empty: nobody yet), since or until when, why, and what to do next.

    `creditor` 0 is all of them; `fact` is what `aflos worklist done` handles (0: it ends by itself).
    """

    source: Source
    creditor: int
    subject: str
    fact: int
    owner: str
    due: date
    reason: str
    next_action: str


@dataclass(frozen=True, slots=True)
class Case:
    """A loan with its facts, for the list."""

    loan: int
    creditor: int
    facts: Sequence[Fact]

    @property
    def subject(self) -> str:
        """How the list names it."""
        return str(self.loan)


class Told(NamedTuple):
    """What a kind of fact asks of a person until it is handled."""

    source: Source
    reason: str
    next_action: str


ASKS: Mapping[FactKind, Told] = {
    FactKind.DEATH: Told("event", "a debtor has died", "find the heirs and write to them"),
    FactKind.DIVORCE: Told("event", "a debtor divorced", "look at who is liable and at both addresses"),
    FactKind.RETURNED_MAIL: Told(
        "mail", "a letter came back", "find the address, or register unknown-address"
    ),
    FactKind.OUTCOME: Told(
        "event", "an objection or dispute was answered", "carry it out, then aflos decide unblock"
    ),
}
"""A line a kind of fact."""


def contact_person(facts: Iterable[Fact], day: date) -> str:
    """Whose case a loan is on a day; empty where nobody's."""
    facts = list(facts)
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    told = [
        fact
        for fact in facts
        if fact.kind is FactKind.CONTACT_PERSON and fact.nr not in gone and fact.value_date <= day
    ]
    last = max(told, key=lambda fact: (fact.value_date, fact.nr), default=None)
    return str(last.data["person"]) if last else ""


def items_of_loan(case: Case, day: date, review_days: int) -> list[Item]:
    """What the facts of a loan ask of a person on a day; an objection is looked at again so many days after it came."""
    owner = contact_person(case.facts, day)
    found = [
        *_promises(case, day),
        *_asked(case, day),
        *_blocks(case, day),
        *_reviews(case, day, review_days),
    ]
    return [item._replace(owner=owner) for item in found]


def items_of_decisions(decisions: Iterable[Decision], waiting: Mapping[int, Sequence[str]]) -> list[Item]:
    """Decisions that wait for an approval (for whom), and those that wait for their hand-over."""
    return [item for decision in decisions for item in _of_decision(decision, waiting)]


def items_of_lapses(case: Case, told: Sequence[Lapse], day: date) -> list[Item]:
    """Of the rows near their lapse or past it: what has lapsed, and what can be interrupted yet."""
    found = []
    for debtor in sorted({one.debtor for one in told}):
        own = sorted(
            (one for one in told if one.debtor == debtor), key=lambda one: one.limitation.lapses_on or day
        )
        for state in ("lapsed", "near"):
            rows = [one for one in own if one.limitation.state(day) == state]
            found += [item_of_lapse(case, rows[0], day, rows[1:])] if rows else []
    return found


def item_of_lapse(case: Case, found: Lapse, day: date, others: Sequence[Lapse] = ()) -> Item:
    """Twelve, six and three months before a row lapses a person is told, and once it has; of joint debtors of each.

    `others` are the rows that lapsed, or are near their lapse, after it.
    """
    lapses_on = found.limitation.lapses_on or day
    passed = [signal for signal in found.limitation.signals if signal <= day]
    what, owner = f"{euros(int(found.open))} due on {found.due}", contact_person(case.facts, day)
    of_whom = f" from debtor {found.debtor}" if found.debtor else ""
    what += of_whom
    total = euros(sum(int(one.open) for one in (found, *others)))
    more = f" ({len(others)} more after it, {total} in all)" if others else ""
    if lapses_on <= day:
        reason = (
            f"{what} lapsed on {lapses_on}{more}: nothing more is collected{of_whom}, of the rest neither"
        )
        action = _decide_about_lapsed(case.loan, (found, *others))
    else:
        reason = f"{what} lapses on {lapses_on}, told from {passed[-1]} on{more}"
        action = (
            "interrupt it in time: an aanmaning that is proven sent, or another act of Awb 4:105 and 4:106"
        )
    return Item("limitation", case.creditor, case.subject, 0, owner, lapses_on, reason, action)


def _decide_about_lapsed(loan: int, lapsed: Sequence[Lapse]) -> str:
    """What to decide about rows that have lapsed, which are the oldest that are open."""
    if lapsed[0].debtor:
        return "decide about it: of the others it is still owed, and nothing is written off by itself"
    interest = int(sum(one.interest for one in lapsed))
    principal = int(sum(one.open for one in lapsed)) - interest
    parts = [
        f"--part {part} --amount {euros(cents)}"
        for part, cents in (("interest", interest), ("principal", principal))
        if cents
    ]
    commands = " and ".join(
        f"aflos decide write-off {loan} {part} --on DAY --decision REFERENCE" for part in parts
    )
    return f"give it up, after which the rest is dunned again: {commands}; nothing is written off by itself"


def item_of_credit(case: Case, cents: int, code: str, day: date) -> Item:
    """Credit that nobody has decided about, or that went back and is not there any more (cents below zero)."""
    owner = contact_person(case.facts, day)
    paid = {FactKind.PAYMENT, FactKind.EARLY_REPAYMENT, FactKind.CREDIT_REFUND, FactKind.OPENING}
    since = max((fact.value_date for fact in case.facts if fact.kind in paid), default=day)
    if cents < 0:
        reason = (
            f"{euros(-cents)} more was refunded than there is: a payment or settlement counts otherwise now"
        )
        action = "agree with the debtor how it comes back; any payment above what is owed settles it"
    else:
        reason = f"{euros(cents)} {_why_credit(case.facts)}"
        action = f"aflos bank refunds propose --creditor {code}"
    return Item("credit", case.creditor, case.subject, 0, owner, since, reason, action)


GIVES_BACK = frozenset({FactKind.CANCELLATION, FactKind.REDUCED, FactKind.INTEREST_OWED})
"""Facts by which something that was paid is not owed after all, or bears interest for the debtor."""


def _why_credit(facts: Sequence[Fact]) -> str:
    """Where credit comes from: a settled year, what was paid and is not owed after all, or too much was paid."""
    if any(fact.kind is FactKind.SETTLED for fact in facts):
        return "is to be paid out after the settlement of living allowance"
    if any(fact.kind in GIVES_BACK for fact in holding_of(facts, None)):
        return "is owed to the debtor: paid and not owed after all, or interest on it"
    return "more was paid than is owed"


def item_of_rate(case: Case, found: Differs, day: date) -> Item:
    """The rate that follows the law is another now: a person decides the change."""
    borne, given = percent_text(found.borne), percent_text(found.given)
    reason = f"bears {borne} percent; the law gives {given} from {found.since}"
    action = f"aflos decide rate {case.loan} --percent {given} --on {found.since}"
    owner = contact_person(case.facts, day)
    return Item("law", case.creditor, case.subject, 0, owner, found.since, reason, action)


def item_of_track(case: Case, found: TrackOver, day: date) -> Item:
    """The term of repayment from income after the business ended is over: a person decides about the rest."""
    reason = (
        f"repayment from income after the business ended, since {found.since}, was over on {found.over_on} "
        f"(Bbz art. 43 lid 2): {euros(found.left)} is left"
    )
    action = f"decide about the rest (giving it up: aflos decide rest-waiver {case.loan}), then aflos worklist done"
    owner = contact_person(case.facts, day)
    return Item("event", case.creditor, case.subject, found.fact, owner, found.over_on, reason, action)


def items_of_quiet(quiet: Mapping[int, Quiet], codes: Mapping[int, str]) -> list[Item]:
    """Creditors whose quiet period after a cut-over waits for a person to lift it."""
    return [
        Item(
            "quiet",
            creditor,
            codes[creditor],
            0,
            "",
            one.since,
            f"quiet since the cut-over of {one.since}: no letter and no direct debit is proposed",
            f"compare both administrations, then aflos import lift-quiet {codes[creditor]}",
        )
        for creditor, one in quiet.items()
        if one.until is None
    ]


def chosen_items(
    items: Iterable[Item], owner: str = "", source: str = "", until: date | None = None
) -> list[Item]:
    """The items of an owner, from a source, due by a day; the most urgent first."""
    kept = [
        item
        for item in items
        if (not owner or owner in item.owner.split(", "))
        and (not source or item.source == source)
        and (until is None or item.due <= until)
    ]
    return sorted(kept, key=lambda item: (item.due, item.source, item.creditor, item.subject, item.fact))


def _promises(case: Case, day: date) -> list[Item]:
    return [
        Item(
            "promise",
            case.creditor,
            case.subject,
            broken.fact.nr,
            "",
            broken.by,
            f"promised {euros(broken.fact.cents)} by {broken.by}, {euros(broken.paid)} came",
            "call the debtor, then aflos worklist done",
        )
        for broken in broken_promises(case.facts, day)
    ]


def _asked(case: Case, day: date) -> list[Item]:
    """Facts that ask something of a person and that nobody has handled."""
    done = {fact.of for fact in case.facts if fact.kind in {FactKind.WITHDRAWAL, FactKind.HANDLED}}
    unblocked = {fact.of for fact in case.facts if fact.kind is FactKind.UNBLOCKED}
    return [
        Item(
            ASKS[fact.kind].source,
            case.creditor,
            case.subject,
            fact.nr,
            "",
            fact.value_date,
            _with_text(_whose(ASKS[fact.kind].reason, fact.data.get("debtor")), fact),
            ASKS[fact.kind].next_action,
        )
        for fact in case.facts
        if fact.kind in ASKS and fact.nr not in done and fact.value_date <= day
        if not (fact.of and fact.of in unblocked) and not _is_followed(fact, case.facts)
    ]


def _is_followed(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether a letter came back after which an address was registered: unknown, it is an item itself."""
    if fact.kind is not FactKind.RETURNED_MAIL:
        return False
    addresses = [one for one in facts if one.kind is FactKind.ADDRESS and one.value_date >= fact.value_date]
    gone = {one.of for one in facts if one.kind is FactKind.WITHDRAWAL}
    return any(one.data.get("debtor") == fact.data.get("debtor") and one.nr not in gone for one in addresses)


def _reviews(case: Case, day: date, review_days: int) -> list[Item]:
    """Objections and disputes that nobody has answered, with the day to look at them (P9)."""
    gone = {FactKind.WITHDRAWAL, FactKind.OUTCOME, FactKind.UNBLOCKED}
    answered = {fact.of for fact in case.facts if fact.kind in gone}
    found = []
    for fact in case.facts:
        if fact.kind in REVIEWED and fact.nr not in answered and fact.value_date <= day:
            told = fact.data.get("review")
            due = parse_day(str(told)) if told else fact.value_date + timedelta(days=review_days)
            reason = f"the {fact.kind.text} of {fact.value_date} is open; limitation goes on meanwhile"
            action = f"look at it, then aflos event outcome {case.loan} --of {fact.kind.text}"
            found.append(Item("event", case.creditor, case.subject, 0, "", due, reason, action))
    return found


REVIEWED = frozenset({FactKind.OBJECTION, FactKind.DISPUTE})
"""Facts that wait for an answer."""


def _with_text(reason: str, fact: Fact) -> str:
    text = fact.data.get("text") or fact.data.get("outcome")
    return f"{reason}: {text}" if text else reason


STANDS_WITH: Mapping[FactKind, Collection[str]] = {
    FactKind.ADMINISTRATION: ("bewindvoerder", "curator"),
    FactKind.BANKRUPTCY: ("curator",),
    FactKind.WSNP_START: ("wsnp-bewindvoerder",),
}
"""Who stands for a debtor because of what: the end of the one is often that of the other."""


def _blocks(case: Case, day: date) -> list[Item]:
    """Blocks that ended and wait for a look, and addresses to be found."""
    return [_of_block(case, block, day) for block in blocks_on(case.facts, day) if _is_work(block)]


def _is_work(block: Block) -> bool:
    return block.is_over or block.kind is FactKind.ADDRESS


def _of_block(case: Case, block: Block, day: date) -> Item:
    if block.kind is FactKind.ADDRESS:
        action = "find the address and register the move"
        return Item(
            "mail",
            case.creditor,
            case.subject,
            0,
            "",
            block.since,
            _whose(block.reason, block.debtor),
            action,
        )
    action = "look at the case, then aflos worklist done: dunning restarts at the friendly reminder"
    for one in still_standing(case.facts, block.debtor, day):
        if one.role in STANDS_WITH.get(block.kind, ()):
            ended = f"aflos event end {one.debtor} --of representative"
            action = f"{one.name} ({one.role}) still stands for the debtor: {ended} if no longer; {action}"
    due = block.until or block.since
    return Item(
        "block", case.creditor, case.subject, block.fact, "", due, _whose(block.reason, block.debtor), action
    )


def _whose(reason: str, debtor: object) -> str:
    """A reason with the number of the debtor whom it is about: of joint debtors each may have his own."""
    return f"{reason} (debtor {debtor})" if debtor else reason


def _of_decision(decision: Decision, waiting: Mapping[int, Sequence[str]]) -> list[Item]:
    proposed, approved = decision.proposed, decision.step("approved")
    subject = f"decision {decision.id}"
    what = f"{proposed.kind} {proposed.reference} on {proposed.subject}"
    if decision.state == "proposed":
        who = ", ".join(waiting.get(decision.id, ()))
        action = f"aflos approve {decision.id}"
        return [Item("decision", decision.creditor_id, subject, 0, who, decision.known_on, what, action)]
    if decision.state == "fixed-not-announced" and approved is not None:
        due = approved.day + timedelta(days=LATE_AFTER_DAYS)
        action = f"send it, then aflos decide handed-over {decision.id}"
        reason = f"{what}: fixed, not announced"
        return [Item("announcement", decision.creditor_id, subject, 0, decision.maker, due, reason, action)]
    return []
