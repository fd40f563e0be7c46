"""The short lane and the full function give the same rows and the same state, for random lives night by night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from random import Random

import pytest

from jobs.chunk import Night, state_row
from jobs.paid_night import paid_rows, state_after
from jobs.short_night import rows_of
from ledger.day import day_of, number_of
from ledger.period import period_of
from ledger.rows import journal_rows
from servicing.facts import Fact, FactKind
from servicing.night_work import Setting, StateRow, Task, news_reaches_back, work_loan
from servicing.payment_lane import LanePayment, work_paid
from servicing.short_lane import LaneLoan, Tonight, work_short
from tests.as_facts import LOAN, NO_NIGHT, drafts_of, facts_of
from tests.eventful import eventful
from tests.histories import history
from tests.test_arrival import without_pay_off

LIMITS = (1, 31, 91)
BLOCKS = range(4)
SEEDS_IN_BLOCK = 150
PAYERS_IN_BLOCK = 40


def full_night(
    facts: list[Fact], before: StateRow | None, night: date
) -> tuple[list[tuple[int, ...]], StateRow]:
    """The rows of one night by the full function, and the state row after it."""
    worked_to = day_of(before.worked_to) if before else None
    task = Task(LOAN, facts, worked_to, before.balances if before else (), None)
    worked = work_loan(task, Setting(night, 0, LIMITS))
    rows = [row for entry in worked.entries for row in journal_rows(entry)]
    return rows, state_row(task, worked, night, rows)


def short_night(
    before: StateRow, night: date, news: list[Fact]
) -> tuple[list[tuple[int, ...]], StateRow] | None:
    """The same by the short lane; None when it leaves the loan to the full function."""
    if news:
        return paid_night(before, night, news)
    if day_of(before.next_event) != night:
        return None
    loan = LaneLoan._make(getattr(before, name) for name in LaneLoan._fields)
    work = work_short(loan, Tonight(number_of(night), LIMITS))
    if work is None:
        return None
    changed = work._asdict()
    after = before._replace(
        worked_to=number_of(night),
        **{name: value for name, value in changed.items() if name in StateRow._fields},
    )
    return rows_of(number_of(night), period_of(night), work), after


def paid_night(
    before: StateRow, night: date, news: list[Fact]
) -> tuple[list[tuple[int, ...]], StateRow] | None:
    """The same by the short lane with payments."""
    if any(fact.kind is not FactKind.PAYMENT for fact in news):
        return None
    payments = [LanePayment(number_of(fact.value_date), fact.nr, fact.cents) for fact in news]
    work = work_paid(before, payments, Tonight(number_of(night), LIMITS))
    if work is None:
        return None
    setting = Night(night, {1: 0}, LIMITS)
    rows = paid_rows(setting, work)
    return rows, StateRow._make(state_after(before, setting, work, rows))


def random_terms(rng: Random) -> dict[str, object]:
    """Plain monthly loans on all the days on which months end."""
    start = date(
        2023,
        rng.randint(1, 12),
        rng.choice([1, 15, 28, 29, 30, 31][: 3 if rng.random() < 0.3 else 6]) % 29 or 28,
    )
    terms: dict[str, object] = {
        "principal": f"{rng.randint(1, 60_000)}.{rng.randint(0, 99):02}",
        "annual_rate_percent": rng.choice(["8", "2", "0", "7.25", "5.125"]),
        "start": start.isoformat(),
        "instalments": rng.randint(2, 40),
        "every": rng.choice(["1m", "1m", "1m", "3m", "1y"]),
        "method": rng.choice(["annuity", "linear"]),
    }
    if rng.random() < 0.4:
        terms["first_due"] = (start + timedelta(days=rng.randint(1, 60))).isoformat()
    return terms


def random_events(rng: Random, terms: dict[str, object]) -> list[dict[str, object]]:
    """Disbursed whole or in two parts, and a few payments and a rate change."""
    start = date.fromisoformat(str(terms["start"]))
    events: list[dict[str, object]] = [
        {"on": start.isoformat(), "type": "disburse", "amount": terms["principal"]}
    ]
    for place in range(rng.randint(0, 5)):
        on = (start + timedelta(days=rng.randint(1, 700))).isoformat()
        amount = f"{rng.randint(1, 900)}.{rng.randint(0, 99):02}"
        events.append({"on": on, "type": "payment", "amount": amount, "id": f"p{place}"})
    if rng.random() < 0.3:
        on = (start + timedelta(days=rng.randint(1, 500))).isoformat()
        events.append({"on": on, "type": "rate", "percent": rng.choice(["6", "3.5"])})
    return events


Pays = Callable[[StateRow, date], list[Fact]]


def compare(facts: list[Fact], last: date, pays: Pays = lambda _state, _night: []) -> Counter[str]:
    """Work all nights both ways wherever the short lane is open, and go on from its state; how often it was.

    `pays` adds facts as the life goes on. Stops at news that reaches back, for which no lane is made.
    """
    facts = list(facts)
    state: StateRow | None = None
    compared: Counter[str] = Counter()
    night = min(fact.value_date for fact in facts)
    while night <= last:
        known = [fact for fact in facts if fact.known_on <= night]
        worked_to = day_of(state.worked_to) if state else None
        news = [fact for fact in known if worked_to is None or fact.known_on > worked_to]
        if news_reaches_back(known, worked_to):
            return compared
        if len(known) > 1 and (news or (state is not None and day_of(state.next_event) <= night)):
            rows, after = full_night(known, state, night)
            short = short_night(state, night, news) if state is not None and state.lane else None
            if short is not None:
                compared["with payments" if news else "time alone"] += 1
                assert short[0] == rows, night
                assert same(short[1], after), (night, short[1], after)
            state = after if short is None else short[1]
            facts += pays(state, night)
        night += timedelta(days=1)
    return compared


def same(short: StateRow, full: StateRow) -> bool:
    """Equal in all but the digest, and in what only tells the lane when it is no longer open."""
    tells_lane = {
        "last_nr",
        "anchor_day",
        "months",
        "period_from",
        "accrued_to",
        "day_cents",
        "row_nr",
        "lane",
    }
    skipped = {"digest"} | (tells_lane if not short.lane or not full.lane else {"accrued_to", "day_cents"})
    return all(
        getattr(short, name) == getattr(full, name) for name in StateRow._fields if name not in skipped
    )


def payer(seed: int, first_nr: int) -> Pays:
    """A debtor who pays what is open or falls due, in time or late, a part of it or too much, or not at all."""
    rng = Random(seed)
    numbers = count(first_nr)

    def pays(state: StateRow, night: date) -> list[Fact]:
        due, owed = (
            day_of(state.next_due) if state.next_due else night,
            state.principal_due + state.interest_due,
        )
        soon = 0 < (due - night).days < 10 and rng.random() < 0.6
        if not soon and not (owed and rng.random() < 0.4):
            return []
        on = due if soon else night + timedelta(days=rng.randint(1, 6))
        coming = owed + state.instalment if soon else owed
        cents = (
            coming if rng.random() < 0.6 else rng.choice([owed, coming // 2, state.instalment, coming + 1])
        )
        known = on + timedelta(days=rng.choice([1, 2]) if rng.random() < 0.05 else 0)
        nr = next(numbers)
        return [Fact(LOAN, nr, FactKind.PAYMENT, on, known, f"paid {nr}", max(1, cents), 0, {}, "test", "")]

    return pays


@pytest.mark.parametrize("block", BLOCKS)
def test_both_lanes_agree_on_plain_loans(block: int) -> None:
    compared: Counter[str] = Counter()
    for seed in range(block * SEEDS_IN_BLOCK, (block + 1) * SEEDS_IN_BLOCK):
        rng = Random(seed)
        terms = random_terms(rng)
        facts = facts_of(drafts_of(terms, random_events(rng, terms)))
        start = date.fromisoformat(str(terms["start"]))
        try:
            compared += compare(facts, start + timedelta(days=400))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
    assert compared["time alone"] > 500, "the short lane was hardly ever open"


@pytest.mark.parametrize("block", BLOCKS)
def test_both_lanes_agree_on_loans_that_are_paid(block: int) -> None:
    compared: Counter[str] = Counter()
    for seed in range(block * PAYERS_IN_BLOCK, (block + 1) * PAYERS_IN_BLOCK):
        terms = random_terms(Random(seed))
        facts = facts_of(drafts_of(terms, random_events(Random(seed), terms)[:1]))
        start = date.fromisoformat(str(terms["start"]))
        try:
            compared += compare(facts, start + timedelta(days=800), payer(seed, len(facts) + 1))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
    assert compared["with payments"] > 120, "the short lane was hardly ever open to payments"


def test_both_lanes_agree_on_nasty_lives() -> None:
    compared: Counter[str] = Counter()
    for seed in range(120):
        given = history(seed, books=seed % 2 == 1)
        facts = facts_of(drafts_of(given.terms, without_pay_off(given)))
        late = [fact for fact in facts if fact.known_on != NO_NIGHT]
        last = max((fact.known_on for fact in late), default=date(2024, 1, 1))
        compared += compare_slowly(facts, last)
    assert compared["time alone"] > 50, "the short lane was hardly ever open"


def test_both_lanes_agree_on_eventful_lives() -> None:
    compared: Counter[str] = Counter()
    for seed in range(120):
        given = eventful(seed)
        facts = facts_of(drafts_of(given.terms, without_pay_off(given)))
        last = max((fact.known_on for fact in facts[1:]), default=date(2024, 1, 1))
        compared += compare_slowly(facts, last)
    assert compared["time alone"] > 30, "the short lane was hardly ever open"


def test_a_fact_the_lane_does_not_know_goes_through_the_full_function() -> None:
    terms = {"principal": "1200.00", "annual_rate_percent": "8", "start": "2024-01-01", "instalments": 12}
    lent: dict[str, object] = {"on": "2024-01-01", "type": "disburse", "amount": "1200.00"}
    for event, is_open in (
        ({"on": "2024-02-10", "type": "cost", "amount": "5.00"}, True),
        ({"on": "2024-02-10", "type": "interest_free_from", "until": "2024-02-20"}, False),
        ({"on": "2024-02-10", "type": "wsnp_start"}, False),
        ({"on": "2024-02-10", "type": "due_at_once"}, False),
    ):
        facts = facts_of(drafts_of(terms, [lent, event]))
        _, state = full_night(facts, None, date(2024, 3, 2))
        assert bool(state.lane) is is_open, event


def compare_slowly(facts: list[Fact], last: date) -> Counter[str]:
    """Nights with news about the past are left out: they need what is booked."""
    on_time = [fact for fact in facts if fact.known_on <= fact.value_date]
    on_time = [fact for fact in on_time if not fact.of]
    return compare(on_time, min(last, min(fact.value_date for fact in facts) + timedelta(days=500)))
