"""Own capital, the gross-up of art. 4, and interest remitted, one rule at a time."""

from __future__ import annotations

import pytest

from servicing import files
from servicing.policy import Choices, NotChosen
from servicing.settlement.case import figures_of
from servicing.settlement.settling import settle
from tests.settling import LOAN, YEAR, Case, answer, error

LAW = files.law()
POLICY = files.policy()

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


def test_of_a_bank_loan_with_a_surety_it_is_a_gift_for_that_loan() -> None:
    """Art. 21 lid 2: the same amount, given to be spent on the loan of the bank."""
    found = answer(**LOAN, surety=True, capital_loan_interest_paid="2000.00")
    assert (found["interest_remission"], found["interest_refund"]) == ("1000.00", None)
    last = found["explanation"][-1]
    assert (last["article"], last["amount"]) == ("Bbz art. 21 lid 2", "1000.00")
    assert last["text"].startswith(
        "Dit bedrag krijgt u als gift. U moet er de lening van de bank mee betalen"
    )
    assert remitted(surety=True, own_capital="58435.00", total_capital="58435.00") == "600.00"
    assert error(**LOAN | {"application_date": "2019-12-31", "surety": True}) == (
        "surety: true: of an application on 2019-12-31 a person decides: "
        "the rules of before 2020 for a surety are not in the program"
    )


OLD: Case = LOAN | {"book_year": 2021, "other_income": "10000.00", "application_date": "2019-12-31"}
"""The year norm of 2021 is 6 x 1,075.44 + 6 x 1,078.70 = 12,924.84."""


def test_the_old_rules_hold_for_applications_up_to_2019() -> None:
    assert remitted(**OLD) == "2000.00"
    # With living allowance: what it leaves of the year norm (lid 4 of the old text).
    allowance = {"granted": "1500.00", "months_granted": [1, 1]}
    assert remitted(**OLD | allowance) == "1424.84"
    assert remitted(**OLD | allowance | {"application_date": "2020-01-01"}) == "0.00"


CHOSEN: Case = OLD | {
    "application_date": "2017-03-01",
    "book_year": 2017,
    "capital_principal": "30000.00",
    "own_capital": "0.00",
    "choice_year": True,
}


def converted(**keys: object) -> str:
    return str(answer(**(CHOSEN | keys))["principal_conversion"])


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


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ({"own_capital": None}, "own_capital: is missing: choice_year: true asks it"),
        ({"capital_principal": None}, "capital_principal: is missing: choice_year: true asks it"),
        (
            {"capital_principal": None, "capital_loan_interest": None},
            "capital_principal: is missing: choice_year: true asks it",
        ),
        (
            {"own_capital": "44000.00"},
            "total_capital: EUR 0.00: must not be below own capital of EUR 44,000.00: choice_year: true asks both",
        ),
    ],
)
def test_a_choice_year_takes_nothing_for_0_that_was_not_told(keys: Case, wanted: str) -> None:
    assert error(**(CHOSEN | keys)) == wanted
    # A year that is not chosen, or cannot be, asks none of them.
    assert "interest_remission" in answer(**(CHOSEN | keys | {"choice_year": False}))


def test_a_year_that_cannot_be_chosen_says_so() -> None:
    def says(**keys: object) -> bool:
        lines = answer(**(CHOSEN | keys))["explanation"]
        return any("geen keuzejaar" in line["text"] for line in lines)

    assert not says()
    assert not says(application_date="2018-03-01")
    assert not says(application_date="2019-03-01", choice_year=False)
    assert says(application_date="2019-03-01")
    assert says(application_date="2020-03-01", book_year=2021)
    # A year after that of the application: interest is remitted in it, and nothing of the principal.
    assert says(application_date="2016-03-01")


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
