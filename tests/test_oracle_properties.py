"""What holds for every life the oracle tells, whatever happened in it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given, settings

from tests.histories import History, arrival_orders, histories, known_on
from tests.oracle import Result, life
from tests.oracle.terms import cents

LOAN_ACCOUNTS = (1300, 1310, 1320, 1330, 1340, 1350)
some = settings(max_examples=25, deadline=None, derandomize=True)


def lives(history: History) -> list[tuple[date, Result]]:
    return [(day, life(history.terms, history.events, day)) for day in history.viewing_dates]


@some
@given(histories(books=True))
def test_the_books_are_what_is_outstanding(history: History) -> None:
    for day, result in lives(history):
        owed = result.outstanding
        assert sum(result.sums().values()) == 0
        assert result.balance(1300) + result.balance(1310) == owed["principal"]
        assert result.balance(1350) == owed["costs"]
        assert result.balance(1400) == -owed["credit"]
        if (day.month, day.day) != (12, 31):
            assert sum(result.balance(account) for account in (1320, 1330, 1340)) <= owed["interest"]


@some
@given(histories(books=True))
def test_money_in_is_what_the_payments_are(history: History) -> None:
    for day, result in lives(history):
        stands = [payment for payment in result.payments if not payment.reversed]
        assert result.balance(1100) == sum(payment.amount for payment in stands)
        out = [e for e in history.events if e["type"] == "disburse" and known_on(e) <= day]
        assert -result.balance(1200) == sum(cents(event["amount"]) for event in out)
        for payment in result.payments:
            taken = (payment.costs, payment.interest, payment.principal, payment.recovered)
            parts = (*taken, payment.credit)
            assert payment.amount == sum(parts)
            assert min(parts) >= 0
            assert payment.balance >= 0


@some
@given(histories(books=True))
def test_nothing_is_ever_negative(history: History) -> None:
    for _, result in lives(history):
        assert min(result.outstanding.values()) >= 0
        assert all(posting.cents > 0 for posting in result.postings)
        for row in result.rows:
            assert min(row.principal, row.interest, row.balance, row.paid) >= 0
            assert row.paid <= row.due
        if not history.terms.get("payment_tolerance"):
            running: defaultdict[int, int] = defaultdict(int)
            for (account, _), amount in sorted(result.sums().items(), key=lambda item: item[0][1]):
                running[account] += amount
                assert account not in LOAN_ACCOUNTS or running[account] >= 0


@some
@given(histories(books=True))
def test_the_rows_end_at_nothing(history: History) -> None:
    for _, result in lives(history):
        assert result.rows[-1].balance == 0


@some
@given(histories())
def test_a_pay_off_settles_everything(history: History) -> None:
    day = history.viewing_dates[-1]
    result = life(history.terms, [*history.events, {"on": day, "type": "pay_off"}], day)
    assert (result.outstanding["principal"], result.outstanding["interest"], result.outstanding["costs"]) == (
        0,
        0,
        0,
    )
    assert result.payments[-1].credit == 0


@some
@given(histories(books=True))
def test_the_order_of_arrival_does_not_matter(history: History) -> None:
    day = history.viewing_dates[-1]
    told = life(history.terms, history.events, day)
    for order in arrival_orders(history.events, limit=3):
        again = life(history.terms, order, day)
        assert again.as_json()["rows"] == told.as_json()["rows"]
        assert again.sums() == told.sums()
        assert (again.outstanding, again.state) == (told.outstanding, told.state)


@some
@given(histories())
def test_what_is_not_yet_known_changes_nothing(history: History) -> None:
    day = history.viewing_dates[0]
    known = [event for event in history.events if known_on(event) <= day]
    assert life(history.terms, known, day).as_json() == life(history.terms, history.events, day).as_json()


@pytest.mark.parametrize("limit", [1, 10])
def test_orders_of_arrival_keep_a_reversal_after_its_payment(limit: int) -> None:
    events = [
        {"on": "2025-01-01", "type": "disburse", "amount": "1.00"},
        {"on": "2025-02-01", "type": "payment", "amount": "1.00", "id": "p"},
        {"on": "2025-02-02", "type": "reversal", "of": "p"},
    ]
    orders = list(arrival_orders(events, limit=limit))
    assert len(orders) == min(limit, 3)
    assert all(order.index(events[1]) < order.index(events[2]) for order in orders)
