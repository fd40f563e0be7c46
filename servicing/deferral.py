"""How long a loan may be deferred (uitstel, Bbz art. 41)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.day import parse_day
from servicing.facts import Fact, FactKind
from servicing.granting import months_between
from servicing.law import Law

LONGEST_TOTAL = "deferral_longest_total"


def deferral_breach(facts: Iterable[Fact], since: date, until: date, law: Law) -> str | None:
    """The limit on all deferrals of a loan together, if one more breaks it; raises `UnknownLaw`."""
    deferrals = [fact for fact in facts if fact.kind is FactKind.DEFERRAL]
    before = sum(months_between(*_period(fact)) for fact in deferrals)
    more = months_between(since, until)
    longest = law.value_on(LONGEST_TOTAL, since)
    if before + more <= longest.count:
        return None
    return (
        f"until: {until}: {more} months more, after {before}, is over the {longest.count} months in total "
        f"({LONGEST_TOTAL} from {longest.since})"
    )


def _period(fact: Fact) -> tuple[date, date]:
    since = fact.data.get("from")
    return parse_day(str(since)) if since else fact.value_date, parse_day(str(fact.data["until"]))
