"""Random lives of loans, realistic and nasty, valid by construction; the same seed gives the same life.

Only what `simulate` takes on the first night is made, unless `books` is asked for: then write-offs and opening
balances come as well. An identifier stands on payments only, so only payments are reversed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import permutations
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.oracle.result import euros
from tests.oracle.terms import Terms, terms_of

Case = dict[str, Any]
DAY = timedelta(days=1)
PARTS = ("costs", "interest", "principal")
ABOUT = ("reversal", "wsnp_early_end", "deferral_end", "cancellation", "reduction")
"""Types of events about another."""


@dataclass(frozen=True)
class History:
    """Terms, events in input order, and a few days to look at the loan, the last one after everything."""

    seed: int
    terms: Case
    events: list[Case]
    viewing_dates: list[date]

    def case(self) -> Case:
        """The case for `simulate`, viewed on the last day."""
        last = self.viewing_dates[-1].isoformat()
        return {"terms": self.terms, "events": self.events, "viewing_date": last}


def history(seed: int, *, books: bool = False) -> History:
    """The life with this seed."""
    rng = Random(seed)
    case = random_terms(rng)
    maker = Maker(rng, terms_of(case))
    events = maker.openings() if books and rng.random() < 0.3 else maker.disbursements()
    for _ in range(rng.randint(0, 14 - len(events) // 2)):
        events += maker.event(events, books=books)
    rng.shuffle(events)
    return History(seed, case, in_valid_order(events), viewing_dates(rng, maker.terms, events))


def histories(*, books: bool = False) -> st.SearchStrategy[History]:
    """The same for hypothesis; a failure names its seed."""
    return st.integers(0, 2**32 - 1).map(lambda seed: history(seed, books=books))


# Terms.


def random_terms(rng: Random) -> Case:
    """Terms that `simulate` takes."""
    every = rng.choice(["1m"] * 6 + ["3m", "1y", "2w", "15d", "2m"])
    day_counts = ["30E/360", "act/365", "act/360", "act/act"]
    if every[-1] in "my":
        day_counts += ["monthly"] * 4
    start = date(rng.randint(2019, 2025), rng.randint(1, 12), rng.choice([1, 1, 15, rng.randint(1, 28)]))
    start += rng.choice([0, 0, 0, 1, 2, 3]) * DAY
    case: Case = {
        "principal": euros(rng.choice([100_00, 1_000_00, 25_000_00, rng.randint(50_00, 60_000_00)])),
        "annual_rate_percent": rng.choice(
            ["8", "8", "8", "2", "0", "7", f"{rng.randint(0, 1500) / 100:.2f}"]
        ),
        "start": start.isoformat(),
        "instalments": rng.choice([1, 2, 3, 5, 6, 12, 12, 24]) if every != "1y" else rng.randint(1, 4),
        "every": every,
        "method": rng.choice(["annuity"] * 5 + ["linear"] * 2 + ["bullet"]),
        "day_count": rng.choice(day_counts),
        "rounding": rng.choice(["half-up", "half-up", "half-even"]),
    }
    _add_optional_terms(rng, case, start)
    return case


def _add_optional_terms(rng: Random, case: Case, start: date) -> None:
    if rng.random() < 0.4:
        days = rng.choice([0, 1, 7, 14, 31, 45, rng.randint(0, 120)])
        case["first_due"] = (start + days * DAY).isoformat()
    if case["method"] != "bullet" and case["instalments"] > 1 and rng.random() < 0.2:
        case["grace_principal"] = rng.randint(1, min(4, case["instalments"] - 1))
    if rng.random() < 0.3:
        case["allocation"] = rng.sample(PARTS, 3)
    if rng.random() < 0.1:
        case["interest_from"] = (start + rng.randint(-10, 60) * DAY).isoformat()
    if rng.random() < 0.2:
        case["payment_tolerance"] = rng.choice([1, 2, 5])
    if case["method"] != "bullet" and rng.random() < 0.3:
        _add_instalment(rng, case)
    if case["method"] != "annuity" and rng.random() < 0.3:
        case["interest_last"] = True


def _add_instalment(rng: Random, case: Case) -> None:
    """A rounder, a lower or a higher instalment than computed, but above the interest of any one period."""
    terms = terms_of(case)
    natural = terms.first_instalment()
    wanted = rng.choice([natural // 100 * 100, natural * 9 // 10, natural * 13 // 10, natural + 1])
    longest = max(terms.fraction_of_row(nr) for nr in range(1, terms.count + 1))
    if wanted > terms.principal * terms.rate * longest + 1:
        case["instalment"] = euros(wanted)


# Events.


@dataclass
class Maker:
    """Makes events that fit the terms."""

    rng: Random
    terms: Terms
    number: int = 0

    @property
    def last_due(self) -> date:
        return self.terms.due_date(self.terms.count)

    def usual(self) -> int:
        """What a row costs, roughly."""
        share = max(1, self.terms.principal // self.terms.count)
        return self.terms.first_instalment() or int(share * (1 + self.terms.rate))

    def late(self, on: date, odds: float = 0.3) -> Case:
        """The day and, now and then, a later day on which it was recorded."""
        days: Case = {"on": on.isoformat()}
        if self.rng.random() < odds:
            days["recorded"] = (on + self.rng.choice([1, 2, 3, 14, 40, 200]) * DAY).isoformat()
        elif self.rng.random() < 0.1:
            days["recorded"] = (on - self.rng.randint(1, 20) * DAY).isoformat()
        return days

    def some_day(self) -> date:
        """A day in the life: often at or near a due date or the turn of the year."""
        due = self.terms.due_date(self.rng.randint(1, self.terms.count + 1))
        span = (self.last_due - self.terms.start).days + 90
        new_year = date(due.year, 12, 31) + self.rng.randint(-1, 1) * DAY
        near = due + self.rng.randint(-6, 6) * DAY
        anywhere = self.terms.start + self.rng.randint(0, span) * DAY
        return max(self.terms.start, self.rng.choice([due, due, near, near, new_year, anywhere, anywhere]))

    def disbursements(self) -> list[Case]:
        """The whole principal on the start, or up to three tranches before the last due date."""
        total, start = self.terms.principal, self.terms.start
        if self.rng.random() < 0.7:
            return [self._disburse(start, total, 0.02)]
        first = self.rng.randint(1, total)
        events = [self._disburse(start + self.rng.choice([0, 0, -5, 3]) * DAY, first, 0.1)]
        days = max(0, (self.last_due - start).days)
        left = total - first
        while left and len(events) < 3:
            part = left if self.rng.random() < 0.6 else self.rng.randint(1, left)
            events.append(self._disburse(start + self.rng.randint(0, min(days, 400)) * DAY, part, 0.1))
            left -= part
        last = self.last_due.isoformat()
        return [event | {"on": min(event["on"], last)} for event in events]

    def _disburse(self, on: date, amount: int, odds: float) -> Case:
        return self.late(on, odds) | {"type": "disburse", "amount": euros(amount)}

    def openings(self) -> list[Case]:
        """The balances of a loan that another system kept until the start."""
        total, usual = self.terms.principal, self.usual()
        due = min(total, self.rng.choice([0, 0, usual, self.rng.randint(0, 3 * usual)]))
        event: Case = {"type": "opening", "on": self.terms.start.isoformat()}
        amounts = {"principal": total - due, "principal_due": due}
        for key in ("interest_due", "accrued", "deferred_interest", "costs", "credit"):
            amounts[key] = self.rng.choice([0, 0, self.rng.randint(1, 1 + usual // 2)])
        event |= {key: euros(amount) for key, amount in amounts.items()}
        if due or amounts["interest_due"]:
            event["arrears_since"] = (self.terms.start - self.rng.randint(1, 300) * DAY).isoformat()
        return [event]

    def event(self, so_far: list[Case], *, books: bool) -> list[Case]:
        """One more thing that happens, or a few payments in a row; sometimes nothing fits."""
        makers: list[tuple[int, Callable[[], list[Case]]]] = [
            (10, self.payment),
            (3, self.payments_on_time),
            (4, lambda: self.reversal(so_far)),
            (2, self.cost),
            (2, self.rate),
            (1, self.instalment),
            (2, self.early_repayment),
            (2, self.deferral),
            (1, self.pay_off),
            (2 if books else 0, self.write_off),
        ]
        weights = [weight for weight, _ in makers]
        return self.rng.choices([make for _, make in makers], weights)[0]()

    def payment(self) -> list[Case]:
        """A payment: the usual amount, a part, twice, a cent, far too much, or anything."""
        usual, total = self.usual(), self.terms.principal
        anything = self.rng.randint(1, total)
        choices = [usual, usual, usual, usual // 2, usual - 1, 2 * usual, 3 * usual, 1, anything]
        if self.rng.random() < 0.1:
            choices = [2 * total, total, total + usual]
        return [self._payment(self.some_day(), max(1, self.rng.choice(choices)))]

    def payments_on_time(self) -> list[Case]:
        """A run of usual payments on due dates."""
        first = self.rng.randint(1, self.terms.count)
        rows = range(first, min(first + self.rng.randint(1, 4), self.terms.count + 1))
        return [self._payment(self.terms.due_date(nr), max(1, self.usual())) for nr in rows]

    def _payment(self, on: date, amount: int) -> Case:
        self.number += 1
        return self.late(on) | {"type": "payment", "amount": euros(amount), "id": f"p{self.number}"}

    def reversal(self, so_far: list[Case]) -> list[Case]:
        """The reversal of a payment not yet reversed; known no earlier than the payment."""
        undone = {event["of"] for event in so_far if event["type"] == "reversal"}
        standing = [event for event in so_far if event["type"] == "payment" and event["id"] not in undone]
        if not standing:
            return []
        payment = self.rng.choice(standing)
        on = date.fromisoformat(payment["on"]) + self.rng.choice([0, 1, 2, 5, 8, 40, 56, 390]) * DAY
        known = max(on, date.fromisoformat(payment.get("recorded") or payment["on"]))
        event: Case = {"on": on.isoformat(), "type": "reversal", "of": payment["id"]}
        if known > on or self.rng.random() < 0.3:
            event["recorded"] = (known + self.rng.choice([0, 0, 1, 10]) * DAY).isoformat()
        return [event]

    def cost(self) -> list[Case]:
        """The fee of a reminder, mostly."""
        amount = self.rng.choice([9_00, 20_00, 7_00, self.rng.randint(1, 300_00)])
        return [self.late(self.some_day(), 0.1) | {"type": "cost", "amount": euros(amount)}]

    def rate(self) -> list[Case]:
        """Another rate."""
        event = self.late(self.some_day(), 0.2) | {"type": "rate"}
        event["percent"] = self.rng.choice(["0", "2", "8", "6.5", "12"])
        return [event | self.rng.choice([{}, {"recompute": True}, {"recompute": False}])]

    def instalment(self) -> list[Case]:
        """Another instalment, near the one there was."""
        if self.terms.method == "bullet":
            return []
        amount = max(1, self.usual() * self.rng.choice([50, 80, 95, 110, 150]) // 100)
        return [self.late(self.some_day(), 0.2) | {"type": "instalment", "amount": euros(amount)}]

    def early_repayment(self) -> list[Case]:
        """An early repayment, sometimes more than is owed."""
        total, usual = self.terms.principal, self.usual()
        amount = self.rng.choice([usual, 5 * usual, total // 3, total, 2 * total, self.rng.randint(1, total)])
        event = self.late(self.some_day()) | {"type": "early_repayment", "amount": euros(max(1, amount))}
        return [event | {"mode": self.rng.choice(["term", "instalment"])}]

    def deferral(self) -> list[Case]:
        """A deferral of a few rows, decided on its first day, some days before or some days after."""
        since = self.some_day()
        steps = self.rng.randint(1, 6) if self.terms.every != "1y" else 1
        row = self.terms.due_date(2) - self.terms.due_date(1)
        until = since + steps * row + self.rng.randint(0, 3) * DAY
        decided = max(self.terms.start, since - self.rng.choice([0, 0, 0, 1, 20, -1, -40]) * DAY)
        event = self.late(decided, 0.2) | {"type": "deferral", "from": since.isoformat()}
        event |= {"until": until.isoformat(), "of": self.rng.choice(["principal", "all"])}
        return [event | {"end": self.rng.choice(["extend", "same"])}]

    def pay_off(self) -> list[Case]:
        """Everything is paid."""
        return [self.late(self.some_day(), 0.2) | {"type": "pay_off"}]

    def write_off(self) -> list[Case]:
        """A part of what is owed is given up."""
        amount = self.rng.choice([1, self.usual(), self.rng.randint(1, self.terms.principal)])
        event = self.late(self.some_day(), 0.2) | {"type": "write_off", "amount": euros(max(1, amount))}
        return [event | {"of": self.rng.choice(PARTS)}]


def known_on(event: Case) -> date:
    """The first day on which the event counts."""
    return max(date.fromisoformat(event["on"]), date.fromisoformat(event.get("recorded") or event["on"]))


def in_valid_order(events: list[Case]) -> list[Case]:
    """The same order, except that nothing comes before what it is about."""
    return sorted(events, key=lambda event: "of" in event and event["type"] in ABOUT)


def viewing_dates(rng: Random, terms: Terms, events: list[Case]) -> list[date]:
    """A few days to look at the loan, the last one after everything."""
    first, last = terms.start, max(known_on(event) for event in events)
    span = (last - first).days
    some = [first + rng.randint(0, max(0, span)) * DAY for _ in range(2)]
    return [*sorted(some), last + rng.choice([0, 0, 1, 45]) * DAY]


# Orders of arrival.


MOST_PERMUTED = 6
"""Of so many events all orders are made before some are drawn."""


def arrival_orders(events: list[Case], limit: int = 24, seed: int = 0) -> Iterator[list[Case]]:
    """The events in different orders in which they can arrive: all of them, or so many drawn at random.

    A reversal comes after its payment, and events of one day keep their order, which means something.
    """
    rng = Random(seed)
    if len(events) <= MOST_PERMUTED:
        possible = _all_orders(events)
        yield from possible if len(possible) <= limit else rng.sample(possible, limit)
        return
    told = set[tuple[int, ...]]()
    for _ in range(3 * limit):
        order = _some_order(rng, events)
        places = tuple(id(event) for event in order)
        if places not in told:
            told.add(places)
            yield order
        if len(told) == limit:
            return


def _all_orders(events: list[Case]) -> list[list[Case]]:
    first = [(id(earlier), id(event)) for event in events for earlier in _before(events, event)]
    found = []
    for order in permutations(events):
        places = {id(event): place for place, event in enumerate(order)}
        if all(places[earlier] < places[later] for earlier, later in first):
            found.append(list(order))
    return found


def _before(events: list[Case], event: Case) -> list[Case]:
    """The events that must have arrived when this one does."""
    place = next(nr for nr, each in enumerate(events) if each is event)
    same_day = [each for each in events[:place] if each["on"] == event["on"]]
    return same_day + [each for each in events if "id" in each and each["id"] == event.get("of")]


def _some_order(rng: Random, events: list[Case]) -> list[Case]:
    order: list[Case] = []
    while len(order) < len(events):
        arrived = {id(event) for event in order}
        ready = [
            event
            for event in events
            if id(event) not in arrived and all(id(each) in arrived for each in _before(events, event))
        ]
        order.append(rng.choice(ready))
    return order


def arriving(order: list[Case], first: date, gap: int = 1) -> list[Case]:
    """The events with `recorded` days that let them arrive in this order, so many days apart."""
    return [
        event | {"recorded": (first + place * gap * DAY).isoformat()} for place, event in enumerate(order)
    ]


# Smaller failures.


def smaller(failing: History, fails: Callable[[History], bool]) -> History:
    """The history without the events that the failure does not need."""
    for event in failing.events:
        gone = [event] + [each for each in failing.events if "id" in event and each.get("of") == event["id"]]
        rest = [each for each in failing.events if not any(each is other for other in gone)]
        without = replace(failing, events=rest)
        if rest and fails(without):
            return smaller(without, fails)
    return failing
