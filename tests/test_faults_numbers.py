"""Amounts: rounded once, bounded, never a float, divided without a rest (faults I2, I3, I5, I7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from sqlalchemy import Engine

from jobs.manifest import Manifest
from ledger.database import writing
from ledger.money import LARGEST_CENTS, NotAnAmount, cents_of, euros
from ledger.store import append, balances_of_loan, trial_balance, write_day_totals
from servicing.daycount import fraction
from servicing.events import CostCharged, Disbursed, Event, Paid
from servicing.facts import Draft, FactKind, FactRefused
from servicing.life.outcome import open_amounts
from servicing.life.state import BANK, COSTS, INTEREST_DUE, PRINCIPAL_DUE, State
from servicing.life.timeline import live
from servicing.reading import CaseRefused
from servicing.terms import Part, Terms
from servicing.terms_data import terms_from
from tests.books import ACCRUED, DAY, INCOME, LOAN, interest
from tests.histories import History, histories, random_terms
from tests.lives import as_life
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loan, sums

ONE_DAY = timedelta(days=1)
HALF_A_CENT = Fraction(1, 2)
PRINCIPAL_ACCOUNTS, INTEREST_ACCOUNTS = (1300, 1310), (1320, 1330, 1340)


# Rounding: over a period the difference with the exact amount never grows beyond half a cent.


class Lived(NamedTuple):
    """A random loan with what happens to it."""

    terms: Terms
    events: list[Event]

    def on(self, day: date) -> State:
        return live(self.terms, self.events, [], day)


def random_life(seed: int) -> Lived:
    """A loan paid out on its start, with a few payments of any size on any day."""
    rng = Random(seed)
    case = random_terms(rng)
    case = {key: value for key, value in case.items() if key not in {"payment_tolerance", "interest_from"}}
    terms = terms_from(case)
    days = (terms.due_date(min(terms.instalments, 8)) - terms.start).days
    paid = [
        Paid(
            terms.start + rng.randint(1, max(1, days)) * ONE_DAY,
            rng.randint(1, int(terms.principal) // 3),
            fact=nr,
        )
        for nr in range(rng.randint(0, 5))
    ]
    return Lived(terms, [Disbursed(terms.start, terms.principal), *paid])


def interest_so_far(lived: Lived, day: date) -> int:
    """All interest up to (not including) a day, as the product knows it: what is open and what was paid."""
    state = lived.on(day)
    paid = sum(int(split.of(*INTEREST_ACCOUNTS)) for split in state.splits)
    return int(open_amounts(state, day).interest) + paid


def exact_interest(terms: Terms, changes: dict[date, int], since: date, until: date) -> Fraction:
    """Unrounded interest over [since, until), from what changed the principal and when."""
    days = sorted({since, until, *(day for day in changes if since < day < until)})
    total = Fraction(0)
    for first, last in pairwise(days):
        principal = sum(cents for day, cents in changes.items() if day <= first)
        total += principal * terms.rate * fraction(terms.day_count, first, last, terms.grid)
    return total


def principal_changes(state: State) -> dict[date, int]:
    """Cents by which the principal changed, by day."""
    changes: dict[date, int] = {}
    for effect in state.effects:
        moved = (effect.debit in PRINCIPAL_ACCOUNTS) - (effect.credit in PRINCIPAL_ACCOUNTS)
        changes[effect.value_date] = changes.get(effect.value_date, 0) + moved * int(effect.cents)
    return changes


@pytest.mark.parametrize("seed", range(24))
def test_i2_rounding_does_not_drift(seed: int) -> None:
    """On every date the interest of the running period is at most half a cent from the exact amount."""
    lived = random_life(seed)
    terms = lived.terms
    since, so_far = terms.start, 0
    for number in range(terms.first_number, terms.first_number + min(terms.instalments, 8)):
        until = terms.due_date(number)
        changes = principal_changes(lived.on(until))
        for day in (since + days * ONE_DAY for days in range(1, (until - since).days + 1)):
            off = interest_so_far(lived, day) - so_far - exact_interest(terms, changes, since, day)
            assert abs(off) <= HALF_A_CENT, f"seed {seed} on {day}: off by {float(off)} cents"
        since, so_far = until, interest_so_far(lived, until)


def test_i2_interest_on_new_years_eve_is_rounded_with_the_rest_of_its_period() -> None:
    """What is put in the books on 31 December and what follows make the period's amount, rounded once."""
    terms = terms_from(PLAIN_TERMS | {"start": "2024-12-10", "day_count": "act/365", "principal": "333.33"})
    state = live(terms, [Disbursed(terms.start, terms.principal)], [], date(2025, 1, 10))
    booked = [int(effect.cents) for effect in state.effects if effect.credit == 8000]
    # 333.33 at 8 %: 22 days 160.73 cents, 31 days 226.48 cents; apart they would be 161 and 66.
    assert booked == [161, 65]


# Bounds.


@pytest.mark.parametrize("euro", ["100000000000.01", "999999999999999.99"])
def test_i3_a_larger_amount_is_refused_where_it_is_read(euro: str) -> None:
    with pytest.raises(NotAnAmount, match=r"is larger than 100000000000\.00"):
        cents_of(euro)


@pytest.mark.parametrize("cents", [-1, LARGEST_CENTS + 1, 2**53 + 1, 2**63])
def test_i3_a_fact_is_bounded(cents: int) -> None:
    with pytest.raises(FactRefused, match="out of bounds"):
        Draft(LOAN, FactKind.PAYMENT, DAY, "payment", cents)


def test_i3_sums_beyond_the_whole_numbers_of_a_float_are_exact(database: Engine) -> None:
    entries = [interest(number, LARGEST_CENTS - number % 2) for number in range(1, 2001)]
    total = 2000 * LARGEST_CENTS - 1000
    assert total > 2**53
    with writing(database) as connection:
        append(connection, entries)
        write_day_totals(connection, DAY)
        balances = balances_of_loan(connection, LOAN)
        assert (balances[ACCRUED], balances[INCOME]) == (total, -total)
        assert {type(cents) for cents in balances.values()} == {int}
        lines = {line.account: line for line in trial_balance(connection, 1).lines}
        assert (lines[ACCRUED].debit_cents, lines[INCOME].credit_cents) == (total, total)


def test_i3_a_loan_that_outgrows_the_books_is_set_aside(database: Engine) -> None:
    """Interest of more than three years on the largest principal does not fit in one posting."""
    begin_on(database, at("2024-01-01"))
    terms = {"principal": euros(LARGEST_CENTS), "annual_rate_percent": "100", "every": "1y", "instalments": 1}
    giant = new_loan(
        database,
        PLAIN_TERMS | terms | {"start": "2020-01-01", "first_due": "2023-06-01"},
        known=at("2024-01-01"),
    )
    usual = new_loan(database, PLAIN_TERMS)
    (aside,) = set_aside(close_until(database, at("2024-01-01"))[0])
    assert (aside["loan"], "cents is not from 1 to" in aside["error"]) == (giant, True)
    assert {key[0] for key in sums(database)} == {usual}


def set_aside(night: Manifest) -> list[dict[str, Any]]:
    """The loans that a night set aside."""
    found = night["quarantined"]
    assert isinstance(found, list)
    return found


# Floats.


@pytest.mark.parametrize("value", [500.0, Decimal(500), True, "500", float("nan"), float("inf")])
def test_i5_a_fact_takes_whole_cents_only(value: Any) -> None:  # noqa: ANN401 - whatever somebody gives
    with pytest.raises(FactRefused, match="out of bounds"):
        Draft(LOAN, FactKind.PAYMENT, DAY, "payment", value)


@pytest.mark.parametrize("key", ["principal", "annual_rate_percent", "instalment"])
def test_i5_terms_take_no_float(key: str) -> None:
    with pytest.raises(CaseRefused, match=f"{key}: 8.5"):
        terms_from(PLAIN_TERMS | {key: 8.5})


def test_i5_a_float_in_stored_terms_stops_its_loan_and_no_other(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    sick, healthy = (
        new_loan(database, PLAIN_TERMS | {"annual_rate_percent": 8.0}),
        new_loan(database, PLAIN_TERMS),
    )
    (aside,) = set_aside(close_until(database, at("2024-01-01"))[0])
    assert aside["loan"] == sick
    assert "annual_rate_percent: 8.0" in aside["error"]
    assert {key[0] for key in sums(database)} == {healthy}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(histories(books=True))
def test_i5_every_amount_of_a_life_is_a_whole_number(history: History) -> None:
    state = state_at_the_end(history)
    assert {type(effect.cents) for effect in state.effects} <= {int}
    amounts = open_amounts(state, history.viewing_dates[-1])
    assert {
        type(cents) for cents in (amounts.principal, amounts.interest, amounts.costs, amounts.credit)
    } == {int}


# Dividing a payment.


def state_at_the_end(history: History) -> State:
    day = history.viewing_dates[-1]
    life = as_life(history.terms, history.events, day)
    return live(life.terms, life.events, life.reversals, day)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(histories(books=True))
def test_i7_the_parts_of_a_payment_are_the_payment(history: History) -> None:
    state = state_at_the_end(history)
    for split in state.splits:
        assert sum(split.parts.values()) == split.amount
        assert min(split.parts.values(), default=1) > 0
    booked = sum(effect.cents for effect in state.effects if effect.debit == BANK and effect.credit != 1195)
    assert booked == sum(split.amount for split in state.splits)


class Owed(NamedTuple):
    """What is open on one row that fell due, in cents."""

    interest: int
    principal: int


def by_hand(paid: int, costs: int, rows: list[Owed], order: tuple[Part, ...]) -> dict[int, int]:
    """What a payment pays, by account: the oldest row first, of each row the parts in the given order."""
    parts = {COSTS: 0, INTEREST_DUE: 0, PRINCIPAL_DUE: 0}
    left = {"costs": costs}
    for row in rows:
        left |= row._asdict()
        for part in order:
            account = {"costs": COSTS, "interest": INTEREST_DUE, "principal": PRINCIPAL_DUE}[part]
            given = min(paid, left[part])
            parts[account] += given
            left[part] -= given
            paid -= given
    assert paid == 0
    return {account: cents for account, cents in parts.items() if cents}


def overdue_lives() -> Iterator[tuple[int, Lived, int, date]]:
    """Lives of which some rows fell due and part of what is overdue is paid: seed, life, amount and day."""
    for seed in range(400):
        rng = Random(seed)
        lived = random_life(seed)
        if lived.terms.method == "bullet" or lived.terms.instalments < 3:
            continue
        rows = rng.randint(1, min(6, lived.terms.instalments - 1))
        day = lived.terms.due_date(lived.terms.first_number + rows - 1) + ONE_DAY
        fee = CostCharged(lived.terms.start + ONE_DAY, rng.choice([700, 900, 4000]))
        lived = Lived(lived.terms, [lived.events[0], fee])
        state = lived.on(day)
        overdue = int(state.costs) + sum(
            int(r.open_interest + r.open_principal) for r in state.rows if r.fell_due
        )
        yield seed, lived, rng.randint(1, overdue), day


def test_i7_the_order_is_that_of_law_or_contract() -> None:
    """Costs, then interest, then principal (Awb art. 4:92 lid 1, BW art. 6:44 lid 1) or as the contract says."""
    orders = set()
    for seed, lived, paid, day in overdue_lives():
        before = lived.on(day)
        rows = [Owed(int(r.open_interest), int(r.open_principal)) for r in before.rows if r.fell_due]
        rows = [row for row in rows if any(row)]
        # A rest secured by mortgage has an order of its own (Bbz art. 43b): tests/test_mortgage_rest.py.
        if not rows or lived.terms.interest_last:
            continue
        after = Lived(lived.terms, [*lived.events, Paid(day, paid, fact=9)]).on(day)
        expected = by_hand(paid, int(before.costs), rows, lived.terms.allocation)
        assert after.splits[-1].parts == expected, f"seed {seed}"
        orders.add(lived.terms.allocation)
    assert len(orders) == 6
