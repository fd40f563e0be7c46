"""Bank lines that a person decides about, files the night takes, and what it says of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.cli.database import Desk
from backoffice.money_out import LineRefused
from backoffice.receipts import adopt, decide, line_of
from jobs.bank_request import Gap
from jobs.inbox import inbox
from jobs.night import rehearse_nights
from jobs.run import Options
from ledger.database import writing
from servicing.facts import Draft, FactKind
from servicing.receipts.values import Disposition, Part
from servicing.store import record
from tests.bank_account import Account, Real, camt, paying, write
from tests.bank_desk import (
    FIRST,
    INSTALMENT,
    START,
    balance,
    by_hand,
    differences,
    drop,
    kinds,
    lines,
    money,
    of_bank,
    open_books,
    take,
    waiting,
)
from tests.nights import ARREARS_LIMITS, close_until, paid, stamp, sums, tell

NEXT = FIRST + timedelta(days=1)
BANK, TRANSIT, TO_ALLOCATE, TO_FORWARD = 1010, 1100, 1190, 1160


@pytest.fixture
def books(sqlite_database: Engine) -> Engine:
    """A database with a loan of Almere and one of Dronten whose first instalment falls due."""
    open_books(sqlite_database, 1, 2)
    return sqlite_database


LOAN, OTHER = 100000001, 200000001


def one_payment(**more: object) -> Account:
    return Account(lines=[paying(LOAN, FIRST, INSTALMENT, "R1", **more)])


def test_a_night_made_up_late_is_the_night_on_time(sqlite_database: Engine, tmp_path: Path) -> None:
    open_books(sqlite_database, 1)
    account = Account(lines=[paying(LOAN, FIRST + timedelta(days=day), 1000, f"R{day}") for day in range(4)])
    for day in range(4):
        drop(sqlite_database, f"{9 - day}.xml", account.statement(day, day + 1))
    close_until(sqlite_database, FIRST + timedelta(days=3))
    assert [fact.known_on for fact in money(sqlite_database, LOAN)] == [line.day for line in account.lines]


def test_a_refused_file_is_moved_with_the_reason_and_the_night_says_so(books: Engine) -> None:
    drop(books, "s.xml", one_payment().statement(), code="dronten")
    (manifest,) = close_until(books, FIRST)
    (told,) = of_bank(manifest, "refused")
    place = inbox(books) / "dronten" / "refused"
    assert "of another creditor" in told["reason"]
    assert "of another creditor" in (place / "s.xml.txt").read_text(encoding="utf-8")
    assert (place / "s.xml").exists()
    assert lines(books) == 0


def test_a_line_whose_payment_was_withdrawn_can_be_matched_again(books: Engine, tmp_path: Path) -> None:
    tell(books, FIRST, paid(LOAN, "2024-02-01", INSTALMENT, "by hand"))
    account = Account(lines=[paying(LOAN, NEXT, INSTALMENT, "R1")])
    take(books, write(tmp_path, "1.xml", account.statement()), NEXT)
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, NEXT))
        adopt(desk, line_of(desk, 1), str(LOAN), money_fact(books), "it is that one")
        draft = Draft(
            LOAN, FactKind.WITHDRAWAL, FIRST, "fact", of=money_fact(books), data={"reason": "wrong"}
        )
        record(connection, [draft], desk.by)
    assert by_hand(books, 1, LOAN, NEXT).parts[0].fact > money_fact(books)
    close_until(books, NEXT)
    assert (balance(books, TRANSIT), balance(books, BANK)) == (0, account.balance_before(1))
    assert differences(books) == []


def money_fact(engine: Engine) -> int:
    """The number of the payment that was recorded by hand."""
    return next(fact.nr for fact in money(engine, LOAN) if fact.key == "by hand")


def test_a_payment_typed_under_the_number_of_a_line_is_one_by_hand(books: Engine, tmp_path: Path) -> None:
    tell(books, FIRST, paid(LOAN, "2024-02-01", INSTALMENT, "bank 12"))
    account = Account(lines=[paying(LOAN, NEXT, INSTALMENT, "R1")])
    take(books, write(tmp_path, "1.xml", account.statement()), NEXT)
    (one,) = waiting(books)
    assert "was recorded by hand" in one.reason
    assert [fact.cents for fact in money(books, LOAN)] == [INSTALMENT]


def test_a_payment_recorded_by_hand_is_not_booked_again_by_its_line(books: Engine, tmp_path: Path) -> None:
    tell(books, FIRST, paid(LOAN, "2024-02-01", INSTALMENT, "by hand"))
    account = Account(lines=[paying(LOAN, NEXT, INSTALMENT, "R1"), paying(LOAN, NEXT, 1000, "R2")])
    take(books, write(tmp_path, "1.xml", account.statement()), NEXT)
    (one,) = waiting(books)
    assert "was recorded by hand" in one.reason
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, NEXT))
        with pytest.raises(LineRefused, match="no payment of its amount"):
            adopt(desk, line_of(desk, 1), str(LOAN), 4, "the same")
        adopt(desk, line_of(desk, 1), str(LOAN), 3, "the same")
    close_until(books, NEXT)
    assert [fact.cents for fact in money(books, LOAN)] == [INSTALMENT, 1000]
    assert (balance(books, TRANSIT), differences(books)) == (0, [])


def test_a_rehearsal_reads_the_inbox_and_leaves_it(database: Engine) -> None:
    books = database
    open_books(books, 1)
    path = drop(books, "s.xml", one_payment().statement())
    (told,) = rehearse_nights(books, FIRST, Options(ARREARS_LIMITS))
    assert (of_bank(told, "lines"), lines(books), path.exists()) == (1, 0, True)
    (kept,) = close_until(books, FIRST)
    assert (kept["seal"], path.exists()) == (told["seal"], False)


def test_p17_money_for_another_creditor_stays_to_forward(books: Engine, tmp_path: Path) -> None:
    account = Account(lines=[paying(OTHER, FIRST, INSTALMENT, "R1")])
    take(books, write(tmp_path, "1.xml", account.statement()), NEXT)
    close_until(books, NEXT)
    assert (kinds(books, 1), money(books, OTHER)) == (["to-forward"], [])
    assert balance(books, TO_FORWARD) == -INSTALMENT
    with pytest.raises(LineRefused, match="never crosses"):
        by_hand(books, 1, OTHER, NEXT + timedelta(days=1))


def test_p22_a_rematch_moves_a_receipt_with_its_value_date(sqlite_database: Engine, tmp_path: Path) -> None:
    wrong, right = open_books(sqlite_database, 1, 1)
    account = Account(lines=[paying(wrong, FIRST, INSTALMENT, "R1")])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), FIRST)
    later = FIRST + timedelta(days=20)
    close_until(sqlite_database, later)
    for loan in (right, wrong, right):
        by_hand(sqlite_database, 1, loan, later + timedelta(days=1))
    close_until(sqlite_database, later + timedelta(days=1))
    assert sums(sqlite_database, [right])[right, 1100, 20240201] == INSTALMENT
    assert (wrong, 1100, 20240201) not in sums(sqlite_database, [wrong])
    assert balance(sqlite_database, TRANSIT) == 0
    assert differences(sqlite_database) == []


def test_p21_a_line_out_is_matched_to_its_disbursement(books: Engine, tmp_path: Path) -> None:
    account = Account(opening=3_000_000, lines=[Real(FIRST, -2_500_000, "R1", text=f"lening {LOAN}")])
    take(books, write(tmp_path, "1.xml", account.statement()), FIRST)
    close_until(books, FIRST)
    assert kinds(books, 1) == ["disbursement"]
    assert balance(books, 1200) == -2_500_000  # what is left is that of Dronten's loan


def test_a_line_is_divided_parked_and_refunded_by_hand(books: Engine, tmp_path: Path) -> None:
    account = Account(lines=[Real(FIRST, 60_000, "R1", text="x"), Real(FIRST, -9_309, "R2", text="terug")])
    take(books, write(tmp_path, "1.xml", account.statement()), FIRST)
    close_until(books, FIRST)
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, NEXT))
        parts = [Part(Disposition.LOAN, INSTALMENT, LOAN), Part(Disposition.TO_REFUND, 60_000 - INSTALMENT)]
        decide(desk, line_of(desk, 1), parts)
        decide(desk, line_of(desk, 2), [Part(Disposition.REFUND, 9_309)])
        with pytest.raises(LineRefused, match="is not its amount"):
            decide(desk, line_of(desk, 1), parts[:1])
    close_until(books, NEXT)
    assert [balance(books, number) for number in (TO_ALLOCATE, TRANSIT, 1170)] == [0, 0, 0]
    assert differences(books) == []


def test_a_line_that_was_decided_waits_no_more_whatever_became_of_another(
    books: Engine, tmp_path: Path
) -> None:
    lines_in = [Real(FIRST, cents, f"R{cents}", text="x") for cents in (1000, 2000, 3000)]
    take(books, write(tmp_path, "1.xml", Account(lines=lines_in).statement()), FIRST)
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, NEXT))
        for line, kind in ((1, Disposition.IGNORED), (2, Disposition.TO_REFUND), (2, Disposition.IGNORED)):
            own = line_of(desk, line)
            decide(desk, own, [Part(kind, own.cents, reason="said so")])
    assert [(one.line.id, one.reason) for one in waiting(books)] == [(3, "no payment reference")]


def test_a_notice_is_not_booked_again_by_its_statement(books: Engine, tmp_path: Path) -> None:
    account = Account(lines=[paying(LOAN, FIRST, 1000, "R1"), paying(LOAN, NEXT, 2000, "R2")])
    notice = camt("NL44TEST0340000001", None, account.lines[1:])
    with pytest.raises(Gap, match="before any statement"):
        take(books, write(tmp_path, "n.xml", notice), NEXT)
    take(books, write(tmp_path, "1.xml", account.statement(0, 1)), NEXT)
    take(books, write(tmp_path, "n.xml", notice), NEXT)
    close_until(books, NEXT)
    assert balance(books, BANK) == account.balance_before(2)
    later = NEXT + timedelta(days=1)
    take(books, write(tmp_path, "2.xml", account.statement(1, 2)), later)
    (manifest,) = close_until(books, later)
    assert (lines(books), of_bank(manifest, "unequal")) == (2, [])
    assert differences(books) == []


def test_a_closed_account_day(books: Engine) -> None:
    """A date far ahead of its statements names the accounts that are missing (P3)."""
    drop(books, "s.xml", one_payment().statement())
    close_until(books, FIRST)
    (manifest,) = close_until(books, date(2024, 2, 2))
    assert of_bank(manifest, "missing") == [{"account": "NL44TEST0340000001", "complete_to": "2024-02-01"}]


def test_statements_that_only_together_fill_what_was_hidden_are_taken(books: Engine) -> None:
    """Two lines that move nothing together were passed over, and each came later in a file of its own."""
    account = Account(
        lines=[
            paying(LOAN, FIRST, INSTALMENT, "R1"),
            Real(FIRST, 13317, "R2", end_to_end="E2", text="van een ander"),
            Real(FIRST, -13317, "R3", end_to_end="E2", reason="MD06"),
            Real(FIRST, 5000, "R4", text="van een ander"),
            Real(FIRST, -179, "R5", text="kosten"),
        ]
    )
    drop(books, "1.xml", account.statement(0, 1))
    drop(books, "2.xml", account.statement(3, 4))
    close_until(books, FIRST)
    drop(books, "3.xml", account.statement(1, 2))
    (only,) = close_until(books, NEXT)
    assert lines(books) == 2
    assert of_bank(only, "unequal") == []
    drop(books, "4.xml", account.statement(2, 5))
    after = NEXT + timedelta(days=1)
    (manifest,) = close_until(books, after)
    assert (lines(books), of_bank(manifest, "unequal")) == (5, [])
    assert balance(books, BANK) == account.balance_before(5)
    assert sorted(path.name for path in (inbox(books) / "almere" / "done").glob("*.xml")) == [
        f"{number}.xml" for number in (1, 2, 3, 4)
    ]
    assert differences(books) == []


def test_older_statements_that_only_together_move_nothing_are_taken(books: Engine) -> None:
    account = Account(
        lines=[
            paying(LOAN, FIRST, INSTALMENT, "R1", end_to_end="E1"),
            Real(FIRST, -INSTALMENT, "R2", end_to_end="E1", reason="MD06"),
            Real(NEXT, -114, "R3", text="kosten"),
        ]
    )
    drop(books, "0.xml", account.statement(0, 0, opened=START, closed=START, number=0))
    drop(books, "3.xml", account.statement(2, 3))
    close_until(books, NEXT)
    drop(books, "1.xml", account.statement(0, 1))
    close_until(books, NEXT + timedelta(days=1))
    assert lines(books) == 1
    drop(books, "2.xml", account.statement(1, 2))
    (manifest,) = close_until(books, NEXT + timedelta(days=2))
    assert (lines(books), of_bank(manifest, "unequal")) == (3, [])
    assert balance(books, BANK) == account.balance_before(3)
    assert differences(books) == []


def test_statements_of_which_one_is_really_missing_wait(books: Engine) -> None:
    account = Account(lines=[paying(LOAN, FIRST, 100 + place, f"R{place}") for place in range(6)])
    drop(books, "1.xml", account.statement(0, 1))
    drop(books, "2.xml", account.statement(2, 3))
    drop(books, "3.xml", account.statement(4, 5))
    close_until(books, FIRST)
    assert lines(books) == 1
    assert sorted(path.name for path in (inbox(books) / "almere").glob("*.xml")) == ["2.xml", "3.xml"]
