"""What somebody can pay by each method side by side, with the lines that say why, and the arrangement that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from ledger.money import half_up
from servicing.dated import Dated
from servicing.law import Law
from servicing.policy import Choices, NotChosen
from servicing.settlement.book_year import MONTHS_IN_YEAR, BookYear
from servicing.settlement.capacity import (
    Capacity,
    Means,
    above_attachment_free_level,
    after_the_business,
    half_above_norm,
    share_of_norm,
)
from servicing.settlement.figures import Figures, Household
from servicing.settlement.instalments import Instalments, arrangement, by_capacity
from servicing.settlement.line import Line, source_of
from servicing.settlement.norm import Norm, norm_line, norm_on, year_norm
from servicing.terms_data import percent_text
from servicing.wording import dutch_percent

Method = Literal["share_of_norm", "above_attachment_free_level", "half_above_norm"]
METHODS: tuple[Method, ...] = get_args(Method)
BY_TERM = "longest_term"
"""The answer of `arrangement.method` that looks at the claim and not at what somebody earns."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Net income of a household over the month or year that `loan.art43_income` names, in cents, on a day.

    `level` is the attachment-free level of a month as somebody worked it out; None where nobody did.
    """

    income: int
    household: Household
    on: date
    level: int | None = None


class Ability(NamedTuple):
    """The capacity of art. 43 lid 2, what each method gives a month (None: a figure is missing), and why."""

    ended: Capacity
    a_month: Mapping[Method, int | None]
    lines: tuple[Line, ...]


def ability_of(asked: Asked, law: Law, policy: Choices) -> Ability:
    """What somebody can pay by each method; raises `UnknownLaw` for a norm that is not known."""
    norm = norm_on(law, asked.household, asked.on)
    month = Means(asked.income, half_up(norm.cents))
    means = month
    of_means: tuple[Line, ...] = (norm_line(norm),)
    is_yearly = policy.choice("loan.art43_income").startswith("year")
    if is_yearly:
        year = year_norm(_year_of(asked), law, policy)
        means, of_means = Means(asked.income, year.cents), year.lines
        month = Means(half_up(Fraction(asked.income, MONTHS_IN_YEAR)), month.norm)
    ended = after_the_business(means, law, policy, asked.on)
    found: dict[Method, int | None] = {
        "share_of_norm": share_of_norm(month.norm, law, asked.on),
        "above_attachment_free_level": None
        if asked.level is None
        else above_attachment_free_level(month.income, asked.level),
        "half_above_norm": half_above_norm(month, law, asked.on),
    }
    lines = (*of_means, *_income_lines(asked, is_yearly=is_yearly), *_lines(asked, (ended, found), norm, law))
    return Ability(ended, found, lines)


def proposed_arrangement(cents: int, policy: Choices, a_month: int | None = None) -> Instalments | None:
    """The arrangement that policy gives for a claim: by its longest term, or by what somebody can pay a month.

    None while the college has chosen no term, nobody knows what can be paid, or that is less than the smallest
    instalment: then a person looks.
    """
    smallest = policy.cents("arrangement.smallest_instalment")
    longest = _longest(policy)
    if policy.choice("arrangement.method") == BY_TERM:
        return None if longest is None else Instalments(arrangement(cents, longest, smallest), 0)
    if not a_month or a_month < min(smallest, cents):
        return None
    return by_capacity(cents, a_month, longest)


def _longest(policy: Choices) -> int | None:
    try:
        return policy.number("arrangement.longest_term")
    except NotChosen:
        return None


def _year_of(asked: Asked) -> Figures:
    """The calendar year of a day with one household: only its norm is asked."""
    year = BookYear(asked.on.replace(month=1, day=1))
    households = Dated({year.since: asked.household})
    return Figures(book_year=year, households=households, granted=0, months_granted=None, profit=0)


def _income_lines(asked: Asked, *, is_yearly: bool) -> Iterator[Line]:
    text, text_en = ("per jaar", "a year") if is_yearly else ("per maand", "a month")
    yield Line(
        f"Het netto-inkomen van uw huishouden {text}",
        f"Net income of the household {text_en}",
        "Bbz art. 43 lid 2",
        asked.income,
    )
    if asked.level is not None:
        yield Line(
            "De beslagvrije voet: dit deel van uw inkomen per maand mag u houden",
            "Attachment-free level a month, as entered",
            "Rv art. 475c-475d",
            asked.level,
        )


def _lines(
    asked: Asked, found: tuple[Capacity, Mapping[Method, int | None]], norm: Norm, law: Law
) -> Iterator[Line]:
    ended, a_month = found
    yield from _ended_lines(ended, law, asked.on)
    for method, line in _method_lines(asked.on, norm, law).items():
        cents = a_month[method]
        if cents is not None:
            yield line._replace(cents=cents)


def _ended_lines(ended: Capacity, law: Law, day: date) -> Iterator[Line]:
    """What art. 43 lid 2 asks a period, and over its whole term."""
    half = law.value_on("ended_business_income_share", day)
    term = law.value_on("ended_business_repayment_period", day)
    is_monthly = ended.period == "month"
    time, count = ("maand", f"{ended.periods} maanden") if is_monthly else ("jaar", f"{ended.periods} jaar")
    count_en = f"{ended.periods} {ended.period}s"
    yield Line(
        f"Na het einde van uw bedrijf: {dutch_percent(half.rate)} % van wat u per {time} meer heeft dan de norm, "
        f"{count} lang",
        f"After the business ended: {percent_text(half.rate)} % above the norm a {ended.period}, for {count_en}",
        "Bbz art. 43 lid 2",
        ended.cents,
        source_of(half, term),
    )
    yield Line(
        f"Samen in {count}, als uw inkomen zo blijft",
        f"Together in {count_en}, if income stays as it is",
        "Bbz art. 43 lid 2",
        ended.total,
    )


def _method_lines(day: date, norm: Norm, law: Law) -> Mapping[Method, Line]:
    """What each method says, before its amount."""
    small = law.value_on("practice_loan_assistance_repayment", day)
    half = law.value_on("ended_business_income_share", day)
    return {
        "share_of_norm": Line(
            f"Een regeling van {dutch_percent(small.rate)} % van de norm per maand",
            f"Arrangement by {percent_text(small.rate)} % of the norm a month",
            "beleid",
            0,
            source_of(small, *norm.values),
        ),
        "above_attachment_free_level": Line(
            "Een regeling van alles boven de beslagvrije voet per maand",
            "Arrangement by all above the attachment-free level a month",
            "Rv art. 475c-475d",
            0,
        ),
        "half_above_norm": Line(
            f"Een regeling van {dutch_percent(half.rate)} % boven de norm per maand",
            f"Arrangement by {percent_text(half.rate)} % above the norm a month",
            "beleid, zoals Bbz art. 43 lid 2",
            0,
            source_of(half),
        ),
    }
