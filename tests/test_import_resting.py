"""One mistake is one error: what rests on a line that was refused is counted, and its own errors are still named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portfolios import (
    DEBTOR,
    DISBURSEMENT,
    LOAN,
    OPENED,
    OPENING,
    PAYMENT,
    Files,
    Row,
    resting,
    write_csv,
)

TOLD: Row = {"loan": "L-1"}
MONTHS: list[Row] = [
    TOLD | {"month": "2024-10", "amount": "1000,00"},
    TOLD | {"month": "2024-11", "amount": "950,00"},
]
PAST: Files = {
    "advances": MONTHS,
    "decisions": [TOLD | {"date": "2024-01-01", "reference": "B", "decided": "toekenning", "title": "Bbz"}],
    "earlier_disbursements": [TOLD | {"date": "2024-03-01", "amount": "9000,00"}],
    "history": [TOLD | {"date": "2024-12-01", "text": "Termijn", "balance": "9110,00"}],
    "year_to_date": [TOLD | {"interest_paid": "720,00"}],
}
PAID: Row = PAYMENT | {"date": "2025-02-01"}
RESTS = "rests on lines that were refused: put those right, and import again"
REST = RESTS.replace("rests", "rest")
ON_A_BALANCE = [
    f"advances.csv: 2 lines {REST}",
    f"earlier_disbursements.csv: 1 line {RESTS}",
    f"history.csv: 1 line {RESTS}",
    f"year_to_date.csv: 1 line {RESTS}",
]


def told(tmp_path: Path, files: Files) -> tuple[list[str], list[str]]:
    return resting(None, write_csv(tmp_path, files), dry_run=True)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"principal": "1.234"}, "principal"),  # a cell
        ({"principal": "99.000,00"}, "principal"),  # more than was granted
        ({"remaining_instalments": "", "next_due": ""}, "remaining_instalments"),
        ({"next_due": "2024-12-01"}, "next_due"),
    ],
)
def test_what_rests_on_a_balance_with_an_error_is_counted(tmp_path: Path, change: Row, column: str) -> None:
    files = OPENED | PAST | {"opening_balances": [OPENING | change], "payments": [PAID]}
    assert told(tmp_path, files) == ([f"opening_balances.csv:2:{column}"], ON_A_BALANCE)


def test_own_errors_of_what_rests_are_named(tmp_path: Path) -> None:
    late = TOLD | {"date": "2025-03-01", "text": "Te laat", "balance": "1,00"}
    wrong = {
        "opening_balances": [OPENING | {"next_due": "2024-12-01"}],
        "history": [late],
        "earlier_disbursements": [TOLD | {"date": "2024-03-01", "amount": "99.000,00"}],
        "payments": [PAID | {"date": "2024-06-01"}],
    }
    errors, _ = told(tmp_path, OPENED | PAST | wrong)
    assert errors == [
        "opening_balances.csv:2:next_due",
        "earlier_disbursements.csv:2:amount",
        "history.csv:2:date",
        "payments.csv:2:date",
    ]


def test_without_the_day_of_the_balances_nothing_else_is_wrong(tmp_path: Path) -> None:
    balance = {name: value for name, value in OPENING.items() if name != "cut_over"}
    errors, rest = told(tmp_path, OPENED | PAST | {"opening_balances": [balance], "payments": [PAID]})
    assert (errors, rest) == (["opening_balances.csv:cut_over"], ON_A_BALANCE)


def test_a_loan_with_disbursements_and_a_balance_is_one_error(tmp_path: Path) -> None:
    both = {"disbursements": [DISBURSEMENT], "payments": [PAID | {"date": "2024-06-01"}]}
    errors, rest = told(tmp_path, OPENED | PAST | both)
    assert (errors, rest) == (["opening_balances.csv:2:loan"], ON_A_BALANCE)


@pytest.mark.parametrize("change", [{"amount": "1.234"}, {"product": "nothing"}, {"instalments": "0"}])
def test_what_rests_on_a_loan_with_an_error_is_counted(tmp_path: Path, change: Row) -> None:
    co_debtor = {"debtors": [DEBTOR, DEBTOR | {"number": "D-2"}], "co_debtors": [TOLD | {"debtor": "D-2"}]}
    files = (
        OPENED | PAST | {"loans": [LOAN | change], "payments": [PAID, PAID | {"reference": "2"}]} | co_debtor
    )
    errors, rest = told(tmp_path, files)
    assert [line.rpartition(":")[0] for line in errors] == ["loans.csv:2"]
    assert rest == sorted(
        [
            *ON_A_BALANCE,
            *(
                ["co_debtors.csv: 1 line " + RESTS] if "instalments" not in change else []
            ),  # it was joined to the row
            f"decisions.csv: 1 line {RESTS}",
            f"opening_balances.csv: 1 line {RESTS}",
            f"payments.csv: 2 lines {REST}",
        ]
    )


def test_a_debtor_whose_bsn_stands_twice_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bsn = {"bsn": "999990019"}
    files = OPENED | {
        "debtors": [DEBTOR | bsn, DEBTOR | bsn | {"number": "D-2"}],
        "loans": [LOAN, LOAN | {"number": "L-2", "debtors": "D-2"}],
        "opening_balances": [OPENING, OPENING | {"loan": "L-2"}],
    }
    assert told(tmp_path, files) == (["debtors.csv:3:bsn"], [f"loans.csv: 1 line {RESTS}"])
