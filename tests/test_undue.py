"""Interest the creditor owes on what was paid and given back after an objection (Awb art. 4:102)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from servicing.facts import Fact, FactKind, FactRefused
from servicing.files import law
from servicing.statutory_interest import Ways
from servicing.undue import InterestBack, Undue, interest_back
from tests.as_facts import LOAN, drafts_of, facts_of

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
    with pytest.raises(FactRefused, match="nothing that was paid is given back by 2025-07-01"):
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


def test_p9_what_is_still_owed_of_a_charge_is_paid_by_its_first_payments() -> None:
    part = CANCELLED | {"amount": "400.00"}
    found = back(paid("2023-07-01", "500.00"), paid("2024-07-01", "600.00"), part)
    assert [one.paid for one in found.parts] == [Undue(date(2024, 7, 1), 400_00)]


CLAIM: dict[str, Any] = {
    "principal": "5000.00",
    "annual_rate_percent": "0",
    "start": "2024-01-01",
    "instalments": 1,
    "first_due": "2024-02-12",
    "method": "bullet",
}
CLAIMED = {"on": "2024-01-01", "type": "disburse", "amount": "5000.00", "by": "settlement", "id": "claim"}


def corrected(
    by: FactKind, day: str, *events: dict[str, Any], of: int = 0, data: object = None
) -> InterestBack:
    """The interest after one more fact, decided on a day about what was before."""
    facts = facts_of(drafts_of(CLAIM, [CLAIMED, *events]))
    on, says = date.fromisoformat(day), data if isinstance(data, dict) else {}
    facts.append(Fact(LOAN, len(facts) + 1, by, on, date(2025, 5, 1), "B", 0, of, says, "test", ""))
    return interest_back(facts, len(facts), date(2025, 7, 1), LAW, Ways())


def test_p9_principal_of_a_claim_that_was_reduced_bears_interest_from_the_payment_that_was_too_much() -> None:
    less = {"on": "2025-05-01", "type": "reduction", "of": "claim", "amount": "2000.00"}
    events = (CLAIMED, paid("2024-02-01", "2500.00"), paid("2024-07-01", "1500.00"), less)
    found = interest_back(facts_of(drafts_of(CLAIM, events)), 5, date(2025, 7, 1), LAW, Ways())
    # 3,000.00 was owed: the first payment is of it, and 500.00 of the second.
    assert [one.paid for one in found.parts] == [Undue(date(2024, 7, 1), 1000_00)]


def test_p9_all_that_was_paid_on_a_claim_that_is_withdrawn_bears_interest() -> None:
    events = (paid("2024-02-01", "2500.00"), paid("2024-07-01", "1500.00"))
    found = corrected(FactKind.WITHDRAWAL, "2024-01-01", *events, of=2)
    assert [one.paid for one in found.parts] == [
        Undue(date(2024, 2, 1), 2500_00),
        Undue(date(2024, 7, 1), 1500_00),
    ]
    # 2,500.00 x (366 x 7 % ...): the sums of test_statutory_interest hold here too; here only that it is due.
    assert found.due == found.total > 300_00


def test_p9_interest_that_was_paid_under_a_rate_that_is_withdrawn_is_given_back_with_interest() -> None:
    rate = {"on": "2024-01-01", "type": "rate", "percent": "8"}
    found = corrected(FactKind.WITHDRAWAL, "2024-01-01", rate, paid("2024-02-12", "5046.00"), of=3)
    # 5,000.00 x 8 % x (1 + 11 / 31) / 12; what was paid above it was credit before.
    assert [one.paid for one in found.parts] == [Undue(date(2024, 2, 12), 45_16)]
    free = corrected(FactKind.INTEREST_FREE, "2024-01-01", rate, paid("2024-02-12", "5046.00"))
    assert free.parts == found.parts


def test_p9_what_was_paid_after_the_correction_was_known_is_no_part_of_it() -> None:
    later = paid("2025-06-01", "1500.00")
    found = corrected(FactKind.WITHDRAWAL, "2024-01-01", paid("2024-02-01", "2500.00"), later, of=2)
    assert [one.paid for one in found.parts] == [Undue(date(2024, 2, 1), 2500_00)]


def test_p9_other_facts_are_refused_by_name() -> None:
    with pytest.raises(
        FactRefused, match="fact 2: is a disbursement; interest of Awb 4:102 is computed for one of"
    ):
        interest_back(known(paid("2023-07-01"), CANCELLED), 2, date(2025, 7, 1), LAW, Ways())
    with pytest.raises(FactRefused, match="fact 4: nothing that was paid is given back"):
        corrected(
            FactKind.WITHDRAWAL, "2024-01-01", {"on": "2024-01-01", "type": "rate", "percent": "8"}, of=3
        )
