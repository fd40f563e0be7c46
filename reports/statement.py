"""The statement of account of a loan (rekeningoverzicht): what was booked, by value date, and what is still to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from moneyed import Money

from ledger.entry import EntryKind, Key
from ledger.errors import BadInput
from ledger.money import money
from reports.earlier import EarlierLine, earlier_lines
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.life.outcome import (
    COST_ACCOUNTS,
    CREDIT_ACCOUNTS,
    INTEREST_ACCOUNTS,
    PRINCIPAL_ACCOUNTS,
)
from servicing.life.state import RECOVERED, REVERSED
from servicing.life.timeline import live
from servicing.posting import Booked, Cause, differences, should_be
from servicing.wording import PAID_OUT, correction_text, dutch_amount, entry_text

_GROUPS = (PRINCIPAL_ACCOUNTS, INTEREST_ACCOUNTS, COST_ACCOUNTS, CREDIT_ACCOUNTS)
COLUMN_OF = {account: at for at, accounts in enumerate(_GROUPS) for account in accounts}
"""In which amount of a line an account counts; accounts that no debtor owes on are left out."""


_amount = lru_cache(maxsize=4096)(money)
"""An account holds the same amounts again and again."""


class Cents(NamedTuple):
    """What a debtor owes, or a change of it, in whole cents; `credit` is owed to the debtor."""

    principal: int = 0
    interest: int = 0
    costs: int = 0
    credit: int = 0

    def plus(self, other: Cents) -> Cents:
        """Both together."""
        return Cents(
            self.principal + other.principal,
            self.interest + other.interest,
            self.costs + other.costs,
            self.credit + other.credit,
        )

    @property
    def total(self) -> int:
        """What is owed on balance."""
        return self.principal + self.interest + self.costs - self.credit


NOTHING = Cents()


class Balances(NamedTuple):
    """What a debtor owes: principal, interest, costs; `credit` is what the debtor gets back."""

    principal: Money
    interest: Money
    costs: Money
    credit: Money
    total: Money


class Line(NamedTuple):
    """One entry: what it changes, and what is owed on balance after it; without a key it is not booked yet.

    `is_silent`: it changes no amount and tells a person nothing, such as what corrects that a row fell due.
    """

    key: Key | None
    value_date: date
    kind: EntryKind
    text: str
    principal: Money
    interest: Money
    costs: Money
    credit: Money
    balance: Money
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a statement, both included; `since` None is from the first entry."""

    since: date | None
    until: date

    def __post_init__(self) -> None:
        """Refuse an end before the beginning."""
        if self.since is not None and self.until < self.since:
            raise BadInput(f"from: {self.since}: must not lie after the last day, {self.until}")


@dataclass(frozen=True, slots=True)
class Statement:
    """The entries of a loan over some days; `not_booked` is news that the next nights will book.

    `problem` says why that news cannot be computed, for a loan whose facts do not hold together.
    """

    since: date
    until: date
    opening: Balances
    lines: list[Line]
    closing: Balances
    not_booked: list[Line]
    expected: Balances
    problem: str | None
    earlier: list[EarlierLine]

    @property
    def for_people(self) -> Statement:
        """The statement without the lines that change no amount and tell a person nothing."""
        lines, waiting = (
            [one for one in each if not one.is_silent] for each in (self.lines, self.not_booked)
        )
        return replace(self, lines=lines, not_booked=waiting)

    @property
    def silent(self) -> int:
        """How many lines those are."""
        return sum(one.is_silent for one in (*self.lines, *self.not_booked))


class Booking(NamedTuple):
    """An entry of the books: its key, why it was booked, and its rows with account numbers of the chart."""

    key: Key
    cause: Cause
    rows: Sequence[Booked]


class Known(NamedTuple):
    """What the text of an entry needs: the kind of each fact by number, and what the debt begins with."""

    kinds: Mapping[int, FactKind]
    begins: str


class Movement(NamedTuple):
    """One entry, booked or not, with what it changes, and whether it tells a person nothing."""

    cause: Cause
    key: Key | None
    change: Cents
    text: str
    is_silent: bool = False


def statement_of(
    entries: Sequence[Booking],
    facts: Sequence[Fact],
    period: Period,
    now: date | None,
    begins: str = PAID_OUT,
) -> Statement:
    """The statement from the entries of a loan and the facts known.

    `now` is the last day that has passed, None when it is known that the books hold everything; `begins` is what
    the first amount is called, as its product says.
    """
    told = Known({fact.nr: fact.kind for fact in facts}, begins)
    booked = movements(entries, told)
    problem = None
    try:
        waiting = not_booked(entries, facts, now, told) if now else []
    except BadInput as wrong:
        waiting, problem = [], str(wrong)
    coming = [one for one in waiting if one.cause.value_date <= period.until]
    since = period.since or min((one.cause.value_date for one in booked), default=period.until)
    opening = _sum(one.change for one in booked if one.cause.value_date < since)
    shown = [one for one in booked if since <= one.cause.value_date <= period.until]
    closing = opening.plus(_sum(one.change for one in shown))
    return Statement(
        since,
        period.until,
        _balances(opening),
        _lines(shown, opening),
        _balances(closing),
        _lines(coming, closing),
        _balances(closing.plus(_sum(one.change for one in coming))),
        problem,
        earlier_lines(facts, period.since, period.until),
    )


def movements(entries: Iterable[Booking], told: Known) -> list[Movement]:
    """The entries, which come in the order of their keys, by value date; one that corrects an earlier one says so."""
    entries = list(entries)
    undone = _undone(entries)
    first: dict[Cause, date] = {}
    found = []
    for key, cause, rows in entries:
        corrects = first.setdefault(cause, key.business_date) < key.business_date
        is_silent = (corrects or cause in undone) and _is_inside(rows)
        found.append(Movement(cause, key, _change(rows), _text(cause, rows, told, corrects), is_silent))
    # The sort keeps the order of keys within a day.
    return sorted(found, key=lambda one: one.cause.value_date)


def not_booked(entries: Sequence[Booking], facts: Sequence[Fact], now: date, told: Known) -> list[Movement]:
    """What the facts known give up to the end of `now` beyond the books; raises `BadInput` if they cannot hold."""
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, now)
    booked = [row for entry in entries for row in entry.rows]
    by_cause: dict[Cause, list[Booked]] = {}
    for row in differences(should_be(state.effects, None), booked):
        by_cause.setdefault(row.cause, []).append(row)
    known = {row.cause for row in booked}
    found = []
    for cause, rows in by_cause.items():
        corrects = cause in known
        text = _text(cause, rows, told, corrects)
        found.append(Movement(cause, None, _change(rows), text, corrects and _is_inside(rows)))
    return sorted(found, key=lambda one: (one.cause.value_date, one.cause))


def _undone(entries: Iterable[Booking]) -> set[Cause]:
    """What was booked and taken back as a whole."""
    booked: dict[Cause, list[Booked]] = {}
    for _, cause, rows in entries:
        booked.setdefault(cause, []).extend(rows)
    return {cause for cause, rows in booked.items() if not any(_sums(rows).values())}


def _is_inside(rows: Sequence[Booked]) -> bool:
    """Whether an entry only moves what is owed within a column, and so changes no amount a person sees."""
    outside = (cents for account, cents in _sums(rows).items() if account not in COLUMN_OF)
    return _change(rows) == NOTHING and not any(outside)


def _sums(rows: Iterable[Booked]) -> Mapping[int, int]:
    """What entries add to each account, in cents."""
    sums: dict[int, int] = {}
    for row in rows:
        sums[row.debit] = sums.get(row.debit, 0) + row.cents
        sums[row.credit] = sums.get(row.credit, 0) - row.cents
    return sums


def _change(rows: Sequence[Booked]) -> Cents:
    totals = [0, 0, 0, 0]
    for _, debit, credit, cents in rows:
        if debit in COLUMN_OF:
            totals[COLUMN_OF[debit]] += cents
        if credit in COLUMN_OF:
            totals[COLUMN_OF[credit]] -= cents
    principal, interest, costs, credit = totals
    return Cents(principal, interest, costs, -credit)


def _text(cause: Cause, rows: Sequence[Booked], told: Known, corrects: bool) -> str:  # noqa: FBT001 - a column
    text = entry_text(cause.kind, cause.value_date, cause.row_nr, told.kinds.get(cause.fact), told.begins)
    if cause.kind is EntryKind.PAYMENT and any(REVERSED in (row.debit, row.credit) for row in rows):
        text += ", later teruggeboekt"
    recovered = sum(row.cents for row in rows if row.credit == RECOVERED)
    if recovered:
        text += f", {dutch_amount(recovered)} op wat eerder was afgeschreven"
    return correction_text(text) if corrects else text


def _sum(changes: Iterable[Cents]) -> Cents:
    return Cents(*map(sum, zip(*changes, strict=True)))


def _lines(found: Sequence[Movement], before: Cents) -> list[Line]:
    owed = accumulate((one.change.total for one in found), initial=before.total)
    next(owed)
    return [_line(one, balance) for one, balance in zip(found, owed, strict=True)]


def _line(one: Movement, balance: int) -> Line:
    principal, interest, costs, credit = map(_amount, one.change)
    amounts = (principal, interest, costs, credit, _amount(balance))
    return Line(one.key, one.cause.value_date, one.cause.kind, one.text, *amounts, one.is_silent)


def _balances(cents: Cents) -> Balances:
    return Balances(*(money(amount) for amount in (*cents, cents.total)))
