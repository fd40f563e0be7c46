"""A letter of dunning in the outbox: what it says of what is overdue, and what its hand-over will record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from letters.outbox.framing import Fields
from letters.outbox.values import Letter, canonical
from servicing.dunning.beside import Beside
from servicing.dunning.letters import Due
from servicing.dunning.owing import Overdue
from servicing.dunning.sent import HandedOver, Line, is_step, own_key
from servicing.facts import Fact

FORMAL = "aanmaning"
REMINDED = "reminder"


def open_rows(due: Sequence[Due], fee: int) -> list[list[object]]:
    """What is overdue on each loan, by due date, what is open beside it, and what the letter costs."""
    several = len({one.loan for one in due}) > 1
    rows = [
        row
        for one in due
        for row in rows_of(one.overdue, one.beside, f", lening {one.loan}" if several else "")
    ]
    return [*rows, *([["", "Kosten van deze brief", fee]] if fee else [])]


def rows_of(overdue: Overdue, beside: Beside, which: str = "") -> list[list[object]]:
    """What a letter asks for on a loan, a row each; `which` names the loan where there are several."""
    rows: list[list[object]] = [
        [row.due.isoformat(), f"Termijn {row.nr}{which}", row.principal + row.interest]
        for row in overdue.rows
    ]
    costs = "Kosten van eerdere brieven" if beside.is_of_letters else "Kosten die nog openstaan"
    open_beside = ((costs, beside.costs), ("Wettelijke rente uit ons besluit", beside.interest))
    return [*rows, *(["", f"{words}{which}", cents] for words, cents in open_beside if cents)]


def asked_fields(due: Sequence[Due], fee: int, earlier: Mapping[str, date], decided: set[date]) -> Fields:
    """All fields a letter of dunning may have; a kind takes those it knows. Only one contract is named by its day."""
    total = sum(one.overdue.cents + one.beside.cents for one in due) + fee
    fields: Fields = {
        "open_rows": open_rows(due, fee),
        "open_total": total,
    }
    if len(decided) == 1:
        fields["contract_date"] = next(iter(decided)).isoformat()
    if fee:
        fields["fee"] = fee
    if REMINDED in earlier:
        fields["reminder_date"] = earlier[REMINDED].isoformat()
    if FORMAL in earlier:
        fields["formal_reminder_date"] = earlier[FORMAL].isoformat()
    return fields


def says(sent: HandedOver) -> dict[str, object]:
    """What of a hand-over is frozen with the letter: all but the day, the last day of the term and the proof."""
    beside = [[line.loan, line.beside] for line in sent.lines if line.beside]
    costs: dict[str, object] = {"costs": sent.costs} if sent.costs else {}
    return (
        costs
        | ({"beside": beside} if beside else {})
        | {
            "procedure": sent.procedure,
            "step": sent.step,
            "letter": sent.letter,
            "lines": [[line.loan, line.since.isoformat(), line.overdue, line.fee] for line in sent.lines],
            "debtors": list(sent.debtors),
            "interrupts": sent.interrupts,
        }
    )


def reference_of(bundle: str, said: Mapping[str, object]) -> str:
    """What the business calls a step of dunning: the bundle and what it asks for, so that another amount is another."""
    digest = hashlib.sha256(canonical(said).encode()).hexdigest()[:12]
    return f"{bundle}:{digest}"


def steps_done(
    letters: Iterable[Letter], known: Mapping[int, Sequence[Fact]], on: date, proof: str
) -> list[HandedOver]:
    """The steps that letters are when they leave together, each once; `known` are the facts of their loans.

    A step says to whom its letters went. What leaves later to another joint debtor is said of him, and costs nothing.
    """
    groups: dict[str, list[Letter]] = {}
    for letter in letters:
        if letter.draft.effects.dunning:
            groups.setdefault(letter.draft.effects.dunning["reference"], []).append(letter)
    return [
        step
        for group in groups.values()
        for step in _parts(_sent(group[0], on, proof), _whom(group), known)
        if step.lines
    ]


def _sent(letter: Letter, on: date, proof: str) -> HandedOver:
    effects = letter.draft.effects
    return hand_over_of(effects.dunning, on, effects.term_end(on), proof)


def _whom(letters: Iterable[Letter]) -> dict[int, tuple[int, ...]]:
    """To which debtors letters of one step went, by loan."""
    found: dict[int, set[int]] = {}
    for letter in letters:
        said = letter.draft.effects.dunning
        for each in letter.draft.loans:
            found.setdefault(each.loan, set()).update(said.get("to", said["debtors"]))
    return {loan: tuple(sorted(debtors)) for loan, debtors in found.items()}


def _parts(
    step: HandedOver, whom: Mapping[int, tuple[int, ...]], known: Mapping[int, Sequence[Fact]]
) -> tuple[HandedOver, HandedOver]:
    """What a step is on the loans on which it is new, and on those on which another debtor had it before."""
    lines = [line._replace(to=whom[line.loan]) for line in step.lines if line.loan in whom]
    had = {line.loan for line in lines if any(is_step(fact, step.reference) for fact in known[line.loan])}
    first = tuple(line for line in lines if line.loan not in had)
    later = tuple(line._replace(fee=0) for line in lines if line.loan in had)
    name = own_key(step.reference, min((min(line.to) for line in later), default=0))
    return step._replace(lines=first), step._replace(lines=later, reference=name)


def hand_over_of(dunning: Mapping[str, Any], on: date, term_until: date | None, proof: str) -> HandedOver:
    """The hand-over of a frozen letter on a day."""
    beside = dict(dunning.get("beside", ()))
    lines = tuple(
        Line(loan, date.fromisoformat(since), overdue, fee, beside.get(loan, 0))
        for loan, since, overdue, fee in dunning["lines"]
    )
    return HandedOver(
        dunning["reference"],
        dunning["procedure"],
        dunning["step"],
        dunning["letter"],
        on,
        lines,
        tuple(dunning["debtors"]),
        term_until,
        dunning["interrupts"],
        proof,
        dunning.get("costs", 0),
    )
