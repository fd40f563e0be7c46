"""Where a loan stands while its life is worked through, and the effects that happen on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from ledger.entry import EntryKind
from servicing.daycount import fraction
from servicing.events import Ground
from servicing.life.notes import Accrued, Notes, Occasion, Segment
from servicing.schedule import Amount, round_cents
from servicing.terms import Part, Terms

BANK, REVERSED, DISBURSED = 1100, 1195, 1200
REFUNDS = 1170
PRINCIPAL, PRINCIPAL_DUE = 1300, 1310
INTEREST_DUE, INTEREST_ACCRUED, INTEREST_DEFERRED = 1320, 1330, 1340
COSTS, STATUTORY, REFUNDABLE, OPENING = 1350, 1360, 1400, 2900
INTEREST_INCOME, COST_INCOME, RECOVERED, STATUTORY_INCOME = 8000, 8010, 8020, 8030
INTEREST_TO_DEBTOR = 4960
BENEFITS, SETTLEMENTS = 1210, 1220
GIVEN, NOT_RECLAIMED, REMITTED, CONVERTED = 4970, 4975, 4980, 4985
WRITTEN_OFF: Mapping[Ground, Mapping[Part, int]] = {
    "write_off": {"principal": 4900, "interest": 4910, "costs": 4920},
    "waiver": {"principal": 4930, "interest": 4940, "costs": 4950},
}
"""Account numbers of config/chart_of_accounts.yaml; the same for every creditor."""

NOTHING = Fraction(0)
"""No interest; made once, because a life asks for it at every turn."""


class Place(NamedTuple):
    """Where something went off: an account, and the row whose interest it was (0: of none)."""

    account: int
    row: int = 0


class Remission(NamedTuple):
    """What was remitted: of which book year, booked on which account."""

    since: date
    account: int


class Effect(NamedTuple):
    """One posting a life brings about: accounts by number, cents > 0, the fact and the row it comes from."""

    value_date: date
    kind: EntryKind
    debit: int
    credit: int
    cents: Amount
    fact: int = 0
    row_nr: int = 0


@dataclass(slots=True, eq=False)
class Row:
    """A row of the schedule (termijn); amounts in cents, `principal` of a coming row is what was paid on it.

    Two rows are never the same one, whatever they hold: so a row is found at once among many.
    """

    nr: int
    due: date
    interest_only: bool = False
    interest: Amount = 0
    interest_paid: Amount = 0
    principal: Amount = 0
    principal_paid: Amount = 0
    balance: Amount = 0
    fell_due: bool = False
    closed: bool = False
    written_off: Amount = 0
    planned: Amount | None = None
    deferred: Literal["", "principal", "interest", "all"] = ""
    payable: bool = True

    def copy(self) -> Row:
        """A row of its own with the same contents."""
        twin = Row(self.nr, self.due)
        for name in Row.__slots__:
            setattr(twin, name, getattr(self, name))
        return twin

    @property
    def keeps_interest(self) -> bool:
        """Whether the interest of the row is kept apart and paid after all rows."""
        return self.deferred in {"interest", "all"}

    @property
    def open_interest(self) -> Amount:
        """Interest of the row that is not paid, in cents."""
        return self.interest - self.interest_paid

    @property
    def open_principal(self) -> Amount:
        """Principal of the row that is not paid, in cents."""
        return self.principal - self.principal_paid


@dataclass(slots=True)
class Split:
    """How one payment was divided, in cents by account number."""

    fact: int
    on: date
    amount: Amount
    parts: dict[int, Amount] = field(default_factory=dict)
    balance: Amount = 0

    def take(self, account: int, amount: Amount) -> None:
        """Give `amount` cents of the payment to an account."""
        if amount:
            self.parts[account] = self.parts.get(account, 0) + amount

    def of(self, *accounts: int) -> Amount:
        """What went to these accounts together, in cents."""
        return sum((self.parts.get(account, 0) for account in accounts), start=0)


@dataclass(slots=True)
class State:
    """A loan between two happenings; amounts in cents, `accrued` unrounded."""

    terms: Terms
    rows: list[Row]
    rate: Fraction
    instalment: Amount
    accrued_to: date
    next_cut_off: date
    accrued: Fraction | Decimal = NOTHING
    taken: Amount = 0
    booked: Amount = 0
    standing: Amount = 0
    principal: Amount = 0
    unassigned: Amount = 0
    disbursed: Amount = 0
    costs: Amount = 0
    statutory: Amount = 0
    credit: Amount = 0
    written_off: Amount = 0
    recoverable: Amount = 0
    settled: tuple[int, ...] = (0, 0, 0, 0)
    remitted: Mapping[Remission, Mapping[Place, Amount]] = field(default_factory=dict)
    stops: frozenset[int] = frozenset()
    falls_due_next: int = 0
    first_open: int = 0
    effects: list[Effect] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)
    notes: Notes | None = None

    @property
    def last_row(self) -> Row:
        """The row that takes what is left of the principal."""
        return self.rows[-1]

    @property
    def running(self) -> Row | None:
        """The coming row at whose due date the running interest period ends; None in the tail."""
        rows, at = self.rows, self.falls_due_next
        return rows[at] if at < len(rows) else None

    @property
    def running_rate(self) -> Fraction:
        """The rate per year at which interest runs now: nothing while it is stopped."""
        return NOTHING if self.stops else self.rate

    def record(self, effect: Effect) -> None:
        """Note an effect, unless it is of nothing."""
        if effect.cents:
            self.effects.append(effect)


def round_amount(state: State, amount: Fraction | Decimal) -> Amount:
    """The amount rounded as the terms say, in cents."""
    return round_cents(amount, state.terms.rounding)


def accrual(state: State, until: date) -> Fraction | Decimal:
    """Interest in unrounded cents from the last accrued day until (not including) `until`."""
    since = max(state.accrued_to, state.terms.interest_from or state.accrued_to)
    if until <= since or not state.principal or not state.rate or state.stops:
        return NOTHING
    share = fraction(state.terms.day_count, since, until, state.terms.grid)
    # Whole numbers until the end: every product of Fractions would look for a common divisor.
    (rate, years), (part, whole) = state.rate.as_integer_ratio(), share.as_integer_ratio()
    top, bottom = rate * part, years * whole
    if isinstance(state.principal, int):
        return Fraction(state.principal * top, bottom)
    return state.principal * top / bottom


def accrue(state: State, until: date) -> None:
    """Let interest run until (not including) a day."""
    if until <= state.accrued_to:
        return
    interest = accrual(state, until)
    if state.notes is not None:
        state.notes.segments += segments_until(state, until, interest)
        since = max(state.accrued_to, state.terms.interest_from or state.accrued_to)
        if state.running_rate and since < until:
            state.notes.ran.append((since, until))
    state.accrued = plus(state.accrued, interest)
    state.accrued_to = until


def segments_until(state: State, until: date, interest: Fraction | Decimal) -> list[Segment]:
    """The interest that runs until a day, as it is explained; nothing where no principal is outstanding."""
    since = max(state.accrued_to, state.terms.interest_from or state.accrued_to)
    if until <= since or not state.principal:
        return []
    share = fraction(state.terms.day_count, since, until, state.terms.grid)
    return [Segment(since, until, state.principal, state.running_rate, share, interest)]


def note_interest(
    state: State, occasion: Occasion, more: Sequence[Segment] = (), total: Fraction | Decimal | None = None
) -> None:
    """Note how the interest of the running period came about; `more` and its `total` if it runs on a little."""
    if state.notes is None:
        return
    accrued = state.accrued if total is None else total
    state.notes.interest[occasion] = Accrued(
        (*state.notes.segments, *more), accrued, round_amount(state, accrued), state.taken, state.booked
    )


def plus(one: Fraction | Decimal, other: Fraction | Decimal) -> Fraction | Decimal:
    """The sum of two unrounded amounts; of a Fraction and a Decimal at least one is nothing."""
    if one is NOTHING or other is NOTHING:
        return other if one is NOTHING else one
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one + other
    if not one or not other:
        return one or other
    return Decimal(one) + Decimal(other)  # type: ignore[arg-type]  # both are Decimal here


def untaken(state: State) -> Amount:
    """Interest of the running period that can be taken now (U), in cents."""
    if state.accrued is NOTHING and not state.taken:
        return 0  # all was taken when a row fell due, as before most payments
    return round_amount(state, state.accrued) - state.taken
