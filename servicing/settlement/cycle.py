"""The yearly cycle of one client and book year: figures asked, received or not, proposed, heard, decided, settled.

Where a case stands is computed from its facts and the day; nothing is kept that could be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from ledger.day import parse_day
from servicing.daycount import Step as Stride
from servicing.daycount import step_date
from servicing.facts import Fact, FactKind
from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.allowance import ADVANCES, holding
from servicing.settlement.book_year import BookYear

CycleStep = Literal["request", "reminder", "recovery-term", "hearing", "hearing-skipped", "extension"]
CYCLE_STEPS: tuple[CycleStep, ...] = get_args(CycleStep)

State = Literal[
    "running",
    "year-ended",
    "request-due",
    "requested",
    "reminder-due",
    "reminded",
    "recovery-term-due",
    "recovery-term",
    "figures-missing",
    "figures-received",
    "hearing-due",
    "hearing",
    "to-decide",
    "decided",
    "fixed-not-announced",
    "settled",
]
STATES: tuple[State, ...] = get_args(State)

LETTERS: dict[State, str] = {
    "request-due": "yearly_figures_request",
    "reminder-due": "yearly_figures_reminder",
    "recovery-term-due": "yearly_figures_reminder",
    "hearing-due": "clawback_intention",
}
"""The letter that is due in a state; who sends it records the step."""

STEP_OF: dict[State, CycleStep] = {
    "request-due": "request",
    "reminder-due": "reminder",
    "recovery-term-due": "recovery-term",
    "hearing-due": "hearing",
}
"""The step that is done once that letter is handed over."""

DONE: frozenset[State] = frozenset({"settled"})

FIGURES_OF_A_YEAR = ADVANCES | {FactKind.ASSISTANCE, FactKind.YEAR_FIGURES}
"""Facts that change what a settlement gives."""


class Times(NamedTuple):
    """The days of a book year's cycle, and how many days a recovery term and a hearing take.

    Not `reminds`: who was asked is not reminded. Not `refuses`: figures that stay out are waited for.
    """

    request: date
    reminder: date
    deadline: date
    decide_by: date
    recovery_days: int
    hearing_days: int
    reminds: bool = True
    refuses: bool = True


class Proposed(NamedTuple):
    """What of the last proposal the cycle looks at: the newest fact it knew, its day, and what it would reclaim."""

    last_fact: int
    on: date
    reclaim: int


class Decided(NamedTuple):
    """Where the decision about the last proposal stands."""

    state: Literal["proposed", "fixed-not-announced", "in-force"]
    on: date


@dataclass(frozen=True, slots=True)
class YearCase:
    """One loan and book year with its facts, the last proposal and the decision about it, if there are."""

    loan: int
    year: BookYear
    facts: Sequence[Fact]
    proposed: Proposed | None = None
    decided: Decided | None = None


class Stand(NamedTuple):
    """Where a case stands, since which day, and by when the next step must be done."""

    state: State
    since: date
    due: date

    def age(self, day: date) -> int:
        """For how many days it has stood so."""
        return (day - self.since).days

    @property
    def letter(self) -> str:
        """The letter that is due, or nothing."""
        return LETTERS.get(self.state, "")


def times_of(year: BookYear, facts: Iterable[Fact], law: Law, policy: Choices) -> Times:
    """The days of the cycle by law (art. 38 lid 2) and by the college's choices, with an extension of the deadline."""
    months = law.value_on("yearly_figures_term", year.since).count
    extended = [until for step, _, until in steps_of(facts, year) if step == "extension" and until]
    return Times(
        _after(year, policy.number("cycle.request")),
        _after(year, policy.number("cycle.reminder")),
        max([_after(year, months), *extended]),
        _after(year, policy.number("cycle.decide_by")),
        policy.number("cycle.recovery_term"),
        policy.number("cycle.hearing_term"),
    )


def asking_for_interest(times: Times, missing: str) -> Times:
    """The same days as the college asks for figures about interest (`art21.missing`, choice C5)."""
    return times._replace(reminds=missing != "refuse", refuses=missing != "wait")


def steps_of(facts: Iterable[Fact], year: BookYear) -> list[tuple[CycleStep, date, date | None]]:
    """What was done in the cycle of a book year: each step with its day, and until when an extension goes."""
    found = []
    for fact in holding(facts):
        if fact.kind is FactKind.CYCLE_STEP and is_of(fact, year):
            until = fact.data.get("until")
            name = next(step for step in CYCLE_STEPS if step == fact.data["step"])
            found.append((name, fact.value_date, parse_day(str(until)) if until else None))
    return found


def figures_on(facts: Iterable[Fact], year: BookYear) -> Fact | None:
    """The figures of the year that count: the last that were recorded; those before stay to be read."""
    found = [fact for fact in holding(facts) if fact.kind is FactKind.YEAR_FIGURES and is_of(fact, year)]
    return max(found, key=lambda fact: fact.nr, default=None)


def is_of(fact: Fact, year: BookYear) -> bool:
    """Whether a fact of the cycle is about this book year."""
    return fact.data.get("book_year") == year.since.isoformat()


def newest(facts: Iterable[Fact]) -> int:
    """The number of the last fact that changes what the settlement gives, withdrawals of such facts too."""
    known = {fact.nr: fact for fact in facts}
    return max(
        (
            fact.nr
            for fact in known.values()
            if fact.kind in FIGURES_OF_A_YEAR
            or (fact.kind is FactKind.WITHDRAWAL and known[fact.of].kind in FIGURES_OF_A_YEAR)
        ),
        default=0,
    )


def stand_of(case: YearCase, times: Times, day: date) -> Stand:
    """Where a case stands at the end of a day."""
    told = newest(case.facts)
    if case.proposed is None or told > case.proposed.last_fact:
        return _before_the_proposal(case, times, day)
    return _after_the_proposal(case, case.proposed, times)


def power_lapses_on(case: YearCase, times: Times, law: Law) -> date:
    """When the power to reclaim lapses: five years from when the office knew (practice), at the latest the deadline."""
    first = min(
        (fact.value_date for fact in holding(case.facts) if _is_figures(fact, case.year)),
        default=times.deadline,
    )
    years = law.value_on("limitation_term", max(first, law.parameters["limitation_term"].rows.first)).count
    return step_date(first, Stride(years, "y"), 1)


def _is_figures(fact: Fact, year: BookYear) -> bool:
    return fact.kind is FactKind.YEAR_FIGURES and is_of(fact, year)


def why_not_yet(case: YearCase, times: Times, step: CycleStep, on: date) -> str:
    """Why a step does not fit where a case stands on a day; nothing where it does.

    A last term before the deadline of the law would end in a refusal that came too early.
    """
    asked = any(name == "request" for name, _, _ in steps_of(case.facts, case.year))
    if step in {"reminder", "recovery-term"} and not asked:
        return f"nobody has asked for the figures of {case.year.since} yet: the request comes first"
    if step == "recovery-term" and on <= times.deadline:
        return (
            f"the figures may come until {times.deadline} (Bbz art. 38 lid 2): the last term follows on that"
        )
    if step in {"hearing", "hearing-skipped"}:
        proposed = case.proposed
        if proposed is None or newest(case.facts) > proposed.last_fact or not proposed.reclaim:
            return (
                "no proposal reclaims anything, so there is nothing to be heard about: aflos settle propose"
            )
        if on < proposed.on:
            return f"the proposal that the client is heard about is of {proposed.on}"
    return ""


def _before_the_proposal(case: YearCase, times: Times, day: date) -> Stand:
    figures = figures_on(case.facts, case.year)
    if figures is not None:
        return Stand("figures-received", figures.value_date, times.decide_by)
    if day < case.year.until:
        return Stand("running", case.year.since, times.request)
    steps = steps_of(case.facts, case.year)
    done = {step: on for step, on, _ in steps}
    if "recovery-term" in done:
        return _in_recovery_term(
            done["recovery-term"], _ends(steps, "recovery-term", times.recovery_days), times, day
        )
    if times.refuses and day > times.deadline and "request" in done:
        return Stand("recovery-term-due", times.deadline + timedelta(days=1), times.deadline)
    return _asking(case, done, times, day)


def _ends(steps: Sequence[tuple[CycleStep, date, date | None]], name: CycleStep, days: int) -> date:
    """The last day of the term of a step: as its letter says, else so many days after it."""
    on, until = next((on, until) for step, on, until in reversed(steps) if step == name)
    return until or on + timedelta(days=days)


def _in_recovery_term(given: date, ends: date, times: Times, day: date) -> Stand:
    """The term in which the client may still hand in the figures; then they are missing for good (art. 38)."""
    if day <= ends:
        return Stand("recovery-term", given, ends)
    return Stand("figures-missing", ends + timedelta(days=1), times.decide_by)


def _asking(case: YearCase, done: dict[CycleStep, date], times: Times, day: date) -> Stand:
    if "reminder" in done:
        return Stand("reminded", done["reminder"], times.deadline)
    if "request" in done:
        if not times.reminds or day < times.reminder:
            due = times.reminder if times.reminds else times.deadline
            return Stand("requested", done["request"], due)
        return Stand("reminder-due", max(times.reminder, done["request"]), times.reminder)
    if day < times.request:
        return Stand("year-ended", case.year.until, times.request)
    return Stand("request-due", times.request, times.request)


def _after_the_proposal(case: YearCase, proposed: Proposed, times: Times) -> Stand:
    decided = case.decided
    if decided is not None:
        names: dict[str, State] = {"proposed": "decided", "in-force": "settled"}
        return Stand(names.get(decided.state, "fixed-not-announced"), decided.on, times.decide_by)
    if not proposed.reclaim:
        return Stand("to-decide", proposed.on, times.decide_by)
    steps = [one for one in steps_of(case.facts, case.year) if one[1] >= proposed.on]
    done = {step: on for step, on, _ in steps}
    if "hearing-skipped" in done:
        return Stand("to-decide", done["hearing-skipped"], times.decide_by)
    if "hearing" not in done:
        return Stand("hearing-due", proposed.on, times.decide_by)
    return Stand("hearing", done["hearing"], _ends(steps, "hearing", times.hearing_days))


def after_hearing(stand: Stand, day: date) -> Stand:
    """A hearing whose term is over waits for the decision."""
    if stand.state == "hearing" and day > stand.due:
        return Stand("to-decide", stand.due + timedelta(days=1), stand.due)
    return stand


def _after(year: BookYear, months: int) -> date:
    return step_date(year.until, Stride(months, "m"), 1)
