"""The bank calls a surety (Bbz art. 16 onder d): each claim names it, and together they never pass it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.called_surety import Named
from backoffice.cli.statement_pdf import product_text
from tests.desk import Done, add_debtor, add_loan, good, open_desk, run
from tests.nights import at, begin_on, close_until

SURETY, FIRST, SECOND = "100000001", "100000002", "100000003"
GIVEN = {"product": "bbz_surety", "principal": "60000.00", "instalments": "84", "external": "BORG-1"}
CLAIM = {"product": "bbz_guarantee_claim", "group": None, "instalments": "36"}


@pytest.fixture
def desk(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Two people, and a surety for 60,000.00 of the first."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2025-01-01"))
    assert (add_debtor().code, add_debtor("P. Pietersen").code) == (0, 0)
    done = add_loan(**GIVEN, known_on="2025-01-01")
    assert done.code == 0, done.err
    return sqlite_database


def call(cents: str, decision: str = "B-2025-18", **changes: str | None) -> Done:
    """Grant a claim of so much from the surety, or as the changes say."""
    words = {**CLAIM, "surety": SURETY, "known_on": "2025-02-01", "decision_date": "2025-02-01"}
    return add_loan(**{**words, "start": "2025-02-01", "principal": cents, "decision": decision, **changes})


def refused(done: Done, *parts: str) -> None:
    assert done.code == 2, done.out
    for part in parts:
        assert part in done.err, done.err


def test_calls_in_parts_take_the_whole_and_not_a_cent_more(desk: Engine) -> None:
    assert call("18000.00").code == 0
    told = good("loan", "show", SURETY)
    assert (told["state"], told["surety_for"], told["still_stands"]) == ("pending", "60000.00", "42000.00")
    assert told["called"] == [{"loan": 100000002, "on": "2025-02-01", "amount": "18000.00"}]
    refused(
        call("42000.01", "B-3"),
        "surety: 100000001: is for 60000.00, of which 42000.00 still stands; 42000.01 is claimed",
        "called before: 18000.00 on 2025-02-01 (loan 100000002)",
        "claim no more than stands",
    )
    assert call("42000.00", "B-3").code == 0
    told = good("loan", "show", SURETY)
    assert (told["state"], told["still_stands"]) == ("called", "0.00")
    before = good("loan", "show", SURETY, "--on", "2025-01-31")
    assert (before["state"], before["called"]) == ("pending", [])
    assert "called\nloan" in run("loan", "show", SURETY).out
    refused(call("0.01", "B-4"), "of which 0.00 still stands")


def test_the_same_decision_again_takes_nothing_more(desk: Engine) -> None:
    assert call("60000.00").code == 0
    assert good("loan", "show", FIRST)["surety"] == SURETY
    for name in (SURETY, "BORG-1"):
        again = call("60000.00", surety=name)
        assert (again.code, "is known already" in again.out) == (0, True), again.err
    refused(call("60000.00", surety=None, surety_decision="B-OLD"), "with other contents")


def test_a_claim_is_on_who_the_surety_was_given_for(desk: Engine) -> None:
    refused(call("1000.00", debtor="2"), "was not given for debtor 2", "aflos loan show 100000001")
    refused(call("1000.00", creditor="lelystad"), "is of another creditor")
    refused(call("1000.00", decision_date="2024-12-31"), "was given on 2025-01-01, after the decision")
    assert add_loan(decision="B-7", known_on="2025-01-01").code == 0
    refused(call("1000.00", surety=FIRST), "is a bbz_business_capital, no surety")
    refused(call("1000.00", surety="100000009"), "no loan with number")


def test_another_record_of_the_same_person_is_that_person(desk: Engine) -> None:
    good("debtor", "merge", "2", "1", "--reason", "BSN compared with the register")
    assert call("1000.00", debtor="2").code == 0
    good("debtor", "merge", "2", "--undo", "--reason", "a namesake")
    refused(call("1000.00", "B-3", debtor="2"), "was not given for debtor 2")


def test_one_of_joint_debtors_may_be_claimed_from(desk: Engine, tmp_path: Path) -> None:
    file = tmp_path / "surety.json"
    case = {
        "product": "bbz_surety",
        "creditor": "almere",
        "group": "established",
        "debtors": ["1", "2"],
        "purpose": "bank",
        "decision": "B-J",
        "decision_date": "2025-01-01",
        "terms": {"principal": "5000.00", "start": "2025-01-01", "instalments": 12},
    }
    file.write_text(json.dumps(case), encoding="utf-8")
    assert good("loan", "add", "--input", str(file))["loan"] == int(FIRST)
    claim = case | {
        "product": "bbz_guarantee_claim",
        "debtors": ["2"],
        "decision": "B-K",
        "surety": FIRST,
        "decision_date": "2025-02-01",
        "terms": {"principal": "5000.00", "start": "2025-02-01", "instalments": 12},
    }
    del claim["group"]
    file.write_text(json.dumps(claim), encoding="utf-8")
    assert good("loan", "add", "--input", str(file))["loan"] == int(SECOND)
    assert good("loan", "show", FIRST)["still_stands"] == "0.00"
    assert good("loan", "show", SURETY)["still_stands"] == "60000.00"


def test_a_claim_says_of_which_surety_it_is(desk: Engine) -> None:
    refused(call("1.00", surety=None), "surety: is missing: the loan of the surety", "give surety_decision")
    refused(call("1.00", surety_decision="B-1"), "leave one of them out")
    refused(add_loan(surety=SURETY, decision="B-9"), "only a bbz_guarantee_claim has it")
    refused(add_loan(surety_decision="B-1", decision="B-9"), "only a bbz_guarantee_claim has it")


def test_a_surety_that_never_was_in_the_books_is_named_by_its_decision(desk: Engine) -> None:
    refused(
        call("1000.00", surety=None, surety_decision="B-2025-17"),
        "gave the surety that is loan 100000001: give surety 100000001 instead",
    )
    assert call("1000.00", surety=None, surety_decision="B-2016-4").code == 0
    told = good("loan", "show", FIRST)
    assert (told["surety"], told["surety_decision"]) == (None, "B-2016-4")
    assert good("loan", "show", SURETY)["still_stands"] == "60000.00"
    page = run("statement", FIRST, "--to", "2025-03-01").out.splitlines()
    assert ["surety", "decision", "B-2016-4"] in [line.split() for line in page]


def test_the_books_take_a_claim_and_the_list_says_its_surety_is_called(desk: Engine) -> None:
    assert call("60000.00").code == 0
    paid = ("--amount", "60000.00", "--on", "2025-02-01", "--reference", "bank", "--known-on", "2025-02-01")
    good("loan", "disburse", FIRST, *paid)
    close_until(desk, at("2025-01-31"))
    assert [row["state"] for row in good("loan", "list", "--product", "bbz_surety")] == ["pending"]
    close_until(desk, at("2025-02-02"))
    states = {str(row["loan"]): row["state"] for row in good("loan", "list")}
    assert states == {SURETY: "called", FIRST: "active"}
    assert [row["loan"] for row in good("loan", "list", "--state", "called")] == [int(SURETY)]
    shown = good("loan", "show", FIRST, "--on", "2025-02-02")
    assert (shown["outstanding"]["principal"], "surety" in shown["schedules"][0]["terms"]) == (
        "60000.00",
        False,
    )


def test_a_call_that_was_told_later_was_not_known_before(desk: Engine) -> None:
    assert call("60000.00", surety="BORG-1", known_on="2025-02-20").code == 0
    close_until(desk, at("2025-02-10"))
    assert [row["state"] for row in good("loan", "list", "--product", "bbz_surety")] == ["pending"]
    assert good("statement", SURETY, "--known-at", "2025-02-10")["called"] == []
    close_until(desk, at("2025-02-20"))
    assert [row["state"] for row in good("loan", "list", "--product", "bbz_surety")] == ["called"]


def test_statements_of_both_name_the_other(desk: Engine) -> None:
    assert call("18000.00").code == 0
    with freeze_time("2025-03-01"):
        claim, surety = good("statement", FIRST), good("statement", SURETY)
        page = run("statement", SURETY).out
    assert (claim["surety"], claim["surety_decision"]) == (SURETY, None)
    assert (surety["called"][0]["loan"], surety["still_stands"]) == (int(FIRST), "42000.00")
    assert "18000.00 on 2025-02-01, claim 100000002" in page
    with freeze_time("2025-03-01"):
        assert good("statement", SURETY, "--known-at", "2025-01-15")["called"] == []
    assert product_text("schuld uit een borgtocht", Named(SURETY, None)) == (
        "schuld uit een borgtocht (borgtocht 100000001)"
    )
    old = product_text("schuld uit een borgtocht", Named(None, "B-2016-4"))
    assert old == "schuld uit een borgtocht (borgtocht uit besluit B-2016-4)"
    assert product_text("lening", Named(None, None)) == "lening"
