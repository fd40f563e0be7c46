"""What may be collected for a loan, on which day, and why something is left out; decided from what is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from ledger.money import euros
from servicing.banking_days import add_banking_days, is_banking_day
from servicing.collecting.mandates import USABLE, Mandate, Past, current, life_of

DayRule = Literal["last_banking_day", "next_banking_day"]


class Instalment(NamedTuple):
    """A row of the schedule that is still to fall due, with what is open of it in cents."""

    due: date
    cents: int


class Planned(NamedTuple):
    """A collection that is proposed; `mandate` is the number of its fact, `announce_by` when the debtor must know."""

    loan: int
    due: date
    cents: int
    collect_on: date
    announce_by: date
    mandate: int
    sequence: str


class LeftOut(NamedTuple):
    """An instalment that is not collected, and why."""

    loan: int
    due: date
    cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Today and the last due date of interest, what the bank and the debtor need, and whether debtors were told.

    `lead` are banking days, `notice` calendar days before the collection.
    """

    today: date
    until: date
    lead: int
    notice: int
    rule: DayRule
    is_announced: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A loan with a mandate: what is coming, what was collected before (by due date), and what forbids collecting."""

    loan: int
    standing: str
    instalments: Sequence[Instalment]
    mandates: Sequence[Mandate]
    past: Mapping[int, Sequence[Past]]
    collected: Collection[date] = field(default_factory=frozenset)
    block: str = ""


def collection_day(due: date, rule: DayRule) -> date:
    """The banking day on which an instalment is collected: its own, else the last before it (or the next after)."""
    day = due
    while not is_banking_day(day):
        day += timedelta(days=1 if rule == "next_banking_day" else -1)
    return day


def plan(case: Case, timing: Timing) -> list[Planned | LeftOut]:
    """What is proposed or left out of the instalments that fall due after today, up to a day."""
    found: list[Planned | LeftOut] = []
    is_used = False
    for row in case.instalments:
        if timing.today < row.due <= timing.until and row.due not in case.collected:
            outcome = _row(case, row, timing, is_used=is_used)
            is_used = is_used or isinstance(outcome, Planned)
            found.append(outcome)
    return found


def _row(case: Case, row: Instalment, timing: Timing, *, is_used: bool) -> Planned | LeftOut:
    day = collection_day(row.due, timing.rule)
    mandate = current(case.mandates, day)
    reason = _refusal(case, row, mandate, (day, timing))
    if reason or mandate is None:
        return LeftOut(case.loan, row.due, row.cents, reason)
    life = life_of(mandate, case.past.get(mandate.fact, ()), timing.today)
    sequence = "FRST" if life == "signed" and not is_used else "RCUR"
    announce_by = day - timedelta(days=timing.notice)
    return Planned(case.loan, row.due, row.cents, day, announce_by, mandate.fact, sequence)


def _refusal(case: Case, row: Instalment, mandate: Mandate | None, when: tuple[date, Timing]) -> str:
    """Why nothing is collected; empty if something may be."""
    day, timing = when
    return _forbidden(case, row, mandate, (day, timing.today)) or _too_late(day, timing)


def _forbidden(case: Case, row: Instalment, mandate: Mandate | None, when: tuple[date, date]) -> str:
    """What forbids to collect on the first of two days, as things stand on the second."""
    day, today = when
    if case.standing != "active":
        return f"the loan is {case.standing.replace('_', ' ')}"
    if case.block:
        return case.block
    if row.cents <= 0:
        return "nothing is open of it"
    if mandate is None:
        return f"no mandate holds on {day}"
    life = life_of(mandate, case.past.get(mandate.fact, ()), today)
    return "" if life in USABLE else f"mandate {mandate.id} is {life}"


def forbidden_since(case: Case, released: Planned, today: date) -> str:
    """Why a collection that was released must not be carried out any more, as things stand; empty where it may."""
    row = next((one for one in case.instalments if one.due == released.due), None)
    mandate = current(case.mandates, released.collect_on)
    why = _forbidden(case, row or Instalment(released.due, 0), mandate, (released.collect_on, today))
    if why or row is None or mandate is None:
        return why
    if mandate.fact != released.mandate:
        return f"another mandate holds on {released.collect_on}"
    return "" if row.cents >= released.cents else f"only {euros(row.cents)} is open of it"


def _too_late(day: date, timing: Timing) -> str:
    earliest = add_banking_days(timing.today, timing.lead)
    if day < earliest:
        return f"too late for {day}: the bank needs it {timing.lead} banking days before"
    told = day - timedelta(days=timing.notice)
    if told < timing.today and not timing.is_announced:
        return f"too late for {day}: the debtor had to know by {told}"
    return ""
