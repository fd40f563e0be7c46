"""Each choice of the yearly settlement that the law leaves to the college is read from its policy and does something.

The table below names every one of them (A1-A17, C1-C5) with its key, a case, and what each answer gives; the answer is
read from the file of a college, as `config/policy/almere.yaml` is. Where a figure comes from stands in the tests of
the rules (`test_settlement_rules.py`, `test_settlement_capital.py`, `test_settlement_cases.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from backoffice.cli.settled import shown
from ledger.errors import AflosError
from servicing import files
from servicing.facts import Fact, FactKind
from servicing.policy import Choices, Policy, settings_from
from servicing.settlement.book_year import BookYear
from servicing.settlement.case import CASE_DEFAULTS, figures_of
from servicing.settlement.claims import retained_terms
from servicing.settlement.cycle import asking_for_interest, times_of
from servicing.settlement.proposing import NothingToSettle, Subjects, propose
from servicing.settlement.settling import settle
from tests.settling import LOAN, YEAR, moving_in

LAW, SHIPPED = files.law(), files.policy()
COLLEGE = "almere"
DOCS = Path(__file__).parents[1] / "docs" / "settlement.md"

Case = dict[str, Any]
Look = Callable[[Case], object]


class Shown(NamedTuple):
    """A case and what is looked at, with what each answer of the college gives."""

    key: str
    case: Case
    look: Look
    outcomes: Mapping[str, object]


def at(*keys: str) -> Look:
    """One or more values of the outcome."""
    return lambda found: found[keys[0]] if len(keys) == 1 else tuple(found[key] for key in keys)


def said(word: str) -> Look:
    """Whether a line of the explanation says it."""
    return lambda found: any(word in line["text"] for line in found["explanation"])


def is_ground(found: Case) -> object:
    """Whether Pw art. 58 is named as a ground."""
    return any("art. 58" in line["article"] for line in found["explanation"])


PART: Case = {"granted": "5000.00", "months_granted": [8, 12], "profit": "6250.00"}
"""Worked case 4."""

BETWEEN: Case = {
    "granted": "15000.00",
    "profit": "0.00",
    "other_income": "1287.06",
    "own_capital": "70000.00",
    "total_capital": "200000.00",
}
"""Worked case 5."""

BLOCKED: Case = {
    "household": "couple",
    "granted": "800.00",
    "months_granted": [12, 12],
    "profit": "0.00",
    "other_income": "0.00",
    "own_capital": "59535.00",
    "total_capital": "59535.00",
}
PAID: Case = LOAN | {"capital_loan_interest_paid": "2000.00"}
OTHER_INTEREST: Case = {"capital_loan_interest_accrued": "700.00", "capital_loan_interest_paid": "300.00"}
LATER: Case = {"application_date": "2022-12-01", "disbursement_date": "2023-02-01"}


def yearly(found: Case) -> object:
    """How many instalments the first year has of what stays a loan."""
    return sum(group["count"] for group in found["retained_repayment"]["instalments"])


CHOICES: Mapping[str, Shown] = {
    "A1": Shown(
        "jaarnorm.method",
        {"book_year": 2024, "book_year_start": "2024-04-01"},
        at("year_norm"),
        {"sum_of_months": "15738.54", "twelve_times_one": "15405.96", "twelve_times_average": "15750.92"},
    ),
    "A2": Shown(
        "jaarnorm.household",
        {"household": moving_in("2025-12-31")},
        at("year_norm"),
        {"per_month": "16305.99", "year_end": "23267.22"},
    ),
    "A3": Shown(
        "art12.cap", PART, at("supplement"), {"months": "1786.28", "norms": "1845.30", "days": "1827.18"}
    ),
    "A4": Shown(
        "art12.holiday", {}, said("de vakantietoeslag die is uitbetaald"), {"as_due": False, "as_paid": True}
    ),
    "A5": Shown(
        "art12.special",
        {"special_assistance": "1200.00"},
        at("year_norm", "reclaim"),
        {
            "norm_and_grant": ("17487.06", "3512.94"),
            "norm_only": ("17487.06", "3512.94"),
            "separate_gift": ("16287.06", "4712.94"),
        },
    ),
    "A6": Shown(
        "art6.period",
        {"profit_before_start": "2000.00"},
        at("net_income"),
        {"whole_book_year": "11400.00", "since_start": "9800.00"},
    ),
    "A7": Shown(
        "art6.forfait_scope",
        {"profit": "10000.00", "other_income": "5000.00"},
        at("net_income"),
        {"untaxed_only": "13000.00", "all_income": "12000.00"},
    ),
    "A8": Shown(
        "art6.negative",
        {"profit": "-5000.00", "other_income": "12000.00"},
        at("net_income"),
        {"set_off": "7000.00", "zero": "12000.00"},
    ),
    "A9": Shown(
        "art3.date",
        BETWEEN,
        lambda found: found["explanation"][9]["text"],
        {
            "start_of_assistance": "Uw eigen vermogen bij de start van de bijstand",
            "application": "Uw eigen vermogen bij de aanvraag",
            "settlement": "Uw eigen vermogen bij de vaststelling",
        },
    ),
    "A10": Shown(
        "art13.mode",
        BETWEEN,
        at("retained_loan", "gift"),
        {"i": ("11965.00", "3035.00"), "ii": ("15000.00", "0.00"), "iii": ("10000.00", "5000.00")},
    ),
    "A11": Shown(
        "art13.supplement",
        BLOCKED,
        at("supplement", "gift", "retained_loan"),
        {
            "loan": ("1138.94", "438.94", "1500.00"),
            "not_paid": ("438.94", "438.94", "800.00"),
            "gift": ("1138.94", "1138.94", "800.00"),
        },
    ),
    "A12": Shown(
        "art13.base",
        BETWEEN,
        yearly,
        {"original_monthly": 12, "original_yearly": 1, "remaining_monthly": 12, "remaining_yearly": 1},
    ),
    "A13": Shown("art4.until", {"wage_tax": "321.00"}, at("gross_up"), {"2016": "0.00", "2025": "321.00"}),
    "A14": Shown(
        "round",
        {"profit": "10000.99"},
        at("net_income"),
        {"cents_half_up": "8000.79", "whole_euros_for_client": "8000.00"},
    ),
    "A15": Shown(
        "art12.minimum",
        {},
        at("reclaim", "not_reclaimed"),
        {"0.00": ("4712.94", "0.00"), "5000.00": ("0.00", "4712.94")},
    ),
    "A16": Shown(
        "art12.crisis_aid",
        {"bbz_light": "1000.00", "tozo": "500.00"},
        lambda found: found.get("error") or (found["net_income"], found["total"]),
        {
            "bbz_light_is_income": "tozo",
            "income": ("12900.00", "22500.00"),
            "ignored": ("11400.00", "21000.00"),
            "part_of_grant": ("11400.00", "22500.00"),
        },
    ),
    "A17": Shown("title.clawback", {}, is_ground, {"art12_and_pw58": True, "art12_only": False}),
    "C1": Shown(
        "art21.base",
        LOAN | OTHER_INTEREST,
        at("interest_remission"),
        {"due": "1000.00", "accrued": "700.00", "paid": "300.00"},
    ),
    "C2": Shown(
        "art21.window",
        LOAN | LATER,
        at("interest_remission"),
        {"application": "0.00", "disbursement": "1000.00"},
    ),
    "C3": Shown(
        "art21.refund",
        PAID,
        lambda found: found["explanation"][-1]["text"].partition("; ")[2],
        {
            "arrears_first_by_decision": "",
            "to_client": "u krijgt het terug",
            "to_principal": "het gaat van uw lening af",
        },
    ),
    "C4": Shown(
        "art21.shares",
        LOAN | {"partners": 2, "interest_share_percent": "10"},
        at("interest_remission"),
        {"equal": "1000.00", "by_decision": "200.00"},
    ),
}
"""All but C5, which is about days and not about amounts."""

TABLE = [
    pytest.param(shown_by, value, id=f"{number} {value}")
    for number, shown_by in CHOICES.items()
    for value in shown_by.outcomes
]


def college_says(key: str, value: str) -> Policy:
    """The shipped choices, with one answered in the file of a college."""
    content = {"choices": {key: {date(2000, 1, 1): {"value": value, "source": "Besluit 2020-9"}}}}
    return Policy(
        SHIPPED.choices, {COLLEGE: settings_from(content, f"policy/{COLLEGE}.yaml", SHIPPED.choices)}
    )


def settled(key: str, value: str, case: Case) -> Case:
    """What a case gives under an answer of the college; of a case that is refused the key that refuses it."""
    figures = figures_of(YEAR | case)
    own = {} if key in CASE_DEFAULTS else CASE_DEFAULTS
    try:
        return shown(settle(figures, LAW, Choices(college_says(key, value), COLLEGE, figures.day, own)))
    except AflosError as wrong:
        return {"error": str(wrong).partition(":")[0]}


@pytest.mark.parametrize(("shown_by", "value"), TABLE)
def test_each_answer_of_the_college_gives_its_own_outcome(shown_by: Shown, value: str) -> None:
    assert shown_by.look(settled(shown_by.key, value, shown_by.case)) == shown_by.outcomes[value]


def test_the_table_is_the_list_of_the_law() -> None:
    """Every choice of settlement and remission, under its own key, with all of its options."""
    assert set(CHOICES) | {"C5"} == {*(f"A{n}" for n in range(1, 18)), *(f"C{n}" for n in range(1, 6))}
    page = DOCS.read_text(encoding="utf-8")
    for number, shown_by in CHOICES.items():
        choice = SHIPPED.choices[shown_by.key]
        assert choice.number == number
        assert set(choice.options or shown_by.outcomes) == set(shown_by.outcomes), number
        assert len({str(outcome) for outcome in shown_by.outcomes.values()}) > 1, number
        assert f"| {number} | `{shown_by.key}` |" in page, number
    assert SHIPPED.choices["art21.missing"].number == "C5"
    assert "| C5 | `art21.missing` |" in page


def test_a12_a_tenth_of_what_was_lent_or_of_what_is_left() -> None:
    """11,965.00 stays a loan: ten years of 1,196.50, or each year a tenth of the rest."""
    by_year: dict[str, list[str]] = {}
    for base in ("original", "remaining"):
        policy = college_says("art13.base", f"{base}_yearly")
        plan = retained_terms(1_196_500, date(2026, 1, 1), date(2025, 12, 31), (LAW, policy, COLLEGE))["plan"]
        assert isinstance(plan, list)
        by_year[base] = [row["amount"] for row in plan[:-1]]
    assert by_year["original"] == ["1196.50"] * 9
    assert by_year["remaining"][:3] == ["1196.50", "1076.85", "969.17"]


def test_a5_a_loan_that_should_not_hold_special_assistance_is_refused_by_name() -> None:
    said = {"month": "2025-01", "book_year": "2025-01-01", "household": "single", "special": "100.00"}
    day = date(2025, 1, 24)
    fact = Fact(100_000_001, 2, FactKind.ADVANCE_PAID, day, day, "2025-01", 95_000, 0, said, "test", "")
    subjects = Subjects([fact], BookYear(date(2025, 1, 1)), "allowance", day, COLLEGE)
    assert propose(subjects, date(2026, 7, 1), LAW, SHIPPED).amounts.granted == 95_000
    for value in ("norm_only", "separate_gift"):
        policy = college_says("art12.special", value)
        with pytest.raises(NothingToSettle, match=rf"art12.special is {value}: .* hold 100.00 of it"):
            propose(subjects, date(2026, 7, 1), LAW, policy)


@pytest.mark.parametrize(
    ("value", "reminds", "refuses"),
    [("remind_then_refuse", True, True), ("refuse", False, True), ("wait", True, False)],
)
def test_c5_when_figures_about_interest_stay_out(value: str, *, reminds: bool, refuses: bool) -> None:
    assert value in (SHIPPED.choices["art21.missing"].options or ())
    choices = Choices(college_says("art21.missing", value), COLLEGE, date(2026, 1, 1), {})
    times = asking_for_interest(
        times_of(BookYear(date(2025, 1, 1)), [], LAW, choices), choices.choice("art21.missing")
    )
    assert (times.reminds, times.refuses) == (reminds, refuses)
