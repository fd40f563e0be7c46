"""What of a loan a settlement of its interest is made from (Bbz art. 21), also of a loan that was taken over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from servicing.facts import Fact, FactKind
from servicing.settlement.book_year import BookYear
from servicing.settlement.proposing import NothingToSettle, Subjects, case_of
from tests.nights import at

YEAR = BookYear(date(2024, 1, 1))
START, CUT_OVER, TODAY = "2023-07-01", "2024-12-31", at("2025-05-10")
LENT: dict[str, Any] = {"annual_rate_percent": "8", "method": "annuity"}


def fact(nr: int, kind: FactKind, day: str, cents: int = 0, **said: object) -> Fact:
    return Fact(100_000_001, nr, kind, at(day), at(day), f"{kind.text} {nr}", cents, 0, said, "test", "")


GRANT = fact(
    1,
    FactKind.GRANT,
    START,
    **LENT,
    principal="60000.00",
    start=START,
    first_due="2023-08-01",
    instalments=84,
)
PAID_OUT = fact(2, FactKind.DISBURSEMENT, START, 6_000_000)
OPENED = (
    fact(
        2, FactKind.OPENING, CUT_OVER, principal="50400.33", interest_due="334.13", arrears_since="2024-12-01"
    ),
    fact(
        3,
        FactKind.SCHEDULE,
        CUT_OVER,
        **LENT,
        principal="50400.33",
        start=CUT_OVER,
        first_due="2025-01-01",
        instalments=67,
    ),
)
MOVED = fact(4, FactKind.YEAR_TO_DATE, CUT_OVER, interest_charged="4334.13", interest_paid="4000.00")
EARLIER = fact(5, FactKind.EARLIER_DISBURSEMENT, START, 6_000_000)


def case(*facts: Fact, **figures: str | bool) -> dict[str, object]:
    said: dict[str, Any] = {"book_year": "2024-01-01", "figures": {"profit": "1.00", **figures}}
    told = fact(9, FactKind.YEAR_FIGURES, "2025-05-01", **said)
    return case_of(Subjects([*facts, told], YEAR, "interest", at(START), "almere"), TODAY)


def test_c1_c2_interest_that_ran_and_the_day_of_payment_come_from_the_loan() -> None:
    """Nothing was paid, so that 8 % ran over all of the 60,000.00 for a year."""
    found = case(GRANT, PAID_OUT)
    assert (found["capital_loan_interest_accrued"], found["disbursement_date"]) == ("4800.00", START)
    assert found["capital_loan_interest_paid"] == "0.00"


def test_of_a_loan_taken_over_the_import_tells_the_interest_of_before() -> None:
    found = case(GRANT, *OPENED, MOVED, EARLIER)
    assert (found["capital_loan_interest"], found["capital_loan_interest_paid"]) == ("4334.13", "4000.00")
    assert found["disbursement_date"] == START
    assert "capital_loan_interest_accrued" not in found


def test_interest_that_nobody_knows_is_refused_by_name_and_never_taken_for_nothing() -> None:
    with pytest.raises(NothingToSettle, match=r"^capital_loan_interest, capital_loan_interest_paid: "):
        case(GRANT, *OPENED)
    typed = case(GRANT, *OPENED, capital_loan_interest="4300.00", capital_loan_interest_paid="0.00")
    assert typed["capital_loan_interest"] == "4300.00"
    assert case(GRANT, *OPENED, choice_year=True)["capital_principal"] == "60000.00"
