"""How long somebody has had living allowance, held against the law of the group (Bbz art. 18, 23 and 27).

A term passed is no error: a decision may have extended it, so a person looks, and says so once for each twelve months.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from servicing.law import Law, LawValue, UnknownLaw
from servicing.settlement.book_year import MONTHS_IN_YEAR, month_after


class Rule(NamedTuple):
    """The article of a group, its parameters (the first term, how much longer), and when it may be longer."""

    article: str
    first: str
    longer: str
    when: str


RULES = {
    "established": Rule(
        "Bbz art. 18",
        "assistance_term_established",
        "assistance_extension_established",
        "if the cause is external and temporary",
    ),
    "starter": Rule(
        "Bbz art. 23",
        "assistance_term_starter",
        "assistance_extension_starter",
        "by decision",
    ),
    "terminating": Rule(
        "Bbz art. 27",
        "assistance_term_terminating",
        "assistance_extension_terminating",
        "by decision",
    ),
}
"""The older self-employed have no term but an income to keep (art. 25)."""


class Month(NamedTuple):
    """A month of assistance: the group of that time, and the advance that tells of it."""

    since: date
    group: str
    loan: int
    fact: int


class Passed(NamedTuple):
    """A term that was passed, the month that passes it, and why; a person answers on the advance of that month."""

    month: Month
    why: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """What the law of the first month gives a group: months at first, and how many more (None: not known)."""

    first: LawValue
    longer: LawValue | None

    @property
    def most(self) -> int | None:
        """The longest that assistance may last; None where no number is known."""
        return None if self.longer is None else self.first.count + self.longer.count


def passed(months: Iterable[Month], law: Law, apart: int) -> list[Passed]:
    """The terms that one client passed, at most one a spell and group.

    A spell ends with `apart` months without any assistance; a later one has the law of its own first month.
    """
    found = []
    for spell in _spells(months, apart):
        for group in sorted({month.group for month in spell} & RULES.keys()):
            told = _of_group([month for month in spell if month.group == group], RULES[group], law)
            found.extend([told] if told else [])
    return found


def _spells(months: Iterable[Month], apart: int) -> Iterator[list[Month]]:
    """Months in order, each once, cut where there was no assistance for long enough."""
    first = {month.since: month for month in sorted(months, reverse=True)}
    known = [first[since] for since in sorted(first)]
    spell = known[:1]
    for before, after in pairwise(known):
        if after.since > month_after(before.since, apart):
            yield spell
            spell = []
        spell.append(after)
    if spell:
        yield spell


def _of_group(months: Sequence[Month], rule: Rule, law: Law) -> Passed | None:
    """Whether these months of one group are more than its first term, or more than its longest one."""
    since = months[0].since
    try:
        term = Term(law.value_on(rule.first, since), _longer(rule, law, since))
    except UnknownLaw as unknown:
        why = f"{len(months)} months of assistance since {since:%Y-%m}: {rule.article}: {unknown}"
        return Passed(_asked_at(months, 0), why)
    if len(months) <= term.first.count:
        return None
    is_over = term.most is not None and len(months) > term.most
    limit = term.most if term.most is not None and is_over else term.first.count
    return Passed(_asked_at(months, limit), _why(months, rule, term), is_over)


def _longer(rule: Rule, law: Law, since: date) -> LawValue | None:
    try:
        return law.value_on(rule.longer, since)
    except UnknownLaw:
        return None


def _asked_at(months: Sequence[Month], limit: int) -> Month:
    """The month that passes the limit, or the last one that is a whole number of years later."""
    over = len(months) - limit - 1
    return months[limit + over // MONTHS_IN_YEAR * MONTHS_IN_YEAR]


def _why(months: Sequence[Month], rule: Rule, term: Term) -> str:
    lasted = f"{len(months)} months of assistance since {months[0].since:%Y-%m}"
    about = "; ".join([f"{rule.article}, {months[0].group}", *_doubts(term)])
    first, longer = term.first.count, term.longer
    if longer is None:
        return f"{lasted}: the first term is {first}, more {rule.when} ({about})"
    if len(months) > first + longer.count:
        return f"{lasted}: the longest is {first + longer.count}: {first} and {longer.count} more {rule.when} ({about})"
    return f"{lasted}: the first term is {first}, {longer.count} more {rule.when} ({about})"


def _doubts(term: Term) -> list[str]:
    if term.longer is None:
        return ["how many more is not known"]
    return [] if term.first.verified else [f"not verified: {term.first.note or term.first.source}"]
