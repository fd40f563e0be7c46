"""Lives in which more happens: the product agrees with the oracle, whatever the order in which the news arrives."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.as_facts import Nights, drafts_of, facts_of
from tests.eventful import eventful
from tests.histories import arrival_orders, arriving
from tests.lives import known
from tests.oracle import life
from tests.test_arrival import check_nights, check_view, without_pay_off

BLOCKS = range(4)
VIEWS_IN_BLOCK, NIGHTS_IN_BLOCK = 20, 6
LIVES_IN_BLOCK, ORDERS_OF_A_LIFE = 32, 20
"""Together at least 2,000 orders of arrival: few facts have fewer orders than twenty."""

FACTS_OF_A_LIFE = 6
DIFFERED_ONCE = ((100_027, True), (100_281, False), (100_628, True))
"""A settlement within an interest period; interest written off in a deferred one; one debtor with two starts."""


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
    orders = 0
    for seed in range(10_000 + block * LIVES_IN_BLOCK, 10_000 + (block + 1) * LIVES_IN_BLOCK):
        orders += check_turns(seed, ORDERS_OF_A_LIFE)
    assert orders >= 500


def test_a_restructuring_of_joint_debtors_stops_interest_once_all_are_in_one() -> None:
    for seed in range(20_000, 20_012):
        check_turns(seed, 4, joint=True)


@pytest.mark.parametrize(("seed", "joint"), DIFFERED_ONCE)
def test_lives_on_which_engine_and_oracle_did_not_agree(seed: int, joint: bool) -> None:
    check_turns(seed, 4, joint=joint)


def check_turns(seed: int, most: int, *, joint: bool = False) -> int:
    """Up to six facts become known in different orders, after all has happened; each ends as the oracle. How many.

    Nothing is worked before the first of them is known, so that a life of years costs a night a fact.
    """
    given = eventful(seed, most=FACTS_OF_A_LIFE, joint=joint)
    events = some_events(without_pay_off(given))
    first = max(known(event) for event in events)
    last = first + timedelta(days=FACTS_OF_A_LIFE + 40)
    wanted = life(given.terms, events, last).sums()
    tried = 0
    for order in arrival_orders(events, limit=most, seed=seed):
        found = books_of(given.terms, arriving(order, first), last)
        assert found == wanted, f"eventful seed {seed}, order {[event['type'] for event in order]}"
        tried += 1
    return tried


def some_events(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most six, none about one that is left out, the disbursements among them."""
    pays_out = [event for event in events if event["type"] in {"disburse", "opening"}]
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
