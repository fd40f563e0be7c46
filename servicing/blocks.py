"""What may not be done to a debtor on a day, why, until when and by which article: from facts alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from ledger.day import parse_day
from servicing.creditors.quiet import Quiet
from servicing.facts import Fact, FactKind
from servicing.representatives import Scope, representatives_on

Stop = Literal["dunning", "direct-debit", "interest", "letters"]
"""dunning: reminders and everything after them. interest: proposals to charge statutory interest.

letters: nothing is sent to the address that is known, and no term starts.
"""

DUNNING: frozenset[Stop] = frozenset({"dunning"})
COLLECTING: frozenset[Stop] = frozenset({"dunning", "direct-debit"})
ALL_COLLECTING: frozenset[Stop] = frozenset({"dunning", "direct-debit", "interest"})
SENDING: frozenset[Stop] = frozenset({"dunning", "letters"})
POST: tuple[Scope, ...] = ("decisions", "letters")
"""What comes by post."""

PROPOSING: frozenset[Stop] = frozenset({"dunning", "direct-debit", "letters"})


class Block(NamedTuple):
    """One reason why something stops; `debtor` 0 is everybody on the loan, `until` the first free day (None: open).

    `is_over`: it ended and nobody has looked at it yet, so that dunning still waits.
    """

    fact: int
    kind: FactKind
    stops: frozenset[Stop]
    reason: str
    article: str
    since: date
    until: date | None
    debtor: int
    actor: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of fact stops, by which article, and how its end is found."""

    stops: frozenset[Stop]
    reason: str
    article: str
    ends_by: frozenset[FactKind] = frozenset({FactKind.ENDED})
    ends_on: Callable[[Fact], date | None] = lambda _: None
    is_reviewed: bool = True


def day_in(key: str) -> Callable[[Fact], date | None]:
    """The day that stands in a fact's data under a key, if any."""

    def read(fact: Fact) -> date | None:
        text = fact.data.get(key)
        return parse_day(str(text)) if text else None

    return read


RULES: Mapping[FactKind, Rule] = {
    FactKind.DEATH: Rule(COLLECTING, "the debtor has died", "BW 4:182"),
    FactKind.ADMINISTRATION: Rule(
        COLLECTING, "the debtor's money is managed by another", "BW 1:378, 1:431", ends_on=day_in("until")
    ),
    FactKind.MORATORIUM: Rule(
        COLLECTING, "a court has ordered a moratorium", "Wgs art. 5; Fw art. 287b", ends_on=day_in("until")
    ),
    FactKind.BANKRUPTCY: Rule(ALL_COLLECTING, "the debtor is bankrupt", "Fw art. 26, 128"),
    FactKind.OBJECTION: Rule(
        DUNNING | {"interest"},
        "an objection is open",
        "Awb 6:16; objection.dunning",
        frozenset({FactKind.UNBLOCKED}),
    ),
    FactKind.DISPUTE: Rule(
        ALL_COLLECTING, "the debtor disputes the debt", "policy", frozenset({FactKind.UNBLOCKED})
    ),
    FactKind.WSNP_START: Rule(
        ALL_COLLECTING,
        "a court has declared debt restructuring (WSNP)",
        "Fw art. 299, 301, 303",
        frozenset({FactKind.WSNP_EARLY_END, FactKind.WSNP_CLEAN_SLATE}),
    ),
    FactKind.WSNP_CLEAN_SLATE: Rule(
        ALL_COLLECTING, "the rest cannot be enforced (clean slate)", "Fw art. 358"
    ),
    FactKind.ORDER_SUSPENDED: Rule(
        COLLECTING, "a court has suspended the enforcement order (dwangbevel)", "Awb 4:111 lid 2; Rv art. 438"
    ),
    FactKind.ARRANGEMENT: Rule(
        DUNNING,
        "a payment arrangement holds",
        "Awb 4:94 lid 2",
        frozenset({FactKind.ARRANGEMENT_END}),
        ends_on=day_in("until"),
    ),
    FactKind.DEFERRAL: Rule(
        DUNNING,
        "payment is deferred",
        "Awb 4:94 lid 2",
        frozenset({FactKind.DEFERRAL_END}),
        ends_on=day_in("until"),
        is_reviewed=False,
    ),
    FactKind.HOLD: Rule(DUNNING, "an adviser holds it", "hold.longest", ends_on=day_in("until")),
    FactKind.PROMISE: Rule(
        DUNNING, "the debtor has promised to pay", "policy", ends_on=day_in("until"), is_reviewed=False
    ),
}
"""A line a kind of fact. What ends a block but a withdrawal names it; `is_reviewed` ends wait for a person (P10)."""


def blocks_on(
    facts: Sequence[Fact],
    day: date,
    known_by: date | None = None,
    *,
    objection_holds: bool = True,
    quiet: Quiet | None = None,
) -> list[Block]:
    """Everything that blocks a loan on a day, as known by a night (None: now), oldest first.

    `objection_holds` is the policy `objection.dunning`; `quiet` the quiet period of the creditor on that day.
    """
    holding = holding_of(facts, known_by)
    found = [
        block
        for fact in holding
        if fact.kind in RULES and (objection_holds or fact.kind is not FactKind.OBJECTION)
        if (block := _block(fact, RULES[fact.kind], holding, day)) is not None
    ]
    found += [*_address_blocks(holding, day), *([_quiet_block(quiet)] if quiet else [])]
    return sorted(found, key=lambda block: (block.since, block.fact))


def _quiet_block(quiet: Quiet) -> Block:
    """Nothing is proposed to debtors of a creditor whose administration was just taken over."""
    reason = "the creditor is in its quiet period after the cut-over"
    return Block(
        0, FactKind.QUIET, PROPOSING, reason, "quiet period", quiet.since, quiet.until, 0, quiet.actor
    )


def stopping(blocks: Iterable[Block], stop: Stop, debtor: int = 0) -> list[Block]:
    """The blocks that stop something (for one debtor, or for any of them)."""
    return [block for block in blocks if stop in block.stops and debtor in {0, block.debtor or debtor}]


def ended_blocks(facts: Sequence[Fact], day: date, known_by: date | None = None) -> list[Block]:
    """The blocks that have ended and wait for a person: dunning restarts at the friendly reminder (P10)."""
    return [block for block in blocks_on(facts, day, known_by) if block.is_over]


def holding_of(facts: Sequence[Fact], known_by: date | None) -> list[Fact]:
    """The facts that count, as known by a night (None: now)."""
    known = [fact for fact in facts if known_by is None or fact.known_on <= known_by]
    gone = {fact.of for fact in known if fact.kind is FactKind.WITHDRAWAL}
    return [fact for fact in known if fact.nr not in gone]


def _block(fact: Fact, rule: Rule, holding: Sequence[Fact], day: date) -> Block | None:
    """The block of a fact on a day; after its end what is left of it until a person has looked."""
    since = day_in("from")(fact) or fact.value_date
    until = end_of(fact, rule, holding)
    if day < since:
        return None
    is_over = until is not None and until <= day
    is_handled = any(each.kind is FactKind.HANDLED and each.of == fact.nr for each in holding)
    if is_over and (is_handled or not rule.is_reviewed or _is_continued(fact, rule, holding)):
        return None
    stops = DUNNING if is_over else rule.stops
    reason = f"{rule.reason}: ended, not reviewed" if is_over else rule.reason
    debtor = int(str(fact.data.get("debtor", 0)))
    return Block(fact.nr, fact.kind, stops, reason, rule.article, since, until, debtor, fact.actor, is_over)


def _is_continued(fact: Fact, rule: Rule, holding: Sequence[Fact]) -> bool:
    """Whether another arrangement held on the day on which one ended: nothing to look at until that one ends."""
    until = end_of(fact, rule, holding)
    if fact.kind is not FactKind.ARRANGEMENT or until is None:
        return False
    others = [each for each in holding if each.kind is fact.kind and each.nr != fact.nr]
    ends = {each.nr: end_of(each, rule, holding) or date.max for each in others}
    return any((day_in("from")(each) or each.value_date) <= until < ends[each.nr] for each in others)


def end_of(fact: Fact, rule: Rule, holding: Sequence[Fact]) -> date | None:
    """The first day on which a fact blocks no more."""
    ends = [each.value_date for each in holding if each.kind in rule.ends_by and each.of == fact.nr]
    own = rule.ends_on(fact)
    return min([*ends, *([own] if own else [])], default=None)


def _address_blocks(holding: Sequence[Fact], day: date) -> list[Block]:
    """Nothing goes to an address that is unknown or secret; the last fact about each debtor's address counts.

    Somebody who receives letters and decisions instead of a debtor is reached at an address of his own.
    """
    last: dict[int, Fact] = {}
    for fact in sorted(holding, key=lambda fact: (fact.value_date, fact.nr)):
        if fact.kind is FactKind.ADDRESS and fact.value_date <= day:
            last[int(str(fact.data.get("debtor", 0)))] = fact
    return [
        Block(
            fact.nr,
            fact.kind,
            SENDING,
            f"the address is {fact.data['address']}",
            "Awb 3:41",
            fact.value_date,
            None,
            debtor,
            fact.actor,
        )
        for debtor, fact in last.items()
        if fact.data.get("address") != "known"
        if not all(representatives_on(holding, debtor, day, scope) for scope in POST)
    ]
