"""Statutory interest of claims with random lives, against a naive count day by day in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest

from ledger.money import half_up
from servicing.banking_days import legal_term_end
from servicing.files import law
from servicing.in_default import interest_rows, proposed_interest, rows_of_decision
from servicing.statutory_interest import Ways
from tests.as_facts import drafts_of, facts_of

LAW = law()
DAY = timedelta(days=1)
START = date(2022, 1, 10)
LIVES = 90


@cache
def rate_on(day: date) -> Fraction:
    return LAW.value_on("statutory_interest_non_trade", day).rate


@dataclass
class Sum:
    """An instalment as a child would keep it: what is open, and the interest of this year and of full years."""

    due: date
    principal: int
    base: int = 0
    year: Fraction = Fraction(0)
    of_years: int = 0
    paid_of_year: int = 0
    all_years: int = 0

    @property
    def late_from(self) -> date:
        return legal_term_end(self.due) + DAY

    @property
    def total(self) -> int:
        return self.all_years + half_up(self.year)

    def take_interest(self, cents: int) -> int:
        """What of a payment of interest is of this sum: of full years first."""
        old = min(cents, self.of_years)
        new = min(cents - old, half_up(self.year) - self.paid_of_year)
        self.of_years, self.paid_of_year = self.of_years - old, self.paid_of_year + new
        return old + new

    def begin_of_day(self, day: date) -> None:
        if day > self.late_from and (day.month, day.day) == (self.late_from.month, self.late_from.day):
            year = half_up(self.year)
            self.of_years += year - self.paid_of_year
            self.all_years += year
            self.year, self.paid_of_year = Fraction(0), 0

    def run(self, day: date) -> None:
        if day >= self.late_from:
            self.year += (self.principal + self.of_years) * rate_on(day) / 365


def counted(sums: list[Sum], paid: dict[date, int], fixed: dict[date, int], on: date) -> int:
    """All interest up to a day: each day payments come off first what was fixed, then the oldest sum."""
    open_fixed, day = 0, START
    while day < on:
        for one in sums:
            one.begin_of_day(day)
        open_fixed += fixed.get(day, 0)
        left = paid.get(day, 0)
        of_interest = min(left, open_fixed)
        open_fixed, left = open_fixed - of_interest, left - of_interest
        for one in sums:
            of_interest -= one.take_interest(of_interest) if day >= one.late_from else 0
            part = min(left, one.principal)
            one.principal, left = one.principal - part, left - part
        for one in sums:
            one.run(day)
        day += DAY
    return sum(one.total for one in sums)


def life_of(seed: int) -> tuple[dict[str, Any], list[dict[str, Any]], list[Sum], dict[date, int], date]:
    """Terms, payments some of which came back, the instalments, and what stays paid by day; the last day."""
    random = Random(seed)
    count, each = random.randint(1, 4), random.randint(50_00, 3_000_00)
    first = date(2022, random.randint(3, 12), random.randint(1, 28))
    terms = {
        "principal": f"{each * count // 100}.{each * count % 100:02}",
        "annual_rate_percent": "0",
        "start": START.isoformat(),
        "instalments": count,
        "first_due": first.isoformat(),
        "method": "linear",
    }
    months = [first.month - 1 + nr for nr in range(count)]
    sums = [Sum(date(2022 + month // 12, month % 12 + 1, first.day), each) for month in months]
    on = START + random.randint(300, 1700) * DAY
    days = random.sample(range(20, (on - START).days), random.randint(0, 7))
    events: list[dict[str, Any]] = [
        {"on": START.isoformat(), "type": "disburse", "amount": terms["principal"]}
    ]
    paid: dict[date, int] = {}
    for nr, day in enumerate(sorted(START + after * DAY for after in days)):
        cents = random.randint(1, each)
        amount = f"{cents // 100}.{cents % 100:02}"
        events.append({"on": day.isoformat(), "type": "payment", "amount": amount, "id": f"p{nr}"})
        if random.random() < 0.25:
            back = min(on, day + random.randint(1, 60) * DAY)
            events.append({"on": back.isoformat(), "type": "reversal", "of": f"p{nr}"})
        else:
            paid[day] = cents
    return terms, events, sums, paid, on


@pytest.mark.parametrize("decided", [0, 1, 2])
def test_day_by_day_it_is_the_same(decided: int) -> None:
    due = 0
    for seed in range(LIVES):
        terms, events, sums, paid, on = life_of(seed)
        random, fixed = Random(seed), {}
        for part in range(1, decided + 1):
            day = START + (on - START).days * part // (decided + 1) * DAY
            found = proposed_interest(facts_of(drafts_of(terms, events)), day, LAW, Ways())
            if found.due and day not in paid:
                cents = found.due if random.random() < 0.7 else random.randint(1, found.due)
                fixed[day] = cents
                amount = f"{cents // 100}.{cents % 100:02}"
                events.append(
                    {"on": day.isoformat(), "type": "statutory_interest", "amount": amount, "id": f"i{part}"}
                )
        found = proposed_interest(facts_of(drafts_of(terms, events)), on, LAW, Ways())
        naive = counted(sums, paid, fixed, on)
        assert sum(one.interest.total for one in found.owing) == naive, (seed, terms, events, on)
        before = sum(fixed.values())
        assert found.due == (max(0, naive - before) if naive >= 20_00 else 0), seed
        if found.due:
            assert sum(int(str(row[-1])) for row in interest_rows(found)) == naive
            assert sum(int(str(row[-1])) for row in rows_of_decision(found, found.due)) == found.due
            due += 1
    assert due > LIVES // 3
