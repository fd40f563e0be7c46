"""Interest the creditor owes on what was paid and given back after an objection (Awb art. 4:102)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from servicing.facts import Fact, FactRefused
from servicing.files import law
from servicing.statutory_interest import Ways
from servicing.undue import InterestBack, Undue, interest_back
from tests.as_facts import drafts_of, facts_of

LAW = law()
TERMS = {"principal": "6000.00", "annual_rate_percent": "0", "start": "2023-01-01", "instalments": 60}
LENT = {"on": "2023-01-01", "type": "disburse", "amount": "6000.00"}
CHARGED = {"on": "2023-02-10", "type": "statutory_interest", "amount": "1000.00", "id": "charged"}
CANCELLED = {"on": "2025-05-01", "type": "cancellation", "of": "charged", "amount": "1000.00"}


def paid(on: str, amount: str = "1100.00") -> dict[str, Any]:
    return {"on": on, "type": "payment", "amount": amount}


def known(*events: dict[str, Any]) -> list[Fact]:
    return facts_of(drafts_of(TERMS, [LENT, CHARGED, *events]))


def back(*events: dict[str, Any], until: str = "2025-07-01") -> InterestBack:
    facts = known(*events)
    of = next(fact.nr for fact in facts if fact.kind.text == "cancellation")
    return interest_back(facts, of, date.fromisoformat(until), LAW, Ways())


def test_p9_interest_runs_from_the_payment_to_the_repayment_compounding_yearly() -> None:
    found = back(paid("2023-07-01"), CANCELLED)
    (one,) = found.parts
    assert one.paid == Undue(date(2023, 7, 1), 1000_00)
    # 1,000.00 x (184 x 6 % + 182 x 7 %) / 365 = 65.15; 1,065.15 x (184 x 7 % + 181 x 6 %) / 365 = 69.28
    assert one.interest.added == ((date(2024, 7, 1), 65_15),)
    assert (one.interest.last, found.total, found.due) == (69_28, 134_43, 134_43)
    assert found.says["since"] == "2023-07-01"
    assert "bijgeteld, € 65,15" in str(found.says["lines"])


def test_p9_each_payment_bears_interest_from_its_own_day() -> None:
    found = back(paid("2023-07-01", "300.00"), paid("2025-03-02", "900.00"), CANCELLED)
    assert [one.paid for one in found.parts] == [
        Undue(date(2023, 7, 1), 300_00),
        Undue(date(2025, 3, 2), 700_00),
    ]


def test_p9_what_was_not_paid_bears_nothing() -> None:
    found = back(paid("2023-07-01", "300.00"), CANCELLED)
    assert [one.paid.cents for one in found.parts] == [300_00]
    with pytest.raises(FactRefused, match="nothing was paid of what it cancels by 2025-07-01"):
        back(CANCELLED)


def test_p9_a_charge_that_is_owed_takes_the_payments_first() -> None:
    other = {"on": "2023-03-01", "type": "statutory_interest", "amount": "200.00"}
    found = back(other, paid("2023-07-01", "300.00"), CANCELLED)
    assert [one.paid for one in found.parts] == [Undue(date(2023, 7, 1), 100_00)]


def test_p9_what_was_refunded_before_bears_no_interest_any_more() -> None:
    refunded = {"on": "2025-05-11", "type": "credit_refund", "amount": "1000.00"}
    found = back(paid("2025-05-01"), CANCELLED, refunded)
    assert found.total == 1_64  # ten days of 6 percent
    assert found.due == 0  # below the 10.00 of Awb 4:98 lid 2


def test_p9_a_refund_of_other_credit_ends_nothing() -> None:
    much = paid("2023-07-01", "8000.00")
    refunded = {"on": "2025-05-11", "type": "credit_refund", "amount": "1000.00"}
    assert back(much, CANCELLED, refunded).due == back(much, CANCELLED).due == 134_43


def test_p9_only_a_cancellation_brings_it() -> None:
    with pytest.raises(FactRefused, match="fact 2: is no cancellation that holds"):
        interest_back(known(paid("2023-07-01"), CANCELLED), 2, date(2025, 7, 1), LAW, Ways())
