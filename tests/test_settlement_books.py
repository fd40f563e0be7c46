"""Settled, corrected and withdrawn: whatever the order of news, the books are those of working it out at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from ledger.database import writing
from ledger.day import number_of
from servicing.facts import Draft, Fact, FactKind
from servicing.history import history_of
from servicing.life.outcome import arrears_since, open_amounts
from servicing.life.state import State
from servicing.life.timeline import live
from servicing.store import Loan, Recorded, add_loan, record
from tests.as_facts import LOAN, Nights, facts_of
from tests.nights import begin_on, close_until, sums
from tests.settled_lives import Told, capital, claim, living, naive, remitted

LAST = date(2026, 3, 1)


def by_account(nights: Nights) -> dict[int, int]:
    found: dict[int, int] = {}
    for (account, _), cents in nights.sums().items():
        found[account] = found.get(account, 0) + cents
    return found


@pytest.mark.parametrize(
    ("life", "seed"),
    [(life, seed) for life, seeds in ((living, 40), (claim, 40), (capital, 40)) for seed in range(seeds)],
)
def test_night_by_night_gives_what_one_night_gives(life: Callable[[Random], list[Told]], seed: int) -> None:
    facts = facts_of(life(Random(seed)))
    each = Nights(facts)
    each.work_until(LAST)
    at_once = Nights([replace(fact, known_on=date(1950, 1, 1)) for fact in facts])
    at_once.work(LAST)
    assert each.sums() == at_once.sums(), seed


@pytest.mark.parametrize("seed", range(60))
def test_the_books_of_living_allowance_are_simple_sums(seed: int) -> None:
    facts = facts_of(living(Random(seed)))
    nights = Nights(facts)
    nights.work_until(LAST)
    found = by_account(nights)
    # What is open and what is owed to the client may both stand; together they are the sum.
    found[1300] = found.get(1300, 0) + found.pop(1400, 0)
    wanted = {account: cents for account, cents in naive(facts).items() if cents}
    assert {account: cents for account, cents in found.items() if cents} == wanted, seed


@pytest.mark.parametrize("seed", range(100, 120))
def test_f5_a_corrected_remission_books_the_difference(seed: int) -> None:
    """However often a book year was corrected or withdrawn, what is remitted is what was said last."""
    facts = facts_of(capital(Random(seed)))
    nights = Nights(facts)
    nights.work_until(LAST)
    found = by_account(nights)
    assert {account: found.get(account, 0) for account in (4980, 4985)} == remitted(facts), seed


def test_f5_what_was_remitted_too_much_is_owed_again() -> None:
    """Of 150.00 remitted 100.00 stays: what was to go back to the debtor goes first, then interest is open again."""
    nights = Nights(facts_of([*_remitted_once(), _remitted("100.00", date(2024, 5, 1))]))
    nights.work_until(date(2024, 5, 1))
    found = by_account(nights)
    # 30.00 was owed to the debtor; the other 20.00 is interest of March again, beside that of April and May.
    assert (found[4980], found.get(1400, 0)) == (10_000, 0)
    assert found[1320] == 3 * 12_000 - 10_000


def test_f5_principal_owed_again_after_the_last_due_date_is_due_and_can_be_paid() -> None:
    """A gift of 2,000.00 of the principal is taken back when all rows fell due: the last row asks it."""
    gift, gone = _remitted("0.00", date(2024, 4, 1), "2000.00"), _remitted("0.00", date(2025, 2, 3))
    whole = Draft(LOAN, FactKind.PAYMENT, date(2025, 1, 1), "whole", 1_114_000), date(2025, 1, 1)
    facts = facts_of([*_remitted_once()[:-1], gift, whole, gone])
    nights = Nights(facts)
    nights.work_until(date(2025, 2, 3))
    found = by_account(nights)
    assert (found.get(1300, 0), found[1310], found.get(1400, 0)) == (0, 200_000, 0)
    state = live_of(facts, date(2025, 2, 3))
    assert (state.unassigned, arrears_since(state)) == (0, date(2025, 1, 1))
    paid = Draft(LOAN, FactKind.PAYMENT, date(2025, 2, 10), "rest", 300_000), date(2025, 2, 10)
    after = facts_of([*_remitted_once()[:-1], gift, whole, gone, paid])
    assert open_amounts(live_of(after, date(2025, 2, 10)), date(2025, 2, 10)).principal == 0


def live_of(facts: list[Fact], on: date) -> State:
    history = history_of(facts)
    return live(history.terms, history.events, history.reversals, on)


def test_the_choice_year_turns_principal_into_a_gift() -> None:
    """Keuzejaar (art. 21 as it was until 2020): 2,000.00 of the principal is a gift, and bears no interest after it."""
    nights = Nights(facts_of([*_remitted_once()[:-1], _remitted("0.00", date(2024, 4, 1), "2000.00")]))
    nights.work_until(date(2024, 5, 1))
    found = by_account(nights)
    assert (found[4985], found[1300]) == (200_000, 1_000_000)
    assert found[1320] == 12_000 + 12_000 + 10_000


def _remitted(cents: str, known: date, converted: str = "0.00") -> Told:
    says = {"since": "2024-01-01", "until": "2024-04-01", "to": "debtor"}
    amounts = {"remission": cents, "converted": converted}
    return Draft(LOAN, FactKind.REMITTED, known, f"r {known}", data=says | amounts), known


def _remitted_once() -> list[Told]:
    """A bullet loan of which the interest of January was paid, and 150.00 of what was due before April is remitted."""
    terms = {
        "principal": "12000.00",
        "annual_rate_percent": "12",
        "start": "2024-01-01",
        "instalments": 12,
        "method": "bullet",
    }
    start = date(2024, 1, 1)
    return [
        (Draft(LOAN, FactKind.GRANT, start, "grant", data=terms), date(1950, 1, 1)),
        (Draft(LOAN, FactKind.DISBURSEMENT, start, "first", 1_200_000), start),
        (Draft(LOAN, FactKind.PAYMENT, date(2024, 2, 1), "p", 12_000), date(2024, 2, 1)),
        _remitted("150.00", date(2024, 4, 1)),
    ]


def test_interest_that_was_paid_goes_back_and_the_rest_is_remitted() -> None:
    """Two rows of 100 of interest-free time apart: one paid, one not; 150.00 is remitted of both."""
    nights = Nights(facts_of(_remitted_once()))
    nights.work_until(date(2024, 4, 1))
    found = by_account(nights)
    # Rows of February and March lie in the window: 120.00 of March is open, the other 30.00 was paid.
    assert (found[4980], found[1400]) == (15_000, -3_000)
    assert found[1320] == 12_000


def test_news_of_settlements_is_booked_the_same_on_each_database(database: Engine) -> None:
    begin_on(database, LAST)
    with writing(database) as connection:
        heading = Loan(0, 1, "bbz_living_allowance", None, "test", *(date(2024, 1, 1),) * 2, "from-2020")
        numbers = [add_loan(connection, heading, [], _by(LAST)) for _ in range(4)]
    stories = {number: living(Random(number)) for number in numbers}
    nights = max(len(told) for told in stories.values())
    for place in range(nights):
        day = LAST + timedelta(days=place)
        news = [replace(told[place][0], loan=loan) for loan, told in stories.items() if place < len(told)]
        with writing(database) as connection:
            record(connection, news, _by(day))
        close_until(database, day)
    wanted: dict[tuple[int, int, int], int] = {}
    for number, told in stories.items():
        at_once = Nights([replace(fact, known_on=LAST) for fact in facts_of(told)])
        at_once.work(day)
        for (account, on), cents in at_once.sums().items():
            wanted[number, account, number_of(on)] = cents
    assert sums(database) == wanted


def _by(day: date) -> Recorded:
    return Recorded("test", day, "2024-01-01T00:00:00+00:00")
