"""A few different lives of loans, worked night by night by the function the program itself uses.

They are plain loans of all rates, terms and payers, each with a row that falls due on the measured night. A
portfolio is made of many copies of them, so that its history holds the very rows the night would have booked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from jobs.chunk import state_row
from jobs.dunning_night import Dunning, Heading, Seen, decided
from jobs.dunning_rules import dunning_book
from jobs.information import Information
from ledger.day import day_of, number_of
from ledger.entry import LOANS_PER_CREDITOR
from ledger.money import euros
from ledger.rows import journal_rows
from servicing.dunning.sent import HandedOver, Line, drafts_of
from servicing.dunning.standing import Standing, standing_of
from servicing.facts import Fact, FactKind
from servicing.night_work import Setting, StateRow, Task, work_loan

LIVES = 40
MISSED_LAST = (0, 1)
DAYS_OF_EVERY_MONTH = 28
ONE_DAY, REMINDED_AFTER, CALLED_AFTER = timedelta(days=1), timedelta(days=8), timedelta(days=15)
DAYS_OTHERS_FALL_DUE_LATER = timedelta(days=14)
ARREARS_LIMITS = (1, 31, 91, 181, 366)

_RATES = ("8", "6", "7.25", "2", "5.125")
_DAYS_LATE = (0, 0, 0, 2, 0, 0, 5, 0)
_LOAN = LOANS_PER_CREDITOR + 1


class Life(NamedTuple):
    """What one loan left behind: its facts, its journal rows in the order of their keys, its state row and ladder."""

    number: int
    facts: list[Fact]
    rows: list[tuple[int, ...]]
    state: StateRow
    standing: Standing | None


@lru_cache(maxsize=1)
def lives(night: date, months: int) -> tuple[Life, ...]:
    """Every life twice up to the evening before a night: first with a row that falls due in it, then without.

    `months` rows of a life have fallen due before; two lives in forty missed the last of them, were reminded of it,
    and are to be called.
    """
    due = [_lived(number, night, Span(months_after(night, -months - 1), months)) for number in range(LIVES)]
    other = night + DAYS_OTHERS_FALL_DUE_LATER
    quiet = [_lived(number, night, Span(months_after(other, -months - 1), months)) for number in range(LIVES)]
    assert all(life.state.next_event == number_of(night) and life.state.lane for life in due)
    assert all(life.state.next_event > number_of(night) for life in quiet)
    return (*due, *(life._replace(number=LIVES + life.number) for life in quiet))


def coming_lives(night: date, months: int) -> tuple[Life, ...]:
    """Lives that began on the days of the month before a night, told ahead to their end `months` later."""
    first = months_after(night, -1)
    spans = [Span(first.replace(day=day), months, months) for day in range(1, DAYS_OF_EVERY_MONTH + 1)]
    whole = [_lived(number, months_after(night, months), span) for number, span in enumerate(spans)]
    begun = [_lived(number, night, span) for number, span in enumerate(spans)]
    return tuple(
        told._replace(rows=so_far.rows, state=so_far.state) for told, so_far in zip(whole, begun, strict=True)
    )


class Span(NamedTuple):
    """The first day of a loan, how many of its rows are paid for, and how many it has (0: some more)."""

    start: date
    months: int
    instalments: int = 0


def months_after(day: date, months: int) -> date:
    """The same day of the month some months later (or earlier); for days that every month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, day.day)


def _lived(number: int, night: date, span: Span) -> Life:
    facts = [_grant(number, span), _disbursement(number, span.start)]
    late = timedelta(days=_DAYS_LATE[number % len(_DAYS_LATE)])
    paid = span.months - 1 if number in MISSED_LAST else span.months
    pays = [months_after(span.start, count) + late for count in range(1, paid + 1)]
    rows: list[tuple[int, ...]] = []
    state: StateRow | None = None
    day = span.start
    while day < night:
        new, after = _worked(facts, state, day)
        if day in pays:
            facts.append(payment(len(facts) + 1, (day, day), after.principal_due + after.interest_due))
            new, after = _worked(facts, state, day)
        rows += new
        state = after
        day = min([day_of(after.next_event), *(each for each in pays if each > day)])
    assert state is not None
    if not state.arrears_since:
        return Life(number, facts, rows, state, None)
    facts.append(_reminder(len(facts) + 1, state))
    new, state = _worked(facts, state, night - ONE_DAY)
    return Life(
        number, facts, [*rows, *new], state, _standing(facts, day_of(state.arrears_since) + CALLED_AFTER)
    )


def _reminder(nr: int, state: StateRow) -> Fact:
    """The reminder of what is overdue, as its hand-over records it."""
    since, overdue = day_of(state.arrears_since), state.principal_due + state.interest_due
    on = since + REMINDED_AFTER
    line = Line(_LOAN, since, overdue, 0)
    letter = HandedOver(f"reminder {on}", "instalments", "reminder", "reminder", on, (line,))
    (draft,) = drafts_of(letter)
    return _fact(nr, draft.kind, on, 0, dict(draft.data))


def _standing(facts: Sequence[Fact], day: date) -> Standing:
    """Where a late loan stands since the night in which its next step came."""
    state = work_loan(Task(_LOAN, facts, None, (), None), Setting(day, 0, ARREARS_LIMITS)).state
    seen, known = Seen(_LOAN, facts, state), Dunning(Information((), {}), {}, day)
    heading = Heading("bbz_business_capital", ())
    case, found = decided(seen, seen.overdue(day), (dunning_book(), known), heading, day)
    return standing_of(case, found, day, None)


def _worked(
    facts: Sequence[Fact], before: StateRow | None, day: date
) -> tuple[list[tuple[int, ...]], StateRow]:
    """The rows of one night, and the state after it."""
    worked_to = day_of(before.worked_to) if before else None
    task = Task(_LOAN, facts, worked_to, before.balances if before else (), None)
    worked = work_loan(task, Setting(day, 0, ARREARS_LIMITS))
    rows = [row for entry in worked.entries for row in journal_rows(entry)]
    return rows, state_row(task, worked, day, rows)


def _grant(number: int, span: Span) -> Fact:
    terms = {
        "principal": euros(_principal(number)),
        "annual_rate_percent": _RATES[number % len(_RATES)],
        "start": span.start.isoformat(),
        "instalments": span.instalments or span.months + 12 * (1 + number % 5),
        "method": "linear" if number % 8 == 7 else "annuity",
    }
    return _fact(1, FactKind.GRANT, span.start, 0, terms)


def _disbursement(number: int, start: date) -> Fact:
    return _fact(2, FactKind.DISBURSEMENT, start, _principal(number), {})


def _principal(number: int) -> int:
    return 500_000 + number * 98_765


def payment(nr: int, days: tuple[date, date], cents: int) -> Fact:
    """A payment that came on the first day and is known from the second."""
    came, known = days
    return replace(_fact(nr, FactKind.PAYMENT, came, cents, {}), known_on=known)


def _fact(nr: int, kind: FactKind, day: date, cents: int, data: dict[str, Any]) -> Fact:
    key = f"{kind.text} {day}"
    return Fact(_LOAN, nr, kind, day, day, key, cents, 0, data, "benchmark", "")
