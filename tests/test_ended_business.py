"""The end of five years of repayment from income after the business ended (Bbz art. 43 lid 2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from servicing import files
from servicing.ended_business import TrackOver, is_rest_of_business, track_over
from servicing.facts import Fact, FactKind
from tests.as_facts import LOAN, drafts_of, facts_of
from tests.desk import open_loan
from tests.offices import good_by, open_office

LAW = files.law()
PRODUCTS = files.products()
TERMS: dict[str, Any] = {
    "principal": "12000.00",
    "annual_rate_percent": "8",
    "start": "2019-01-01",
    "instalments": 120,
    "method": "linear",
}
LENT = {"on": "2019-01-01", "type": "disburse", "amount": "12000.00"}
FREE = {"on": "2019-01-01", "type": "interest_free_from"}
ALL_PAID = {"on": "2023-12-01", "type": "payment", "amount": "12000.00"}


def over(
    *events: dict[str, Any],
    on: str = "2024-01-01",
    product: str = "bbz_business_capital",
    more: tuple[Fact, ...] = (),
) -> TrackOver | None:
    facts = facts_of(drafts_of(TERMS, [LENT, *events]))
    return track_over([*facts, *more], PRODUCTS[product], LAW, date.fromisoformat(on))


def told(kind: FactKind, of: int) -> tuple[Fact]:
    day = date(2024, 1, 1)
    return (Fact(LOAN, 9, kind, day, day, "k", 0, of, {}, "test", ""),)


def test_the_term_is_over_five_years_after_interest_stopped() -> None:
    paid = {"on": "2023-12-01", "type": "payment", "amount": "1000.00"}
    assert over(FREE, paid, on="2023-12-31") is None
    assert over(FREE, paid) == TrackOver(3, date(2019, 1, 1), date(2024, 1, 1), 11_000_00)


def test_it_is_no_work_where_nothing_is_left_or_a_person_has_handled_it() -> None:
    assert over(FREE, ALL_PAID) is None
    assert over(FREE, more=told(FactKind.HANDLED, 3)) is None
    assert over(FREE, more=told(FactKind.WITHDRAWAL, 3)) is None
    assert over(FREE, more=told(FactKind.HANDLED, 2)) is not None


def test_an_interest_holiday_and_a_contract_begin_no_term() -> None:
    assert over() is None
    assert over(FREE | {"until": "2020-01-01"}) is None
    (private, *_) = [code for code, product in PRODUCTS.items() if product.kind == "private"]
    assert over(FREE, product=private) is None


def test_the_rest_granted_as_a_loan_of_its_own_begins_the_term() -> None:
    assert [code for code, each in PRODUCTS.items() if is_rest_of_business(each)] == [
        "bbz_ended_business_loan"
    ]
    found = over(product="bbz_ended_business_loan")
    assert found is not None
    assert (found.fact, found.over_on) == (1, date(2024, 1, 1))


def test_p18_the_end_of_the_term_is_work_until_a_person_has_handled_it(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_database is not None
    open_loan(sqlite_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    words = ("decide", "interest-free", str(LOAN), "--on", "2025-02-01", "--decision", "B-1")
    good_by("approver", *words)
    fact = good_by("manager", "approve", "1")["fact"]
    listed = ("worklist", "--source", "event", "--on")
    assert good_by("clerk", *listed, "2030-01-31") == []
    (item,) = good_by("clerk", *listed, "2030-02-01")
    assert (item["due"], item["reason"].endswith(" is left")) == ("2030-02-01", True)
    assert item["fact"] == fact, "what aflos worklist done names"
    good_by("clerk", "worklist", "done", str(LOAN), str(fact), "--note", "nothing is given up")
    assert good_by("clerk", *listed, "2030-02-01") == []
