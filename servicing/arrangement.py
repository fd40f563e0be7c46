"""A payment arrangement (betalingsregeling, Awb art. 4:94): what it asks by a day, and whether it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from servicing.daycount import Step, parse_step, step_date
from servicing.facts import Fact, FactKind
from servicing.reading import Reader

MOST_PARTS = 600


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Cents to be paid a step, from a first day, so many times; it changes no interest by itself.

    `statutory_interest` says whether statutory interest runs meanwhile (Awb art. 4:101).
    """

    fact: int
    decided_on: date
    cents: int
    first: date
    step: Step
    parts: int
    statutory_interest: bool
    ended_on: date | None = None

    @property
    def last_day(self) -> date:
        """The day of the last part."""
        return step_date(self.first, self.step, self.parts - 1)

    def asked_by(self, day: date) -> int:
        """What must have been paid by the end of a day, in cents."""
        due = (step_date(self.first, self.step, place) for place in range(self.parts))
        return sum(self.cents for each in due if each <= day)

    def behind(self, paid: int, day: date) -> int:
        """How much less than asked was paid by the end of a day, in cents: above 0 the arrangement is not kept."""
        return max(0, self.asked_by(day) - paid)


def arrangements_of(facts: Iterable[Fact]) -> list[Arrangement]:
    """The arrangements of a loan that count, in order of decision, each with the day on which it was ended."""
    held = _holding(facts)
    ended = {fact.of: fact.value_date for fact in held if fact.kind is FactKind.ARRANGEMENT_END}
    return [arrangement_of(fact, ended.get(fact.nr)) for fact in held if fact.kind is FactKind.ARRANGEMENT]


def arrangement_on(facts: Iterable[Fact], day: date) -> Arrangement | None:
    """The arrangement in force on a day, or None: the last decided that has neither ended nor run out."""
    in_force = [
        one
        for one in arrangements_of(facts)
        if one.decided_on <= day <= one.last_day and (one.ended_on is None or day < one.ended_on)
    ]
    return in_force[-1] if in_force else None


def arrangement_of(fact: Fact, ended_on: date | None = None) -> Arrangement:
    """The arrangement a fact tells; refuses by key, value and rule."""
    reader = Reader(fact.data, "arrangement: ")
    return Arrangement(
        fact.nr,
        fact.value_date,
        fact.cents,
        reader.day("first"),
        parse_step(reader.text("every")) if reader.has("every") else parse_step("1m"),
        reader.integer("parts", 1, MOST_PARTS),
        reader.flag("statutory_interest"),
        ended_on,
    )


def paid_between(facts: Iterable[Fact], since: date, day: date) -> int:
    """What came in from a day up to the end of another and did not come back, in cents."""
    held = _holding(facts)
    back = {fact.of for fact in held if fact.kind is FactKind.REVERSAL}
    money = {FactKind.PAYMENT, FactKind.EARLY_REPAYMENT}
    return sum(
        fact.cents
        for fact in held
        if fact.kind in money and fact.nr not in back and since <= fact.value_date <= day
    )


def _holding(facts: Iterable[Fact]) -> list[Fact]:
    held = list(facts)
    gone = {fact.of for fact in held if fact.kind is FactKind.WITHDRAWAL}
    return [fact for fact in held if fact.nr not in gone]
