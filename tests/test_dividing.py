"""A payment that names no debt: which of several it pays, by the policy of the creditor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, insert

from ledger.database import writing
from ledger.errors import Misconfigured
from ledger.money import split_in_proportion
from servicing import files
from servicing.receipts.dividing import ORDERS, Owed, divided
from servicing.tables import loan_debtor
from tests.bank_account import Account, Real, paying, write
from tests.bank_desk import FIRST, INSTALMENT, open_books, take
from tests.desk import add_debtor, good, open_desk, run
from tests.law_files import write as write_config

LATE = Owed(1, 0, due=300_00, open=900_00, rate=0, since=20250301, began=20240101)
DEAR = Owed(2, 0, due=100_00, open=800_00, rate=8_000_000, since=20250401, began=20240201)
COMING = Owed(3, 0, due=0, open=700_00, rate=9_000_000, since=0, began=20230101)
AGREED = Owed(4, arranged=50_00, due=400_00, open=400_00, rate=0, since=20250501, began=20250101)
DEBTS = (COMING, AGREED, LATE, DEAR)


@pytest.mark.parametrize(
    ("order", "cents", "paid"),
    [
        # An arrangement first, then what is due and bears interest, then the oldest.
        ("arrangement_due_interest_oldest", 200_00, {4: 50_00, 2: 100_00, 1: 50_00}),
        ("oldest_due", 350_00, {1: 300_00, 2: 50_00}),
        ("oldest_due", 850_00, {1: 350_00, 2: 100_00, 4: 400_00}),
        ("most_burdensome", 250_00, {2: 100_00, 1: 150_00}),
        ("most_burdensome", 900_00, {2: 100_00, 1: 300_00, 4: 400_00, 3: 100_00}),
        ("pro_rata", 80_00, {1: 30_00, 2: 10_00, 4: 40_00}),
        ("pro_rata", 1_00, {1: 38, 2: 12, 4: 50}),
    ],
)
def test_each_order_of_the_policy(order: str, cents: int, paid: dict[int, int]) -> None:
    assert divided(cents, DEBTS, order) == (paid, 0)


@pytest.mark.parametrize("order", ORDERS)
def test_no_cent_is_lost_and_none_is_paid_above_what_is_open(order: str) -> None:
    rng = Random(order)
    for _ in range(200):
        debts = [some_debt(rng, number) for number in range(1, rng.randint(2, 6))]
        cents = rng.randint(1, 3000)
        paid, left = divided(cents, debts, order)
        assert sum(paid.values()) + left == cents
        assert all(paid.get(debt.loan, 0) <= debt.open for debt in debts)
        assert not left or all(paid.get(debt.loan, 0) == debt.open for debt in debts)


def some_debt(rng: Random, number: int) -> Owed:
    arranged, due, total, rate = (rng.randint(0, 500) for _ in range(4))
    return Owed(number, arranged, min(due, total), total, rate, 0, 0)


def test_shares_follow_the_weights_to_the_cent() -> None:
    assert split_in_proportion(100, [1, 1, 1]) == (34, 33, 33)
    assert split_in_proportion(0, [5, 5]) == (0, 0)


def test_what_this_program_does_not_work_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    not_worked = (
        *(("alloc.order", "fraud_first"), ("bounce", "bounce_date")),
        *(("overpayment", "next_instalment"), ("overpayment", "other_claim")),
    )
    for key, value in not_worked:
        text = f'choices: {{{key}: {{2026-01-01: {{value: {value}, source: "art. 1"}}}}}}'
        write_config(tmp_path, "policy/almere.yaml", text)
        with pytest.raises(Misconfigured, match=f"{key}.*'{value}': this program does not work it: "):
            files.policy()


@pytest.fixture
def two_loans(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_database: Engine
) -> Engine:
    """Debtor 1 has two loans at Almere, of each of which 506.91 falls due."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor().code == 0
    loans = open_books(sqlite_database, 1, 1)
    with writing(sqlite_database) as connection:
        rows = [{"loan_id": loan, "debtor_id": 1, "place": 1} for loan in loans]
        connection.execute(insert(loan_debtor), rows)
    return sqlite_database


def test_a_line_is_divided_over_all_loans_of_a_debtor(two_loans: Engine, tmp_path: Path) -> None:
    named = paying(100000001, FIRST, 100_00, "R2")
    likely = Real(FIRST, 100_00, "R3", text="voor lening 100000002")
    account = Account(lines=[Real(FIRST, INSTALMENT + 93_09, "R1", text="aflossing"), named, likely])
    take(two_loans, write(tmp_path, "1.xml", account.statement()), FIRST + timedelta(days=1))
    done = good("bank", "split", "1", "--debtor", "1")
    assert [(part["loan"], part["amount"]) for part in done["parts"]] == [
        (100000001, "406.91"),
        (100000002, "193.09"),
    ]
    assert "by alloc.order arrangement_due_interest_oldest" in done["parts"][0]["reason"]
    refused = run("bank", "split", "2", "--debtor", "1")
    assert (refused.code, "the debtor's designation goes first (Awb 4:92 lid 2)" in refused.err) == (2, True)
    both = run("bank", "split", "1", "100000001=1.00", "--debtor", "1")
    assert (both.code, "name the shares, or --debtor NUMBER" in both.err) == (2, True)
    refused = run("bank", "split", "3", "--debtor", "1")
    assert (refused.code, "a number like that of loan 100000002: if it is meant" in refused.err) == (2, True)
    assert good("bank", "match", "3", "100000002")["parts"][0]["loan"] == 100000002
