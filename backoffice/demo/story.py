"""The story of one loan while it is being told: facts with the day each becomes known, and what is owed by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from servicing.facts import Draft, Fact, FactKind
from servicing.history import history_of
from servicing.law import Law
from servicing.life.outcome import open_amounts, rows_on
from servicing.life.state import State
from servicing.life.timeline import live
from servicing.terms import Terms

ACTOR = "demo"
"""Who records the facts of a demo; nobody has this name."""

UNNUMBERED = 1
"""Stands for the number of another fact until the story is told to its end; `Told.of` names that fact."""

KNOWN_AFTER_DAYS = (1,) * 34 + (2, 2, 3, 3, 4, 60)
"""After how many days a payment is known: nearly always the next day, now and then after weeks."""


class Window(NamedTuple):
    """The business dates a demo closes, first and last."""

    first: date
    last: date

    @property
    def cut_over(self) -> date:
        """The day as of which older loans are taken over."""
        return self.first - timedelta(days=1)


class Told(NamedTuple):
    """A fact and the night from which it is known; `of` is the key of the fact it refers to."""

    known_on: date
    draft: Draft
    of: str = ""


class Due(NamedTuple):
    """What is expected to fall due on a day, in cents; whether it is the last of the loan."""

    on: date
    cents: int
    is_last: bool


@dataclass(slots=True)
class Story:
    """The story of a loan; `terms` are those it has now, `begun` is the day from which it can be paid."""

    loan: int
    terms: Terms
    window: Window
    rng: Random
    law: Law
    told: list[Told] = field(default_factory=list)
    payments: int = 0
    paid_until: date = date.min
    begun: date = date.min

    def tell(self, known_on: date, draft: Draft, of: str = "") -> None:
        """Something becomes known, never before the first night."""
        self.told.append(Told(max(known_on, self.window.first), draft, of))

    def decide(self, kind: FactKind, on: date, data: Mapping[str, object], key: str = "") -> None:
        """A decision that is recorded on its own day."""
        self.tell(on, Draft(self.loan, kind, on, key or f"{kind.text} {on}", data=data))

    def pay(self, on: date, cents: int, known_on: date | None = None) -> str:
        """Money comes in, mostly known the next day, sometimes weeks later; the key of the payment."""
        if cents <= 0:
            return ""
        draft = Draft(self.loan, FactKind.PAYMENT, on, self._reference(), cents)
        self.tell(known_on or self._known_after(on), draft)
        self.paid_until = max(self.paid_until, on)
        return draft.key

    def repay_early(self, on: date, cents: int, mode: str) -> None:
        """An early repayment, by which the term or the instalment becomes less."""
        data = {"mode": mode}
        self.tell(on, Draft(self.loan, FactKind.EARLY_REPAYMENT, on, self._reference(), cents, data=data))
        self.paid_until = max(self.paid_until, on)

    def charge(self, on: date, cents: int) -> None:
        """Costs of a reminder (aanmaningskosten, Awb art. 4:113)."""
        self.tell(on, Draft(self.loan, FactKind.COST, on, f"aanmaning {on}", cents))

    def pay_due(self, due: Due, on: date, cents: int | None = None) -> str:
        """Pay what fell due, or so much; with the last of the loan everything that is open."""
        if due.is_last:
            return self.pay_off(on)
        return self.pay(on, due.cents if cents is None else cents)

    def pay_off(self, on: date) -> str:
        """Everything that is open on a day is paid, after all other payments."""
        day = max(on, self.paid_until)
        return self.pay(day, int(open_amounts(self.state(day), day).total))

    def take_back(self, payment: str, on: date) -> None:
        """A payment comes back (storno), which is known the next day, but not before the payment is."""
        known = next((one.known_on for one in self.told if one.draft.key == payment), on)
        draft = Draft(self.loan, FactKind.REVERSAL, on, f"storno {payment}", of=UNNUMBERED)
        self.tell(max(on + timedelta(days=1), known), draft, payment)

    def withdraw(self, fact: str, on: date) -> None:
        """A fact that was recorded wrongly is withdrawn."""
        draft = Draft(self.loan, FactKind.WITHDRAWAL, on, f"withdraw {fact}", of=UNNUMBERED)
        self.tell(on, draft, fact)

    def _reference(self) -> str:
        self.payments += 1
        return f"B{self.loan}-{self.payments:04}"

    def _known_after(self, on: date) -> date:
        return on + timedelta(days=self.rng.choice(KNOWN_AFTER_DAYS))

    def facts(self) -> list[Fact]:
        """What is told so far, in the order in which it becomes known and is numbered."""
        ordered = sorted(self.told, key=lambda one: one.known_on)
        numbers = {one.draft.key: nr for nr, one in enumerate(ordered, start=1) if not one.of}
        return [
            _fact(nr, one.known_on, replace(one.draft, of=numbers[one.of]) if one.of else one.draft)
            for nr, one in enumerate(ordered, start=1)
        ]

    def state(self, on: date) -> State:
        """Where the loan stands at the end of a day, by all that is told so far."""
        history = history_of(self.facts())
        return live(history.terms, history.events, history.reversals, on)

    def dues(self, on: date) -> list[Due]:
        """What falls due after a day, if all is paid on time."""
        state = self.state(on)
        rows = [row for row in rows_on(state.terms, state, on) if row.due > on]
        return [Due(row.due, int(row.principal + row.interest - row.paid), row is rows[-1]) for row in rows]


def _fact(nr: int, known_on: date, draft: Draft) -> Fact:
    return Fact(
        draft.loan,
        nr,
        draft.kind,
        draft.value_date,
        known_on,
        draft.key,
        draft.cents,
        draft.of,
        draft.data,
        ACTOR,
        draft.source,
    )
