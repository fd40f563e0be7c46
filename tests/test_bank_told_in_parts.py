"""E4 of the fault catalogue: a batch that a statement books as one amount, and of which a notice tells the parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.cli.database import Desk
from backoffice.receipts import line_of, strike
from jobs.bank_request import Gap
from jobs.bank_twice import doubtful_lines
from ledger.database import reading, writing
from tests.bank_account import ALMERE, Account, Real, notice, paying, write
from tests.bank_desk import (
    FIRST,
    INSTALMENT,
    balance,
    differences,
    drop,
    lines,
    money,
    of_bank,
    open_books,
    take,
    waiting,
)
from tests.nights import close_until, stamp

LOAN, OTHER = 100_000_001, 100_000_002
NEXT = FIRST + timedelta(days=1)
BANK, TRANSIT = 1010, 1100
BATCH = [paying(LOAN, NEXT, INSTALMENT, "B/1"), paying(OTHER, NEXT, INSTALMENT, "B/1")]
"""The parts of a batch; the reference of the bank is of all of it, and has the sign in it that parts get."""


def account(cents: int = 2 * INSTALMENT) -> Account:
    """A day before the batch, and the batch as one amount."""
    return Account(lines=[Real(FIRST, 5_00, "R1", text="Rente"), Real(NEXT, cents, "B/1")])


@pytest.fixture
def books(database: Engine, tmp_path: Path) -> Engine:
    """Two loans; a statement of the day before, then the notice."""
    open_books(database, 1, 1)
    take(database, write(tmp_path, "1.xml", account().statement(0, 1)), FIRST)
    close_until(database, FIRST)
    (told,) = take(database, write(tmp_path, "n.xml", notice(BATCH)), NEXT)
    assert (told.new, told.matched) == (2, 2)
    return database


def paid(engine: Engine) -> list[int]:
    """What came in on both loans."""
    return [fact.cents for loan in (LOAN, OTHER) for fact in money(engine, loan)]


def test_e4_a_batch_told_in_parts_is_booked_once(books: Engine, tmp_path: Path) -> None:
    (told,) = take(books, write(tmp_path, "2.xml", account().statement(1)), NEXT)
    assert (told.lines, told.new, told.gaps, lines(books)) == (2, 0, [], 3)
    (night,) = close_until(books, NEXT)
    assert (paid(books), balance(books, TRANSIT)) == ([INSTALMENT, INSTALMENT], 0)
    assert (balance(books, BANK), of_bank(night, "unequal")) == (account().balance_before(2), [])
    assert ([one.line.id for one in waiting(books, NEXT)], differences(books)) == ([1], [])


def test_e4_the_inbox_takes_the_parts_of_a_batch_before_its_amount(database: Engine) -> None:
    open_books(database, 1, 1)
    drop(database, "1.xml", account().statement(0, 1))
    close_until(database, FIRST)
    drop(database, "camt053.xml", account().statement(1))
    drop(database, "camt054.xml", notice(BATCH))
    (night,) = close_until(database, NEXT)
    assert (lines(database), paid(database)) == (3, [INSTALMENT, INSTALMENT])
    assert (balance(database, BANK), of_bank(night, "unequal")) == (account().balance_before(2), [])


def test_e4_costs_under_the_reference_of_a_batch_do_not_hide_its_amount(
    books: Engine, tmp_path: Path
) -> None:
    with_costs = account()
    with_costs.lines.append(Real(NEXT, -50, "B/1", text="Kosten"))
    (told,) = take(books, write(tmp_path, "2.xml", with_costs.statement(1)), NEXT)
    assert (told.lines, told.new, told.gaps, lines(books)) == (3, 1, [], 4)


def test_e4_parts_that_are_told_one_by_one_are_booked_once(database: Engine, tmp_path: Path) -> None:
    open_books(database, 1, 1)
    take(database, write(tmp_path, "1.xml", account().statement(0, 1)), FIRST)
    close_until(database, FIRST)
    for part, cents in (("a", 100_00), ("b", 101_00)):
        one = [paying(LOAN, NEXT, cents, "B/1")]
        take(database, write(tmp_path, f"{part}.xml", notice(one, part)), NEXT)
    (told,) = take(database, write(tmp_path, "2.xml", account(201_00).statement(1)), NEXT)
    assert (told.lines, told.new, told.gaps, lines(database)) == (2, 0, [], 3)
    (night,) = close_until(database, NEXT)
    assert (of_bank(night, "unequal"), differences(database)) == ([], [])


def test_e4_the_amount_of_a_batch_shown_again_is_no_other_one(books: Engine, tmp_path: Path) -> None:
    take(books, write(tmp_path, "2.xml", account().statement(1)), NEXT)
    longer = account()
    longer.lines.append(paying(LOAN, NEXT, 1_00, "R3"))
    (told,) = take(books, write(tmp_path, "3.xml", longer.statement(1, number=3)), NEXT)
    assert (told.lines, told.new, told.gaps, lines(books)) == (3, 1, [], 4)
    close_until(books, NEXT)
    assert (balance(books, BANK), differences(books)) == (longer.balance_before(3), [])


def test_e4_an_amount_that_is_not_that_of_its_parts_stands_for_itself(books: Engine, tmp_path: Path) -> None:
    other = account(2 * INSTALMENT + 1)
    (told,) = take(books, write(tmp_path, "2.xml", other.statement(1)), NEXT)
    assert (told.new, lines(books)) == (1, 4)
    (night,) = close_until(books, NEXT)
    (unequal,) = of_bank(night, "unequal")
    assert unequal["account"] == ALMERE


def test_e4_parts_that_come_behind_their_amount_are_refused_with_what_to_do(
    database: Engine, tmp_path: Path
) -> None:
    open_books(database, 1, 1)
    take(database, write(tmp_path, "1.xml", account().statement()), NEXT)
    with pytest.raises(Gap, match="if they are the parts of one of its lines: aflos bank split"):
        take(database, write(tmp_path, "n.xml", notice(BATCH)), NEXT)
    assert lines(database) == 2


def test_e4_parts_belong_to_the_nearest_reference_and_never_to_a_line_that_names_a_loan(
    books: Engine, tmp_path: Path
) -> None:
    near = account()
    near.lines += [Real(NEXT, 2 * INSTALMENT, "B"), paying(LOAN, NEXT, 2 * INSTALMENT, "B/1/1")]
    (told,) = take(books, write(tmp_path, "2.xml", near.statement(1)), NEXT)
    assert (told.lines, told.new, lines(books)) == (4, 2, 5)


def test_e4_a_payment_under_a_shorter_reference_is_not_taken_for_a_batch(
    books: Engine, tmp_path: Path
) -> None:
    other = Account(lines=[account().lines[0], paying(LOAN, NEXT, 2 * INSTALMENT, "B")])
    (told,) = take(books, write(tmp_path, "2.xml", other.statement(1)), NEXT)
    assert (told.new, lines(books), paid(books)) == (1, 4, [INSTALMENT, 2 * INSTALMENT, INSTALMENT])


def told_again(folder: Path, ident: str, parts: Sequence[Real]) -> Path:
    """A second notice of the parts of the batch, under other references of theirs."""
    text = notice(parts, ident)
    refs = iter(("<Refs><AcctSvcrRef>P-7</AcctSvcrRef>", "<Refs><AcctSvcrRef>P-8</AcctSvcrRef>"))
    return write(folder, f"{ident}.xml", re.sub("<Refs>", lambda _: next(refs), text))


def test_e4_a_part_that_two_notices_tell_in_the_same_words_counts_once(books: Engine, tmp_path: Path) -> None:
    take(books, told_again(tmp_path, "again", BATCH), NEXT)
    (told,) = take(books, write(tmp_path, "2.xml", account().statement(1)), NEXT)
    assert (told.lines, told.new, lines(books)) == (2, 0, 5)
    with reading(books) as connection:
        asked = [(one.line.id, one.same.id) for one in doubtful_lines(connection) if one.same]
    assert asked == [(4, 2), (5, 3)]
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, NEXT))
        for number, _ in asked:
            strike(desk, line_of(desk, number), "told twice")
    (night,) = close_until(books, NEXT)
    assert (balance(books, BANK), of_bank(night, "unequal")) == (account().balance_before(2), [])
    assert (balance(books, TRANSIT), differences(books)) == (0, [])


def test_e4_a_part_told_again_in_other_words_leaves_the_amount_to_a_person_with_the_lines(
    books: Engine, tmp_path: Path
) -> None:
    other = [BATCH[0]._replace(name="Iemand anders"), BATCH[1]]
    take(books, told_again(tmp_path, "again", other), NEXT)
    (told,) = take(books, write(tmp_path, "2.xml", account().statement(1)), NEXT)
    assert (told.new, lines(books)) == (1, 6)
    (own,) = [one for one in waiting(books, NEXT) if one.line.cents == 2 * INSTALMENT]
    assert "is not its amount, lines 2, 3, 4, 5, together 2027.64: " in own.reason
    assert own.reason.endswith(f"aflos bank split {own.line.id}")


def test_e4_a_part_that_a_person_struck_is_in_nobodys_way(books: Engine, tmp_path: Path) -> None:
    other = [BATCH[0]._replace(name="Iemand anders"), BATCH[1]]
    take(books, told_again(tmp_path, "again", other), NEXT)
    later = Account(lines=[*account().lines, Real(NEXT + timedelta(days=1), 5_00, "R9")])
    close_until(books, NEXT)
    take(books, write(tmp_path, "3.xml", later.statement(2)), NEXT + timedelta(days=1), allow_gap=True)
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, NEXT + timedelta(days=1)))
        strike(desk, line_of(desk, 4), "never came")
    path = write(tmp_path, "2.xml", account().statement(1))
    (told,) = take(books, path, NEXT + timedelta(days=1), allow_gap=True)
    assert (told.lines, told.new, lines(books)) == (2, 0, 6)
