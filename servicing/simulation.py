"""One loan's whole life from a case of terms and events, by the functions of the night; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import localcontext
from typing import NamedTuple

from servicing.case_events import Given, kept, mapping, read_events
from servicing.events import Reversed
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
    open_amounts,
    rows_on,
    splits_of,
    standing,
)
from servicing.life.state import Split
from servicing.life.timeline import live
from servicing.reading import Reader
from servicing.schedule import UNROUNDED, Amount
from servicing.terms import Terms
from servicing.terms_data import terms_from


class PaymentOutcome(NamedTuple):
    """A payment and how it was divided, in cents; `balance` is the principal after it."""

    id: str | None
    type: str
    on: date
    amount: Amount
    costs: Amount
    interest: Amount
    principal: Amount
    credit: Amount
    balance: Amount
    reversed: bool
    recovered: Amount


class Simulation(NamedTuple):
    """What a loan shows on the viewing date."""

    viewing_date: date
    rows: list[RowOutcome]
    payments: list[PaymentOutcome]
    outstanding: Open
    state: Standing


def simulate(case: Mapping[str, object]) -> Simulation:
    """The life of the loan in a case up to its viewing date; raises `BadInput` by key, value and rule."""
    with localcontext(UNROUNDED):
        reader = Reader(case)
        terms = _terms(mapping(reader, "terms", reader.take("terms")))
        given = read_events(reader, terms)
        last = max((each.counts_from for each in given), default=terms.start)
        viewing_date = reader.day("viewing_date") if reader.has("viewing_date") else last
        reader.done()
        return _shown(terms, [each for each in given if each.counts_from <= viewing_date], viewing_date)


def _shown(terms: Terms, given: Sequence[Given], on: date) -> Simulation:
    known = [Known(each.event, each.counts_from) for each in given if not isinstance(each.event, Reversed)]
    reversals = [Known(each.event, each.counts_from) for each in given if isinstance(each.event, Reversed)]
    state = live(terms, [one.event for one in known], [one.event for one in reversals], on)
    coming = coming_by_itself((one.event for one in known), on)
    payments = {each.event.fact: each for each in given}
    return Simulation(
        on,
        rows_on(terms, state, on, coming),
        [
            _payment(payments[split.fact], split, gone)
            for split, gone in splits_of(terms, state, known, reversals)
        ],
        open_amounts(state, on),
        standing(state, on),
    )


def _payment(given: Given, split: Split, is_reversed: bool) -> PaymentOutcome:  # noqa: FBT001 - a column
    return PaymentOutcome(
        given.id,
        given.type,
        split.on,
        split.amount,
        split.of(*COST_ACCOUNTS),
        split.of(*INTEREST_ACCOUNTS),
        split.of(*PRINCIPAL_ACCOUNTS),
        split.of(*CREDIT_ACCOUNTS),
        split.balance,
        is_reversed,
        split.of(*RECOVERY_ACCOUNTS),
    )


def _terms(data: Mapping[str, object]) -> Terms:
    terms = terms_from(data)
    instalment = None if terms.instalment is None else kept(terms.instalment, terms)
    return replace(terms, principal=kept(terms.principal, terms), instalment=instalment)
