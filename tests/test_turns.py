"""Lives in which more happens: the product agrees with the oracle, whatever the order in which the news arrives."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest

from tests.as_facts import Nights, drafts_of, facts_of
from tests.eventful import eventful, other_schedule
from tests.histories import arrival_orders, arriving
from tests.lives import known
from tests.oracle import life
from tests.test_arrival import check_nights, check_view, without_pay_off

BLOCKS = range(4)
VIEWS_IN_BLOCK, NIGHTS_IN_BLOCK = 20, 6
LIVES_IN_BLOCK, ORDERS_OF_A_LIFE = 32, 20
"""Together at least 2,000 orders of arrival: few facts have fewer orders than twenty."""

FACTS_OF_A_LIFE = 6
PAID_OUT = {"disburse", "opening"}
DIFFERED_ONCE = (
    (100_027, True, False),
    (100_281, False, False),
    (100_628, True, False),
    (101_942, False, True),
    (207_784, False, True),
)
"""A settlement within an interest period; interest written off in a deferred one; one debtor with two starts; rows
agreed after interest that was kept apart had fallen due; a payment that counts on a due date before the loan is called
in. Each with whether debtors are joint and a schedule comes."""

WITHOUT = {0: {"reversal"}}
"""What works back and takes part in no life of a block; in every other block it does."""

ORDERS_OF_SIX = 24
TERMS: dict[str, Any] = {
    "principal": "25000.00",
    "annual_rate_percent": "8",
    "start": "2025-01-01",
    "instalments": 60,
}
BEFORE: list[dict[str, Any]] = [
    {"on": "2025-01-01", "type": "disburse", "amount": "25000.00"},
    {"on": "2025-02-03", "type": "payment", "amount": "506.91", "id": "p"},
]
WORKING_BACK: list[dict[str, Any]] = [
    {"on": "2025-02-20", "type": "reversal", "of": "p"},
    {
        "on": "2025-03-01",
        "from": "2025-03-01",
        "until": "2025-06-01",
        "type": "deferral",
        "of": "all",
        "end": "extend",
    },
    {"on": "2025-04-15", "type": "rate", "percent": "6", "recompute": True},
    {"on": "2025-05-10", "type": "wsnp_start", "id": "w"},
    {"on": "2025-09-20", "type": "wsnp_early_end", "of": "w"},
    {"on": "2025-11-05", "type": "interest_free_from"},
]
"""A payment that came back, deferral, rate, debt restructuring and its early end, end of business."""


@pytest.mark.parametrize("block", BLOCKS)
def test_the_product_agrees_with_the_oracle_whatever_turn_a_life_takes(block: int) -> None:
    for seed in range(block * VIEWS_IN_BLOCK, (block + 1) * VIEWS_IN_BLOCK):
        given = eventful(seed)
        for on in given.viewing_dates:
            check_view(given, on)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_night_of_an_eventful_life_leaves_the_books_of_the_oracle(block: int) -> None:
    for seed in range(5000 + block * NIGHTS_IN_BLOCK, 5000 + (block + 1) * NIGHTS_IN_BLOCK):
        given = eventful(seed)
        check_nights(given.terms, without_pay_off(given), f"eventful seed {seed}")


@pytest.mark.parametrize("block", BLOCKS)
def test_f9_f12_the_order_in_which_turns_become_known_does_not_matter(block: int) -> None:
    orders, taking_part = 0, set[str]()
    for seed in range(10_000 + block * LIVES_IN_BLOCK, 10_000 + (block + 1) * LIVES_IN_BLOCK):
        orders += check_turns(seed, ORDERS_OF_A_LIFE)
        taking_part |= {event["type"] for event in life_of(seed, joint=False).events}
    assert orders >= 500
    assert {event["type"] for event in WORKING_BACK} - taking_part == WITHOUT.get(block, set())


def test_e18_another_schedule_becomes_known_in_any_order_with_the_rest_of_a_life() -> None:
    assert sum(check_turns(seed, 4, has_schedule=True) for seed in range(10_000, 10_020)) >= 70


def test_a_restructuring_of_joint_debtors_stops_interest_once_all_are_in_one() -> None:
    for seed in range(20_000, 20_012):
        check_turns(seed, 4, joint=True)


@pytest.mark.parametrize(("seed", "joint", "has_schedule"), DIFFERED_ONCE)
def test_lives_on_which_engine_and_oracle_did_not_agree(seed: int, joint: bool, has_schedule: bool) -> None:
    check_turns(seed, 4, joint=joint, has_schedule=has_schedule)


def test_e18_the_six_facts_that_work_back_become_known_in_any_order() -> None:
    assert check_six(ORDERS_OF_SIX) == ORDERS_OF_SIX


@pytest.mark.parametrize(
    ("before", "after", "counts"), [(0, 0, False), (2, 0, False), (0, 2, True), (2, 2, True)]
)
def test_another_schedule_brings_its_own_tolerance(before: int, after: int, counts: bool) -> None:
    terms = TERMS | {"payment_tolerance": before}
    other = TERMS | {"start": "2025-02-10", "first_due": "2025-03-01", "payment_tolerance": after}
    sunday = {"on": "2025-03-02", "type": "payment", "amount": "506.91", "id": "s"}
    events = [*BEFORE, {"on": "2025-02-10", "type": "schedule", "terms": other}, sunday]
    paid = life(terms, events, date(2025, 3, 9)).sums()
    assert ((8000, date(2025, 3, 2)) not in paid) == counts
    back = [*events, {"on": "2025-03-10", "type": "reversal", "of": "s"}]
    assert books_of(terms, arriving(events, date(2025, 3, 3)), date(2025, 3, 9)) == paid
    assert books_of(terms, back, date(2025, 3, 20)) == life(terms, back, date(2025, 3, 20)).sums()


def check_six(most: int) -> int:
    """The six facts that work back become known in so many orders; each ends as the oracle. How many."""
    first, last = date(2026, 1, 10), date(2026, 3, 1)
    wanted, tried = life(TERMS, [*BEFORE, *WORKING_BACK], last).sums(), 0
    for order in arrival_orders(WORKING_BACK, limit=most, seed=6):
        told = [*BEFORE, *arriving(order, first)]
        assert books_of(TERMS, told, last) == wanted, [event["type"] for event in order]
        tried += 1
    return tried


def check_turns(seed: int, most: int, *, joint: bool = False, has_schedule: bool = False) -> int:
    """Up to six facts become known in different orders, after all has happened; each ends as the oracle. How many.

    Nothing is worked before the first of them is known, so that a life of years costs a night a fact. In every other
    life one of them is withdrawn, at some night after it became known: the oracle never hears of it. With a schedule
    other terms come in the place of those that were agreed.
    """
    terms, events = life_of(seed, joint=joint)
    if has_schedule:
        events = [*events, other_schedule(seed, terms, events)]
    first = max(known(event) for event in events)
    last = first + timedelta(days=FACTS_OF_A_LIFE + 40)
    gone = mistake_of(events) if seed % 2 else None
    wanted = life(terms, [event for event in events if event is not gone], last).sums()
    tried = 0
    for order in arrival_orders(events, limit=most, seed=seed):
        told = arriving(order, first)
        if gone is not None:
            told = withdrawn(
                told, next(nr for nr, event in enumerate(order) if event is gone), nights=1 + tried % 4
            )
        found = books_of(terms, told, last)
        assert found == wanted, f"eventful seed {seed}, order {[event['type'] for event in order]}"
        tried += 1
    return tried


def mistake_of(events: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The last fact that can be withdrawn: nothing that was paid out, and nothing that another fact is about."""
    about = {event.get("of") for event in events}
    standing = [
        event for event in events if event["type"] not in PAID_OUT and event.get("id", "") not in about
    ]
    return standing[-1] if standing else None


def withdrawn(told: list[dict[str, Any]], place: int, *, nights: int) -> list[dict[str, Any]]:
    """The same with the fact at this place withdrawn so many nights after it became known."""
    mistake = {"id": "mistake"} | told[place]
    on = (date.fromisoformat(mistake["recorded"]) + timedelta(days=nights)).isoformat()
    withdrawal = {"type": "withdrawal", "on": on, "of": mistake["id"]}
    return [*told[:place], mistake, *told[place + 1 :], withdrawal]


class Told(NamedTuple):
    """A life in few facts."""

    terms: dict[str, Any]
    events: list[dict[str, Any]]


@cache
def life_of(seed: int, *, joint: bool) -> Told:
    """The life with this seed, made once."""
    given = eventful(seed, most=FACTS_OF_A_LIFE, joint=joint)
    return Told(given.terms, some_events(without_pay_off(given)))


def some_events(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most six, none about one that is left out, the disbursements among them."""
    pays_out = [event for event in events if event["type"] in PAID_OUT]
    others = [event for event in events if event not in pays_out]
    kept = (pays_out + others)[:FACTS_OF_A_LIFE]
    ids = {event.get("id") for event in kept}
    return [
        event for event in events if event in kept and ("of" not in event or event["of"] in {*ids, *CLAIMED})
    ]


CLAIMED = ("costs", "statutory_interest", "interest", "principal", "all")


def books_of(terms: dict[str, Any], told: list[dict[str, Any]], last: date) -> dict[tuple[int, date], int]:
    """The books after all nights up to a day."""
    nights = Nights(facts_of(drafts_of(terms, told)))
    nights.work_until(last)
    return nights.sums()
