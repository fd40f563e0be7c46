"""Debtor reviews (heronderzoek debiteur): a case with its own states, and which are due or were completed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple, get_args

from ledger.day import parse_day
from servicing.blocks import holding_of
from servicing.daycount import Step, step_date
from servicing.facts import Fact, FactKind

StepName = Literal["form-sent", "form-received", "looked-into"]
STEPS: tuple[StepName, ...] = get_args(StepName)

State = Literal["due", "form-sent", "form-received", "looked-into", "done"]

FINDINGS = ("income", "household", "viability", "capacity", "method")
"""What a review finds: income and household, is the business viable, capacity in a month and by which method."""

METHODS = ("norm-share", "above-attachment-free", "half-above-norm")
"""5 % of the norm (on benefit), all above the attachment-free level (Rv art. 475c), 50 % above the norm (art. 43)."""

NEXT: dict[State, str] = {
    "due": "send the form, then aflos review step",
    "form-sent": "wait for the form, or remind the debtor",
    "form-received": "look into income, household, viability and capacity",
    "looked-into": "conclude: aflos review done",
}


class Review(NamedTuple):
    """A review of the debtors of a loan: since when, due by when, where it stands, what was found and concluded."""

    fact: int
    loan: int
    opened: date
    due: date
    state: State
    since: date
    findings: dict[str, str]
    conclusion: str = ""
    decision: str = ""
    next_on: date | None = None


def reviews_of(facts: Sequence[Fact]) -> list[Review]:
    """The reviews of a loan, in the order in which they were opened."""
    holding = holding_of(facts, None)
    return [_review(fact, holding) for fact in holding if fact.kind is FactKind.REVIEW]


def next_review(facts: Sequence[Fact], every: int = 0) -> date | None:
    """The day that the last completed review named for the next, or so many months after it; None without.

    None too where one has been opened since.
    """
    reviews = reviews_of(facts)
    if not reviews or reviews[-1].state != "done":
        return None
    last = reviews[-1]
    return last.next_on or (step_date(last.since, Step(1, "m"), every) if every else None)


def completed(reviews: Iterable[Review], since: date, until: date) -> dict[str, int]:
    """How many were completed in each month from a day until (not including) another: what is invoiced."""
    found: dict[str, int] = {}
    for review in reviews:
        if review.state == "done" and since <= review.since < until:
            month = f"{review.since:%Y-%m}"
            found[month] = found.get(month, 0) + 1
    return dict(sorted(found.items()))


def _review(opened: Fact, holding: Sequence[Fact]) -> Review:
    told = sorted(
        (fact for fact in holding if fact.of == opened.nr and fact.kind is FactKind.REVIEW_STEP),
        key=lambda fact: (fact.value_date, fact.nr),
    )
    findings = {key: str(fact.data[key]) for fact in told for key in FINDINGS if fact.data.get(key)}
    state, since = _reached(opened, told)
    review = Review(
        opened.nr,
        opened.loan,
        opened.value_date,
        parse_day(str(opened.data["due"])),
        state,
        since,
        findings,
    )
    done = [fact for fact in holding if fact.of == opened.nr and fact.kind is FactKind.REVIEW_DONE]
    return _concluded(review, done[0]) if done else review


def _reached(opened: Fact, told: Sequence[Fact]) -> tuple[State, date]:
    for fact in reversed(told):
        for name in STEPS:
            if fact.data.get("step") == name:
                return name, fact.value_date
    return "due", opened.value_date


def _concluded(review: Review, done: Fact) -> Review:
    again = done.data.get("next")
    return review._replace(
        state="done",
        since=done.value_date,
        conclusion=str(done.data["conclusion"]),
        decision=str(done.data.get("decision", "")),
        next_on=parse_day(str(again)) if again else None,
    )
