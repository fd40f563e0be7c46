"""Money that names living allowance which was settled goes to the one claim that is open in its place."""

from __future__ import annotations

from typing import Any

import pytest

from servicing.receipts.matching import Known, LoanView, Named, verdict_on_receipt
from servicing.receipts.values import StoredLine

LIVING, CLAIM, SECOND = 100000001, 100000002, 100000003


def view(loan: int, standing: str = "active", followed_by: tuple[int, ...] = ()) -> LoanView:
    return LoanView(loan, loan // 100_000_000, "", standing, 20250101, 0, 0, 0, 0, followed_by=followed_by)


def line(creditor: int = 1) -> StoredLine:
    blank: dict[str, Any] = dict.fromkeys(StoredLine._fields, 0)
    said: dict[str, Any] = {"creditor_id": creditor, "cents": 5_000, "paid_on": 20260920, "end_to_end": ""}
    return StoredLine(**blank | said)


def verdict(*views: LoanView, creditor: int = 1) -> tuple[list[int], str]:
    known = Known({one.loan: one for one in views})
    found = verdict_on_receipt(line(creditor), Named((LIVING,), ()), known)
    return [part.loan for part in found.parts], found.reason


def test_the_claim_gets_what_names_the_allowance() -> None:
    found = verdict(view(LIVING, "closed", (CLAIM,)), view(CLAIM))
    assert found == ([CLAIM], f"payment reference of loan {LIVING}, of which this is the claim")


@pytest.mark.parametrize(
    "views",
    [
        (view(LIVING, "closed", (CLAIM, SECOND)), view(CLAIM), view(SECOND)),
        (view(LIVING, "closed", (CLAIM,)), view(CLAIM, "closed")),
        (view(LIVING, "closed"),),
    ],
)
def test_with_none_or_several_claims_a_person_decides(views: tuple[LoanView, ...]) -> None:
    assert verdict(*views) == ([], f"loan {LIVING} is closed: refund or reopen")


def test_of_two_claims_the_one_that_is_open_gets_it() -> None:
    assert verdict(view(LIVING, "closed", (CLAIM, SECOND)), view(CLAIM, "closed"), view(SECOND))[0] == [
        SECOND
    ]


def test_what_came_in_for_another_creditor_is_forwarded() -> None:
    parts, reason = verdict(view(LIVING, "closed", (CLAIM,)), view(CLAIM), creditor=2)
    assert (parts, reason.endswith("of another creditor")) == ([CLAIM], True)
