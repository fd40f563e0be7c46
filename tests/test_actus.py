"""The loans of the ACTUS test suite, unrounded, row by row.

Figures in actus.json: ACTUS, actusfrf/actus-tests, CC BY-SA 4.0.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

import pytest

from backoffice.cli.cases import answer_text
from backoffice.cli.schedule import answer_schedule
from servicing.daycount import DayCount, Grid, Step, fraction, parse_step, step_date
from servicing.plan import growth_until
from servicing.schedule import (
    UNROUNDED,
    Amount,
    Period,
    PrincipalOf,
    Row,
    annuity_instalment,
    equal,
    level,
    nothing,
    repay,
)
from servicing.terms import Terms

CLOSE = Decimal("1e-9")

DAY_COUNTS: dict[str, DayCount] = {"A365": "act/365", "A360": "act/360", "30E360": "30E/360", "AA": "act/act"}

FIT_THE_COMMAND = (
    "ann05 ann07 ann08 ann09 ann11 ann13 ann20 ann27 ann30 ann31 lam05 "
    "lam06 lam27 lam28 lam29 lam30 pam01 pam02 pam03 pam04 pam16 "
)
"""Cases without a stub at the end, an instalment of more than two decimals or interest from before."""


class ActusTerms(TypedDict, total=False):
    principal: str
    annual_rate: str
    start_date: str
    day_count: str
    first_principal_date: str
    principal_cycle: str
    first_interest_date: str
    interest_cycle: str
    instalment_given: str
    maturity_date: str
    amortisation_date: str
    accrued_interest_at_start: str


class ActusRow(TypedDict):
    date: str
    principal: str
    interest: str
    balance: str
    events: list[str]


class ActusCase(TypedDict):
    id: str
    kind: str
    terms: ActusTerms
    matures_at_end_of_day: bool
    schedule: list[ActusRow]


CASES: list[ActusCase] = json.loads(Path(__file__).with_name("actus.json").read_text(encoding="utf-8"))[
    "cases"
]
BY_ID = {case["id"]: case for case in CASES}


def test_all_cases_are_here() -> None:
    assert len(BY_ID) == 38


@pytest.mark.parametrize("case", CASES, ids=list(BY_ID))
def test_schedule_is_that_of_actus(case: ActusCase) -> None:
    compare(rows_of(case), case)


@pytest.mark.parametrize("name", FIT_THE_COMMAND.split())
def test_command_gives_the_schedule_of_actus(name: str) -> None:
    answer = answer_text(json.dumps(as_asked(BY_ID[name])).encode(), answer_schedule)
    assert "error" not in answer, answer
    rows = answer["rows"]
    assert isinstance(rows, list)
    compare([read_back(row) for row in rows], BY_ID[name])


def compare(rows: list[Row], case: ActusCase) -> None:
    """Every row ACTUS shows; ann08 shows only the first half of the loan's life."""
    expected = [row for row in case["schedule"] if {"PR", "IP", "MD"} & set(row["events"])]
    if case["id"] != "ann08":
        assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=False):
        assert row.due_date.isoformat() == wanted["date"]
        for ours, theirs in (
            (row.principal, wanted["principal"]),
            (row.interest, wanted["interest"]),
            (row.balance, wanted["balance"]),
        ):
            assert abs(Decimal(ours) / 100 - Decimal(theirs)) <= CLOSE, (row, wanted)


def rows_of(case: ActusCase) -> list[Row]:
    """The rows by the same functions that make a loan's schedule, over due dates of ACTUS's making."""
    terms = case["terms"]
    periods = periods_until(case, maturity_of(case))
    first_principal = date.fromisoformat(terms.get("first_principal_date", "9999-12-31"))
    grace = sum(period.due_date < first_principal for period in periods)
    part = part_of(case, grace)
    with localcontext(UNROUNDED):
        accrued = Decimal(terms.get("accrued_interest_at_start", "0")) * 100
        return list(repay(cents(terms["principal"]), periods, after(grace, part), "none", accrued))


def after(grace: int, part: PrincipalOf) -> PrincipalOf:
    return lambda nr, interest: part(nr, interest) if nr > grace else 0


def part_of(case: ActusCase, grace: int) -> PrincipalOf:
    terms = case["terms"]
    if case["kind"].startswith("bullet"):
        return nothing
    if "instalment_given" in terms:
        given: Amount = cents(terms["instalment_given"])
    else:
        end = date.fromisoformat(terms.get("amortisation_date") or terms["maturity_date"])
        repaying = periods_until(case, end)[grace:]
        given = computed(case["kind"], cents(terms["principal"]), repaying)
    return level(given) if case["kind"] == "annuity" else equal(given)


def computed(kind: str, principal: Decimal, repaying: list[Period]) -> Amount:
    if kind == "annuity":
        return annuity_instalment(principal, [period.growth for period in repaying], "none")
    return UNROUNDED.divide(principal, Decimal(len(repaying)))


def periods_until(case: ActusCase, end: date) -> list[Period]:
    terms = case["terms"]
    step, long_stub = cycle(terms["interest_cycle"])
    dates = due_dates_until(date.fromisoformat(terms["first_interest_date"]), step, end, long_stub=long_stub)
    loan = Terms(
        principal=1,
        rate=Fraction(terms["annual_rate"]),
        start=date.fromisoformat(terms["start_date"]),
        instalments=len(dates),
        step=step,
        day_count=DAY_COUNTS[terms["day_count"]],
    )
    periods = list(growth_until(loan, dates))
    if case["matures_at_end_of_day"]:
        until = end + timedelta(days=1)
        share = fraction(loan.day_count, dates[-2], until, Grid(loan.start, step))
        periods[-1] = Period(end, loan.rate * share)
    return periods


def due_dates_until(first: date, step: Step, end: date, *, long_stub: bool) -> list[date]:
    """Steps from the first day; what does not fit before the end is a stub, added to the last step or not."""
    dates = [first]
    while (following := step_date(first, step, len(dates))) < end:
        dates.append(following)
    if long_stub and following != end:
        dates.pop()
    return [*dates, end]


def cycle(text: str) -> tuple[Step, bool]:
    """P1ML0 is every month with a long stub, P1ML1 with a short one."""
    period, stub = text.removeprefix("P").lower().split("l")
    return parse_step(period), stub == "0"


def maturity_of(case: ActusCase) -> date:
    terms = case["terms"]
    shown = case["schedule"][-1]["date"]
    return date.fromisoformat(terms.get("maturity_date") or terms.get("amortisation_date") or shown)


def cents(amount: str) -> Decimal:
    with localcontext(UNROUNDED):
        return Decimal(amount) * 100


def as_asked(case: ActusCase) -> dict[str, str]:
    """The case in the words of the command."""
    terms = case["terms"]
    step, _ = cycle(terms["interest_cycle"])
    asked = {
        "principal": terms["principal"],
        "rate": str(Decimal(terms["annual_rate"]) * 100),
        "start": terms["start_date"],
        "instalments": str(len(periods_until(case, maturity_of(case)))),
        "method": case["kind"].split()[0],
        "every": str(step),
        "first_due": terms["first_interest_date"],
        "day_count": DAY_COUNTS[terms["day_count"]],
        "rounding": "none",
    }
    return asked | ({"instalment": terms["instalment_given"]} if "instalment_given" in terms else {})


def read_back(row: dict[str, str]) -> Row:
    return Row(
        int(row["nr"]),
        date.fromisoformat(row["date"]),
        cents(row["principal"]),
        cents(row["interest"]),
        cents(row["balance"]),
    )
