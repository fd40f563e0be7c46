"""What the files of a portfolio may say together: every rule, with the error it gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.portfolios import (
    DEBTOR,
    DISBURSEMENT,
    LOAN,
    OPENED,
    OPENING,
    PAID_OUT,
    PAYMENT,
    Files,
    Row,
    bring,
    refusal,
    write_csv,
)


def refused(tmp_path: Path, files: Files, **request: Any) -> list[str]:
    return refusal(None, write_csv(tmp_path, files), dry_run=True, **request)


def warned(tmp_path: Path, files: Files) -> list[str]:
    done = bring(None, write_csv(tmp_path, files), dry_run=True)
    return list(done.warnings)


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def test_what_is_right_passes_without_a_word(tmp_path: Path) -> None:
    loan = LOAN | {"decision_date": "2023-01-01", "application_date": "2022-12-01"}
    given = DISBURSEMENT | {"date": "2023-01-01"}
    assert warned(tmp_path, PAID_OUT | {"loans": [loan], "disbursements": [given]}) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"number": ""}, "debtors.csv:2:number: (empty): the office's own number of the debtor"),
        ({"name": ""}, "debtors.csv:2:name: (empty): name as on letters"),
        (
            {"postcode": "0232 AB"},
            "debtors.csv:2:postcode: '0232 AB': must be four digits and two letters, such as 8232 AB",
        ),
        ({"city": ""}, "debtors.csv:2:city: is missing; leave the whole address out if it is unknown"),
        ({"street": "a" * 81}, "debtors.csv:2:street: 81 characters: must have at most 80"),
    ],
)
def test_a_debtor(tmp_path: Path, change: Row, expected: str) -> None:
    assert refused(tmp_path, {"debtors": [DEBTOR | change]}) == [expected]


def test_a_debtor_twice_and_a_bsn_twice(tmp_path: Path) -> None:
    bsn = {"bsn": "999990019"}
    rows = [DEBTOR | bsn, DEBTOR | {"name": "B"}, DEBTOR | bsn | {"number": "D-3"}]
    assert refused(tmp_path, {"debtors": rows}) == [
        "debtors.csv:3:number: D-1: a debtor once; it is on debtors.csv:2 already",
        "debtors.csv:4:bsn: a BSN once; it is on debtors.csv:2 already",
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"creditor": "utrecht"},
            "loans.csv:2:creditor: utrecht: the code or name of a creditor: almere, dronten",
        ),
        ({"product": "hypotheek"}, "loans.csv:2:product: hypotheek: the code or name of a product: bbz_"),
        (
            {"debtors": "D-9"},
            "loans.csv:2:debtors: D-9: a debtor that stands in the files or in the database",
        ),
        (
            {"application_date": ""},
            "loans.csv:2:application_date: (empty): a day: it decides whether the rules of before 2020 hold",
        ),
        (
            {"application_date": "2024-01-02"},
            "loans.csv:2:application_date: 2024-01-02: a day on or before the decision date 2024-01-01",
        ),
        ({"amount": "25.000"}, "loans.csv:2:amount: 25.000: ambiguous, thousands or decimals"),
        ({"instalments": "0"}, "loans.csv:2:instalments: 0: must be a whole number from 1 to 1200"),
        (
            {"method": ""},
            "loans.csv:2:method: (empty): one of annuity, linear, bullet: the decision says which",
        ),
        (
            {"every": "2w"},
            "loans.csv:2:day_count: monthly: needs a period in months or years, and every is 2w",
        ),
        (
            {"first_due": "2023-12-01"},
            "loans.csv:2:first_due: 2023-12-01: must not be before start 2024-01-01",
        ),
        (
            {"grace_principal": "60"},
            "loans.csv:2:grace_principal: 60: must be from 0 to below instalments 60",
        ),
        ({"instalment": "166.67"}, "loans.csv:2:instalment: "),
        (
            {"instalments": "121"},
            "loans.csv:2:instalments: 121 months: the maximum is 120 (capital_longest_term",
        ),
        ({"group": "older"}, "loans.csv:2:group: older: bbz_business_capital is for established or starter"),
        (
            {"product": "bbz_older_capital_loan", "method": "linear", "rate": "8", "amount": "9000"},
            "loans.csv:2:rate: 8: 0: bbz_older_capital_loan bears no interest",
        ),
        (
            {"product": "bbz_older_capital_loan", "rate": "", "amount": "9000"},
            "loans.csv:2:method: annuity: bbz_older_capital_loan is repaid by linear, bullet",
        ),
        (
            {"product": "doorstartfonds_credit", "creditor": "flevoland", "rate": ""},
            "loans.csv:2:rate: (empty): percent per year: Credit agreement; BW boek 6 and 7 gives no rate by itself",
        ),
        (
            {"product": "bbz_mortgage_rest", "method": "linear", "rate": ""},
            "loans.csv:2:rate: (empty): percent per year: Bbz 2004 art. 43a tot en met 43d gives no rate by itself",
        ),
        (
            {"decision_date": "1999-05-01", "application_date": "1999-04-01", "rate": ""},
            "loans.csv:2:rate: (empty): percent per year: capital_interest on 1999-05-01: nothing is known before",
        ),
        ({"decision_date": "1900-01-01"}, "loans.csv:2:decision_date: 1900-01-01: a day from 1950-01-01 to "),
        ({"decision_date": "9999-12-31"}, "loans.csv:2:decision_date: 9999-12-31: a day from 1950-01-01 to "),
    ],
)
def test_a_loan(tmp_path: Path, change: Row, expected: str) -> None:
    lines = refused(tmp_path, {"debtors": [DEBTOR], "loans": [LOAN | change]})
    assert len(lines) == 1
    assert lines[0].startswith(expected)


def test_a_number_once_within_a_creditor(tmp_path: Path) -> None:
    other = LOAN | {"creditor": "urk"}
    assert refused(tmp_path, PAID_OUT | {"loans": [LOAN, LOAN, other]}) == [
        "loans.csv:3:number: L-1: a loan of almere once; it is on loans.csv:2 already",
        "disbursements.csv:2:loan: L-1: a loan of one creditor; almere and urk have one: name the creditor",
    ]
    named = [DISBURSEMENT | {"creditor": "almere"}, DISBURSEMENT | {"creditor": "urk"}]
    warned(tmp_path, PAID_OUT | {"loans": [LOAN, other], "disbursements": named})


def test_a_limit_of_public_law_is_refused_and_of_private_law_told(tmp_path: Path) -> None:
    decided = {"decision_date": "2022-03-01", "application_date": "2022-02-01", "amount": "300000"}
    files: Files = {"debtors": [DEBTOR], "loans": [LOAN | decided]}
    (line,) = refused(tmp_path, files)
    assert line.startswith("loans.csv:2:amount: 300000.00 euros: the maximum is ")
    starter: Files = {
        "debtors": [DEBTOR],
        "loans": [LOAN | decided | {"amount": "40000", "group": "starter"}],
    }
    (line,) = refused(tmp_path, starter)
    assert line.startswith(
        "loans.csv:2:amount: 40000.00 euros: the maximum is 39057.00 (capital_limit_starter"
    )
    private = LOAN | decided | {"product": "doorstartfonds_credit", "creditor": "flevoland"}
    (line, _) = warned(tmp_path, {"debtors": [DEBTOR], "loans": [private]})
    assert line.startswith(
        "loans.csv:2:amount: 300000.00 euros: the maximum is 190000.00 (doorstartfonds_largest"
    )


def test_a_figure_that_is_not_known_is_told_once(tmp_path: Path) -> None:
    loans = [LOAN, LOAN | {"number": "L-2"}]
    lines = warned(tmp_path, PAID_OUT | {"loans": loans, "disbursements": [DISBURSEMENT]})
    why = (
        "on 2024-01-01: the figure exists but was not found: not checked, here and for every other such loan"
    )
    assert lines == [
        f"loans.csv:2:amount: capital_limit_established {why}",
        f"loans.csv:2:amount: capital_limit_starter {why}",
        "loans.csv:3:number: L-2: nothing was paid out yet: it has no disbursement and no opening balance",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            [{"loan": "L-9"}],
            ["disbursements.csv:2:loan: L-9: a loan that stands in the files or in the database"],
        ),
        (
            [{"amount": "15000.00"}, {"amount": "10000.01", "reference": "U-2"}],
            ["disbursements.csv:3:amount: 25000.01: at most the 25000.00 that was granted, together"],
        ),
        (
            [{"amount": "1.00"}, {"amount": "1.00"}],
            ["disbursements.csv:3:reference: U-1: a reference once for loan L-1"],
        ),
        (
            [{}, {"date": "2026-01-01", "amount": "0", "reference": "U-2"}],
            ["disbursements.csv:3:amount: 0: an amount above 0,00"],
        ),
    ],
)
def test_disbursements(tmp_path: Path, changes: list[Row], expected: list[str]) -> None:
    given = [DISBURSEMENT | change for change in changes]
    assert refused(tmp_path, PAID_OUT | {"disbursements": given}) == expected


def test_a_disbursement_after_the_last_due_date(tmp_path: Path) -> None:
    given = [
        DISBURSEMENT | {"amount": "1"},
        DISBURSEMENT | {"amount": "1", "date": "2024-04-01", "reference": "U-2"},
    ]
    assert refused(tmp_path, PAID_OUT | {"loans": [LOAN | {"instalments": 2}], "disbursements": given}) == [
        "disbursements.csv:3:date: 2024-04-01: a day on or before the last due date 2024-03-01"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"principal": "24999.99", "principal_due": "0.02", "arrears_since": "2024-12-01"},
            "principal: 25000.01: ",
        ),
        ({"principal": "-1"}, "principal: -1: an amount that is not below 0,00"),
        ({"credit": "\u221212,50"}, "credit: \u221212,50: an amount that is not below 0,00"),
        (
            {"principal_due": "1"},
            "arrears_since: (empty): the oldest unpaid due date exactly where something fell",
        ),
        (
            {"arrears_since": "2024-12-01"},
            "arrears_since: 2024-12-01: the oldest unpaid due date exactly where",
        ),
        (
            {"principal_due": "1", "arrears_since": "2025-01-01"},
            "arrears_since: 2025-01-01: a day on or before 2024-",
        ),
        ({"next_due": ""}, "next_due: (empty): a due date exactly while instalments remain, and 48 do"),
        ({"next_due": "2024-12-31"}, "next_due: 2024-12-31: a day after the cut-over date 2024-12-31"),
        (
            {"cut_over": "2023-12-31"},
            "loan: L-1: a loan decided on or before the cut-over date; it was on 2024-01-01",
        ),
        ({"instalment": "133.00"}, "instalment: "),
    ],
)
def test_an_opening_balance(tmp_path: Path, change: Row, expected: str) -> None:
    (line,) = refused(tmp_path, OPENED | {"opening_balances": [OPENING | change]})
    assert line.startswith(f"opening_balances.csv:2:{expected}")


def test_instalments_remain_exactly_for_principal_that_is_not_due(tmp_path: Path) -> None:
    due = {"principal": "0", "principal_due": "20000.00", "arrears_since": "2024-12-01"}
    rule = "instalments for the 0.00 that is not yet due: both or neither"
    assert refused(tmp_path, OPENED | {"opening_balances": [OPENING | due]}) == [
        f"opening_balances.csv:2:remaining_instalments: 48: {rule}"
    ]
    ended = OPENING | due | {"remaining_instalments": "0", "next_due": "", "deferred_interest": "5,00"}
    rule = "0,00 without remaining instalments: deferred interest falls due with the last one"
    assert refused(tmp_path, OPENED | {"opening_balances": [ended]}) == [
        f"opening_balances.csv:2:deferred_interest: 5.00: {rule}"
    ]


def test_a_loan_of_which_nothing_is_open(tmp_path: Path) -> None:
    nothing = OPENING | {"principal": "0", "remaining_instalments": "0", "next_due": ""}
    rule = "a balance: nothing is open, so leave the loan out or bring in its disbursements and payments"
    assert refused(tmp_path, OPENED | {"opening_balances": [nothing]}) == [
        f"opening_balances.csv:2:principal: 0.00: {rule}"
    ]


def test_a_loan_has_either_disbursements_or_an_opening_balance(tmp_path: Path) -> None:
    assert refused(tmp_path, {**PAID_OUT, **OPENED}) == [
        "opening_balances.csv:2:loan: L-1: a loan with either disbursements or an opening balance; it has both"
    ]
    assert refused(tmp_path, OPENED | {"disbursements": [], "opening_balances": [OPENING, OPENING]}) == [
        "disbursements.csv:1: the column loan (leningnummer) is missing: number of the loan",
        "disbursements.csv:1: the column date (datum) is missing: day it was paid out; interest runs from it",
        "disbursements.csv:1: the column amount (bedrag) is missing: in euros",
        "opening_balances.csv:3:loan: L-1: a loan once; it is on opening_balances.csv:2 already",
    ]


def test_an_opening_balance_of_a_loan_in_no_file(tmp_path: Path) -> None:
    assert "opening_balances.csv:2:loan: L-9: a loan that stands in the file of loans too" in refused(
        tmp_path, OPENED | {"opening_balances": [OPENING | {"loan": "L-9"}]}
    )


def test_one_cut_over_date(tmp_path: Path) -> None:
    loans = [LOAN, LOAN | {"number": "L-2"}]
    rows = [OPENING, OPENING | {"loan": "L-2", "cut_over": "2024-11-30"}]
    files = OPENED | {"loans": loans, "opening_balances": rows}
    assert refused(tmp_path, files) == [
        "opening_balances.csv:3:cut_over: 2024-11-30: 2024-12-31: all balances are as of one day"
    ]
    missing = OPENED | {"opening_balances": [without(OPENING, "cut_over")]}
    assert refused(tmp_path, missing) == [
        "opening_balances.csv:cut_over: the day of the balances must stand in this column or in --cut-over"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"loan": "L-9"}, "loan: L-9: a loan that stands in the files or in the database"),
        (
            {"reference": ""},
            "reference: (empty): your own number of the payment; the same number again is the same",
        ),
        ({"reversed_on": "2024-01-31"}, "reversed_on: 2024-01-31: a day on or after 2024-02-01"),
        ({"date": "1900-01-01"}, "date: 1900-01-01: a day from 1950-01-01 to "),
        ({"date": "9999-12-31"}, "date: 9999-12-31: a day from 1950-01-01 to "),
        ({"amount": "506.915"}, "amount: 506.915: ambiguous, thousands or decimals"),
        ({"early": "yes"}, "early: yes: one of term, looptijd, instalment, termijnbedrag"),
    ],
)
def test_a_payment(tmp_path: Path, change: Row, expected: str) -> None:
    (line,) = refused(tmp_path, PAID_OUT | {"payments": [PAYMENT | change]})
    assert line.startswith(f"payments.csv:2:{expected}")


def test_a_payment_twice(tmp_path: Path) -> None:
    again = PAYMENT | {"date": "2024-03-01"}
    assert refused(tmp_path, PAID_OUT | {"payments": [PAYMENT, again]}) == [
        "payments.csv:3:reference: B-1: a reference once a loan; it is on row 2 already"
    ]


def test_a_payment_that_the_opening_balance_holds_already(tmp_path: Path) -> None:
    rows = [PAYMENT | {"date": "2024-12-31"}, PAYMENT | {"date": "2025-01-01", "reference": "B-2"}]
    assert refused(tmp_path, OPENED | {"payments": rows}) == [
        "payments.csv:2:date: 2024-12-31: a day after the cut-over date 2024-12-31: before it is in the balances"
    ]


def test_a_payment_before_the_first_disbursement_is_told(tmp_path: Path) -> None:
    early = PAYMENT | {"date": "2023-12-31"}
    assert "payments.csv:2:date: 2023-12-31: before the first disbursement on 2024-01-01" in warned(
        tmp_path, PAID_OUT | {"payments": [early]}
    )


def test_co_debtors(tmp_path: Path) -> None:
    rows = [{"loan": "L-1", "debtor": "D-1"}, {"loan": "L-9", "debtor": "D-1"}]
    assert refused(tmp_path, PAID_OUT | {"co_debtors": rows}) == [
        "co_debtors.csv:2:debtor: D-1: somebody who is no debtor of L-1 already",
        "co_debtors.csv:3:loan: L-9: a loan that stands in the file of loans too",
    ]


def test_every_error_is_counted_and_a_thousand_are_shown(tmp_path: Path) -> None:
    rows = [PAYMENT | {"amount": "1.234", "reference": f"B-{number}"} for number in range(1500)]
    folder = write_csv(tmp_path, PAID_OUT | {"payments": rows})
    with pytest.raises(Exception, match="1500 errors, nothing was imported") as caught:
        bring(None, folder, dry_run=True)
    text = str(caught.value).splitlines()
    assert len(text) == 1002
    assert text[1].startswith("payments.csv:2:amount: 1.234: ambiguous")
    assert text[-1] == "... and 500 more"


def test_h14_an_error_shows_nothing_that_steers_a_terminal(tmp_path: Path) -> None:
    lines = refused(tmp_path, {"debtors": [DEBTOR | {"name": "\x1b[31mJan" + "a" * 100}]})
    shown = "\\u001b[31mJan" + "a" * 49 + "..."
    assert lines == [f"debtors.csv:2:name: {shown}: plain text on one line, without invisible characters"]


def test_h12_a_bsn_in_the_wrong_column_is_masked(tmp_path: Path) -> None:
    lines = refused(tmp_path, {"debtors": [DEBTOR | {"birth_date": "999990019"}]})
    assert lines == ["debtors.csv:2:birth_date: *****0019: a day such as 2025-03-01 or 01-03-2025"]


def test_what_names_a_refused_row_is_not_called_wrong_too(tmp_path: Path) -> None:
    files = PAID_OUT | {
        "debtors": [DEBTOR | {"name": ""}],
        "loans": [LOAN, LOAN | {"number": "L-2", "amount": "1.234"}],
        "payments": [PAYMENT, PAYMENT | {"loan": "L-2", "date": "2025-02-01"}],
        "opening_balances": [OPENING | {"loan": "L-2"}],
        "co_debtors": [{"loan": "L-2", "debtor": "D-1"}],
    }
    assert [line.split(": ")[0] for line in refused(tmp_path, files)] == [
        "debtors.csv:2:name",
        "loans.csv:3:amount",
    ]
