"""Statutory interest (wettelijke rente, BW art. 6:119, Awb art. 4:98): what a sum in default brings, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

from ledger.errors import BadInput
from ledger.money import half_up
from servicing.banking_days import ONE_DAY
from servicing.daycount import DayCount, Grid, Step, fraction, step_date
from servicing.law import Law
from servicing.wording import dutch_amount, dutch_day, dutch_percent, unrounded

RATE = "statutory_interest_non_trade"
FLOOR_DEBTOR, FLOOR_AUTHORITY = "statutory_interest_floor_debtor", "statutory_interest_floor_authority"

YEAR = Step(1, "y")

End = Literal["exclusive", "inclusive"]
Basis = Literal["365", "actual"]
Floor = Literal["cumulative", "per_payment", "per_decision"]


class DebtRefused(BadInput):
    """A debt in default has an amount above zero, a first day of default before its end, and payments within."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What the college chose: whether the day of payment counts, days of the year, how the floor is applied."""

    end: End = "exclusive"
    basis: Basis = "365"
    floor: Floor = "cumulative"


class Reduction(NamedTuple):
    """A payment that made the sum in default smaller: its value date and cents."""

    on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Debt:
    """A sum in default from a day on (the first day of default), until it was paid or the interest is fixed.

    `pauses` are periods [since, until) in which it was decided that no interest runs (Awb art. 4:101).
    """

    cents: int
    default_from: date
    until: date
    payments: tuple[Reduction, ...] = ()
    pauses: tuple[tuple[date, date], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be a sum in default."""
        if self.cents <= 0 or self.until < self.default_from:
            raise DebtRefused(
                f"{self.cents} cents in default from {self.default_from} until {self.until}: "
                f"must be above 0, the end not before the first day of default"
            )
        late = [one for one in self.payments if not self.default_from <= one.on <= self.until]
        if late or sum(one.cents for one in self.payments) > self.cents:
            raise DebtRefused(
                f"payments {[(str(one.on), one.cents) for one in self.payments]}: must lie between {self.default_from} "
                f"and {self.until} and not exceed {self.cents} cents"
            )


class Stretch(NamedTuple):
    """Interest over days on which nothing changed; `interest` in cents, not rounded."""

    since: date
    until: date
    days: int
    base: int
    rate: Fraction
    interest: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Interest:
    """The interest: its steps, what was added to the base after each full year, what ran since, and what is due."""

    steps: tuple[Stretch, ...]
    added: tuple[tuple[date, int], ...]
    last: int
    due: int

    @property
    def total(self) -> int:
        """All interest, the floor not applied, in cents."""
        return sum(cents for _, cents in self.added) + self.last


def statutory_interest(debt: Debt, law: Law, ways: Ways, *, by_authority: bool = False) -> Interest:
    """The interest on a sum in default, compounded yearly; raises `UnknownLaw` for a day without a rate.

    `by_authority`: the creditor owes it (Awb art. 4:102), so that the other floor holds.
    """
    steps: list[Stretch] = []
    added: list[tuple[date, int]] = []
    base, year = debt.cents, Fraction(0)
    paid = {_counts_from(one.on, ways): 0 for one in debt.payments}
    for one in debt.payments:
        paid[_counts_from(one.on, ways)] += one.cents
    anniversaries = set(_anniversaries(debt, ways))
    for since, until in pairwise(_cuts(debt, law, ways)):
        if since in anniversaries:
            added.append((since, half_up(year)))
            base, year = base + added[-1][1], Fraction(0)
        base -= paid.get(since, 0)
        found = _stretch(debt, law, ways, (since, until, base))
        steps.append(found)
        year += found.interest
    outcome = Interest(tuple(steps), tuple(added), half_up(year), 0)
    due = _above_floor(outcome, debt, law, ways, FLOOR_AUTHORITY if by_authority else FLOOR_DEBTOR)
    return Interest(outcome.steps, outcome.added, outcome.last, due)


def _counts_from(payment: date, ways: Ways) -> date:
    """The first day on which a payment has made the base smaller."""
    return payment if ways.end == "exclusive" else payment + ONE_DAY


def _end(debt: Debt, ways: Ways) -> date:
    return _counts_from(debt.until, ways)


def _anniversaries(debt: Debt, ways: Ways) -> list[date]:
    """The days on which a full year of default is over."""
    end = _end(debt, ways)
    found: list[date] = []
    while (day := step_date(debt.default_from, YEAR, len(found) + 1)) < end:
        found.append(day)
    return found


def _cuts(debt: Debt, law: Law, ways: Ways) -> list[date]:
    """The days on which something changes, in order, with the first and the day after the last."""
    end = _end(debt, ways)
    days = {debt.default_from, end, *_anniversaries(debt, ways)}
    days |= {day for day, _ in law.parameters[RATE].rows.items()}
    days |= {_counts_from(one.on, ways) for one in debt.payments}
    days |= {day for pause in debt.pauses for day in pause}
    return sorted(day for day in days if debt.default_from <= day <= end)


def _stretch(debt: Debt, law: Law, ways: Ways, piece: tuple[date, date, int]) -> Stretch:
    since, until, base = piece
    figure = law.value_on(RATE, since)
    rests = any(first <= since < last for first, last in debt.pauses)
    rate = Fraction(0) if rests else figure.rate
    rule: DayCount = "act/365" if ways.basis == "365" else "act/act"
    share = fraction(rule, since, until, Grid(since, YEAR))
    source = "geen rente volgens besluit" if rests else figure.source
    return Stretch(since, until, (until - since).days, base, rate, base * rate * share, source)


def _above_floor(found: Interest, debt: Debt, law: Law, ways: Ways, parameter: str) -> int:
    """What is due: nothing when it stays below the floor in force on the last day (Awb art. 4:98 lid 2)."""
    floor = law.value_on(parameter, debt.until).cents
    if ways.floor != "per_payment":
        return found.total if found.total >= floor else 0
    parts = (half_up(part) for part in _between_payments(found, debt, ways))
    return sum(part for part in parts if part >= floor)


def _between_payments(found: Interest, debt: Debt, ways: Ways) -> Iterator[Fraction]:
    """The interest from one payment to the next."""
    ends = sorted({_counts_from(one.on, ways) for one in debt.payments} | {_end(debt, ways)})
    since = debt.default_from
    for end in ends:
        yield sum((one.interest for one in found.steps if since <= one.since < end), Fraction(0))
        since = end


def told(found: Interest) -> list[str]:
    """The steps in plain Dutch, as they stand in the decision and in the explanation of its booking."""
    lines = []
    added = dict(found.added)
    for step in found.steps:
        if step.since in added:
            year = dutch_amount(added[step.since])
            lines.append(f"{dutch_day(step.since)}: rente van een vol jaar bijgeteld, {year}")
        lines.append(
            f"{dutch_day(step.since)} tot {dutch_day(step.until)}: {dutch_amount(step.base)} x {step.days} dagen x "
            f"{dutch_percent(step.rate)} % = {unrounded(step.interest)}"
        )
    return lines
