"""The worked cases of settlement and remission, to the cent.

Norms: Participatiewet art. 21 (municipal pages; text of 2025-07-01). Amounts of 2025: samendiemen.nl and
MinBZK/poc-machine-law. Flat tax of 20 percent is an input of the cases. The figures were worked out by hand:

- Year norm 2025 of a couple: 6 x 1,922.07 + 6 x 1,955.80 = 23,267.22; single: 6 x 1,345.45 + 6 x 1,369.06 = 16,287.06;
  2024 of a couple: 6 x 1,834.04 + 6 x 1,869.21 = 22,219.50.
- Case 1: 13,000.00 less 20 % is 10,400.00; with 11,400.00 granted it is 1,467.22 below the year norm.
- Case 2: 14,250.00 x 0.80 = 11,400.00; 9,600.00 + 11,400.00 - 16,287.06 = 4,712.94; over 36 months 130.915.
- Case 3: 20,000.00 + 6,000.00 - 16,287.06 = 9,712.94, of which not more than was granted.
- Case 4: the cap is 5/12 of the year norm, 5 x 1,369.06, or 153/365 of the year norm. 4b: 17,000.00 - 16,287.06.
- Case 5: own capital is 35 % of total capital. (i) 70,000 - 58,035; (ii) all; (iii) 70,000 - 30 % of 200,000.
  A tenth of 11,965.00 a year is 1,196.50. Counter-check: 85,000 of 300,000 is 28.33 %.
- Case 12: 60,000.00 at 8 % in 84 instalments from 1 July 2023; see the test of its schedule.
- E-A: half of 2,600.00 - 1,955.80, for 60 months. E-D: the parts of art. 49.
"""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from backoffice.cli.cases import answer_text
from backoffice.cli.settled import answer_settlement
from servicing import files
from servicing.plan import schedule_of
from servicing.policy import Choices
from servicing.settlement.capacity import Means, after_the_business
from servicing.settlement.claims import claim_terms
from servicing.settlement.instalments import arrangement
from servicing.settlement.state_share import Reclaim, reclaimed_by_state, state_part_of_receipt
from servicing.terms import Terms

Case = dict[str, Any]

LAW = files.law()
POLICY = files.policy()
YEAR: Case = {"book_year": 2025, "household": "single", "months_granted": [1, 12], "income_tax_percent": "20"}


def answer(**keys: object) -> Case:
    """The answer to a case of 2025, as it comes out of a file."""
    found: Case = dict(answer_text(json.dumps(YEAR | keys).encode(), answer_settlement))
    assert "error" not in found, found["error"]
    return found


def amounts(found: Case, *keys: str) -> tuple[str, ...]:
    return tuple(found[key] for key in keys)


OUTCOME = ("year_norm", "net_income", "total", "supplement", "gift", "reclaim", "retained_loan")


def test_case_1_a_supplement() -> None:
    found = answer(household="couple", granted="11400.00", profit="13000.00", own_capital="20000.00")
    assert amounts(found, *OUTCOME) == (
        *("23267.22", "10400.00", "21800.00"),
        *("1467.22", "12867.22", "0.00", "0.00"),
    )
    assert found["supplement_cap"] == "23267.22"


def test_case_2_a_partial_clawback_and_its_arrangement() -> None:
    found = answer(granted="9600.00", profit="14250.00")
    assert amounts(found, *OUTCOME) == (
        *("16287.06", "11400.00", "21000.00"),
        *("0.00", "4887.06", "4712.94", "0.00"),
    )
    assert arrangement(471_294, longest=36, smallest=5_000) == (13_092,) * 35 + (13_074,)
    # Six weeks after the decision was sent (Awb art. 4:87).
    assert claim_terms(471_294, date(2026, 9, 15), LAW)["first_due"] == "2026-10-27"


def test_case_3_a_full_clawback() -> None:
    found = answer(granted="6000.00", profit="25000.00")
    assert amounts(found, "net_income", "total", "gift", "reclaim") == (
        "20000.00",
        "26000.00",
        "0.00",
        "6000.00",
    )
    assert "9712.94" in [line["amount"] for line in found["explanation"]]


@pytest.mark.parametrize(
    ("cap", "limit", "supplement", "gift"),
    [
        ("months", "6786.28", "1786.28", "6786.28"),
        ("norms", "6845.30", "1845.30", "6845.30"),
        ("days", "6827.18", "1827.18", "6827.18"),
    ],
)
def test_case_4_assistance_over_a_part_of_the_year(cap: str, limit: str, supplement: str, gift: str) -> None:
    found = answer(granted="5000.00", months_granted=[8, 12], profit="6250.00", policy={"art12.cap": cap})
    assert amounts(found, "net_income", "total", "supplement_cap") == ("5000.00", "10000.00", limit)
    assert amounts(found, "supplement", "gift", "reclaim") == (supplement, gift, "0.00")


def test_case_4b_the_whole_yearly_norm_holds_for_a_clawback() -> None:
    found = answer(granted="5000.00", months_granted=[8, 12], profit="15000.00")
    assert amounts(found, "net_income", "total", "reclaim", "gift") == (
        *("12000.00", "17000.00"),
        *("712.94", "4287.06"),
    )


CAPITAL: Case = {
    "granted": "15000.00",
    "profit": "0.00",
    "other_income": "1287.06",
    "own_capital": "70000.00",
    "total_capital": "200000.00",
}


@pytest.mark.parametrize(
    ("reading", "loan", "gift"),
    [
        (None, "11965.00", "3035.00"),
        ("i", "11965.00", "3035.00"),
        ("ii", "15000.00", "0.00"),
        ("iii", "10000.00", "5000.00"),
    ],
)
def test_case_5_own_capital_between_the_limits(reading: str | None, loan: str, gift: str) -> None:
    found = answer(**CAPITAL, policy={"art13.mode": reading})
    assert amounts(found, "total", "retained_loan", "gift", "reclaim") == ("16287.06", loan, gift, "0.00")


def test_case_5_the_retained_loan_is_repaid_from_the_year_after() -> None:
    assert answer(**CAPITAL)["retained_repayment"] == {
        "from": "2026-01-01",
        "a_year": "1196.50",
        "instalments": [{"count": 11, "amount": "99.71"}, {"count": 1, "amount": "99.69"}],
    }


def test_case_5_within_its_part_of_total_capital_nothing_is_blocked() -> None:
    found = answer(**(CAPITAL | {"own_capital": "85000.00", "total_capital": "300000.00"}))
    assert amounts(found, "retained_loan", "gift") == ("0.00", "15000.00")


COUPLE_WITH_LOAN: Case = {
    "household": "couple",
    "granted": "0.00",
    "months_granted": None,
    "profit": "0.00",
    "group": "established",
    "application_date": "2023-05-15",
}


def remitted(book_year: int, income: str, interest: str, **keys: object) -> str:
    case = COUPLE_WITH_LOAN | {
        "book_year": book_year,
        "other_income": income,
        "capital_loan_interest": interest,
    }
    return str(answer(**(case | keys))["interest_remission"])


def test_case_12_the_interest_of_each_year_comes_from_the_schedule() -> None:
    """8 % of the balance / 12 a month, rounded per month; the last row takes the rest."""
    terms = Terms(6_000_000, Fraction(8, 100), date(2023, 7, 1), 84)
    found = schedule_of(terms)
    assert (found.instalment, found.rows[-1].principal + found.rows[-1].interest) == (93_517, 93_548)
    for year, interest, balance in (
        (2023, 196_409, 5_728_824),
        (2024, 433_413, 5_040_033),
        (2025, 376_245, 4_294_074),
    ):
        rows = [row for row in found.rows if row.due_date.year == year]
        assert (sum(row.interest for row in rows), rows[-1].balance) == (interest, balance)


def test_case_12_interest_is_remitted_up_to_the_yearly_norm() -> None:
    assert remitted(2024, "19500.00", "4334.13") == "2719.50"
    assert remitted(2025, "22000.00", "3762.45") == "1267.22"


def test_case_12_never_more_than_the_interest() -> None:
    assert remitted(2025, "15000.00", "3762.45") == "3762.45"
    # The room is 23,267.22 - 15,000.00.
    case = COUPLE_WITH_LOAN | {
        "book_year": 2025,
        "other_income": "15000.00",
        "capital_loan_interest": "3762.45",
    }
    assert "8267.22" in [line["amount"] for line in answer(**case)["explanation"]]


def test_case_12_not_in_a_year_with_living_allowance() -> None:
    assert remitted(2025, "22000.00", "3762.45", granted="1900.00", months_granted=[3, 3]) == "0.00"


@pytest.mark.parametrize("application", ["2025-05-15", "2022-12-31"])
def test_case_12_not_outside_the_two_years(application: str) -> None:
    assert remitted(2025, "15000.00", "1964.09", application_date=application) == "0.00"


def test_case_12_what_was_paid_goes_back() -> None:
    case = COUPLE_WITH_LOAN | {
        "book_year": 2024,
        "other_income": "19500.00",
        "capital_loan_interest": "4334.13",
    }
    found = answer(**case, capital_loan_interest_paid="4334.13")
    assert amounts(found, "interest_remission", "interest_refund") == ("2719.50", "2719.50")
    half_paid = answer(**case, capital_loan_interest_paid="2000.00")
    assert half_paid["interest_refund"] == "385.37"


def test_case_e_a_half_of_income_above_the_norm() -> None:
    choices = Choices(POLICY, "almere", date(2025, 7, 1), {})
    found = after_the_business(Means(260_000, 195_580), LAW, choices, date(2025, 7, 1))
    assert (found.cents, found.period, found.periods, found.total) == (32_210, "month", 60, 1_932_600)
    # Of 30,000.00 that is left when the business ends, so much is not paid after five years.
    assert 3_000_000 - found.total == 1_067_400


def test_case_e_d_the_share_of_the_state() -> None:
    # Bbz 2004 art. 49: 20, 20, 15, 10 and 10 percent of the outlay; 75 percent of receipts on older loans.
    assert reclaimed_by_state(40_000_000, 2024, LAW) == (
        Reclaim(2025, 8_000_000),
        Reclaim(2026, 8_000_000),
        Reclaim(2027, 6_000_000),
        Reclaim(2028, 4_000_000),
        Reclaim(2029, 4_000_000),
    )
    received = date(2025, 6, 1)
    assert state_part_of_receipt("bbz", 100_000, date(2018, 4, 1), received, LAW) == 75_000
    assert state_part_of_receipt("bbz", 100_000, date(2020, 1, 1), received, LAW) == 0
