"""The portfolio of a demo: debtors, loans and their stories, the same for the same seed, days and law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from backoffice.demo.beginnings import grant_and_pay_out, take_over, tell_origin
from backoffice.demo.behaviours import BEHAVIOURS
from backoffice.demo.cycle import pay_living_allowance, year_of_grants
from backoffice.demo.deck import Deck
from backoffice.demo.offers import (
    OFFERS,
    PROVINCE_OFFERS,
    Offer,
    Rules,
    grant,
    span_before,
    span_within,
)
from backoffice.demo.people import citizen_numbers, new_debtor
from backoffice.demo.story import Due, Story, Window
from ledger.entry import LOANS_PER_CREDITOR
from servicing.creditor import Creditor
from servicing.debtors.values import NewDebtor
from servicing.facts import Fact
from servicing.granting import Grant, regime_of
from servicing.settlement.allowance import LIVING_ALLOWANCE
from servicing.store import Loan

CREDITORS: Mapping[str, int] = {
    "almere": 30,
    "lelystad": 19,
    "noordoostpolder": 12,
    "dronten": 11,
    "zeewolde": 9,
    "urk": 7,
    "flevoland": 12,
}
"""How many of a hundred loans each creditor has."""

PUBLIC: Mapping[str, int] = {
    "on_time": 10,
    "days_before": 2,
    "late": 4,
    "partly": 2,
    "in_advance": 2,
    "twice": 2,
    "bouncing": 4,
    "stops": 4,
    "deferred": 4,
    "repaid_early": 3,
    "rescheduled": 2,
    "paid_off": 3,
    "corrected": 1,
    "ended": 1,
    "restructured": 1,
    "called_in": 1,
}
"""How debtors of a municipality behave, and what is decided for them."""

PRIVATE: Mapping[str, int] = {
    "on_time": 3,
    "late": 1,
    "bouncing": 1,
    "stops": 1,
    "repaid_early": 1,
    "rate_changed": 3,
    "paid_off": 1,
}
"""How debtors of the province behave; only a contract may change its rate."""

IN_THE_CYCLE: Mapping[str, int] = {"little_profit": 1, "much_profit": 1, "silent": 1}
"""What clients with living allowance do about the figures of their book year."""

EXTENDABLE = frozenset(
    {"bbz_business_capital", "bbz_retained_capital_loan", "recovery_claim", "special_assistance_loan"}
)
"""Products whose term can become a year longer within their limits."""

LEAST_DUES = 4
"""With fewer instalments in the demo's days there is only paying or not."""

SECOND_LOAN, TWO_DEBTORS = 10, 7
"""One loan in so many is the second one of a debtor; one in so many has two debtors."""


class Wish(NamedTuple):
    """What is asked for."""

    loans: int
    window: Window
    seed: int
    with_bsn: bool = False


class Life(NamedTuple):
    """A loan with its story: debtors by their place in the portfolio, facts as they are numbered."""

    heading: Loan
    debtors: tuple[int, ...]
    grant: Grant
    behaviour: str
    facts: Sequence[Fact]


class Portfolio(NamedTuple):
    """What a demo brings in."""

    window: Window
    debtors: Sequence[NewDebtor]
    lives: Sequence[Life]


@dataclass(slots=True)
class _Maker:
    """What is used up while a portfolio is made."""

    wish: Wish
    rules: Rules
    rng: Random
    decks: dict[str, Deck[str]]
    offers: dict[str, Deck[Offer]]
    free_numbers: list[str]
    debtors: list[NewDebtor] = field(default_factory=list)
    debtors_of: dict[str, list[int]] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)


def make_portfolio(
    wish: Wish,
    rules: Rules,
    creditors: Mapping[str, Creditor],
    progress: Callable[[int], None] = lambda _count: None,
) -> Portfolio:
    """The portfolio of a wish."""
    rng = Random(wish.seed)  # noqa: S311 - a demo, made again from its seed
    maker = _Maker(
        wish,
        rules,
        rng,
        {
            "creditor": Deck(CREDITORS, rng),
            "public": Deck(PUBLIC, rng),
            "private": Deck(PRIVATE, rng),
            "cycle": Deck(IN_THE_CYCLE, rng),
        },
        {"municipality": Deck(OFFERS, rng), "province": Deck(PROVINCE_OFFERS, rng)},
        citizen_numbers() if wish.with_bsn else [],
    )
    rng.shuffle(maker.free_numbers)
    lives = [_first_life(maker, creditors["almere"])] if wish.loans else []
    while len(lives) < wish.loans:
        lives.append(_next_life(maker, creditors[maker.decks["creditor"].draw()]))
        progress(1)
    return Portfolio(wish.window, maker.debtors, lives)


def _first_life(maker: _Maker, creditor: Creditor) -> Life:
    """The first loan shows much: it was taken over, and payments come back."""
    offer = next(iter(OFFERS))
    made = grant(offer, span_before(offer, maker.wish.window.cut_over), maker.rules, maker.rng)
    assert made is not None, f"{offer}: the law's figures are known for no day"
    return _life(maker, creditor, offer, made, "bouncing")


def _next_life(maker: _Maker, creditor: Creditor) -> Life:
    while True:
        offer = maker.offers[creditor.kind].draw()
        made = _granted(maker, offer)
        if made is not None:
            return _life(maker, creditor, offer, made)


def _granted(maker: _Maker, offer: Offer) -> Grant | None:
    """A new grant or one from before the cut-over, whichever chance and the law allow."""
    first, last = maker.wish.window
    if offer.product == LIVING_ALLOWANCE:
        first, last = year_of_grants(maker.wish.window)
    new = span_within(offer, first, last)
    old = span_before(offer, maker.wish.window.cut_over)
    spans = {"new": [new], "taken over": [old], "either": maker.rng.sample([new, old], 2)}[offer.comes]
    found = (grant(offer, span, maker.rules, maker.rng) for span in spans)
    return next((made for made in found if made is not None), None)


def _life(maker: _Maker, creditor: Creditor, offer: Offer, made: Grant, behaviour: str | None = None) -> Life:
    maker.numbers[creditor.code] += 1
    number = creditor.id * LOANS_PER_CREDITOR + maker.numbers[creditor.code]
    rng = Random(f"{maker.wish.seed} {number}")  # noqa: S311 - made again from its seed
    story = Story(number, made.terms, maker.wish.window, rng, maker.rules.law)
    dues = _begin(maker, story, offer, made)
    name = behaviour or _behaviour(maker, offer, dues)
    BEHAVIOURS[name](story, dues)
    facts = [fact for fact in story.facts() if fact.known_on <= maker.wish.window.last]
    return Life(
        _heading(maker, creditor, offer, made, number), _owing(maker, creditor, made), made, name, facts
    )


def _begin(maker: _Maker, story: Story, offer: Offer, made: Grant) -> list[Due]:
    """Let a loan begin; what falls due on it in the demo's days, if all is paid on time."""
    window = maker.wish.window
    if offer.product == LIVING_ALLOWANCE:
        story.begun = pay_living_allowance(story, made)
    elif made.decision_date >= window.first:
        story.begun = grant_and_pay_out(story, made)
    else:
        story.begun = take_over(story, made, maker.rules.products[offer.product], maker.rules.law)
        tell_origin(story, offer.product, made)
    return [due for due in story.dues(story.begun) if due.on <= window.last]


def _behaviour(maker: _Maker, offer: Offer, dues: Sequence[Due]) -> str:
    product = maker.rules.products[offer.product]
    if offer.product == LIVING_ALLOWANCE:
        return maker.decks["cycle"].draw()
    if len(dues) < LEAST_DUES:
        return "on_time"
    can_be_longer = offer.product in EXTENDABLE
    return maker.decks[product.kind].draw(lambda name: can_be_longer or name != "rescheduled")


def _heading(maker: _Maker, creditor: Creditor, offer: Offer, made: Grant, number: int) -> Loan:
    nr = number % LOANS_PER_CREDITOR
    return Loan(
        number,
        creditor.id,
        offer.product,
        f"{creditor.code[:2].upper()}-{made.decision_date:%Y}-{nr:05}",
        maker.rng.choice(offer.purposes),
        made.application_date,
        made.decision_date,
        regime_of(maker.rules.products[offer.product], made.application_date),
    )


def _owing(maker: _Maker, creditor: Creditor, made: Grant) -> tuple[int, ...]:
    """Who owes the loan, by place: mostly one new debtor, sometimes one who owes more, sometimes two."""
    known = maker.debtors_of.setdefault(creditor.code, [])
    if known and maker.rng.randrange(SECOND_LOAN) == 0:
        return (maker.rng.choice(known),)
    places = []
    for _ in range(2 if maker.rng.randrange(TWO_DEBTORS) == 0 else 1):
        bsn = maker.free_numbers.pop() if maker.free_numbers else None
        place = len(maker.debtors)
        maker.debtors.append(new_debtor(maker.rng, place + 1, creditor.code, made.application_date, bsn))
        places.append(place)
    known += places
    return tuple(places)
