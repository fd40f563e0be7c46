"""Cases of the settlement: what their explanation says, and every refusal by key, value and rule."""

from __future__ import annotations

import json
from datetime import date

import pytest

from backoffice.cli.cases import answer_text
from backoffice.cli.settled import answer_settlement
from servicing.settlement.case import figures_of
from tests.settlement_years import CHOICES
from tests.settling import LOAN, YEAR, Case, answer, answered, lines, moving_in

# Explanation


def test_every_line_says_what_it_rests_on() -> None:
    found = answer(own_capital="70000.00", total_capital="200000.00", special_assistance="100.00")
    for line in found["explanation"]:
        assert set(line) == {"text", "article", "amount", "text_en", "source"}
        assert line["text"]
        assert line["text_en"]
        assert line["article"].startswith(("Bbz art.", "Pw art."))
    sources = " ".join(lines(found, "source"))
    for parameter in (
        "norm_single_21_to_pension",
        "own_capital_lower_limit",
        "retained_loan_yearly_repayment",
    ):
        assert parameter in sources


def test_a_figure_that_is_not_verified_says_so() -> None:
    found = answer(income_tax_percent=None)
    assert [
        source
        for source in lines(found, "source")
        if "flat_income_tax 20 from 2025-01-01, not verified" in source
    ]


@pytest.mark.parametrize("key", CHOICES)
def test_every_answer_to_a_choice_is_understood(key: str) -> None:
    case = LOAN | {
        "granted": "5000.00",
        "months_granted": [2, 9],
        "own_capital": "70000.00",
        "total_capital": "200000.00",
        "profit": "-10.00",
        "disbursement_date": "2024-07-01",
        "capital_loan_interest_accrued": "1.00",
        "capital_loan_interest_paid": "1.00",
        "interest_share_percent": "50",
        "partners": 2,
    }
    for choice in CHOICES[key]:
        answer(**case, policy={key: choice})


# Refusals


@pytest.mark.parametrize("key", ["book_year", "household", "granted", "months_granted", "profit"])
def test_a_required_key_that_is_missing(key: str) -> None:
    case = {name: value for name, value in YEAR.items() if name != key}
    assert answer_text(json.dumps(case).encode(), answer_settlement) == {"error": f"{key}: is missing"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"profits": "1.00"}, "profits: '1.00': unknown key; known are book_year, household"),
        ({"profit": "1e3"}, "profit: '1e3': an amount such as 506.91 or -506.91"),
        ({"profit": "1.005"}, "profit: '1.005': an amount such as"),
        ({"profit": True}, "profit: True: an amount such as"),
        ({"granted": "-1.00"}, "granted: '-1.00': must not be below 0"),
        ({"other_income": "-1.00"}, "other_income: '-1.00': must not be below 0"),
        ({"book_year": 1999}, "book_year: 1999: must be a whole number from 2004 to 2099"),
        ({"book_year_start": "2025-02-15"}, "book_year_start: '2025-02-15': a book year starts on the first"),
        (
            {"book_year_start": "2023-02-01"},
            "book_year_start: '2023-02-01': must start or end book year 2025",
        ),
        ({"household": "family"}, "household: 'family': must be one of couple, single"),
        ({"household": []}, "household: []: must name at least one household"),
        ({"household": ["single"]}, "household: 1: 'single': must be {from, household}"),
        (
            {"household": [{"from": "2025-02-01", "household": "single"}]},
            "household: 1: from: '2025-02-01': the first one must hold on 2025-01-01",
        ),
        ({"household": moving_in("2023-01-01")}, "household: from: '2023-01-01': must come after 2024-01-01"),
        ({"household": moving_in("2026-01-01")}, "household: from: '2026-01-01': must lie before 2026-01-01"),
        (
            {"household": [{"from": "2025-01-01", "household": "single", "age": 3}]},
            "household: 1: age: 3: is not a known key",
        ),
        ({"months_granted": None}, "months_granted: null: must be [first, last]"),
        ({"months_granted": [1]}, "months_granted: [1]: must be [first, last]"),
        ({"months_granted": [0, 3]}, "months_granted: 0: must be a whole number from 1 to 12"),
        ({"months_granted": [5, 3]}, "months_granted: [5, 3]: the last month must not lie before the first"),
        ({"income_tax_percent": "120"}, "income_tax_percent: '120': a rate is at most 100 percent"),
        ({"group": "young"}, "group: 'young': must be one of established, starter"),
        ({"partners": 0}, "partners: 0: must be a whole number from 1 to 20"),
        ({"partners": 2, "partner": 3}, "partner: 3: must be a whole number from 1 to 2"),
        ({"capital_loan_interest": "1.00"}, "application_date: is missing"),
        ({"choice_year": "yes"}, "choice_year: 'yes': must be true or false"),
        ({"policy": []}, None),
        ({"policy": ["art12.cap"]}, "policy: ['art12.cap']: must be keys with values"),
        (
            {"policy": {"art12.capp": "months"}},
            "policy: art12.capp: 'months': unknown key; known are jaarnorm",
        ),
        ({"policy": {"art12.cap": "weeks"}}, "policy: art12.cap: 'weeks': choose one of months, norms, days"),
        ({"policy": {"art12.cap": ["months"]}}, "policy: art12.cap: ['months']: must be text"),
        ({"policy": {"art12.minimum": "much"}}, "policy: art12.minimum: 'much': an amount such as 506.91"),
        ({"book_year": 2026}, "norm_single_21_to_pension on 2026-07-01: "),
    ],
)
def test_what_is_wrong_is_refused_by_key_value_and_rule(keys: Case, message: str | None) -> None:
    assert answered(**keys).get("error", "").startswith(message or "")


def test_amounts_and_percentages_may_be_numbers() -> None:
    text = '{"book_year":2025,"household":"single","granted":9600,"months_granted":[1,12],"profit":14250.00,'
    as_numbers = answer_text((text + '"income_tax_percent":20}').encode(), answer_settlement)
    assert as_numbers == answer()


def test_a_choice_may_be_a_number() -> None:
    assert answer(policy={"art4.until": 2015, "art12.minimum": 50})["reclaim"] == "4712.94"


def test_known_choices_of_other_steps_do_no_harm() -> None:
    assert answer(policy={"loan.kind": "linear", "art13.mode": None}) == answer()


def test_the_day_of_the_law_is_the_first_of_the_book_year() -> None:
    figures = figures_of(YEAR | {"book_year_start": "2025-04-01"})
    assert figures.day == date(2025, 4, 1)


def test_without_assistance_there_is_no_word_about_it() -> None:
    found = answer(granted="0.00", months_granted=None)
    assert not [article for article in lines(found, "article") if article.startswith("Bbz art. 12")]


def test_a_supplement_of_nothing_is_none() -> None:
    assert "U krijgt geen aanvulling" in lines(
        answer(granted="9600.00", months_granted=[1, 1], profit="0.00")
    )
