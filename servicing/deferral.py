"""How long a loan may be deferred (uitstel, Bbz art. 41), and how far its end may move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from ledger.day import parse_day
from servicing.events import Disbursed, Opened
from servicing.facts import Fact, FactKind
from servicing.granting import months_between
from servicing.history import history_of
from servicing.law import Law
from servicing.life.timeline import live

LONGEST_TOTAL, LONGEST_AT_ONCE = "deferral_longest_total", "deferral_longest_at_once"
LONGEST_TERM = "capital_longest_term"

Count = Literal["calendar_months", "full_months"]
"""Each calendar month with any deferral counts once; or months from first to last day, deferral by deferral."""

Cap = Literal["within_longest_term", "beyond_by_deferral", "spread_over_rest"]
"""How far the last due date may move: not past the longest term, past it by the months of deferral, not at all."""

Period = tuple[date, date]


def deferral_breach(
    facts: Iterable[Fact], since: date, until: date, law: Law, count: Count = "calendar_months"
) -> str | None:
    """The limit on one deferral or on all of a loan together, if one more breaks it; raises `UnknownLaw`."""
    facts = list(facts)
    before, brought = deferral_periods(facts), months_brought(facts)
    at_once = law.value_on(LONGEST_AT_ONCE, since)
    if (months := months_between(since, until)) > at_once.count:
        return (
            f"until: {until}: {months} months is over the {at_once.count} months of one deferral "
            f"({LONGEST_AT_ONCE} from {at_once.since}); extend it by another decision"
        )
    used = brought + months_used(before, count)
    total = brought + months_used([*before, (since, until)], count)
    longest = law.value_on(LONGEST_TOTAL, since)
    if total <= longest.count:
        return None
    return (
        f"until: {until}: {total - used} months more, after {used}, is over the {longest.count} months in total "
        f"({LONGEST_TOTAL} from {longest.since})"
    )


def deferral_periods(facts: Iterable[Fact]) -> list[Period]:
    """The periods [since, until) of the deferrals of a loan, cut off where one ended early."""
    held = list(facts)
    gone = {fact.of for fact in held if fact.kind is FactKind.WITHDRAWAL}
    held = [fact for fact in held if fact.nr not in gone]
    ended = {fact.of: fact.value_date for fact in held if fact.kind is FactKind.DEFERRAL_END}
    periods = [(fact, _period(fact)) for fact in held if fact.kind is FactKind.DEFERRAL]
    cut = [(since, min(until, ended.get(fact.nr, until))) for fact, (since, until) in periods]
    return [(since, until) for since, until in cut if since < until]


def months_brought(facts: Iterable[Fact]) -> int:
    """Months of deferral that another administration counted before the cut-over, without their days."""
    held = list(facts)
    gone = {fact.of for fact in held if fact.kind is FactKind.WITHDRAWAL}
    brought = (fact for fact in held if fact.kind is FactKind.DEFERRAL_USED and fact.nr not in gone)
    return sum(int(str(fact.data["months"])) for fact in brought)


def months_used(periods: Sequence[Period], count: Count) -> int:
    """How many months of deferral these are."""
    if count == "full_months":
        return sum(months_between(*period) for period in periods)
    return len({month for period in periods for month in _months_of(*period)})


def end_breach(first: date, last: date, deferred: Sequence[Period], cap: Cap, law: Law) -> str | None:
    """Whether the last due date moves too far after the first disbursement, as policy `loan.deferral` caps it."""
    longest = law.value_on(LONGEST_TERM, first)
    more = months_used(deferred, "calendar_months") if cap == "beyond_by_deferral" else 0
    months = months_between(first, last)
    if months <= longest.count + more:
        return None
    return (
        f"end: the last due date {last} lies {months} months after {first}, over the {longest.count + more} "
        f"that {LONGEST_TERM} from {longest.since} and loan.deferral ({cap}) allow"
    )


def last_due_date(facts: Sequence[Fact]) -> tuple[date, date] | None:
    """The first disbursement of a loan and its last due date with all that is known; None if nothing was paid out."""
    history = history_of(facts)
    first = min((one.on for one in history.events if isinstance(one, Disbursed | Opened)), default=None)
    if first is None:
        return None
    known = max(fact.value_date for fact in facts)
    return first, live(history.terms, history.events, history.reversals, known).last_row.due


def end_allowed(cap: Cap, end: Literal["extend", "same"]) -> bool:
    """Whether the policy lets the end move at all."""
    return end == "same" or cap != "spread_over_rest"


def _months_of(since: date, until: date) -> Iterator[tuple[int, int]]:
    """The calendar months in which at least one day of [since, until) lies."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    for month in range(first, last + (1 if until.day > 1 else 0)):
        yield divmod(month, 12)


def _period(fact: Fact) -> Period:
    since = fact.data.get("from")
    return parse_day(str(since)) if since else fact.value_date, parse_day(str(fact.data["until"]))
