"""A portfolio in the database: all or nothing, once, known from the right night, worked by the nights."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from jobs import clock
from jobs.business_dates import last_closed
from ledger.database import reading
from servicing.facts import Fact, FactKind
from servicing.store import debtors_of, facts_of, find_loan
from servicing.tables import loan_state
from tests.desk import good
from tests.nights import at, begin_on, close_until, sums
from tests.portfolios import (
    DEBTOR,
    DISBURSEMENT,
    LOAN,
    OPENED,
    OPENING,
    PAID_OUT,
    PAYMENT,
    Files,
    bring,
    held,
    refusal,
    write_csv,
)


def facts(engine: Engine, name: str) -> list[Fact]:
    with reading(engine) as connection:
        number = find_loan(connection, name).id
        return facts_of(connection, [number])[number]


def told(engine: Engine, name: str) -> list[tuple[str, str, str]]:
    """Kind, value date and first night of each fact."""
    return [(each.kind.text, str(each.value_date), str(each.known_on)) for each in facts(engine, name)]


def test_a_portfolio_is_in(database: Engine, tmp_path: Path) -> None:
    payments = [PAYMENT, PAYMENT | {"reference": "B-2", "date": "2024-03-01", "reversed_on": "2024-03-05"}]
    joint = DEBTOR | {"number": "D-2", "name": "M. Visser"}
    files = PAID_OUT | {
        "debtors": [DEBTOR, joint],
        "payments": payments,
        "co_debtors": [{"loan": "L-1", "debtor": "D-2"}],
    }
    done = bring(database, write_csv(tmp_path, files))
    assert (done.counts.new["debtors"], done.counts.new["payments"], done.counts.known.total()) == (2, 2, 0)
    with reading(database) as connection:
        heading = find_loan(connection, "L-1")
        assert debtors_of(connection, heading.id) == [1, 2]
    assert heading[:5] == (100000001, 1, "bbz_business_capital", "L-1", "bestelwagen")
    assert heading[5:] == (date(2023, 11, 15), date(2024, 1, 1), "from-2020")
    assert told(database, "L-1") == [
        ("grant", "2024-01-01", "2024-01-01"),
        ("disbursement", "2024-01-01", "2024-01-01"),
        ("payment", "2024-02-01", "2024-02-01"),
        ("payment", "2024-03-01", "2024-03-01"),
        ("reversal", "2024-03-05", "2024-03-05"),
    ]
    assert [(each.key, each.source, each.of) for each in facts(database, "L-1")[3:]] == [
        ("B-2", "payments.csv:3", 0),
        ("B-2", "payments.csv:3", 4),
    ]


def test_one_error_and_nothing_is_in(database: Engine, tmp_path: Path) -> None:
    before = held(database)
    rows = [PAYMENT, PAYMENT | {"reference": "B-2", "amount": "1.234"}]
    refusal(database, write_csv(tmp_path, PAID_OUT | {"payments": rows}))
    assert held(database) == before == (0, 0, 0, 0)
    with reading(database) as connection:
        assert last_closed(connection) is None


def test_the_same_files_again_bring_nothing(database: Engine, tmp_path: Path) -> None:
    first = bring(database, write_csv(tmp_path / "a", PAID_OUT))
    before = held(database)
    renamed = write_csv(tmp_path / "b", {"debtors": PAID_OUT["debtors"], "loans": PAID_OUT["loans"]})
    (tmp_path / "a" / "disbursements.csv").rename(renamed / "uitbetalingen.csv")
    again = bring(database, renamed)
    assert again.came_first is not None
    assert again.proof == first.proof
    assert again.counts.new.total() == 0
    assert held(database) == before


def test_the_same_rows_in_other_files_are_known(database: Engine, tmp_path: Path) -> None:
    bring(database, write_csv(tmp_path / "a", PAID_OUT | {"payments": [PAYMENT]}))
    more = PAYMENT | {"reference": "B-2", "date": "2024-03-01"}
    done = bring(database, write_csv(tmp_path / "b", PAID_OUT | {"payments": [PAYMENT, more]}))
    assert done.came_first is None
    assert dict(done.counts.new) == {"debtors": 0, "payments": 1}
    assert dict(done.counts.known) == {"debtors": 1, "loans": 1, "disbursements": 1, "payments": 1}
    done = bring(database, write_csv(tmp_path / "c", {"payments": [more | {"reversed_on": "2024-03-04"}]}))
    assert (dict(done.counts.new), dict(done.counts.known)) == (
        {"debtors": 0, "reversals": 1},
        {"debtors": 0, "payments": 1},
    )
    assert len(facts(database, "L-1")) == 5
    assert held(database)[3] == 3


RECORDED = "what is recorded under it already:"
MOVED = "the name and address recorded of debtor 1: aflos debtor records a move"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"payments": [PAYMENT | {"amount": "506.92"}]},
            "payments.csv:2:reference: B-1: what is recorded under it already: a payment on 2024-02-01 of 506.91",
        ),
        (
            {"payments": [PAYMENT | {"early": "term"}]},
            "payments.csv:2:reference: B-1: what is recorded under it already: a payment on 2024-02-01 of 506.91",
        ),
        (
            {"disbursements": [DISBURSEMENT | {"amount": "1.00"}]},
            f"disbursements.csv:2:reference: U-1: {RECORDED} a disbursement on 2024-01-01 of 25000.00",
        ),
        (
            {"debtors": [DEBTOR | {"name": "A. de Jong"}]},
            f"debtors.csv:2:number: D-1: {MOVED}",
        ),
        (
            {"debtors": [DEBTOR | {"birth_date": "1980-01-01"}]},
            "debtors.csv:2:birth_date: 1980-01-01: what is recorded already: nothing",
        ),
        (
            {"loans": [LOAN | {"purpose": "inventaris"}]},
            "loans.csv:2:purpose: inventaris: what is recorded already: bestelwagen",
        ),
    ],
)
def test_other_contents_under_a_known_number_are_refused(
    database: Engine, tmp_path: Path, files: Files, expected: str
) -> None:
    bring(database, write_csv(tmp_path / "a", PAID_OUT | {"payments": [PAYMENT]}))
    before = held(database)
    lines = refusal(database, write_csv(tmp_path / "b", files))
    assert expected in lines
    assert held(database) == before


def test_other_terms_and_debtors_of_a_known_loan_are_refused(database: Engine, tmp_path: Path) -> None:
    joint = DEBTOR | {"number": "D-2", "name": "M. Visser"}
    bring(database, write_csv(tmp_path / "a", PAID_OUT | {"debtors": [DEBTOR, joint]}))
    (line,) = refusal(
        database, write_csv(tmp_path / "b", PAID_OUT | {"loans": [LOAN | {"instalments": "59"}]})
    )
    assert line.startswith("loans.csv:2:number: what is recorded under it already: a grant on 2024-01-01, {")
    (line,) = refusal(database, write_csv(tmp_path / "c", PAID_OUT | {"loans": [LOAN | {"debtors": "D-2"}]}))
    assert line == "loans.csv:2:debtors: D-2: the debtors recorded of loan 100000001: 1"


def test_a_loan_number_of_two_creditors_needs_its_creditor(database: Engine, tmp_path: Path) -> None:
    bring(database, write_csv(tmp_path / "a", PAID_OUT))
    urk = PAID_OUT | {"loans": [LOAN | {"creditor": "urk"}]}
    rule = "a loan of one creditor; almere and urk have one: name the creditor"
    assert refusal(database, write_csv(tmp_path / "b", urk)) == [f"disbursements.csv:2:loan: L-1: {rule}"]
    named = urk | {"disbursements": [DISBURSEMENT | {"creditor": "urk"}]}
    bring(database, write_csv(tmp_path / "c", named))
    folder = write_csv(tmp_path / "d", {"payments": [PAYMENT]})
    assert refusal(database, folder) == [f"payments.csv:2:loan: L-1: {rule}"]
    bring(database, write_csv(tmp_path / "d", {"payments": [PAYMENT | {"creditor": "urk"}]}))
    with reading(database) as connection:
        assert len(facts_of(connection, [500000001])[500000001]) == 3
    bring(database, write_csv(tmp_path / "d", {"payments": [PAYMENT | {"loan": "100000001"}]}))
    with reading(database) as connection:
        assert len(facts_of(connection, [100000001])[100000001]) == 3


def test_without_balances_the_nights_begin_before_the_first_fact(database: Engine, tmp_path: Path) -> None:
    loan = LOAN | {"decision_date": "2023-12-20"}
    done = bring(database, write_csv(tmp_path, PAID_OUT | {"loans": [loan], "payments": [PAYMENT]}))
    assert done.first_business_date == date(2023, 12, 20)
    assert [night for _, _, night in told(database, "L-1")] == ["2023-12-20", "2024-01-01", "2024-02-01"]


def test_a_given_cut_over_date_holds(database: Engine, tmp_path: Path) -> None:
    done = bring(
        database, write_csv(tmp_path, PAID_OUT | {"payments": [PAYMENT]}), cut_over=date(2024, 1, 31)
    )
    assert (done.cut_over, done.first_business_date) == (date(2024, 1, 31), date(2024, 2, 1))
    assert {night for _, _, night in told(database, "L-1")} == {"2024-02-01"}


def test_b8_a_coming_payment_waits_for_its_day(database: Engine, tmp_path: Path) -> None:
    coming = clock.today() + timedelta(days=300)
    bring(database, write_csv(tmp_path, PAID_OUT | {"payments": [PAYMENT | {"date": str(coming)}]}))
    assert told(database, "L-1")[-1] == ("payment", str(coming), str(coming))


def test_where_nights_were_closed_news_is_known_from_the_next_one(database: Engine, tmp_path: Path) -> None:
    begin_on(database, at("2024-01-01"))
    close_until(database, at("2024-01-03"))
    done = bring(database, write_csv(tmp_path, PAID_OUT))
    assert done.first_business_date == clock.today()
    assert {night for _, _, night in told(database, "L-1")} == {str(clock.today())}


def test_the_nights_work_what_came_in(database: Engine, tmp_path: Path) -> None:
    bring(database, write_csv(tmp_path, PAID_OUT | {"payments": [PAYMENT]}))
    close_until(database, at("2024-02-01"))
    # Worked case 6: 25,000.00 at 8 % in 60 instalments of 506.91; the first is 166.67 interest and 340.24 principal.
    assert sums(database) == {
        (100000001, 1200, 20240101): -2500000,
        (100000001, 1300, 20240101): 2500000,
        (100000001, 1300, 20240201): -34024,
        (100000001, 8000, 20240201): -16667,
        (100000001, 1100, 20240201): 50691,
    }


def test_the_nights_go_on_from_the_opening_balances(database: Engine, tmp_path: Path) -> None:
    due = {"principal_due": "250.00", "interest_due": "50.00", "accrued_interest": "1.25", "costs": "7.00"}
    opening = OPENING | due | {"arrears_since": "2024-12-01", "instalment": "600.00"}
    payment = PAYMENT | {"date": "2025-02-03", "amount": "307.00"}
    files = OPENED | {"opening_balances": [opening], "payments": [payment]}
    done = bring(database, write_csv(tmp_path, files))
    assert (done.cut_over, done.first_business_date) == (date(2024, 12, 31), date(2025, 1, 1))
    assert told(database, "L-1") == [
        ("grant", "2024-01-01", "2025-01-01"),
        ("opening", "2024-12-31", "2025-01-01"),
        ("schedule", "2024-12-31", "2025-01-01"),
        ("payment", "2025-02-03", "2025-02-03"),
    ]
    close_until(database, at("2025-01-01"))
    assert sums(database) == {
        (100000001, 1300, 20241231): 2000000,
        (100000001, 1310, 20241231): 25000,
        (100000001, 1320, 20241231): 5000,
        (100000001, 1330, 20241231): 125,
        (100000001, 1350, 20241231): 700,
        (100000001, 2900, 20241231): -2030825,
    } | {(100000001, account, 20241231): cents for account, cents in cut_off().items()}
    close_until(database, at("2025-02-03"))
    with reading(database) as connection:
        (state,) = connection.execute(select(loan_state)).all()
    # A month's interest on 20,250.00 at 8 % is 135.00, with the 1.25 of before 136.25; 600.00 - 136.25 is principal.
    assert (state.principal, state.principal_due, state.interest_due) == (1953625, 46375, 13625)
    assert (state.costs, state.arrears_since, state.next_due) == (0, 20250131, 20250228)


def cut_off() -> dict[int, int]:
    """On 31 December a day's interest (20,250.00 x 8 % / 12 / 31) is put in the books beside the 1.25."""
    return {1330: 125 + 435, 8000: -435}


def test_a_payment_from_before_a_known_opening_is_refused(database: Engine, tmp_path: Path) -> None:
    bring(database, write_csv(tmp_path / "a", OPENED))
    rule = "a day after the cut-over date 2024-12-31: before it is in the balances"
    late = write_csv(tmp_path / "b", {"payments": [PAYMENT]})
    assert refusal(database, late) == [f"payments.csv:2:date: 2024-02-01: {rule}"]


def test_a_payment_comes_back_once(database: Engine, tmp_path: Path) -> None:
    back = PAYMENT | {"reversed_on": "2024-02-05"}
    bring(database, write_csv(tmp_path / "a", PAID_OUT | {"payments": [back]}))
    again = write_csv(tmp_path / "b", {"payments": [PAYMENT | {"reversed_on": "2024-02-06"}]})
    (line,) = refusal(database, again)
    assert line == f"payments.csv:2:reference: B-1: {RECORDED} a reversal on 2024-02-05"


def test_a_loan_of_which_all_fell_due_goes_on(database: Engine, tmp_path: Path) -> None:
    loan = LOAN | {"decision_date": "2019-01-01", "application_date": "2018-12-01", "instalments": "12"}
    opening = OPENING | {
        "principal": "0",
        "principal_due": "900.00",
        "arrears_since": "2020-01-01",
        "next_due": "",
        "remaining_instalments": "0",
    }
    payment = PAYMENT | {"date": "2025-01-31", "amount": "906.00"}
    files = OPENED | {"loans": [loan], "opening_balances": [opening], "payments": [payment]}
    bring(database, write_csv(tmp_path, files))
    close_until(database, at("2025-01-31"))
    with reading(database) as connection:
        (state,) = connection.execute(select(loan_state)).all()
        assert find_loan(connection, "L-1").regime == "before-2020"
    # 900.00 x 8 % / 12 x 1 month of 31 days is 6.00: everything is paid.
    assert (state.principal, state.principal_due, state.interest_due, state.credit) == (0, 0, 0, 0)


def test_a_rate_that_follows_the_calendar_comes_with_its_changes(database: Engine, tmp_path: Path) -> None:
    loan = LOAN | {
        "product": "tozo_business_capital",
        "decision_date": "2020-06-01",
        "application_date": "2020-05-20",
        "amount": "9000.00",
        "instalments": "36",
        "method": "linear",
        "rate": "",
    }
    files = PAID_OUT | {"loans": [loan], "disbursements": [DISBURSEMENT | {"amount": "9000.00"}]}
    bring(database, write_csv(tmp_path, files))
    grant, *rates = [each for each in facts(database, "L-1") if each.kind in {FactKind.GRANT, FactKind.RATE}]
    assert grant.data["annual_rate_percent"] == "2"
    # Tozo: interest-free from 2021-01-01 to 2022-06-30 (config/law/tozo_interest.yaml).
    assert [(str(each.value_date), each.data["annual_rate_percent"]) for each in rates] == [
        ("2021-01-01", "0"),
        ("2022-07-01", "2"),
    ]


@pytest.mark.parametrize(
    ("change", "regime"),
    [
        ({"application_date": "2019-12-31"}, "before-2020"),
        ({"application_date": "2020-01-01"}, "from-2020"),
        ({"product": "doorstartfonds_credit", "creditor": "flevoland", "rate": "8"}, "private"),
    ],
)
def test_the_regime_follows_from_the_application(
    database: Engine, tmp_path: Path, change: dict[str, str], regime: str
) -> None:
    loan = LOAN | {"decision_date": "2020-02-01", "application_date": "2020-01-15"} | change
    bring(database, write_csv(tmp_path, {"debtors": [DEBTOR], "loans": [loan]}))
    with reading(database) as connection:
        assert find_loan(connection, "L-1").regime == regime


def test_a_loan_that_comes_in_is_as_protected_as_the_others_of_its_debtor(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(sqlite_database, write_csv(tmp_path / "1", PAID_OUT))
    monkeypatch.setenv("AFLOS_DATABASE", sqlite_url)
    good("event", "death", "1", "--on", "2024-02-01", "--document", "BRP 1")
    good("event", "wsnp-start", "1", "--on", "2024-01-15", "--document", "Rb 1")
    older, younger = LOAN | {"number": "L-2"}, LOAN | {"number": "L-3", "decision_date": "2024-02-02"}
    paid = [DISBURSEMENT | {"loan": "L-2"}, DISBURSEMENT | {"loan": "L-3", "date": "2024-02-02"}]
    files = {"debtors": [DEBTOR], "loans": [LOAN, older, younger], "disbursements": [DISBURSEMENT, *paid]}
    bring(sqlite_database, write_csv(tmp_path / "2", files))
    assert {each.kind for each in facts(sqlite_database, "L-2")} >= {FactKind.DEATH, FactKind.WSNP_START}
    kinds = {each.kind for each in facts(sqlite_database, "L-3")}
    assert FactKind.DEATH in kinds
    assert FactKind.WSNP_START not in kinds
    bring(sqlite_database, write_csv(tmp_path / "3", files | {"payments": [PAYMENT]}))
    assert len([each for each in facts(sqlite_database, "L-2") if each.kind is FactKind.DEATH]) == 1
