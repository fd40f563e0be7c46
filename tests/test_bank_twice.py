"""The same money under another reference of the bank: said on the work list where no balance proves it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from backoffice.cli.database import Desk
from backoffice.money_out import LineRefused
from backoffice.receipts import line_of, strike
from backoffice.worklist import all_items
from jobs.bank_request import Gap
from jobs.bank_statements import open_gap
from jobs.bank_twice import doubtful_lines
from ledger.database import reading, writing
from servicing.receipts.books import BANK
from tests.bank_account import Account, Real, camt, paying, write
from tests.bank_desk import (
    FIRST,
    INSTALMENT,
    START,
    balance,
    by_hand,
    differences,
    drop,
    lines,
    money,
    open_books,
    take,
)
from tests.nights import close_until, stamp

LOAN = 100000001
TRANSIT = 1100
BEFORE = Real(START, 100, "R0", text="rente")


@pytest.fixture
def books(sqlite_database: Engine) -> Engine:
    """A loan whose first instalment falls due, and a first statement of the account."""
    open_books(sqlite_database, 1)
    return sqlite_database


def bring(engine: Engine, folder: Path, texts: dict[str, str], *, allow_gap: bool = False) -> None:
    for name, text in texts.items():
        take(engine, write(folder, name, text), FIRST, allow_gap=allow_gap)


def doubts(engine: Engine) -> list[tuple[int, int | None]]:
    """The number of each line in doubt, with that of the line that says the same."""
    with reading(engine) as connection:
        return [(one.line.id, one.same and one.same.id) for one in doubtful_lines(connection)]


def strike_on(engine: Engine, number: int, today: date = FIRST) -> None:
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, today))
        strike(desk, line_of(desk, number), "came once")


def is_as_the_bank_says(engine: Engine, account: Account, day: date) -> bool:
    """Whether the night of a day finds the bank equal, and the books have its balance."""
    manifest = close_until(engine, day)[-1]
    bank = manifest["bank"]
    assert isinstance(bank, dict)
    assert differences(engine) == []
    return bank["unequal"] == [] and balance(engine, BANK) == account.balance_before(len(account.lines))


def unequal(engine: Engine) -> list[tuple[str, str]]:
    """What the books of the accounts have and how much that differs from the bank, by the night of the first day."""
    (manifest,) = close_until(engine, FIRST)
    found: Any = manifest["bank"]
    return [(each["books"], each["difference"]) for each in found["unequal"]]


def test_e2_what_a_notice_told_under_another_reference_is_told_to_a_person(
    books: Engine, tmp_path: Path
) -> None:
    paid = paying(LOAN, FIRST, INSTALMENT, "S-1")
    account = Account(lines=[BEFORE, paid])
    told = [paid._replace(reference="N-1"), paid._replace(reference="N-2", text="in other words")]
    bring(books, tmp_path, {"1.xml": account.statement(0, 1), "n.xml": camt(account.iban, None, told)})
    assert doubts(books) == []
    bring(books, tmp_path, {"2.xml": account.statement(1)})
    assert (lines(books), len(money(books, LOAN)), doubts(books)) == (4, 3, [(2, 4)])
    assert unequal(books) == [("2521.73", "-1013.82")]
    with reading(books) as connection:
        (item,) = [one for one in all_items(connection, "test", FIRST) if one.subject == "line 2"]
    assert "a notice told it, and no statement shows it; line 4 says the same" in item.reason
    strike_on(books, 2)
    assert doubts(books) == []


def test_what_a_notice_told_and_no_later_statement_shows_is_told(books: Engine, tmp_path: Path) -> None:
    later = paying(LOAN, FIRST, 5000, "S-1")
    account = Account(lines=[BEFORE, later])
    notice = camt(account.iban, None, [paying(LOAN, FIRST, INSTALMENT, "N-1")])
    closed = account.statement(1, closed=FIRST.replace(day=2))
    bring(books, tmp_path, {"1.xml": account.statement(0, 1), "n.xml": notice})
    take(books, write(tmp_path, "2.xml", closed), FIRST.replace(day=2))
    assert doubts(books) == [(2, None)]


def test_what_the_statement_confirms_or_shows_twice_is_no_doubt(books: Engine, tmp_path: Path) -> None:
    twin = paying(LOAN, FIRST, INSTALMENT, "S-1")
    account = Account(lines=[BEFORE, twin, twin._replace(reference="S-2")])
    texts = {"1.xml": account.statement(0, 1), "n.xml": camt(account.iban, None, account.lines[1:])}
    bring(books, tmp_path, texts | {"2.xml": account.statement(1, 2), "3.xml": account.statement(2)})
    assert (lines(books), doubts(books)) == (3, [])


def test_e2_a_statement_again_with_other_references_after_a_gap_is_told(
    books: Engine, tmp_path: Path
) -> None:
    account = Account(lines=[BEFORE, paying(LOAN, FIRST, INSTALMENT, "S-1")])
    again = Account(lines=[BEFORE, paying(LOAN, FIRST, INSTALMENT, "OTHER")])
    bring(books, tmp_path, {"1.xml": account.statement(0, 1), "2.xml": account.statement(1)})
    with pytest.raises(Gap, match="does it tell the same lines under other references of the bank"):
        bring(books, tmp_path, {"3.xml": again.statement(1, number=9)})
    bring(books, tmp_path, {"3.xml": again.statement(1, number=9)}, allow_gap=True)
    assert (lines(books), doubts(books)) == (3, [(3, 2)])


@pytest.mark.parametrize("day", [START, FIRST])
def test_e2_a_statement_again_with_other_references_that_moves_nothing_is_told(
    books: Engine, tmp_path: Path, day: date
) -> None:
    def both(mark: str) -> Account:
        back = Real(FIRST, -INSTALMENT, f"{mark}-2", end_to_end="E1", reason="MD06")
        return Account(lines=[BEFORE, paying(LOAN, FIRST, INSTALMENT, f"{mark}-1", end_to_end="E1"), back])

    account = both("S")
    account.lines[0] = account.lines[0]._replace(day=day)
    bring(books, tmp_path, {"1.xml": account.statement(0, 1), "2.xml": account.statement(1)})
    bring(books, tmp_path, {"3.xml": both("OTHER").statement(1, number=9)})
    assert (lines(books), doubts(books)) == (5, [(4, 2), (5, 3)])


@pytest.mark.parametrize("nights", [0, 1], ids=["the same night", "a night later"])
def test_e2_a_struck_line_of_a_notice_leaves_the_bank_and_its_loan(
    books: Engine, tmp_path: Path, nights: int
) -> None:
    paid = paying(LOAN, FIRST, INSTALMENT, "S-1")
    account = Account(lines=[BEFORE, paid])
    told = camt(account.iban, None, [paid._replace(reference="N-1")])
    bring(books, tmp_path, {"1.xml": account.statement(0, 1), "n.xml": told, "2.xml": account.statement(1)})
    if nights:
        assert not is_as_the_bank_says(books, account, FIRST)
    today = FIRST + timedelta(days=nights)
    strike_on(books, 2, today)
    assert is_as_the_bank_says(books, account, today)
    assert balance(books, TRANSIT) == 0


@pytest.mark.parametrize("nights", [0, 1], ids=["the same night", "a night later"])
def test_a_struck_line_leaves_the_bank_and_closes_its_gap(books: Engine, tmp_path: Path, nights: int) -> None:
    account = Account(lines=[BEFORE, paying(LOAN, FIRST, INSTALMENT, "S-1")])
    again = Account(lines=[BEFORE, paying(LOAN, FIRST, INSTALMENT, "OTHER")])
    bring(books, tmp_path, {"1.xml": account.statement(0, 1), "2.xml": account.statement(1)})
    bring(books, tmp_path, {"3.xml": again.statement(1, number=9)}, allow_gap=True)
    if nights:
        assert not is_as_the_bank_says(books, account, FIRST)
    today = FIRST + timedelta(days=nights)
    strike_on(books, 3, today)
    assert is_as_the_bank_says(books, account, today)
    assert doubts(books) == []
    with reading(books) as connection:
        assert open_gap(connection, account.iban) == 0


def test_a_line_that_a_balance_proves_cannot_be_struck(books: Engine, tmp_path: Path) -> None:
    account = Account(lines=[BEFORE, paying(LOAN, FIRST, INSTALMENT, "S-1")])
    bring(books, tmp_path, {"1.xml": account.statement()})
    with pytest.raises(LineRefused, match="bank line 2: moved money: the balances of its statement prove it"):
        strike_on(books, 2)


def test_a_struck_line_that_a_statement_shows_after_all_is_told(books: Engine, tmp_path: Path) -> None:
    late = paying(LOAN, FIRST, INSTALMENT, "N-1")
    second = FIRST + timedelta(days=1)
    account = Account(lines=[BEFORE, late])
    texts = {"1.xml": account.statement(0, 1), "n.xml": camt(account.iban, None, [late])}
    bring(books, tmp_path, texts)
    empty = Account(lines=[BEFORE])
    take(books, write(tmp_path, "2.xml", empty.statement(1, opened=second, number=2)), second)
    strike_on(books, 2, second)
    assert is_as_the_bank_says(books, empty, second)
    third = second + timedelta(days=1)
    take(books, write(tmp_path, "3.xml", account.statement(1, opened=third, closed=third, number=3)), third)
    assert not is_as_the_bank_says(books, account, third)
    with reading(books) as connection:
        (item,) = [one for one in all_items(connection, "test", third) if one.subject == "line 2"]
    assert "a statement shows it after all" in item.reason
    by_hand(books, 2, LOAN, third + timedelta(days=1))
    assert is_as_the_bank_says(books, account, third + timedelta(days=1))


def test_files_taken_together_that_tell_the_same_under_other_references_are_told(
    books: Engine, tmp_path: Path
) -> None:
    def both(mark: str) -> Account:
        back = Real(FIRST, -INSTALMENT, f"{mark}-2", end_to_end="E1", reason="MD06")
        return Account(lines=[BEFORE, paying(LOAN, FIRST, INSTALMENT, f"{mark}-1", end_to_end="E1"), back])

    account, again = both("S"), both("OTHER")
    after = FIRST + timedelta(days=1)
    account.lines.append(Real(after, 500, "S-3", text="rente"))
    drop(books, "1.xml", account.statement())
    close_until(books, after)
    drop(books, "2.xml", again.statement(1, 2))
    drop(books, "3.xml", again.statement(2, 3))
    close_until(books, after + timedelta(days=1))
    assert lines(books) == 6
    assert sorted(doubts(books)) == [(5, 2), (6, 3)]
