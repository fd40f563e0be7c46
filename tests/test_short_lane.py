"""The short lane and the full function give the same rows and the same state, for random lives night by night."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from jobs.chunk import state_row
from jobs.short_night import rows_of
from ledger.day import day_of, number_of
from ledger.period import period_of
from ledger.rows import journal_rows
from servicing.facts import Fact
from servicing.night_work import Setting, StateRow, Task, work_loan
from servicing.short_lane import LaneLoan, Tonight, work_short
from tests.as_facts import LOAN, NO_NIGHT, drafts_of, facts_of
from tests.histories import history
from tests.test_arrival import without_pay_off

LIMITS = (1, 31, 91)
BLOCKS = range(4)
SEEDS_IN_BLOCK = 150


def full_night(
    facts: list[Fact], before: StateRow | None, night: date
) -> tuple[list[tuple[int, ...]], StateRow]:
    """The rows of one night by the full function, and the state row after it."""
    worked_to = day_of(before.worked_to) if before else None
    task = Task(LOAN, facts, worked_to, before.balances if before else (), None)
    worked = work_loan(task, Setting(night, 0, LIMITS))
    rows = [row for entry in worked.entries for row in journal_rows(entry)]
    return rows, state_row(task, worked, night, rows)


def short_night(before: StateRow, night: date) -> tuple[list[tuple[int, ...]], StateRow] | None:
    """The same by the short lane; None when it leaves the loan to the full function."""
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


def compare(facts: list[Fact], last: date) -> int:
    """Work all nights both ways wherever the short lane is open; how often it was."""
    state: StateRow | None = None
    compared = 0
    night = min(fact.value_date for fact in facts)
    while night <= last:
        known = [fact for fact in facts if fact.known_on <= night]
        news = [fact for fact in known if state is None or fact.known_on > day_of(state.worked_to)]
        if len(known) > 1 and (news or (state is not None and day_of(state.next_event) <= night)):
            rows, after = full_night(known, state, night)
            is_open = state is not None and state.lane and not news and day_of(state.next_event) == night
            short = short_night(state, night) if is_open and state else None
            if short is not None:
                compared += 1
                assert short[0] == rows, night
                assert same(short[1], after), (night, short[1], after)
            state = after
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


@pytest.mark.parametrize("block", BLOCKS)
def test_both_lanes_agree_on_plain_loans(block: int) -> None:
    compared = 0
    for seed in range(block * SEEDS_IN_BLOCK, (block + 1) * SEEDS_IN_BLOCK):
        rng = Random(seed)
        terms = random_terms(rng)
        facts = facts_of(drafts_of(terms, random_events(rng, terms)))
        start = date.fromisoformat(str(terms["start"]))
        try:
            compared += compare(facts, start + timedelta(days=400))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
    assert compared > 500, "the short lane was hardly ever open"


def test_both_lanes_agree_on_nasty_lives() -> None:
    compared = 0
    for seed in range(120):
        given = history(seed, books=seed % 2 == 1)
        facts = facts_of(drafts_of(given.terms, without_pay_off(given)))
        late = [fact for fact in facts if fact.known_on != NO_NIGHT]
        last = max((fact.known_on for fact in late), default=date(2024, 1, 1))
        compared += compare_slowly(facts, last)
    assert compared > 50, "the short lane was hardly ever open"


def compare_slowly(facts: list[Fact], last: date) -> int:
    """Nights with news about the past are left out: they need what is booked."""
    on_time = [fact for fact in facts if fact.known_on <= fact.value_date]
    on_time = [fact for fact in on_time if not fact.of]
    return compare(on_time, min(last, min(fact.value_date for fact in facts) + timedelta(days=500)))
