"""Statutory interest (wettelijke rente, BW art. 6:119, Awb art. 4:98): what a sum in default brings, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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

    `pauses` are periods [since, until) in which it was decided that no interest runs (Awb art. 4:101); `interest_paid`
    is what was paid of the interest itself, which then bears none.
    """

    cents: int
    default_from: date
    until: date
    payments: tuple[Reduction, ...] = ()
    pauses: tuple[tuple[date, date], ...] = ()
    interest_paid: tuple[Reduction, ...] = ()

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
    """The interest: its steps, what was added to the base after each full year, what ran since, and what is due.

    `paid_before` is what was paid of full years before they were over, so that it was never added; `not_of_this` what
    was paid of interest and is of another sum in default.
    """

    steps: tuple[Stretch, ...]
    added: tuple[tuple[date, int], ...]
    last: int
    due: int
    paid_before: int = 0
    not_of_this: tuple[Reduction, ...] = ()

    @property
    def total(self) -> int:
        """All interest, the floor not applied, in cents."""
        return sum(cents for _, cents in self.added) + self.paid_before + self.last


@dataclass(slots=True)
class _Running:
    """Interest as it runs: the sum it runs over, what was added to that, the year at hand, and what was paid of it."""

    base: int
    year: Fraction = Fraction(0)
    taken: int = 0
    added: list[tuple[date, int]] = field(default_factory=list)
    in_base: int = 0
    paid_before: int = 0
    not_of_this: list[Reduction] = field(default_factory=list)

    def end_year(self, day: date) -> None:
        """Add the interest of a full year to the sum, but for what was paid of it."""
        unpaid = half_up(self.year) - self.taken
        self.added.append((day, unpaid))
        self.base, self.in_base = self.base + unpaid, self.in_base + unpaid
        self.paid_before += self.taken
        self.year, self.taken = Fraction(0), 0

    def pay(self, paid: Reduction) -> None:
        """Take a payment of interest: off what was added first, then off the year at hand."""
        of_base = min(paid.cents, self.in_base)
        of_year = min(paid.cents - of_base, half_up(self.year) - self.taken)
        self.base, self.in_base, self.taken = (
            self.base - of_base,
            self.in_base - of_base,
            self.taken + of_year,
        )
        if left := paid.cents - of_base - of_year:
            self.not_of_this.append(Reduction(paid.on, left))


def statutory_interest(debt: Debt, law: Law, ways: Ways, *, by_authority: bool = False) -> Interest:
    """The interest on a sum in default, compounded yearly; raises `UnknownLaw` for a day without a rate.

    `by_authority`: the creditor owes it (Awb art. 4:102), so that the other floor holds.
    """
    steps: list[Stretch] = []
    run = _Running(debt.cents)
    anniversaries = set(_anniversaries(debt, ways))
    for since, until in pairwise(_cuts(debt, law, ways)):
        if since in anniversaries:
            run.end_year(since)
        run.base -= sum(one.cents for one in debt.payments if _counts_from(one.on, ways) == since)
        for one in debt.interest_paid:
            if _counts_from(one.on, ways) == since:
                run.pay(one)
        found = _stretch(debt, law, ways, (since, until, run.base))
        steps.append(found)
        run.year += found.interest
    early = [one for one in debt.interest_paid if _counts_from(one.on, ways) < debt.default_from]
    left = (*early, *run.not_of_this)
    outcome = Interest(tuple(steps), tuple(run.added), half_up(run.year), 0, run.paid_before, left)
    due = _above_floor(outcome, debt, law, ways, FLOOR_AUTHORITY if by_authority else FLOOR_DEBTOR)
    return replace(outcome, due=due)


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
    days |= {_counts_from(one.on, ways) for one in (*debt.payments, *debt.interest_paid)}
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
