"""Random years to settle, as cases: households, months, profits and choices, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

Case = dict[str, Any]

HOUSEHOLDS = ("couple", "single", "single_parent", "cost_sharer")
# Book years of which both halves have a known norm and, for the later limits, known capital limits.
PLAIN_YEARS = (2015, 2017, 2021, 2023, 2024, 2025)
BROKEN_STARTS = (
    "2023-04-01",
    "2023-07-01",
    "2023-12-01",
    "2024-02-01",
    "2024-07-01",
    "2025-01-01",
    "2025-07-01",
)
UNKNOWN_TAX = (2023, 2024)
UNKNOWN_LIMITS = (2024,)

CHOICES: dict[str, tuple[str, ...]] = {
    "jaarnorm.method": ("sum_of_months", "twelve_times_one", "twelve_times_average"),
    "jaarnorm.household": ("per_month", "year_end"),
    "art12.cap": ("months", "norms", "days"),
    "art12.holiday": ("as_due", "as_paid"),
    "art12.special": ("norm_and_grant", "norm_only", "separate_gift"),
    "art6.period": ("whole_book_year", "since_start"),
    "art6.forfait_scope": ("untaxed_only", "all_income"),
    "art6.negative": ("set_off", "zero"),
    "art3.date": ("start_of_assistance", "application", "settlement"),
    "art13.mode": ("i", "ii", "iii"),
    "art13.supplement": ("loan", "not_paid", "gift"),
    "art13.base": ("original_monthly", "original_yearly", "remaining_monthly", "remaining_yearly"),
    "round": ("cents_half_up", "whole_euros_for_client"),
    "art12.minimum": ("0.00", "50.00", "1000.00"),
    "art12.crisis_aid": ("bbz_light_is_income", "income", "ignored", "part_of_grant"),
    "title.clawback": ("art12_and_pw58", "art12_only"),
    "art21.base": ("due", "accrued", "paid"),
    "art21.window": ("application", "disbursement"),
    "art21.refund": ("arrears_first_by_decision", "to_client", "to_principal"),
    "art21.shares": ("equal", "by_decision"),
}


def amount(dice: random.Random, largest: int, smallest: int = 0) -> str:
    """An amount with cents, now and then a round one or nothing at all."""
    cents = dice.randint(smallest * 100, largest * 100)
    cents = dice.choice((cents, cents, cents // 10_000 * 10_000, 0))
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def book_year(dice: random.Random) -> Case:
    if dice.random() < 0.7:
        return {"book_year": dice.choice(PLAIN_YEARS)}
    start = dice.choice(BROKEN_STARTS)
    return {"book_year": int(start[:4]), "book_year_start": start}


def start_of(case: Case) -> date:
    return date.fromisoformat(case.get("book_year_start") or f"{case['book_year']}-01-01")


def household(dice: random.Random, start: date) -> str | list[dict[str, str]]:
    if dice.random() < 0.6:
        return dice.choice(HOUSEHOLDS)
    days = sorted(dice.sample(range(1, 360), dice.randint(0, 3)))
    since = [start - timedelta(days=dice.choice((0, 0, 400))), *(start + timedelta(days=day) for day in days)]
    return [{"from": day.isoformat(), "household": dice.choice(HOUSEHOLDS)} for day in since]


def capital(dice: random.Random) -> Case:
    own = dice.randint(-50_000, 320_000) * 100 + dice.randint(0, 99)
    total = own + dice.randint(0, 600_000) * 100 if own > 0 else dice.randint(0, 10**7)
    shown = f"{'-' if own < 0 else ''}{abs(own) // 100}.{abs(own) % 100:02}"
    return {"own_capital": shown, "total_capital": f"{total // 100}.{total % 100:02}"}


def loan(dice: random.Random, start: date) -> Case:
    """A loan applied for mostly in the two years before, the year itself or the year after."""
    application = start + timedelta(days=dice.randint(-1000, 700))
    return {
        "application_date": application.isoformat(),
        "disbursement_date": (application + timedelta(days=dice.randint(0, 300))).isoformat(),
        "capital_loan_interest": amount(dice, 8000),
        "capital_loan_interest_accrued": amount(dice, 8000),
        "capital_loan_interest_paid": amount(dice, 8000),
        "capital_principal": amount(dice, 60_000),
        "choice_year": dice.random() < 0.5,
        "interest_share_percent": dice.choice(("25", "33.3", "50")),
    }


def company(dice: random.Random) -> Case:
    """Now and then the business is run in a private company (art. 33)."""
    if dice.random() >= 0.15:
        return {}
    made = {"company_profit": amount(dice, 40_000, -8000), "company_tax": amount(dice, 5000)}
    return {**made, "profit": "0.00", "company_members": dice.randint(1, 4)}


def year(seed: int) -> Case:
    """One random case; a third of them are made for a rule that chance hardly meets."""
    dice = random.Random(seed)
    return PLAIN | dice.choice(AIMS)(dice) if dice.random() < 0.35 else by_chance(dice)


def by_chance(dice: random.Random) -> Case:
    """A case of anything; about half of them with choices of a college."""
    case: Case = book_year(dice)
    start = start_of(case)
    case |= {"household": household(dice, start), "profit": amount(dice, 60_000, -15_000)}
    first = dice.randint(1, 12)
    case["granted"] = amount(dice, 20_000)
    case["months_granted"] = [first, dice.randint(first, 12)]
    if dice.random() < 0.3:
        case |= {"granted": "0.00", "months_granted": None}
    if dice.random() < 0.5:
        case |= {"other_income": amount(dice, 15_000), "special_assistance": amount(dice, 3000)}
        case["health_compensation"] = dice.choice(("0.00", "0.00", "512.34"))
    if dice.random() < 0.4 and start.year not in UNKNOWN_LIMITS:
        case |= capital(dice) | {"group": dice.choice(("established", "starter", "older", "terminating"))}
    if dice.random() < 0.3:
        partners = dice.randint(1, 4)
        case |= {"partners": partners, "partner": dice.randint(1, partners)}
    if dice.random() < 0.5 and start.year not in UNKNOWN_LIMITS:
        case |= loan(dice, start) | dice.choice(({}, {"group": "established"}, {"group": "established"}))
        case |= dice.choice(({}, {"profit": amount(dice, 15_000)}))
        case |= dice.choice(({}, {"granted": "0.00", "months_granted": None}))
        case = NOTHING_OWNED | case
    if start.year in UNKNOWN_TAX or dice.random() < 0.5:
        case["income_tax_percent"] = dice.choice(("20", "17", "18.5", "0"))
    if dice.random() < 0.5:
        case |= {"policy": policy(dice), "profit_before_start": amount(dice, 5000)}
        aid = case["policy"]["art12.crisis_aid"]
        case |= {"bbz_light": amount(dice, 2000), "tozo": "0.00" if aid[:3] == "bbz" else amount(dice, 3000)}
    return case | company(dice) | told_apart(dice)


def told_apart(dice: random.Random) -> Case:
    """Now and then the income of the partner stands by itself, and the profit of the books is corrected."""
    if dice.random() >= 0.3:
        return {}
    return {"partner_income": amount(dice, 9000), "profit_corrections": amount(dice, 6000, -6000)}


def policy(dice: random.Random) -> dict[str, str]:
    return {key: dice.choice(options) for key, options in CHOICES.items()}


PLAIN: Case = {
    "book_year": 2025,
    "household": "single",
    "granted": "4000.00",
    "months_granted": [1, 12],
    "profit": "0.00",
    "income_tax_percent": "20",
}
NOTHING_OWNED: Case = {"own_capital": "0.00", "total_capital": "0.00"}
"""What a loan takes where no capital was drawn: a choice year asks it."""

NORM = 1_628_706
"""The year norm of a single person in 2025, in cents: 6 x 1,345.45 + 6 x 1,369.06."""


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def picked(dice: random.Random, *keys: str) -> dict[str, str]:
    """Answers of a college to some choices."""
    return {key: dice.choice(CHOICES[key]) for key in keys}


def exact(dice: random.Random) -> Case:
    """Granted and income together are the year norm (branch b)."""
    granted = dice.randint(1, 1_200_000)
    return {"granted": euros(granted), "other_income": euros(NORM - granted)}


def wealthy(dice: random.Random) -> Case:
    """Own capital near and between the limits blocks the gift, and the supplement after it."""
    partners, own = dice.choice((1, 1, 2, 3)), dice.randint(5_000_000, 26_000_000)
    total = own + dice.randint(0, own * 3)
    group = dice.choice(("established", "starter", "older", "terminating"))
    made = {"own_capital": euros(own * partners), "total_capital": euros(total * partners), "group": group}
    made |= {"granted": amount(dice, 8000), "other_income": amount(dice, 12_000)}
    choices = picked(dice, "art13.mode", "art13.supplement", "art13.base", "round")
    return {**made, "partners": partners, "partner": 1, "policy": choices}


def just_above(dice: random.Random) -> Case:
    """A small clawback, below, at or above the minimum of the college."""
    over = dice.randint(1, 100_000)
    least = dice.choice((5_000, 50_000, over, over + 1))
    return {"other_income": euros(NORM - 400_000 + over), "policy": {"art12.minimum": euros(least)}}


def now_and_then(dice: random.Random) -> Case:
    """Assistance in some months only, and a part of the supplement was paid."""
    first, last = dice.randint(1, 4), dice.randint(8, 12)
    without = sorted(dice.sample(range(first + 1, last), dice.randint(1, 3)))
    made = {"months_granted": [first, last], "months_without": without, "policy": picked(dice, "art12.cap")}
    return {**made, "granted": amount(dice, 3000), "supplement_paid": amount(dice, 5000)}


def taxed(dice: random.Random) -> Case:
    """A gift over which wage tax is owed up to a book year (art. 4), or no more."""
    made: Case = {
        "book_year": dice.choice((2015, 2017)),
        "policy": {"art4.until": dice.choice(("2014", "2015"))},
    }
    return made | {"granted": amount(dice, 9000), "wage_tax": amount(dice, 2000)}


def lent(dice: random.Random) -> Case:
    """Interest of business capital of one of some partners, or of a loan of the bank (surety), partly paid."""
    partners = dice.choice((1, 2, 3, 4))
    made: Case = {"granted": "0.00", "months_granted": None, "group": "established"}
    made |= {"other_income": euros(dice.randint(NORM - 500_000, NORM)), "partners": partners}
    made |= {
        "partner": dice.randint(1, partners),
        "application_date": dice.choice(("2023-02-01", "2024-12-31")),
    }
    made |= {"capital_loan_interest": amount(dice, 9000), "interest_share_percent": "33.3"}
    paid = {"surety": True} if dice.random() < 0.2 else {"capital_loan_interest_paid": amount(dice, 5000)}
    return {**made, **paid, "policy": picked(dice, "art21.shares")}


AIMS: tuple[Callable[[random.Random], Case], ...] = (
    *(exact, wealthy, wealthy, wealthy, just_above, now_and_then, taxed, lent),
)
"""Years made for one rule each."""
