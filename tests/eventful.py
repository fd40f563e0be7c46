"""Random lives in which more happens: interest stops and revives, everything is called in, amounts are given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from tests.histories import DAY, Case, History, Maker, in_valid_order, random_terms, viewing_dates
from tests.oracle.result import euros
from tests.oracle.terms import cents, terms_of

PARTS = ("gift", "not_reclaimed", "retained", "reclaimed")
CLAIMED = ("costs", "statutory_interest", "interest", "principal", "all")


@dataclass
class EventfulMaker(Maker):
    """Makes the events of a life in which more happens; with `joint` each of two debtors has restructurings."""

    joint: bool = False

    def turn(self, so_far: list[Case]) -> list[Case]:
        """One more thing that happens; sometimes nothing fits."""
        makers: list[tuple[int, Callable[[], list[Case]]]] = [
            (3, self.end_of_business),
            (4, self.restructuring),
            (4, lambda: self.early_end(so_far)),
            (3, self.named_deferral),
            (3, lambda: self.deferral_end(so_far)),
            (3, lambda: self.due_at_once(so_far)),
            (2, self.statutory_interest),
            (2, lambda: self.cancellation(so_far)),
            (1, self.interest_owed),
            (2, self.credit_refund),
            (3, self.given_up),
            (2, lambda: self.settled(so_far)),
            (2, lambda: self.reduction(so_far)),
            (2, lambda: self.remission(so_far)),
        ]
        weights = [weight for weight, _ in makers]
        return self.rng.choices([make for _, make in makers], weights)[0]()

    def named(self, event: Case) -> Case:
        """The event with an id, so that another can be about it."""
        self.number += 1
        return event | {"id": f"n{self.number}"}

    def end_of_business(self) -> list[Case]:
        """Interest-free from a day, sometimes until another (an interest holiday)."""
        on = self.some_day()
        event = self.late(on) | {"type": "interest_free_from"}
        if self.rng.random() < 0.4:
            event["until"] = (on + self.rng.choice([1, 17, 31, 90, 181, 366]) * DAY).isoformat()
        return [event]

    def restructuring(self) -> list[Case]:
        """The judgment that starts a debt restructuring, mostly heard of later; half of them end early."""
        start = self.named(self.late(self.some_day(), 0.6) | {"type": "wsnp_start"})
        if self.joint:
            start |= {"debtor": self.rng.choice([1, 2]), "debtors": [1, 2]}
        return [start, *(self.early_end([start]) if self.rng.random() < 0.5 else ())]

    def early_end(self, so_far: list[Case]) -> list[Case]:
        """It ends early."""
        return self._end(so_far, "wsnp_start", "wsnp_early_end", [0, 1, 30, 200, 500])

    def named_deferral(self) -> list[Case]:
        """A deferral that may end early."""
        deferral = self.named(self.deferral()[0])
        return [deferral, *(self.deferral_end([deferral]) if self.rng.random() < 0.5 else ())]

    def deferral_end(self, so_far: list[Case]) -> list[Case]:
        """A deferral ends early, or what was granted is taken back before it began."""
        return self._end(so_far, "deferral", "deferral_end", [0, 1, 15, 31, 45, 70, 100])

    def _end(self, so_far: list[Case], of: str, by: str, days: list[int]) -> list[Case]:
        ended = {event.get("of") for event in so_far}
        standing = [event for event in so_far if event["type"] == of and event.get("id")]
        standing = [event for event in standing if event["id"] not in ended]
        if not standing:
            return []
        about = self.rng.choice(standing)
        on = date.fromisoformat(about["on"]) + self.rng.choice(days) * DAY
        known = max(on, date.fromisoformat(about.get("recorded") or about["on"]))
        event: Case = {"on": on.isoformat(), "type": by, "of": about["id"]}
        if known > on or self.rng.random() < 0.3:
            event["recorded"] = (known + self.rng.choice([0, 0, 3, 60]) * DAY).isoformat()
        return [event]

    def due_at_once(self, so_far: list[Case]) -> list[Case]:
        """Everything is called in, once all is paid out; the rest bears interest or not."""
        last = max(
            date.fromisoformat(event["on"]) for event in so_far if event["type"] in {"disburse", "opening"}
        )
        on = max(self.some_day(), last)
        event = self.late(on, 0.2) | {"type": "due_at_once"}
        return [event | self.rng.choice([{}, {"interest": "runs"}, {"interest": "stops"}])]

    def statutory_interest(self) -> list[Case]:
        """Statutory interest by decision."""
        amount = euros(self.rng.choice([20_00, 130_15, self.rng.randint(1, 500_00)]))
        return [
            self.named(self.late(self.some_day(), 0.1) | {"type": "statutory_interest", "amount": amount})
        ]

    def cancellation(self, so_far: list[Case]) -> list[Case]:
        """A cost or statutory interest that was not owed, or a part of it."""
        gone = {event.get("of") for event in so_far}
        charged = [e for e in so_far if e["type"] == "statutory_interest" and e["id"] not in gone]
        if not charged or self.rng.random() < 0.5:
            cost = self.named(self.cost()[0])
            return [cost, *self._cancel(cost)]
        return self._cancel(self.rng.choice(charged))

    def _cancel(self, about: Case) -> list[Case]:
        on = date.fromisoformat(about["on"]) + self.rng.choice([0, 1, 40, 100]) * DAY
        known = max(on, date.fromisoformat(about.get("recorded") or about["on"]))
        whole = cents(about["amount"])
        amount = euros(self.rng.choice([whole, max(1, whole // 2)]))
        days = {"on": on.isoformat(), "recorded": known.isoformat()}
        return [days | {"type": "cancellation", "of": about["id"], "amount": amount}]

    def interest_owed(self) -> list[Case]:
        """Interest the creditor owes."""
        amount = euros(self.rng.randint(1, 100_00))
        return [self.late(self.some_day(), 0.1) | {"type": "interest_owed", "amount": amount}]

    def credit_refund(self) -> list[Case]:
        """Credit goes back: mostly after far too much was paid, sometimes more than there is."""
        on = self.some_day()
        amount = self.rng.choice([1, self.usual(), self.rng.randint(1, self.terms.principal)])
        back = self.late(on, 0.3) | {"type": "credit_refund", "amount": euros(max(1, amount))}
        if self.rng.random() < 0.3:
            return [back]
        return [self._payment(on - self.rng.choice([0, 0, 1, 30]) * DAY, 2 * self.terms.principal), back]

    def given_up(self) -> list[Case]:
        """A part of what is owed, or all, is written off or waived."""
        of = self.rng.choice([*CLAIMED, "all"])
        event = self.late(self.some_day(), 0.3) | {"type": self.rng.choice(["write_off", "waiver"]), "of": of}
        amount = self.rng.choice([1, self.usual(), self.rng.randint(1, self.terms.principal)])
        return [event if of == "all" else event | {"amount": euros(max(1, amount))}]

    def settled(self, so_far: list[Case]) -> list[Case]:
        """A book year is settled, once in a life: parts of what was lent leave the loan, or more than there is."""
        if any(event["type"] == "settled" for event in so_far):
            return []
        parts = {
            name: euros(self.rng.choice([0, self.rng.randint(0, self.terms.principal)])) for name in PARTS
        }
        return [self.late(self.some_day(), 0.3) | {"type": "settled"} | parts]

    def reduction(self, so_far: list[Case]) -> list[Case]:
        """What was claimed by a settlement becomes less, at most once a claim."""
        less = {event["of"] for event in so_far if event["type"] == "reduction"}
        claims = [e for e in so_far if e.get("by") == "settlement" and e["id"] not in less]
        if not claims:
            return []
        claim = self.rng.choice(claims)
        on = date.fromisoformat(claim["on"]) + self.rng.choice([0, 1, 40, 200]) * DAY
        known = max(on, date.fromisoformat(claim.get("recorded") or claim["on"]))
        amount = euros(self.rng.randint(1, cents(claim["amount"])))
        days = {"on": on.isoformat(), "recorded": known.isoformat()}
        return [days | {"type": "reduction", "of": claim["id"], "amount": amount}]

    def remission(self, so_far: list[Case]) -> list[Case]:
        """Interest of a year is remitted, once, sometimes more than was owed; not where balances were taken over."""
        if any(event["type"] in {"opening", "remission"} for event in so_far):
            return []
        on = self.some_day()
        since = on - self.rng.choice([30, 100, 366]) * DAY
        days = {"since": since.isoformat(), "until": on.isoformat()}
        amount = euros(self.rng.choice([1, self.usual(), self.rng.randint(1, 500_00)]))
        to = self.rng.choice(["debtor", "principal"])
        return [self.late(on, 0.3) | days | {"type": "remission", "amount": amount, "to": to}]

    def paid_otherwise(self, events: list[Case]) -> None:
        """What was lent came from the benefits administration, or is a claim out of a settlement."""
        for event in events:
            if event["type"] == "disburse":
                event.update(self.named({"by": self.rng.choice(["benefits", "settlement"])}))


def other_schedule(seed: int, case: Case, events: list[Case]) -> Case:
    """Other terms for what has not fallen due on some day once all is paid out, as a college decides them."""
    rng = Random(f"schedule {seed}")
    terms = terms_of(case)
    on = terms.start + rng.randint(1, max(1, (terms.due_date(terms.count) - terms.start).days)) * DAY
    on = max(
        on, *(date.fromisoformat(each["on"]) for each in events if each["type"] in {"disburse", "opening"})
    )
    kept = {key: case[key] for key in KEPT if key in case}
    first = {"first_due": (on + rng.choice([1, 14, 31, 45]) * DAY).isoformat()}
    new = (
        kept | rng.choice([{}, first]) | {"start": on.isoformat(), "instalments": rng.choice([1, 3, 12, 24])}
    )
    if rng.random() < 0.3:
        new["annual_rate_percent"] = rng.choice(["0", "2", "9.5"])
    if rng.random() < 0.3:
        new["payment_tolerance"] = rng.choice([0, 1, 5])
    return {"on": on.isoformat(), "type": "schedule", "terms": new}


KEPT = (
    "principal",
    "annual_rate_percent",
    "every",
    "method",
    "day_count",
    "rounding",
    "allocation",
    "interest_last",
)
"""What stays of the terms under another schedule, unless the decision says otherwise."""


def eventful(seed: int, *, most: int = 10, joint: bool = False) -> History:
    """The life with this seed: money as in other lives, and turns in between."""
    rng = Random(f"eventful {seed}")
    case = random_terms(rng)
    maker = EventfulMaker(rng, terms_of(case), joint=joint)
    events = maker.openings() if rng.random() < 0.2 else maker.disbursements()
    if rng.random() < 0.3:
        maker.paid_otherwise(events)
    if joint:
        events += [*maker.restructuring(), *maker.restructuring()]
    turns = rng.randint(1, 4)
    for _ in range(turns):
        events += maker.turn(events)
    while len(events) < most and rng.random() < 0.9:
        events += maker.event(events, books=False)
    rng.shuffle(events)
    return History(seed, case, in_valid_order(events), viewing_dates(rng, maker.terms, events))
