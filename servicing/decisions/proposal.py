"""A decision as it is kept: what was proposed, by whom, the steps after it, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

from servicing.decisions.kinds import KINDS, Kind
from servicing.facts import DECIDED, Draft, Fact, FactKind

StepName = Literal["approved", "rejected", "taken-back", "handed-over", "in-force"]
State = Literal["proposed", "rejected", "taken-back", "fixed-not-announced", "approved", "in-force"]
"""fixed-not-announced: vastgesteld, niet bekendgemaakt. approved: carried out elsewhere, such as a refund."""

LATE_AFTER_DAYS = 3
"""A decision that burdens must be handed over within so many days of its approval, or a person is told."""


class Step(NamedTuple):
    """What happened to a proposal: by whom, on which day; `debtor` to whom it was handed over (0: nobody)."""

    name: StepName
    debtor: int
    day: date
    note: str
    actor: str
    known_on: date


@dataclass(frozen=True, slots=True)
class Proposed:
    """What somebody wants decided; `subject` is the loan, or the creditor where it is about no loan."""

    kind: str
    subject: int
    reference: str
    value_date: date
    cents: int = 0
    of: int = 0
    data: Mapping[str, object] | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposal with its number, maker, the amount at stake, the persons it takes, and its steps in order."""

    id: int
    creditor_id: int
    proposed: Proposed
    at_stake: int
    persons: int
    maker: str
    known_on: date
    steps: Sequence[Step] = ()

    @property
    def kind(self) -> Kind:
        """The kind of decision."""
        return KINDS[self.proposed.kind]

    def step(self, name: StepName) -> Step | None:
        """The step of this name, or None."""
        return next((step for step in self.steps if step.name == name), None)

    @property
    def state(self) -> State:
        """Where it stands."""
        for name in ("rejected", "taken-back", "in-force"):
            if self.step(name):
                return name
        if self.step("approved") is None:
            return "proposed"
        return "fixed-not-announced" if self.kind.effect == "burdening" else "approved"

    @property
    def handed_over(self) -> Mapping[int, date]:
        """To which debtors it was handed over, and when."""
        return {step.debtor: step.day for step in self.steps if step.name == "handed-over"}


def as_known(decision: Decision, by: date) -> Decision:
    """The decision with the steps that a night knew."""
    return replace(decision, steps=tuple(step for step in decision.steps if step.known_on <= by))


def is_late(decision: Decision, on: date) -> bool:
    """Whether a burdening decision waits too long for its hand-over (practice: more than three days)."""
    approved = decision.step("approved")
    waits = decision.state == "fixed-not-announced" and approved is not None
    return waits and approved is not None and (on - approved.day).days > LATE_AFTER_DAYS


def withdrawn_decisions(facts: Iterable[Fact]) -> frozenset[int]:
    """The numbers of the decisions of which every fact that they became, of those given, was withdrawn."""
    facts = list(facts)
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    held, withdrawn = set[int](), set[int]()
    for fact in facts:
        decided = fact.data.get(DECIDED)
        if isinstance(decided, Mapping):
            (withdrawn if fact.nr in gone else held).add(int(decided["number"]))
    return frozenset(withdrawn - held)


def draft_of(decision: Decision, approver: str, authority: str, works_from: date | None = None) -> Draft:
    """The fact a decision becomes on its loan, with maker and approver in its data.

    `works_from`: the hand-over of a decision that burdens; it never works before it.
    """
    proposed, kind = decision.proposed, decision.kind
    assert kind.fact is not None, f"{kind.name} becomes no fact"
    decided = {
        "number": decision.id,
        "maker": decision.maker,
        "approver": approver,
        "mandate": authority,
    }
    day = proposed.value_date if works_from is None else max(proposed.value_date, works_from)
    return Draft(
        proposed.subject,
        kind.fact,
        day,
        proposed.reference,
        cents=proposed.cents,
        of=proposed.of,
        data={**(proposed.data or {}), DECIDED: decided},
        source=proposed.document,
    )
