"""The yearly settlement computed a second time: from the text of the law, in exact euros, day by day, naively.

It shares no code with the program and has its own figures of the law. It is slow and knows no lines of explanation.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import floor
from typing import Any

Case = dict[str, Any]
Outcome = dict[str, str]

# Participatiewet art. 21, norms a month of a couple and of a single person with holiday allowance. Sources: st-ab.nl
# and municipal pages (2015, 2023-2025), heerenveen.nl and Stcrt. 2017,36285 (2017), Stcrt. 2017,68641 (2018),
# text of the law of 1 July 2025.
NORMS = {
    (2015, 1): ("1372.62", "960.83"),
    (2015, 7): ("1375.18", "962.63"),
    (2017, 1): ("1403.98", "982.79"),
    (2017, 7): ("1409.31", "986.52"),
    (2018, 1): ("1417.32", "992.12"),
    (2021, 1): ("1536.34", "1075.44"),
    (2021, 7): ("1541.00", "1078.70"),
    (2022, 1): ("1559.58", "1091.71"),
    (2023, 1): ("1708.08", "1195.66"),
    (2023, 7): ("1738.02", "1216.62"),
    (2024, 1): ("1834.04", "1283.83"),
    (2024, 7): ("1869.21", "1308.45"),
    (2025, 1): ("1922.07", "1345.45"),
    (2025, 7): ("1955.80", "1369.06"),
    (2026, 1): ("2002.13", "1401.50"),
}
# Bbz art. 6 lid 2, percent by book year.
FLAT_TAX = {2015: 20, 2017: 20, 2021: 17, 2022: 17, 2025: 20}
# Bbz art. 3: upper, lower and older limit by book year.
LIMITS = {
    2015: (185015, 44025, 129511),
    2017: (186498, 44378, 130549),
    2021: (197687, 47041, 138381),
    2022: (204171, 48583, 142920),
    2023: (238737, 56808, 167116),
    2025: (243892, 58035, 170725),
}

CHOICES = {
    "jaarnorm.method": "sum_of_months",
    "jaarnorm.household": "per_month",
    "art12.cap": "months",
    "art12.special": "norm_and_grant",
    "art6.period": "whole_book_year",
    "art6.forfait_scope": "untaxed_only",
    "art6.negative": "set_off",
    "art4.until": "2016",
    "art13.mode": "i",
    "art13.supplement": "loan",
    "art13.base": "original_monthly",
    "round": "cents_half_up",
    "art12.minimum": "0.00",
    "art12.crisis_aid": "bbz_light_is_income",
    "art21.base": "due",
    "art21.window": "application",
    "art21.shares": "equal",
}


def euro(value: object) -> Fraction:
    """An amount as written, missing ones as nothing."""
    return Fraction(str(value)) if value is not None else Fraction(0)


def cents_near(amount: Fraction) -> Fraction:
    """To the cent, half away from zero."""
    size = Fraction(floor(abs(amount) * 100 + Fraction(1, 2)), 100)
    return size if amount >= 0 else -size


def cents_above(amount: Fraction) -> Fraction:
    return -Fraction(floor(-amount * 100), 100)


def for_the_client(amount: Fraction, how: str) -> Fraction:
    return cents_near(amount) if how == "cents_half_up" else Fraction(-floor(-amount))


def against_the_client(amount: Fraction, how: str) -> Fraction:
    return cents_near(amount) if how == "cents_half_up" else Fraction(floor(amount))


def written(amount: Fraction) -> str:
    cents = amount * 100
    assert cents.denominator == 1
    whole = abs(cents.numerator)
    return f"{'-' if cents < 0 else ''}{whole // 100}.{whole % 100:02}"


class Year:
    """The days and months of the book year."""

    def __init__(self, case: Case) -> None:
        start = case.get("book_year_start")
        self.start = date.fromisoformat(start) if start else date(case["book_year"], 1, 1)
        self.end = date(self.start.year + 1, self.start.month, 1)
        self.days = [self.start + timedelta(days=nr) for nr in range((self.end - self.start).days)]
        self.days_in_month = Counter(day.month for day in self.days)

    def month_nr(self, day: date) -> int:
        """Which month of the book year, from 1."""
        return (day.year - self.start.year) * 12 + day.month - self.start.month + 1

    def of(self, day: date) -> int:
        """The book year that a day lies in, named for the calendar year in which it starts."""
        return day.year if (day.month, day.day) >= (self.start.month, self.start.day) else day.year - 1


@cache
def norm_of(household: str, day: date) -> Fraction:
    couple, single = NORMS[day.year, 1 if day.month < 7 else 7]
    if household == "couple":
        return Fraction(couple)
    if household == "cost_sharer":  # Participatiewet art. 22a: half a couple's norm for one of two
        return cents_near(Fraction(couple) / 2)
    return Fraction(single)


def household_on(case: Case, day: date) -> str:
    if isinstance(case["household"], str):
        return str(case["household"])
    return str([one["household"] for one in case["household"] if one["from"] <= day.isoformat()][-1])


def daily_norms(case: Case, year: Year, choices: Case) -> dict[date, Fraction]:
    """What each day adds to the year norm: the norm of its month over the days of its month."""
    found = {}
    for day in year.days:
        asked = year.days[-1] if choices["jaarnorm.household"] == "year_end" else day
        household = household_on(case, asked)
        method = choices["jaarnorm.method"]
        if method == "sum_of_months":
            norm = norm_of(household, day)
        elif method == "twelve_times_one":
            norm = norm_of(household, year.start)
        else:
            halves = {(one.year, one.month < 7): one for one in reversed(year.days)}
            norms = [norm_of(household, one) for one in halves.values()]
            norm = sum(norms, Fraction(0)) / len(norms)
        found[day] = norm / year.days_in_month[day.month]
    return found


def income_of(case: Case, year: Year, choices: Case) -> Fraction:
    profit = euro(case["profit"]) + euro(case.get("profit_corrections"))
    if choices["art6.period"] == "since_start":
        profit -= euro(case.get("profit_before_start"))
    other = euro(case.get("other_income")) + euro(case.get("partner_income"))
    percent = case.get("income_tax_percent")
    if profit > 0 or (other > 0 and choices["art6.forfait_scope"] == "all_income"):
        rate = (
            Fraction(str(percent)) / 100 if percent is not None else Fraction(FLAT_TAX[year.start.year], 100)
        )
    else:
        rate = Fraction(0)
    taxed = max(profit, Fraction(0))
    net = other
    if choices["art6.forfait_scope"] == "all_income":
        net = cents_near((taxed + other) * (1 - rate))
    else:
        net += cents_near(taxed * (1 - rate))
    if profit < 0 and choices["art6.negative"] == "set_off":
        net += profit
    light, tozo = euro(case.get("bbz_light")), euro(case.get("tozo"))
    if choices["art12.crisis_aid"] == "income":
        net += light + tozo
    if choices["art12.crisis_aid"] == "bbz_light_is_income":
        net += light
    net += company_share(case)
    return against_the_client(max(net, Fraction(0)), choices["round"])


def company_share(case: Case) -> Fraction:
    """Art. 33: net income is also the profit of the company less its tax, in proportion to the self-employed in it."""
    left = euro(case.get("company_profit")) - euro(case.get("company_tax"))
    return cents_near(left / (case.get("company_members") or 1)) if left > 0 else Fraction(0)


def added_to_the_norms(case: Case, choices: Case) -> Fraction:
    """Art. 1 onder g: the compensation of the Zvw and special assistance."""
    added = euro(case.get("health_compensation"))
    return (
        added if choices["art12.special"] == "separate_gift" else added + euro(case.get("special_assistance"))
    )


def cap_of(
    case: Case, year: Year, choices: Case, norm: Fraction, daily: dict[date, Fraction]
) -> Fraction | None:
    """Art. 12 lid 2 onder a: the year norm in proportion to the period with assistance."""
    if case["months_granted"] is None:
        return None
    first, last = case["months_granted"]
    months = set(range(first, last + 1)) - set(case.get("months_without") or ())
    period = [day for day in year.days if year.month_nr(day) in months]
    if choices["art12.cap"] == "months":
        cap = norm * len(months) / 12
    elif choices["art12.cap"] == "norms":
        cap = sum((daily[day] for day in period), Fraction(0))
        cap += added_to_the_norms(case, choices)
    else:
        cap = norm * len(period) / 365
    return for_the_client(cap, choices["round"])


def blocked_of(case: Case, year: Year, choices: Case, gift: Fraction) -> Fraction:
    """Art. 3 and 13: what of a gift own capital blocks; of partners each has an equal part (art. 32)."""
    partners = case.get("partners") or 1
    own = euro(case.get("own_capital")) / partners
    total = euro(case.get("total_capital")) / partners
    if own <= 0 or gift <= 0:
        return Fraction(0)
    upper, lower, older = LIMITS[year.start.year]
    if case.get("group") == "older":
        return min(gift, against_the_client(max(own - older, Fraction(0)), choices["round"]))
    if own > upper:
        return gift
    if own <= lower or own * 100 <= total * 30:
        return Fraction(0)
    excess = {"i": own - lower, "ii": gift, "iii": own - total * Fraction(30, 100)}[choices["art13.mode"]]
    return min(
        gift, excess if choices["art13.mode"] == "ii" else against_the_client(excess, choices["round"])
    )


def share_of(case: Case, choices: Case, amount: Fraction) -> Fraction:
    """Art. 31: what of an amount of the loan is this partner's."""
    partners = case.get("partners") or 1
    if partners == 1:
        return amount
    if choices["art21.shares"] == "by_decision":
        return cents_near(amount * Fraction(str(case["interest_share_percent"])) / 100)
    cents = int(amount * 100)
    odd = 1 if (case.get("partner") or 1) <= cents % partners else 0
    return Fraction(cents // partners + odd, 100)


def remission_of(
    case: Case, year: Year, choices: Case, room: Fraction, assisted: bool
) -> tuple[Fraction, Fraction]:
    """Art. 21, new or old: interest remitted and principal turned into a gift."""
    nothing = (Fraction(0), Fraction(0))
    if case.get("application_date") is None or case.get("group") not in (None, "established"):
        return nothing
    application = date.fromisoformat(case["application_date"])
    start = application
    if choices["art21.window"] == "disbursement":
        start = date.fromisoformat(case["disbursement_date"])
    is_new = application.isoformat() >= "2020-01-01"
    if year.start.year in (year.of(start) + 1, year.of(start) + 2):
        if is_new and assisted:
            return nothing
        key = {"due": "", "accrued": "_accrued", "paid": "_paid"}[choices["art21.base"]]
        due = share_of(case, choices, euro(case.get(f"capital_loan_interest{key}")))
        amount = max(Fraction(0), min(due, room))
        return amount - blocked_of(case, year, choices, amount), Fraction(0)
    if (
        not is_new
        and case.get("choice_year")
        and year.start.year in (year.of(application), year.of(application) - 1)
    ):
        return Fraction(0), conversion_of(case, year, choices, room)
    return nothing


def conversion_of(case: Case, year: Year, choices: Case, room: Fraction) -> Fraction:
    """Old art. 21 lid 1: up to the room, at most the distance between own capital and its limit."""
    partners = case.get("partners") or 1
    own, total = euro(case.get("own_capital")) / partners, euro(case.get("total_capital")) / partners
    upper, lower, _ = LIMITS[year.start.year]
    limit = upper if 0 < own * 100 <= total * 30 else lower
    principal = share_of(case, choices, euro(case.get("capital_principal")))
    return max(Fraction(0), min(principal, room, limit - cents_near(own)))


def norm_and_income(
    case: Case, year: Year, choices: Case, daily: dict[date, Fraction]
) -> tuple[Fraction, Fraction]:
    """Art. 1 and 6."""
    norm = for_the_client(sum(daily.values(), added_to_the_norms(case, choices)), choices["round"])
    return norm, income_of(case, year, choices)


def granted_for_the_test(case: Case, choices: Case) -> Fraction:
    """What was granted, with crisis aid where it counts as such."""
    counted = euro(case["granted"])
    if choices["art12.crisis_aid"] == "part_of_grant":
        counted += euro(case.get("bbz_light")) + euro(case.get("tozo"))
    return counted


def raised_with(case: Case, year: Year, choices: Case, gift: Fraction) -> Outcome:
    """Art. 4: up to a book year a gift is raised with the wage tax over it; told where the wage tax is."""
    if case.get("wage_tax") is None:
        return {}
    is_raised = gift > 0 and year.start.year <= int(choices["art4.until"])
    return {"gross_up": written(euro(case["wage_tax"]) if is_raised else Fraction(0))}


def refunded(case: Case, choices: Case, interest: Fraction) -> Outcome:
    """Art. 21: interest that was paid is refunded, what was not paid is remitted first; nothing with a surety."""
    if not interest or case.get("surety") or choices["art21.base"] != "due":
        return {}
    due, paid = (
        share_of(case, choices, euro(case.get(key)))
        for key in ("capital_loan_interest", "capital_loan_interest_paid")
    )
    return {"interest_refund": written(max(Fraction(0), interest - max(Fraction(0), due - paid)))}


def less_or_more(
    granted: Fraction, counted: Fraction, over: Fraction, cap: Fraction | None
) -> tuple[Fraction, Fraction]:
    """Art. 12 lid 2: the supplement (a), and the most that may be reclaimed (c)."""
    supplement = Fraction(0)
    if over < 0 and cap is not None:
        supplement = max(Fraction(0), min(-over, cap - counted))
    return supplement, min(granted, max(Fraction(0), over))


def settled(case: Case) -> Outcome:
    """The outcome of a case, amounts as text."""
    choices = {**CHOICES, **(case.get("policy") or {})}
    year = Year(case)
    daily = daily_norms(case, year, choices)
    norm, income = norm_and_income(case, year, choices, daily)
    granted, counted = euro(case["granted"]), granted_for_the_test(case, choices)
    total = counted + income
    cap = cap_of(case, year, choices, norm, daily)
    supplement, largest = less_or_more(granted, counted, total - norm, cap)
    reclaim = largest if largest >= euro(choices["art12.minimum"]) else Fraction(0)
    assisted = granted > 0 or supplement > 0
    lent = granted - reclaim
    loan = blocked_of(case, year, choices, lent)
    blocked = blocked_of(case, year, choices, lent + supplement) - loan
    loan += blocked if choices["art13.supplement"] == "loan" else 0
    supplement -= blocked if choices["art13.supplement"] == "not_paid" else 0
    gift = granted + supplement - reclaim - loan
    interest, principal = remission_of(
        case, year, choices, max(Fraction(0), norm - income - gift - loan), assisted
    )
    found = {
        "branch": "a" if total < norm else "b" if total == norm else "c",
        "largest_reclaim": written(largest),
        "not_reclaimed": written(largest - reclaim),
        "supplement_to_pay": written(max(Fraction(0), supplement - euro(case.get("supplement_paid")))),
        **raised_with(case, year, choices, gift),
        **refunded(case, choices, interest),
    }
    return found | {
        "year_norm": written(norm),
        "net_income": written(income),
        "total": written(total),
        "supplement": written(supplement),
        "gift": written(gift),
        "reclaim": written(reclaim),
        "retained_loan": written(loan),
        "interest_remission": written(interest),
        "principal_conversion": written(principal),
        "yearly_repayment": written(cents_above(loan / 10)),
    }
