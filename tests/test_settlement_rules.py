"""The rules of the settlement one by one: norms, income, caps, capital, remission, and every refusal."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from backoffice.cli.cases import answer_text
from backoffice.cli.settled import answer_settlement
from servicing import files
from servicing.policy import Choices, NotChosen
from servicing.settlement.case import figures_of
from servicing.settlement.settling import settle
from tests.settlement_years import CHOICES

Case = dict[str, Any]

LAW = files.law()
POLICY = files.policy()
YEAR: Case = {
    "book_year": 2025,
    "household": "single",
    "granted": "9600.00",
    "months_granted": [1, 12],
    "profit": "14250.00",
    "income_tax_percent": "20",
}


def answered(**keys: object) -> Case:
    return dict(answer_text(json.dumps(YEAR | keys).encode(), answer_settlement))


def answer(**keys: object) -> Case:
    found = answered(**keys)
    assert "error" not in found, found["error"]
    return found


def error(**keys: object) -> str:
    return str(answered(**keys)["error"])


def lines(found: Case, key: str = "text") -> list[str]:
    return [line[key] for line in found["explanation"]]


# The year norm


@pytest.mark.parametrize(
    ("household", "norm"),
    [
        ("couple", "23267.22"),
        ("single", "16287.06"),
        ("single_parent", "16287.06"),
        # Half of 1,922.07 is 961.035, to the cent 961.04; half of 1,955.80 is 977.90.
        ("cost_sharer", "11633.64"),
    ],
)
def test_the_year_norm_of_each_household(household: str, norm: str) -> None:
    assert answer(household=household)["year_norm"] == norm


def moving_in(day: str) -> list[dict[str, str]]:
    return [{"from": "2024-01-01", "household": "single"}, {"from": day, "household": "couple"}]


def test_a_household_that_changes_counts_by_month_and_by_days() -> None:
    # Three months at 1,345.45, three at 1,922.07, six at 1,955.80.
    assert answer(household=moving_in("2025-04-01"))["year_norm"] == "21537.36"
    # April then has ten days at 1,345.45 and twenty at 1,922.07: 192.2066... less.
    assert answer(household=moving_in("2025-04-11"))["year_norm"] == "21345.15"
    at_the_end = answer(household=moving_in("2025-12-31"), policy={"jaarnorm.household": "year_end"})
    assert at_the_end["year_norm"] == "23267.22"


def test_a_book_year_that_is_not_the_calendar_year() -> None:
    # July 2024 to June 2025: six months at 1,308.45 and six at 1,345.45.
    found = answer(book_year_start="2024-07-01")
    assert found["year_norm"] == "15923.40"
    assert answer(book_year=2024, book_year_start="2024-07-01")["year_norm"] == "15923.40"


@pytest.mark.parametrize(
    ("method", "norm"),
    [
        ("sum_of_months", "15738.54"),
        ("twelve_times_one", "15405.96"),
        ("twelve_times_average", "15750.92"),
    ],
)
def test_the_method_of_the_year_norm(method: str, norm: str) -> None:
    # April 2024 to March 2025: 3 x 1,283.83, 6 x 1,308.45, 3 x 1,345.45.
    found = answer(book_year=2024, book_year_start="2024-04-01", policy={"jaarnorm.method": method})
    assert found["year_norm"] == norm


def test_special_assistance_is_part_of_the_year_norm() -> None:
    assert answer(special_assistance="1200.00")["year_norm"] == "17487.06"
    apart = answer(special_assistance="1200.00", policy={"art12.special": "separate_gift"})
    assert apart["year_norm"] == "16287.06"


# Net income


def test_the_flat_tax_is_that_of_the_book_year() -> None:
    found = answer(book_year=2015, income_tax_percent=None)
    # Bbz 2004 art. 6 lid 2: 20 percent in 2015.
    assert found["net_income"] == "11400.00"
    assert [source for source in lines(found, "source") if "flat_income_tax 20 from 2015-01-01" in source]


def test_an_unknown_flat_tax_is_refused_by_name_and_day() -> None:
    assert error(book_year=2024, income_tax_percent=None).startswith("flat_income_tax on 2024-01-01: ")


def test_the_caseworker_may_fill_in_a_percentage() -> None:
    found = answer(book_year=2024, income_tax_percent="18.5")
    assert found["net_income"] == "11613.75"
    assert "ingevuld door de behandelaar" in lines(found, "source")


def test_without_profit_no_tax_is_asked() -> None:
    assert answer(book_year=2024, income_tax_percent=None, profit="-1.00")["net_income"] == "0.00"


@pytest.mark.parametrize(
    ("profit", "other", "choices", "net"),
    [
        ("-5000.00", "12000.00", {}, "7000.00"),
        ("-5000.00", "12000.00", {"art6.negative": "zero"}, "12000.00"),
        ("-5000.00", "2000.00", {}, "0.00"),
        ("0.03", "0.00", {}, "0.02"),
        ("10000.00", "5000.00", {}, "13000.00"),
        ("10000.00", "5000.00", {"art6.forfait_scope": "all_income"}, "12000.00"),
        ("10000.99", "0.00", {"round": "whole_euros_for_client"}, "8000.00"),
    ],
)
def test_net_income(profit: str, other: str, choices: dict[str, str], net: str) -> None:
    assert answer(profit=profit, other_income=other, policy=choices)["net_income"] == net


def test_income_from_before_the_start() -> None:
    assert answer(profit_before_start="2000.00")["net_income"] == "11400.00"
    since = answer(profit_before_start="2000.00", policy={"art6.period": "since_start"})
    assert since["net_income"] == "9800.00"


@pytest.mark.parametrize(
    ("choice", "net", "total"),
    [
        ("income", "12900.00", "22500.00"),
        ("ignored", "11400.00", "21000.00"),
        ("part_of_grant", "11400.00", "22500.00"),
    ],
)
def test_crisis_aid(choice: str, net: str, total: str) -> None:
    found = answer(bbz_light="1000.00", tozo="500.00", policy={"art12.crisis_aid": choice})
    assert (found["net_income"], found["total"]) == (net, total)


def test_bbz_light_is_income_and_tozo_is_for_a_person() -> None:
    assert answer(bbz_light="1000.00")["net_income"] == "12400.00"
    assert error(tozo="500.00").startswith("tozo: art12.crisis_aid is bbz_light_is_income")


# Art. 12


def test_nothing_is_proposed_below_the_minimum_and_the_rest_stands_apart() -> None:
    below = answer(policy={"art12.minimum": "5000.00"})
    assert (below["reclaim"], below["not_reclaimed"], below["largest_reclaim"]) == (
        "0.00",
        "4712.94",
        "4712.94",
    )
    assert below["gift"] == "9600.00"
    at = answer(policy={"art12.minimum": "4712.94"})
    assert (at["reclaim"], at["not_reclaimed"]) == ("4712.94", "0.00")


def test_p7_the_clawback_is_a_proposal() -> None:
    assert "Voorstel: dit bedrag terugvragen. De gemeente weegt eerst uw situatie" in lines(answer())


def test_the_ground_of_a_clawback_is_a_choice() -> None:
    assert "Bbz art. 12 lid 2 c; Pw art. 58 lid 2" in lines(answer(), "article")
    alone = answer(policy={"title.clawback": "art12_only"})
    assert not [article for article in lines(alone, "article") if "art. 58" in article]


def test_a_supplement_paid_already_is_not_paid_again() -> None:
    found = answer(household="couple", supplement_paid="1000.00")
    assert (found["supplement"], found["supplement_to_pay"]) == ("2267.22", "1267.22")
    assert answer(supplement_paid="1000.00")["supplement_to_pay"] == "0.00"


def test_without_assistance_there_is_nothing_to_settle() -> None:
    found = answer(granted="0.00", months_granted=None)
    assert (found["supplement"], found["gift"], found["reclaim"]) == ("0.00", "0.00", "0.00")


# Own capital


@pytest.mark.parametrize(
    ("own", "total", "group", "loan"),
    [
        ("58035.00", "58035.00", "established", "0.00"),
        ("58035.01", "58035.01", "established", "0.01"),
        ("73000.00", "243333.33", "established", "4887.06"),
        ("73000.00", "243333.34", "established", "0.00"),
        ("243892.00", "400000.00", "established", "4887.06"),
        ("243892.00", "900000.00", "established", "0.00"),
        ("243892.01", "900000.00", "established", "4887.06"),
        ("170725.00", "0.00", "older", "0.00"),
        ("171725.00", "0.00", "older", "1000.00"),
    ],
)
def test_own_capital_around_its_limits(own: str, total: str, group: str, loan: str) -> None:
    found = answer(own_capital=own, total_capital=total, group=group)
    assert (found["retained_loan"], found["reclaim"]) == (loan, "4712.94")


def test_the_limits_hold_for_each_partner() -> None:
    both = answer(own_capital="118070.00", total_capital="118070.00", partners=2)
    assert both["retained_loan"] == "1000.00"


def test_a_year_without_known_limits_is_refused_only_where_capital_asks_them() -> None:
    assert answer(book_year=2024, own_capital="0.00")["retained_loan"] == "0.00"
    assert error(book_year=2024, own_capital="1.00").startswith("own_capital_upper_limit on 2024-01-01: ")


def test_total_capital_must_fit_own_capital() -> None:
    assert error(own_capital="70000.00") == (
        "total_capital: EUR 0.00: must not be below own capital of EUR 70,000.00, "
        "which lies between the limits of art. 3"
    )


@pytest.mark.parametrize(
    ("choice", "outcome"),
    [
        # 800.00 granted; art. 12 gives 2,000.00 on top; own capital is 1,500.00 over its limit.
        ("loan", ("2000.00", "1300.00", "1500.00")),
        ("not_paid", ("1300.00", "1300.00", "800.00")),
        ("gift", ("2000.00", "2000.00", "800.00")),
    ],
)
def test_a_supplement_that_own_capital_blocks(choice: str, outcome: tuple[str, ...]) -> None:
    found = answer(
        granted="800.00",
        profit="0.00",
        other_income="13487.06",
        own_capital="59535.00",
        total_capital="59535.00",
        policy={"art13.supplement": choice},
    )
    assert (found["supplement"], found["gift"], found["retained_loan"]) == outcome


@pytest.mark.parametrize(
    ("base", "instalments"),
    [
        ("original_monthly", [{"count": 11, "amount": "20.83"}, {"count": 1, "amount": "20.87"}]),
        ("remaining_yearly", [{"count": 1, "amount": "250.00"}]),
    ],
)
def test_the_retained_loan_is_repaid_by_a_tenth_a_year(base: str, instalments: list[Case]) -> None:
    capital = {"own_capital": "60535.00", "total_capital": "60535.00"}
    found = answer(**capital, policy={"art13.base": base})["retained_repayment"]
    assert found == {"from": "2026-01-01", "a_year": "250.00", "instalments": instalments}


def test_a_college_has_to_choose_a_reading() -> None:
    case = YEAR | {"own_capital": "70000.00", "total_capital": "200000.00"}
    figures = figures_of(case)
    with pytest.raises(NotChosen, match=r"art13\.mode for almere"):
        settle(figures, LAW, Choices(POLICY, "almere", figures.day, {}))


# Art. 4


def test_a_gift_is_raised_with_wage_tax_up_to_2016() -> None:
    old = {"book_year": 2015, "profit": "1000.00"}
    assert answer(**old)["gross_up"] is None
    assert answer(**old, wage_tax="321.00")["gross_up"] == "321.00"
    assert answer(wage_tax="321.00")["gross_up"] == "0.00"
    assert answer(wage_tax="321.00", policy={"art4.until": "2025"})["gross_up"] == "321.00"


# Art. 21

LOAN: Case = {
    "granted": "0.00",
    "months_granted": None,
    "profit": "0.00",
    "other_income": "15287.06",
    "application_date": "2024-06-01",
    "capital_loan_interest": "2000.00",
}


def remitted(**keys: object) -> str:
    return str(answer(**(LOAN | keys))["interest_remission"])


def test_only_the_established_have_a_right_to_remission() -> None:
    assert remitted() == "1000.00"
    assert [remitted(group=group) for group in ("established", "starter", "older", "terminating")] == [
        *("1000.00", "0.00", "0.00", "0.00")
    ]


@pytest.mark.parametrize(
    ("application", "amount"),
    [("2022-12-31", "0.00"), ("2023-01-01", "1000.00"), ("2024-12-31", "1000.00"), ("2025-01-01", "0.00")],
)
def test_the_two_book_years_after_that_of_the_application(application: str, amount: str) -> None:
    assert remitted(application_date=application) == amount


def test_the_window_may_run_from_the_disbursement() -> None:
    policy = {"art21.window": "disbursement"}
    dates = {"application_date": "2022-12-01", "disbursement_date": "2023-02-01"}
    assert remitted(**dates) == "0.00"
    assert remitted(**dates, policy=policy) == "1000.00"
    assert error(**LOAN, policy=policy) == "disbursement_date: is missing: art21.window asks it"


def test_which_interest_counts_is_a_choice() -> None:
    interest = {"capital_loan_interest_accrued": "700.00", "capital_loan_interest_paid": "300.00"}
    assert [remitted(**interest, policy={"art21.base": base}) for base in ("due", "accrued", "paid")] == [
        *("1000.00", "700.00", "300.00")
    ]


def test_partners_have_equal_parts_of_the_interest() -> None:
    shares = [remitted(capital_loan_interest="1000.00", partners=3, partner=nr) for nr in (1, 2, 3)]
    assert shares == ["333.34", "333.33", "333.33"]
    by_decision = {"partners": 2, "interest_share_percent": "10", "policy": {"art21.shares": "by_decision"}}
    assert remitted(**by_decision) == "200.00"


def test_own_capital_blocks_remission_too() -> None:
    assert remitted(own_capital="58435.00", total_capital="58435.00") == "600.00"
    assert remitted(own_capital="300000.00", total_capital="300000.00") == "0.00"


OLD: Case = LOAN | {"book_year": 2021, "other_income": "10000.00", "application_date": "2019-12-31"}
"""The year norm of 2021 is 6 x 1,075.44 + 6 x 1,078.70 = 12,924.84."""


def test_the_old_rules_hold_for_applications_up_to_2019() -> None:
    assert remitted(**OLD) == "2000.00"
    # With living allowance: what it leaves of the year norm (lid 4 of the old text).
    allowance = {"granted": "1500.00", "months_granted": [1, 1]}
    assert remitted(**OLD | allowance) == "1424.84"
    assert remitted(**OLD | allowance | {"application_date": "2020-01-01"}) == "0.00"


def converted(**keys: object) -> str:
    old = OLD | {"application_date": "2017-03-01", "book_year": 2017, "capital_principal": "30000.00"}
    return str(answer(**(old | {"choice_year": True} | keys))["principal_conversion"])


def test_the_old_choice_year_turns_principal_into_a_gift() -> None:
    # The year norm of 2017 is 6 x 982.79 + 6 x 986.52 = 11,815.86.
    assert converted() == "1815.86"
    assert converted(choice_year=False) == "0.00"
    assert converted(application_date="2018-03-01") == "1815.86"
    assert converted(application_date="2019-03-01") == "0.00"
    assert converted(capital_principal="100.00") == "100.00"
    # The lower limit of 2017 is 44,378.
    assert converted(own_capital="44000.00", total_capital="44000.00") == "378.00"
    assert converted(own_capital="50000.00", total_capital="60000.00") == "0.00"


def test_what_is_refunded_goes_where_the_college_says() -> None:
    paid = LOAN | {"capital_loan_interest_paid": "2000.00"}
    texts = {
        "arrears_first_by_decision": "Pw art. 60a lid 4",
        "to_client": "Bbz art. 21 lid 1",
        "to_principal": "Bbz art. 21 lid 1",
    }
    for choice, article in texts.items():
        found = answer(**paid, policy={"art21.refund": choice})
        assert found["interest_refund"] == "1000.00"
        assert article in found["explanation"][-1]["article"]


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
