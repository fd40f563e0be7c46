"""How a loan begins: granted and paid out by the office, or taken over with its balances from the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from backoffice.demo.story import Story
from backoffice.portfolio.granting import later_rates
from ledger.money import euros
from servicing.daycount import fraction
from servicing.facts import Draft, FactKind
from servicing.granting import Grant
from servicing.law import Law
from servicing.plan import schedule_of
from servicing.product import Product
from servicing.schedule import Row, round_cents
from servicing.settlement.claim_origin import CLAIMS, SCHEMES_OF_CLAIMS, Origin
from servicing.terms import Terms
from servicing.terms_data import percent_text, terms_data

RECLAIMED = ("bbz_living_allowance", "bbz_business_capital", "participatiewet", "ioaz")
"""What the claims of a demo reclaim, in turn."""

GRANTED_BEFORE = timedelta(days=100)


def grant_and_pay_out(story: Story, grant: Grant) -> date:
    """The decision, then the money in one or two tranches.

    Gives the day on which all is paid out.
    """
    _decide(story, grant)
    tranches = _tranches(grant.terms, story.rng)
    for nr, (on, cents) in enumerate(tranches, start=1):
        story.tell(on, Draft(story.loan, FactKind.DISBURSEMENT, on, f"U{story.loan}-{nr}", cents))
    return tranches[-1][0]


def take_over(story: Story, grant: Grant, product: Product, law: Law) -> date:
    """The decision, and the balances and coming instalments as of the cut-over, which it gives; some have arrears."""
    on = story.window.cut_over
    _decide(story, grant)
    rates = () if product.interest.minus else later_rates(product, grant.decision_date, law)
    before = [rate for day, rate in rates if day <= on]
    terms = replace(grant.terms, rate=before[-1] if before else grant.terms.rate)
    schedule = schedule_of(grant.terms)
    passed = [row for row in schedule.rows if row.due_date <= on]
    unpaid = passed[len(passed) - _unpaid_rows(story.rng) :] if len(passed) > 3 else []
    story.decide(FactKind.OPENING, on, _balances(terms, passed, unpaid, on), "opening")
    story.terms = _rest(terms, int(schedule.instalment), passed, on)
    story.decide(FactKind.SCHEDULE, on, terms_data(story.terms), "opening schedule")
    for day, rate in rates:
        if day > on:
            data = {"annual_rate_percent": percent_text(rate)}
            story.tell(on, Draft(story.loan, FactKind.RATE, day, f"law {day}", data=data))
    return on


def tell_origin(story: Story, product: str, grant: Grant) -> None:
    """Of a claim: what it reclaims, and when that was granted."""
    if product in CLAIMS:
        scheme = product if product in SCHEMES_OF_CLAIMS else RECLAIMED[story.loan % len(RECLAIMED)]
        origin = Origin(scheme, grant.application_date - GRANTED_BEFORE)
        story.decide(FactKind.CLAIM_SCHEME, grant.decision_date, origin.data(), "scheme")


def _decide(story: Story, grant: Grant) -> None:
    data = terms_data(grant.terms)
    story.decide(FactKind.GRANT, grant.decision_date, data, f"besluit {grant.decision_date}")


def _tranches(terms: Terms, rng: Random) -> list[tuple[date, int]]:
    """Days and cents; together they are what was granted."""
    whole = int(terms.principal)
    parts = [whole * 6 // 10] if rng.randrange(6) == 0 else []
    days = [terms.start + timedelta(days=9 * nr) for nr in range(len(parts) + 1)]
    return list(zip(days, [*parts, whole - sum(parts)], strict=True))


def _unpaid_rows(rng: Random) -> int:
    """How many of the last rows were not paid at the take-over: mostly none."""
    return rng.choice((0, 0, 0, 0, 0, 1, 3))


def _balances(terms: Terms, passed: list[Row], unpaid: list[Row], on: date) -> dict[str, object]:
    principal = _principal_left(terms, passed)
    principal_due = sum(int(row.principal) for row in unpaid)
    since = passed[-1].due_date if passed else terms.start
    share = terms.rate * fraction(terms.day_count, since, on, terms.grid)
    amounts = {
        "principal": principal,
        "principal_due": principal_due,
        "interest_due": sum(int(row.interest) for row in unpaid),
        "accrued": int(round_cents(Fraction(principal + principal_due) * share, terms.rounding)),
    }
    data: dict[str, object] = {key: euros(cents) for key, cents in amounts.items() if cents}
    if unpaid:
        data["arrears_since"] = unpaid[0].due_date.isoformat()
    return data


def _rest(terms: Terms, instalment: int, passed: list[Row], on: date) -> Terms:
    """The terms from the cut-over on, for what has still to come."""
    return replace(
        terms,
        principal=_principal_left(terms, passed),
        start=on,
        instalments=terms.instalments - len(passed),
        first_due=terms.due_date(len(passed) + 1),
        instalment=instalment,
        interest_from=None,
    )


def _principal_left(terms: Terms, passed: list[Row]) -> int:
    return int(passed[-1].balance if passed else terms.principal)
