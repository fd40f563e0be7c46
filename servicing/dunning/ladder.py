"""Which step of dunning is due on a loan on a day, or why none is: one at a time, from what was really sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from ledger.money import euros
from servicing.arrangement import arrangement_on, paid_between
from servicing.banking_days import ONE_DAY, legal_term_end
from servicing.blocks import Block, holding_of, stopping
from servicing.dunning.announced import NOT_ANNOUNCED, announced_on
from servicing.dunning.owing import Overdue
from servicing.dunning.procedure import Act, Name, Procedure, StepRule, procedure_of
from servicing.dunning.sent import Sent, calls_of, restarted_on, sent_of
from servicing.facts import Fact, FactKind
from servicing.law import Law
from servicing.legal_terms import legal_term
from servicing.policy import Choices
from servicing.product import Product
from servicing.promises import broken_promises

UNCERTAIN = "practice: nothing on incomplete information"


class Step(NamedTuple):
    """A step that is due since a day, to which debtors, on what is overdue; `interrupts`: for limitation only."""

    code: str
    procedure: Name
    act: Act
    letter: str | None
    since: date
    debtors: tuple[int, ...]
    overdue: Overdue
    reason: str
    article: str
    interrupts: bool = False


class Wait(NamedTuple):
    """Why no step is due, by which article; `until` the first day on which that may change by itself (None: news)."""

    reason: str
    article: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A loan as a night knows it: its facts, liable debtors, arrears, blocks, and why nothing is certain (`held`).

    `lapses_on` is the day on which its oldest claim lapses, where that is near, against the debtors `nearing` (none:
    against all of them).
    """

    loan: int
    facts: Sequence[Fact]
    debtors: tuple[int, ...]
    overdue: Overdue | None
    blocks: Sequence[Block] = ()
    held: str = ""
    lapses_on: date | None = None
    nearing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for the loan: its product, the procedures by name, the law, and what its creditor chose."""

    product: Product
    procedures: Mapping[Name, Procedure]
    law: Law
    choices: Choices


class _Place(NamedTuple):
    """How far the ladder is: the step that comes, what was done last, and when at the earliest the step follows."""

    code: str
    rule: StepRule
    last: Sent | None
    earliest: date


def next_step(case: Case, rules: Rules, day: date) -> Step | Wait:
    """The step that is due on a loan by the end of a day, or why none is.

    Never on incomplete information, while anything blocks it, or on small arrears. Raises `UnknownLaw`, `NotChosen`.
    """
    holding = holding_of(case.facts, None)
    name = procedure_of(rules.product, holding)
    if name is None:
        return Wait("debts of this kind are not dunned", rules.product.legal_basis)
    if case.overdue is None:
        if case.held:
            return Wait(case.held, UNCERTAIN, day + ONE_DAY)
        return Wait("nothing is overdue", "Awb art. 4:97; BW boek 6 art. 81")
    refusal = next(_refusals(case, case.overdue, holding, rules, day), None)
    if refusal is not None:
        return refusal
    return _on_ladder(case, holding, rules, rules.procedures[name], day)


def _refusals(
    case: Case, overdue: Overdue, holding: Sequence[Fact], rules: Rules, day: date
) -> Iterator[Wait]:
    """What forbids any step, the gravest first."""
    if case.held:
        yield Wait(case.held, UNCERTAIN, day + ONE_DAY)
    yield from _blocked(case, holding, day)
    for promise in broken_promises(holding, day):
        what = f"promised {euros(promise.fact.cents)} by {promise.by}, {euros(promise.paid)} came"
        yield Wait(f"{what}: a person looks first", "policy of the college")
    if _is_with_bailiff(holding):
        yield Wait("the claim is with the bailiff", "Awb art. 4:123")
    smallest = rules.choices.cents("small_amount.limit")
    if overdue.cents <= smallest:
        yield Wait(f"{euros(overdue.cents)} is overdue, not above {euros(smallest)}", "small_amount.limit")


def _blocked(case: Case, holding: Sequence[Fact], day: date) -> Iterator[Wait]:
    """A block that leaves none of the debtors to be written to."""
    if addressed(case):
        return
    block = stopping(case.blocks, "dunning", 0)[0]
    reason = block.reason
    if block.kind is FactKind.ARRANGEMENT and not block.is_over:
        agreed = arrangement_on(holding, day)
        behind = agreed.behind(paid_between(holding, agreed.decided_on, day), day) if agreed else 0
        kept = f"{euros(behind)} behind: a person decides whether it ends (Awb 4:96)" if behind else "kept"
        reason = f"{reason}, {kept}"
    until = block.until if block.until is not None and block.until > day else None
    if block.kind is FactKind.QUIET and until is None:
        until = day + ONE_DAY  # its end is a fact about the creditor, which is no news about a loan
    yield Wait(reason, block.article, until)


def addressed(case: Case) -> tuple[int, ...]:
    """The debtors who may be written to; 0 stands for a loan of which no debtor is known."""
    return tuple(debtor for debtor in case.debtors or (0,) if not stopping(case.blocks, "dunning", debtor))


def _is_with_bailiff(holding: Sequence[Fact]) -> bool:
    recalled = {fact.of for fact in holding if fact.kind is FactKind.BAILIFF_RECALLED}
    return any(fact.kind is FactKind.BAILIFF and fact.nr not in recalled for fact in holding)


class _Begin(NamedTuple):
    """From which day the steps are counted, and which letters count: sent after a day, and not before a new start."""

    on: date
    after: date
    again: date


def _on_ladder(
    case: Case, holding: Sequence[Fact], rules: Rules, procedure: Procedure, day: date
) -> Step | Wait:
    begin = _begin(case, holding, rules, procedure, day)
    if isinstance(begin, Wait):
        return begin
    counted = [
        sent
        for sent in sent_of(holding)
        if sent.procedure in {procedure.code, ""} and sent.on > begin.after and sent.on >= begin.again
    ]
    place = _place(counted, calls_of(holding), rules, procedure, begin.on)
    if place.earliest <= day:
        found: Step | Wait = _step(case, procedure, place)
    else:
        found = Wait(f"{place.code} comes from {place.earliest} on", place.rule.article, place.earliest)
    interrupts = isinstance(found, Step) and place.rule.interrupts is not None
    if case.lapses_on is None or interrupts:
        return found
    return _interruption(case, procedure, counted, day) or found


def _begin(
    case: Case, holding: Sequence[Fact], rules: Rules, procedure: Procedure, day: date
) -> _Begin | Wait:
    """Where the ladder begins: with the oldest arrears, after the payment term of a decision, or after a block."""
    since = _overdue(case).since
    again = restarted_on(case.facts, holding, day) or since
    shown = legal_term_end(since) if rules.choices.choice("due.shift") == "instalments_too" else since
    if procedure.payment_term is None:
        return _Begin(max(shown, again), since, again)
    announced = announced_on(holding, case.debtors)
    if announced is None:
        return Wait(NOT_ANNOUNCED, "Awb art. 3:40, 4:86")
    term = legal_term(announced, rules.law.value_on(procedure.payment_term, announced).count)
    if day < term.over_from:
        return Wait(f"the term to pay ends on {term.last_day}", "Awb art. 4:87", term.over_from)
    first = max(since, term.last_day)
    return _Begin(max(first, again), first, again)


def _overdue(case: Case) -> Overdue:
    assert case.overdue is not None, "only arrears are dunned"
    return case.overdue


def _place(
    counted: Sequence[Sent], calls: Sequence[date], rules: Rules, procedure: Procedure, begin: date
) -> _Place:
    """How far the ladder is since it began."""
    order = procedure.order(rules.choices)
    last: Sent | None = None
    reached = 0
    for place, code in enumerate(order):
        since = (last.on if last else begin) if reached == place else date.max
        done = _done(procedure.steps[code], code, counted, [on for on in calls if on >= since])
        if done is not None:
            last, reached = done, place + 1
    reached = min(reached, len(order) - 1)
    code, before = order[reached], order[reached - 1] if reached else None
    rule = procedure.steps[code]
    return _Place(code, rule, last, _earliest(procedure, rules, (begin, before, last), rule))


def _done(rule: StepRule, code: str, counted: Sequence[Sent], calls: Sequence[date]) -> Sent | None:
    """When a step was done: with the last of its letters to the debtors, or the first contact since the one before."""
    if rule.act == "letter":
        letters = [sent for sent in counted if sent.step == code]
        return _together(letters) if letters else None
    if rule.act == "call" and calls:
        return Sent(0, code, "", calls[0], None, 0, ())
    return None


def _together(letters: Sequence[Sent]) -> Sent:
    """Letters of one step to several debtors as one: done with the last, its term ended when all have."""
    terms = [sent.term_until for sent in letters if sent.term_until is not None]
    is_to_all = any(not sent.debtors for sent in letters)
    debtors = {debtor for sent in letters for debtor in sent.debtors}
    until = max(terms) if len(terms) == len(letters) else None
    return letters[-1]._replace(term_until=until, debtors=() if is_to_all else tuple(sorted(debtors)))


def _earliest(
    procedure: Procedure, rules: Rules, after: tuple[date, str | None, Sent | None], rule: StepRule
) -> date:
    """The first day of a step: so many days after the arrears began, and after what was done before and its term."""
    begin, before, last = after
    own = rules.choices.number(rule.day) if rule.day else 0
    days = [begin + timedelta(days=own)]
    if last is not None:
        previous = procedure.steps[before].day if before else None
        gap = own - rules.choices.number(previous) if rule.day and previous else 0
        days.append(last.on + timedelta(days=max(1, gap)))
        if last.term_until is not None:
            days.append(last.term_until + ONE_DAY)
    return max(days)


def _step(case: Case, procedure: Procedure, place: _Place) -> Step | Wait:
    rule, last, debtors = place.rule, place.last, addressed(case)
    if rule.enforces:
        if last is None or last.term_until is None:
            why = "no aanmaning for this very claim is known, with its term"
            return Wait(f"{why}: no dwangbevel can rest on it", rule.article)
        debtors = tuple(one for one in debtors if one in last.debtors or not last.debtors)
        if not debtors:
            return Wait("the aanmaning went to none of the debtors who may be asked now", rule.article)
    overdue = _overdue(case)
    done = f"after {last.step} of {last.on}" if last else f"overdue since {overdue.since}"
    return Step(
        place.code,
        procedure.code,
        rule.act,
        rule.letter,
        place.earliest,
        debtors,
        overdue,
        f"{rule.meaning.en}: {euros(overdue.cents)} {done}",
        rule.article,
    )


def _interruption(case: Case, procedure: Procedure, counted: Sequence[Sent], day: date) -> Step | None:
    """A letter that interrupts limitation in time, unless one was sent and its term still runs."""
    assert case.lapses_on is not None, "only a near lapse is interrupted"
    code = procedure.interruption
    runs = any(sent.step == code and sent.term_until and sent.term_until >= day for sent in counted)
    debtors = tuple(one for one in addressed(case) if not case.nearing or one in case.nearing)
    if runs or day >= case.lapses_on or not debtors:
        return None
    rule, overdue = procedure.steps[code], _overdue(case)
    return Step(
        code,
        procedure.code,
        rule.act,
        rule.letter,
        day,
        debtors,
        overdue,
        f"limitation: {euros(overdue.cents)} lapses on {case.lapses_on}",
        rule.article,
        interrupts=True,
    )
