"""A payment arrangement (betalingsregeling, Awb art. 4:94): what it asks by a day, and whether it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from servicing.daycount import Step, parse_step, step_date
from servicing.facts import Fact, FactKind
from servicing.reading import Reader

MOST_PARTS = 600


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Cents to be paid a step, from a first day, until (not including) a day or all is paid; no interest changes by it.

    Statutory interest runs meanwhile unless decided otherwise (Awb art. 4:101). Of a debt settlement
    `share` is what is paid in all, after which the rest can be given up; 0 of any other arrangement.
    """

    fact: int
    decided_on: date
    cents: int
    first: date
    step: Step
    until: date | None
    statutory_interest: bool
    ended_on: date | None = None
    share: int = 0

    def asked_by(self, day: date) -> int:
        """What must have been paid by the end of a day, in cents."""
        asked = self.cents * sum(1 for due in self._days() if due <= day)
        return min(asked, self.share) if self.share else asked

    def parts(self, most: int) -> list[tuple[date, int]]:
        """What is to be paid on which day, until so many cents are."""
        found, left = list[tuple[date, int]](), most
        for due in self._days():
            if left <= 0:
                break
            found.append((due, min(self.cents, left)))
            left -= self.cents
        return found

    @property
    def last(self) -> date | None:
        """The last day on which something is to be paid; None where no end was decided."""
        return max(self._days(), default=None) if self.until is not None else None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        ends = [end for end in (self.until, self.ended_on) if end is not None]
        return self.decided_on <= day and all(day < end for end in ends)

    def behind(self, paid: int, day: date) -> int:
        """How much less than asked was paid by the end of a day, in cents: above 0 the arrangement is not kept."""
        return max(0, self.asked_by(day) - paid)

    def _days(self) -> Iterator[date]:
        """The days of the parts; where no end was decided, as many as an arrangement can have."""
        for place in range(MOST_PARTS):
            due = step_date(self.first, self.step, place)
            if self.until is not None and due >= self.until:
                return
            yield due


def arrangements_of(facts: Iterable[Fact]) -> list[Arrangement]:
    """The arrangements of a loan that count, in order of decision, each with the day on which it was ended."""
    held = _holding(facts)
    ended = {fact.of: fact.value_date for fact in held if fact.kind is FactKind.ARRANGEMENT_END}
    return [arrangement_of(fact, ended.get(fact.nr)) for fact in held if fact.kind is FactKind.ARRANGEMENT]


def arrangement_on(facts: Iterable[Fact], day: date) -> Arrangement | None:
    """The arrangement in force on a day, or None: the last decided that has neither ended nor run out."""
    in_force = [one for one in arrangements_of(facts) if one.holds_on(day)]
    return in_force[-1] if in_force else None


def settlement_paid(facts: Sequence[Fact], day: date) -> Arrangement | None:
    """The last debt settlement that was not ended and of which the share was paid by the end of a day, or None."""
    agreed = [one for one in arrangements_of(facts) if one.share and one.ended_on is None]
    last = agreed[-1] if agreed else None
    return last if last is not None and paid_between(facts, last.decided_on, day) >= last.share else None


def arrangement_of(fact: Fact, ended_on: date | None = None) -> Arrangement:
    """The arrangement a fact tells; refuses by key, value and rule."""
    return replace(agreed_in(fact.data, fact.value_date, fact.cents), fact=fact.nr, ended_on=ended_on)


def agreed_in(data: Mapping[str, object], decided_on: date, cents: int) -> Arrangement:
    """The arrangement that a decision says, before it is a fact; refuses by key, value and rule."""
    reader = Reader(data, "arrangement: ")
    return Arrangement(
        0,
        decided_on,
        cents,
        reader.day("first") if reader.has("first") else decided_on,
        parse_step(reader.text("every")) if reader.has("every") else parse_step("1m"),
        reader.day("until") if reader.has("until") else None,
        reader.flag("statutory_interest") if reader.has("statutory_interest") else True,
        share=reader.amount("share") if reader.has("share") else 0,
    )


def interest_meanwhile(facts: Sequence[Fact], choice: str) -> bool:
    """Whether statutory interest runs during an arrangement, by the policy deferral.interest (Awb art. 4:101)."""
    if choice == "not_on_clawbacks":
        grounds = [fact.data.get("ground") for fact in _holding(facts) if fact.kind is FactKind.ANNOUNCED]
        return not (grounds and grounds[-1] == "clawback")
    return choice == "yes"


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
