"""The commands `aflos loan ...`: granted, decided about, withdrawn, shown and listed; what each refusal says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from jobs import clock
from ledger.database import reading
from servicing.tables import fact
from tests.desk import GRANTED, LOAN, add_debtor, add_loan, good, open_desk, open_loan, run
from tests.nights import begin_on, close_until

B99 = ("--decision", "B-2025-99")
DEFERRED = ("--from", "2025-07-01", "--until", "2026-01-01", "--of", "principal", "--end", "extend")


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database with one loan of 25,000.00, on each engine."""
    open_loan(database_url, tmp_path, monkeypatch)
    return database


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """The same on SQLite alone, for what is refused before a database is asked."""
    open_loan(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


@pytest.fixture
def empty(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with one debtor and no loan."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor().code == 0


def facts(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(fact)).scalar_one()


# Granting


def test_a_grant_fills_in_what_product_and_law_say(empty: None) -> None:
    assert add_loan().code == 0
    shown = good("loan", "show", LOAN)
    assert (shown["creditor"], shown["debtors"], shown["regime"]) == ("almere", [1], "from-2020")
    # Bbz art. 15 onder a: 8 % for grants from 1 July 2009.
    assert shown["terms"]["annual_rate_percent"] == "8"
    assert (shown["terms"]["method"], shown["terms"]["day_count"]) == ("annuity", "monthly")
    assert (shown["state"], shown["rows"][0]["due"], len(shown["rows"])) == ("pending", "506.91", 60)


def test_an_older_application_keeps_the_older_regime(empty: None) -> None:
    assert add_loan(application_date="2019-12-31").code == 0
    assert good("loan", "show", LOAN)["regime"] == "before-2020"


def test_the_same_decision_again_is_no_second_loan(empty: None) -> None:
    add_loan()
    again = add_loan()
    assert (again.code, again.out) == (0, f"loan {LOAN}: is known already, nothing recorded\n")
    other = add_loan(principal="26000.00")
    assert other.code == 2
    assert "'B-2025-17': granted loan 100000001 already, with other contents" in other.err


def test_a_file_grants_as_options_do(empty: None, tmp_path: Path) -> None:
    names = ("creditor", "product", "group", "purpose", "decision")
    case = {key: GRANTED[f"--{key}"] for key in names} | {
        "decision_date": "2025-01-01",
        "debtors": [1],
        "terms": {"principal": 25000, "start": "2025-01-01", "instalments": 60},
    }
    file = tmp_path / "loan.json"
    file.write_text(json.dumps(case))
    assert good("loan", "add", "--input", str(file))["loan"] == int(LOAN)
    assert "is known already" in add_loan().out
    assert run("loan", "add", "--input", str(file), "--purpose", "a boat").code == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"creditor": "utrecht"}, "creditor: 'utrecht': must be one of almere, dronten"),
        ({"product": "mortgage"}, "product: 'mortgage': must be one of bbz_business_capital"),
        ({"debtor": "2"}, "no debtor with number '2'; aflos debtor list shows them"),
        ({"debtor": None}, "debtors: []: must name each debtor once, and at least one"),
        ({"group": "older"}, "group: 'older': bbz_business_capital is for established or starter"),
        ({"group": None}, "group: None: bbz_business_capital is for"),
        ({"purpose": None}, "purpose: is missing"),
        ({"decision": None}, "decision: is missing"),
        ({"decision_date": "2199-01-01"}, "decision_date: '2199-01-01': lies after today"),
        ({"application_date": "2025-01-02"}, "application_date: 2025-01-02: must not lie after the decision"),
        ({"start": "2024-12-31"}, "start: 2024-12-31: must not lie before the decision of 2025-01-01"),
        ({"principal": "0.00"}, "terms: principal: '0.00': must be above 0"),
        ({"instalments": "0"}, "terms: instalments: '0'"),
        ({"rounding": "none"}, "rounding: none: is for computations"),
        # Stcrt. amount of 2025 for an established self-employed person (Bbz art. 20): 253,420.00.
        ({"principal": "253420.01"}, "253420.01 euros: the maximum is 253420.00"),
        # Bbz art. 15 onder b: at most ten years.
        ({"instalments": "121"}, "121 months: the maximum is 120"),
        ({"rate": "7"}, "annual_rate_percent: 7: bbz_business_capital bears 8 percent"),
        (
            {"product": "bbz_preparation_costs", "rate": "8"},
            "bbz_preparation_costs bears 0 percent until the start of business; from then on by aflos decide rate",
        ),
        ({"decision_date": "2026-01-01", "start": "2026-01-01"}, "capital_limit_established on 2026-01-01"),
        ({"purpose": "a\u202evan"}, "purpose: holds the invisible character U+202E"),
    ],
)
def test_a_grant_that_cannot_be_is_refused(empty: None, changes: dict[str, str | None], error: str) -> None:
    done = add_loan(**changes)
    assert (done.code, error in done.err) == (2, True), done.err
    assert good("loan", "list") == []


def test_a_contract_under_private_law_only_warns(empty: None) -> None:
    private = {"creditor": "flevoland", "product": "doorstartfonds_credit", "group": None}
    done = add_loan(**private, rate="9", instalments="12")
    assert done.code == 0
    assert "warning: 12 months: the minimum is 60" in done.err
    assert good("loan", "show", "700000001")["regime"] == "private"


def test_a_number_of_the_office_names_one_loan(empty: None) -> None:
    assert add_loan(external="L-1").code == 0
    assert good("loan", "show", "L-1")["loan"] == int(LOAN)
    other = add_loan(external="L-1", decision="B-2")
    assert (other.code, other.err) == (2, "external: 'L-1': is the number of loan 100000001 already")


# What happens and is decided


def test_no_more_is_paid_out_than_was_granted(desk: Engine) -> None:
    done = run("loan", "disburse", LOAN, "--amount", "0.01", "--on", "2025-01-02")
    assert done.code == 2
    assert "disbursement of 0.01: 25000.00 was granted and 25000.00 of it paid out already" in done.err


def test_decisions_change_what_is_expected(desk: Engine) -> None:
    good("loan", "rate", LOAN, "--percent", "4", "--on", "2025-03-01", "--recompute", *B99)
    good("loan", "instalment", LOAN, "--amount", "600.00", "--on", "2025-02-05", *B99)
    good("loan", "cost", LOAN, "--amount", "9.00", "--on", "2025-02-10", *B99)
    good("loan", "early-repayment", LOAN, "--amount", "5000.00", "--on", "2025-02-01", "--mode", "term", *B99)
    shown = good("loan", "show", LOAN, "--on", "2025-02-11")
    assert shown["outstanding"]["costs"] == "9.00"
    # January at 8 % is 166.67; the row takes 340.24, what is left of 5,000.00 lowers the principal.
    assert shown["outstanding"]["principal"] == "20166.67"
    assert [row["due"] for row in shown["rows"][4:6]] == ["600.00", "600.00"]
    assert shown["coming"] == [3]
    kinds = [fact["kind"] for fact in shown["facts"]]
    assert kinds == ["grant", "disbursement", "rate", "instalment", "cost", "early-repayment"]


def test_a_deferral_moves_the_end(desk: Engine) -> None:
    good("loan", "defer", LOAN, *DEFERRED, "--on", "2025-06-15", *B99)
    rows = good("loan", "show", LOAN, "--on", "2025-06-30")["rows"]
    assert len(rows) == 66
    assert {row["deferred"] for row in rows if "2025-07-01" <= row["date"] < "2026-01-01"} == {"principal"}


def test_a_reschedule_keeps_what_it_does_not_change(desk: Engine) -> None:
    good("loan", "reschedule", LOAN, "--on", "2025-02-01", "--instalments", "84", *B99)
    shown = good("loan", "show", LOAN, "--on", "2025-02-02")
    first, second = shown["schedules"]
    assert (first["decision"], second["decision"], second["from"]) == ("B-2025-17", "B-2025-99", "2025-02-01")
    assert second["terms"]["annual_rate_percent"] == "8"
    assert shown["rows"][-1]["date"] == "2032-02-01"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ("rate", LOAN, "--percent", "101", "--on", "2025-03-01", *B99),
            "percent: '101': a rate is at most 100",
        ),
        (("rate", LOAN, "--percent", "4", "--on", "2024-03-01", *B99), "must not lie before the decision"),
        (("rate", LOAN, "--percent", "4", "--on", "2100-03-01", *B99), "lies more than 5 years after today"),
        (("instalment", LOAN, "--amount", "0", "--on", "2025-03-01", *B99), "amount: '0': must be above 0"),
        (("cost", LOAN, "--amount", "9", "--on", "2199-03-01", *B99), "on: 2199-03-01: lies after today"),
        (("cost", "9", "--amount", "9", "--on", "2025-03-01", *B99), "no loan with number '9'"),
        (
            ("defer", LOAN, "--from", "2025-07-01", "--until", "2025-07-01", *DEFERRED[4:], *B99),
            "until: 2025-07-01: must come after from 2025-07-01",
        ),
        (
            ("defer", LOAN, "--from", "2025-07-01", "--until", "2028-08-01", *DEFERRED[4:], *B99),
            "37 months is over the 12 months of one deferral (deferral_longest_at_once from 2004-01-01)",
        ),
        (
            ("reschedule", LOAN, "--on", "2025-02-01", *B99),
            "terms: instalments: is missing",
        ),
        (
            ("reschedule", LOAN, "--on", "2025-02-01", "--instalments", "9", "--start", "2025-01-01", *B99),
            "start: 2025-01-01: start must not lie before 2025-02-01",
        ),
        (
            ("withdraw", LOAN, "9", "--reason", "wrong"),
            "no fact '9'; it has facts 1 to 2, see aflos loan show",
        ),
        (("withdraw", LOAN, "2", "--reason", " "), "reason: is missing"),
        (("withdraw", LOAN, "1", "--reason", "wrong"), "the decision that grants the loan stays"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(counter: Engine, words: tuple[str, ...], error: str) -> None:
    before = facts(counter)
    done = run("loan", *words)
    assert (done.code, error in done.err) == (2, True), done.err
    assert facts(counter) == before


def test_deferrals_together_stay_within_the_law(counter: Engine) -> None:
    long = ("--from", "2025-07-01", "--until", "2026-07-02", *DEFERRED[4:])
    done = run("loan", "defer", LOAN, *long, *B99)
    assert (done.code, "13 months is over the 12 months of one deferral" in done.err) == (2, True)
    for year in (2025, 2026, 2027):
        period = ("--from", f"{year}-07-01", "--until", f"{year + 1}-07-01")
        good("loan", "defer", LOAN, *period, *DEFERRED[4:], "--decision", f"B-{year}")
    more = ("--from", "2028-07-01", "--until", "2028-07-02", *DEFERRED[4:], "--decision", "B-2028")
    done = run("loan", "defer", LOAN, *more)
    assert (done.code, "1 months more, after 36, is over the 36 months" in done.err) == (2, True)
    good("loan", "withdraw", LOAN, "3", "--reason", "objection granted")
    assert run("loan", "defer", LOAN, *more).code == 0


def test_p_b9_the_end_moves_past_the_longest_term_only_as_the_college_chose(desk: Engine) -> None:
    add_loan(decision="B-2", instalments="118")
    good("loan", "disburse", "100000002", "--amount", "25000.00", "--on", "2025-01-01")
    long = ("--from", "2025-07-01", "--until", "2026-01-01", *DEFERRED[4:], "--decision", "B-2025")
    done = run("loan", "defer", "100000002", *long)
    assert (done.code, "loan.deferral for almere: not chosen yet" in done.err) == (2, True)


def test_a_history_that_cannot_be_worked_is_refused_at_the_door(desk: Engine) -> None:
    add_loan(decision="B-2", instalments="3")
    before = facts(desk)
    done = run("loan", "disburse", "100000002", "--amount", "25000.00", "--on", "2025-06-01")
    assert done.code == 2
    assert "disbursement on 2025-06-01: after the last due date 2025-04-01" in done.err
    assert facts(desk) == before


def test_a_withdrawn_fact_is_shown_and_no_longer_counts(desk: Engine) -> None:
    good("payment", "add", LOAN, "--amount", "506.91", "--on", "2025-02-01", "--reference", "a")
    done = good("loan", "withdraw", LOAN, "3", "--reason", "of another loan")
    assert (done["kind"], done["of"], done["data"]) == ("withdrawal", 3, {"reason": "of another loan"})
    shown = good("loan", "show", LOAN, "--on", "2025-02-02")
    assert shown["facts"][2]["withdrawn_by"] == 4
    assert shown["outstanding"]["principal"] == "25000.00"
    assert good("loan", "withdraw", LOAN, "3", "--reason", "of another loan")["recorded"] is False
    other = run("loan", "withdraw", LOAN, "3", "--reason", "another reason")
    assert "fact 3 was withdrawn already by fact 4, for another reason" in other.err
    undo = run("loan", "withdraw", LOAN, "4", "--reason", "it was right")
    assert "a withdrawal stays; record what was withdrawn again under another reference" in undo.err


def test_nothing_is_known_before_the_grant(desk: Engine) -> None:
    add_loan(decision="B-2")
    words = ("loan", "disburse", "100000002", "--amount", "1.00", "--on", "2025-01-01")
    done = run(*words, "--known-on", "2025-01-01")
    assert (done.code, f"must lie from {clock.today()}" in done.err) == (2, True)


# Showing


def test_books_and_news_are_told_apart(desk: Engine) -> None:
    begin_on(desk, date(2025, 1, 1))
    close_until(desk, date(2025, 2, 1))
    shown = good("loan", "show", LOAN, "--on", "2025-02-15")
    assert shown["books"] == {
        "worked_to": "2025-02-01",
        "principal": "25000.00",
        "interest": "166.67",
        "costs": "0.00",
        "credit": "0.00",
    }
    assert (shown["news"], shown["set_aside"]) == ([], None)
    assert shown["arrears"] == {"overdue": "506.91", "since": "2025-02-01", "days_past_due": 14}
    good("payment", "add", LOAN, "--amount", "506.91", "--on", "2025-02-15")
    again = good("loan", "show", LOAN, "--on", "2025-02-15")
    assert (again["news"], again["arrears"]["overdue"]) == ([3], "0.00")
    assert again["books"] == shown["books"]


def test_the_list_chooses_by_creditor_product_state_and_arrears(desk: Engine) -> None:
    add_loan(creditor="urk", decision="B-2")
    assert [row["loan"] for row in good("loan", "list")] == [100000001, 500000001]
    assert [row["state"] for row in good("loan", "list")] == ["new", "new"]
    begin_on(desk, date(2025, 1, 1))
    close_until(desk, date(2025, 2, 10))
    (urk,) = good("loan", "list", "--creditor", "urk")
    assert (urk["state"], urk["news"]) == ("new", True)
    (late,) = good("loan", "list", "--arrears")
    assert (late["loan"], late["state"], late["days_past_due"]) == (100000001, "active", 9)
    assert (late["principal"], late["interest"], late["late_since"]) == ("25000.00", "166.67", "2025-02-01")
    assert good("loan", "list", "--state", "closed") == []
    assert len(good("loan", "list", "--product", "bbz_business_capital")) == 2
    assert run("loan", "list", "--state", "gone").code == 2


def test_pages_are_for_people(counter: Engine) -> None:
    page = run("loan", "show", LOAN).out
    assert "debtors           1\n" in page
    assert "2025-01-01  1     B-2025-17  -" in page
    assert run("loan", "list").out.splitlines()[1].startswith("100000001  -         almere")
    assert "--annual" not in run("loan", "add", "--help").out
    for words in (("loan",), ("loan", "add"), ("payment",), ("debtor",), ("db",)):
        assert "Example: aflos" in run(*words, "--help").out
