"""A loan as people see it between nights: computed from its facts by the very functions of the night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from servicing.arrears import days_past_due
from servicing.facts import Fact, FactKind
from servicing.history import History, history_of
from servicing.life.counting import coming_by_itself
from servicing.life.outcome import (
    COST_ACCOUNTS,
    CREDIT_ACCOUNTS,
    INTEREST_ACCOUNTS,
    PRINCIPAL_ACCOUNTS,
    RECOVERY_ACCOUNTS,
    Known,
    Open,
    RowOutcome,
    Standing,
    arrears_since,
    asked_of,
    open_amounts,
    rows_on,
    splits_of,
    standing,
)
from servicing.life.state import Split, State
from servicing.life.timeline import live
from servicing.registration import MONEY_KINDS, Dossier, reversal_of
from servicing.schedule import Amount
from servicing.terms_data import terms_data


class Division(NamedTuple):
    """What of a payment went where, in cents; `balance` is the principal after it."""

    costs: Amount
    interest: Amount
    principal: Amount
    credit: Amount
    balance: Amount
    recovered: Amount


class PaymentLine(NamedTuple):
    """A payment, how it was divided (None: withdrawn), and the facts that took it back."""

    fact: Fact
    division: Division | None
    reversed_by: int | None
    withdrawn_by: int | None


@dataclass(frozen=True, slots=True)
class View:
    """A loan on a day: its state, what is open and overdue in cents, since when, and all rows."""

    on: date
    state: Standing
    open: Open
    overdue: Amount
    late_since: date | None
    rows: list[RowOutcome]

    @property
    def days_past_due(self) -> int:
        """Days from the oldest unpaid due date."""
        return days_past_due(self.late_since, self.on)


class GivenUp(NamedTuple):
    """What was taken off the parts of a loan, in cents; interest with statutory interest."""

    principal: int = 0
    interest: int = 0
    costs: int = 0


NOT_GIVEN_UP = GivenUp()


def view_on(dossier: Dossier, on: date) -> View:
    """The loan on a day, from all that is known about it now."""
    history = history_of(dossier.facts)
    state = live(history.terms, history.events, history.reversals, on)
    return View(
        on,
        standing(state, on),
        open_amounts(state, on),
        _overdue(state),
        arrears_since(state),
        rows_on(history.terms, state, on, coming_by_itself(history.events, on)),
    )


def owed_on(facts: Sequence[Fact], on: date) -> int:
    """All that is owed on a day, in cents, from all that is known about it now."""
    history = history_of(facts)
    return int(open_amounts(live(history.terms, history.events, history.reversals, on), on).total)


def given_up(dossier: Dossier, key: str, on: date) -> GivenUp:
    """What a waiver under a key took off the loan by a day; nothing where there is none."""
    history = history_of(dossier.facts)
    numbers = {fact.nr for fact in dossier.holding if (fact.kind, fact.key) == (FactKind.WAIVER, key)}
    state = live(history.terms, history.events, history.reversals, on)
    gone = [effect for effect in state.effects if effect.fact in numbers]
    parts = (PRINCIPAL_ACCOUNTS, INTEREST_ACCOUNTS, COST_ACCOUNTS)
    return GivenUp(*(sum(int(each.cents) for each in gone if each.credit in accounts) for accounts in parts))


def payment_lines(dossier: Dossier, on: date) -> list[PaymentLine]:
    """The payments made up to a day, in the order of their days, as known now."""
    divisions = _divisions(history_of(dossier.facts), dossier, on)
    money = [fact for fact in dossier.facts if fact.kind in MONEY_KINDS and fact.value_date <= on]
    lines = []
    for fact in sorted(money, key=lambda fact: (fact.value_date, fact.nr)):
        reversal = reversal_of(dossier, fact)
        is_back = reversal is not None and reversal.value_date <= on
        lines.append(
            PaymentLine(
                fact,
                divisions.get(fact.nr),
                reversal.nr if reversal is not None and is_back else None,
                dossier.withdrawn.get(fact.nr),
            )
        )
    return lines


def successor_of(dossier: Dossier, on: date) -> dict[str, object]:
    """The terms in force on a day as data, to be changed by a decision: the principal still open, from that day.

    A free plan makes way, so that the decision says how many rows there are or gives another plan.
    """
    history = history_of(dossier.facts)
    state = live(history.terms, history.events, history.reversals, on)
    kept = replace(
        state.terms,
        principal=max(state.principal, 1),
        rate=state.rate,
        start=on,
        instalment=None,
        first_due=None,
        grace_principal=0,
        first_number=1,
        plan=(),
    )
    data = terms_data(kept)
    del data["instalments"]
    return data


def _divisions(history: History, dossier: Dossier, on: date) -> dict[int, Division]:
    known_on = {fact.nr: max(fact.known_on, fact.value_date) for fact in dossier.facts}
    events = [Known(event, known_on[event.fact]) for event in history.events if event.on <= on]
    reversals = [Known(each, known_on[each.fact]) for each in history.reversals if each.on <= on]
    state = live(history.terms, history.events, history.reversals, on)
    return {split.fact: _division(split) for split, _ in splits_of(history.terms, state, events, reversals)}


def _division(split: Split) -> Division:
    return Division(
        split.of(*COST_ACCOUNTS),
        split.of(*INTEREST_ACCOUNTS),
        split.of(*PRINCIPAL_ACCOUNTS),
        split.of(*CREDIT_ACCOUNTS),
        split.balance,
        split.of(*RECOVERY_ACCOUNTS),
    )


def _overdue(state: State) -> Amount:
    """What fell due and is not paid, costs not counted."""
    return sum((one.interest + one.principal for one in asked_of(state)), start=0)
