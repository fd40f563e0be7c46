"""A letter in the outbox as a value: what was frozen, what happened to it since, and where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from ledger.errors import BadInput
from servicing.banking_days import ONE_DAY, ends_a_legal_term
from servicing.legal_terms import legal_term

StepName = Literal[
    "held",
    "excluded",
    "fell-away",
    "approved",
    "released",
    "failed",
    "handed-over",
    "returned",
    "withdrawn",
]
State = Literal[
    "proposed",
    "held",
    "excluded",
    "fell-away",
    "approved",
    "released",
    "failed",
    "handed-over",
    "returned",
    "withdrawn",
]
"""approved: one person put it in a print run. released: a second person fixed its sending date.

held: until a day. excluded: a person took it out for good. fell-away: the reason went before it was sent, such as by
a payment. failed: it cannot become a page; a person looks.
"""

WAITING: frozenset[State] = frozenset({"proposed", "held"})
"""Not in a print run yet."""

UNSENT: frozenset[State] = WAITING | {"approved", "released", "failed"}
"""Not handed over, and it still may be."""

Law = Literal["public", "private"]

TermKind = Literal["none", "statutory", "working_days"]
"""statutory: of a statute, moved off weekends and holidays (Algemene termijnenwet). working_days: those alone count."""


class LetterRefused(BadInput):
    """A letter that cannot be proposed, approved, released or sent; names the letter and the rule."""


class Amount(NamedTuple):
    """An amount in a letter: its name there, whole cents, and the entries (as text) that add up to it.

    Without entries it is the open balance `balance` names, as the books held it on the night of the proposal.
    """

    name: str
    cents: int
    entries: tuple[str, ...] = ()
    balance: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """What the hand-over of a letter does: the term it sets, the decision it announces, the step of dunning it is.

    `objection_days` is how long one may object, 0 for what is no decision. `via` is the representative it goes to.
    `falls_away`: it asks for an amount, so that news about it takes it out.
    `dunning` is what the facts of the step say, empty for another letter. `is_asked_for`: somebody wants it, so that
    what stops dunning does not stop it. `is_addressed`: a person said to whom, and no block or move changes that.
    `cycle` is the same for a step of the yearly cycle: loan, book year, step, and under which reference.
    `confirms` is the fact that it says came in, 0 for none: withdrawn, the letter falls away.
    """

    term: TermKind = "none"
    term_days: int = 0
    announces: int = 0
    objection_days: int = 0
    via: str = ""
    falls_away: bool = False
    dunning: Mapping[str, Any] = field(default_factory=dict)
    is_asked_for: bool = False
    is_addressed: bool = False
    cycle: Mapping[str, Any] = field(default_factory=dict)
    confirms: int = 0

    def term_end(self, sent_on: date) -> date | None:
        """The last day of the term of a letter sent on a day; None where it sets none."""
        if self.term == "none":
            return None
        if self.term == "statutory":
            return legal_term(sent_on, self.term_days).last_day
        return _working_days_after(sent_on, self.term_days)


def cycle_key(cycle: Mapping[str, Any]) -> str:
    """What the step of the yearly cycle is called on its loan that a letter is."""
    return f"letter {cycle['reference']}"


class OnLoan(NamedTuple):
    """A loan a letter is about, and how many of its facts were known when the letter was frozen."""

    loan: int
    facts: int


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """A letter before it is in the outbox; again under the same key is a no-op."""

    key: str
    kind: str
    creditor: int
    debtor: int
    loans: Sequence[OnLoan]
    fields: Mapping[str, object]
    amounts: Sequence[Amount] = ()
    effects: Effects = field(default_factory=Effects)
    demanded: int = 0
    decision: int = 0
    law: Law = "public"
    language: str = "nl"
    template: str = ""
    not_before: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a letter without a name, and one about nothing."""
        if not self.key or len(self.key) > 200 or not self.loans:
            raise LetterRefused(f"letter {self.key[:60]!r}: needs a key of 1 to 200 characters and a loan")


class Step(NamedTuple):
    """What happened to a letter, in order from 1; `batch` is the print run from here on (0: none)."""

    name: StepName
    batch: int
    day: date
    note: str
    actor: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with its number and its steps in order."""

    id: int
    draft: LetterDraft
    proposed_on: date
    actor: str
    steps: Sequence[Step] = ()

    @property
    def last(self) -> Step | None:
        """What happened last."""
        return self.steps[-1] if self.steps else None

    def state(self, day: date) -> State:
        """Where it stands on a day; a letter that is held is proposed again from the day it was held until."""
        last = self.last
        if last is None:
            return "held" if (self.draft.not_before or day) > day else "proposed"
        if last.name == "held":
            return "held" if last.day > day else "proposed"
        return last.name

    @property
    def batch(self) -> int:
        """The print run it is in, 0 for none."""
        return self.last.batch if self.last else 0

    @property
    def debtors_of_step(self) -> tuple[int, ...]:
        """The debtors to whom the letters of its step of dunning go; none where it is no such step."""
        return tuple(self.draft.effects.dunning.get("debtors", ()))

    @property
    def is_open(self) -> bool:
        """Whether it may still be sent."""
        return self.last is None or self.last.name in {"held", "approved", "released", "failed"}


class Page(NamedTuple):
    """A letter as rendered for a sending date."""

    letter: int
    sent_on: date
    sha256: str
    pages: int
    size: int


class Sent(NamedTuple):
    """That and when a letter was handed over, with the last day of its term and the proof."""

    letter: int
    batch: int
    sent_on: date
    term_end: date | None
    sha256: str
    proof: str


def canonical(value: object) -> str:
    """The one way in which a value is written as JSON, so that the same value always has the same hash."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(content: bytes) -> str:
    """The hash by which a page or a file is known."""
    return hashlib.sha256(content).hexdigest()


def _working_days_after(day: date, number: int) -> date:
    """The day that many days after on which a legal term may end."""
    while number:
        day += ONE_DAY
        number -= ends_a_legal_term(day)
    return day
