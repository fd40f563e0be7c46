"""P17: more went back, or on, than was to; the work list says of what and by which lines."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.cli.database import Desk
from backoffice.money_out import LineRefused
from backoffice.receipts import decide, line_of, settle
from jobs.bank_clearing import clearing_items
from ledger.database import reading, writing
from servicing.receipts.values import Disposition, Part
from tests.bank_account import DRONTEN, Account, Real, paying, write
from tests.bank_desk import FIRST, INSTALMENT, balance, differences, kinds, open_books, take
from tests.nights import close_until, stamp
from tests.offices import good_by, open_office
from tests.status_reports import report

PAYER = "NL60TEST0340000004"
LATER = FIRST + timedelta(days=4)
LAST = LATER + timedelta(days=1)
RECEIPTS, FORWARD = 1170, 1160


@pytest.fixture
def books(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A receipt of 25.00 that is to go back and was given to the bank for that, as REF-1-1."""
    monkeypatch.setenv("AFLOS_DATABASE", database_url)
    open_books(database, 1)
    take(database, write(tmp_path, "1.xml", account().statement()), FIRST)
    marked(database, 1, 25_00, FIRST)
    open_office(tmp_path / "office", monkeypatch)
    release("25.00")
    return database


def account(*more: Real) -> Account:
    return Account(lines=[Real(FIRST, 25_00, "R1", iban=PAYER, name="S. Çelik"), *more])


def release(total: str) -> None:
    """What stands to go back or on is proposed, approved by another person, and given to the bank."""
    (row,) = good_by("approver", "bank", "refunds", "propose", "--creditor", "almere")
    good_by("manager", "approve", str(row["decision"]))
    how = ("--creditor", "almere", "--number", "1", "--total", total)
    good_by("approver", "bank", "refunds", "release", *how)


def marked(engine: Engine, line: int, cents: int, today: date) -> None:
    """A person says that a line is to go back."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, today)._replace(actor="clerk"))
        decide(desk, line_of(desk, line), [Part(Disposition.TO_REFUND, cents, reason="nobody of ours")])


def settled(engine: Engine, line: int, other: int, today: date = LATER) -> None:
    """A person says that a line out pays back what another brought."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, today)._replace(actor="clerk"))
        settle(desk, line_of(desk, line), line_of(desk, other), "by hand")


def asked() -> list[tuple[str, str, str]]:
    """What the work list asks about bank lines."""
    found = good_by("clerk", "worklist", "--source", "bank")
    return [
        (item["subject"], item["reason"], item["next_action"])
        for item in found
        if "too much" in item["reason"]
    ]


def items(engine: Engine, account: int = RECEIPTS) -> list[tuple[str, int]]:
    """What still is to go back of receipts, or on."""
    with reading(engine) as connection:
        found = clearing_items(connection, 1)
    return [(one.item, one.amount) for one in found if one.account == account]


OUT = [
    Real(LATER, -10_00, "R2", iban=PAYER, text="terug"),
    Real(LATER, -25_00, "R3", end_to_end="REF-1-1", iban=PAYER),
]


def test_p17_an_order_that_was_carried_out_after_a_part_went_by_hand_is_booked_and_asked_about(
    books: Engine, tmp_path: Path
) -> None:
    take(books, write(tmp_path, "2.xml", account(*OUT).statement(1, 2)), LATER)
    settled(books, 2, 1)
    assert asked() == []
    take(books, write(tmp_path, "3.xml", account(*OUT).statement(2)), LATER)
    assert kinds(books, 3) == ["refund"]
    ((subject, reason, action),) = asked()
    assert subject == "line 1"
    assert reason == "25.00 was to go back and 35.00 went, 10.00 by line 2, 25.00 by line 3: 10.00 too much"
    assert action.startswith("if line 2 was for something else: aflos bank park 2 --reason TEXT; if")
    close_until(books, LATER)
    assert (balance(books, RECEIPTS), items(books), differences(books)) == (10_00, [("line 1", 10_00)], [])
    good_by("clerk", "bank", "park", "2", "--reason", "was for somebody else")
    assert asked() == []


def test_p17_what_went_back_twice_comes_back_and_nothing_is_left(books: Engine, tmp_path: Path) -> None:
    back = Real(LAST, 10_00, "R4", iban=PAYER, text="dubbel ontvangen")
    take(books, write(tmp_path, "2.xml", account(*OUT).statement(1, 2)), LATER)
    settled(books, 2, 1)
    take(books, write(tmp_path, "3.xml", account(*OUT, back).statement(2)), LAST)
    with pytest.raises(
        LineRefused, match=r"0\.00 of it is still to go back \(10\.00 went by line 2, 25\.00 went"
    ):
        settled(books, 4, 1, LAST)
    marked(books, 4, 10_00, LAST)
    settled(books, 2, 4, LAST)
    close_until(books, LAST)
    assert (asked(), balance(books, RECEIPTS), items(books), differences(books)) == ([], 0, [], [])


def test_p17_of_what_the_bank_refused_the_rest_is_listed_that_is_still_to_go(
    books: Engine, tmp_path: Path
) -> None:
    text = report("REF-0001-000001", {"REF-1-1": "AC04"}, block="REF-0001-000001")
    good_by("approver", "bank", "import", str(write(tmp_path, "r.xml", text)))
    take(books, write(tmp_path, "2.xml", account(*OUT).statement(1, 2)), LATER)
    settled(books, 2, 1)
    (row,) = good_by("approver", "bank", "refunds", "list", "--creditor", "almere")["waiting"]
    assert (row["line"], row["amount"], row["problem"]) == (1, "15.00", "the bank refused it: AC04")


def test_p17_an_order_that_the_bank_carried_out_twice_is_asked_about(books: Engine, tmp_path: Path) -> None:
    take(
        books, write(tmp_path, "2.xml", account(OUT[1], OUT[1]._replace(reference="R9")).statement(1)), LATER
    )
    assert [kinds(books, line) for line in (2, 3)] == [["refund"], ["refund"]]
    ((subject, reason, action),) = asked()
    assert (subject, reason.rpartition(": ")[2], "aflos bank match 3 --settles IN" in action) == (
        "line 1",
        "25.00 too much",
        True,
    )


def test_p17_money_out_of_which_nobody_said_what_it_pays_back_is_not_asked_about_here(
    books: Engine, tmp_path: Path
) -> None:
    take(books, write(tmp_path, "2.xml", account(*OUT).statement(1, 2)), LATER)
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, LATER)._replace(actor="clerk"))
        decide(desk, line_of(desk, 2), [Part(Disposition.REFUND, 10_00, reason="by hand")])
    assert asked() == []


def test_p17_what_was_forwarded_twice_is_asked_about(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_DATABASE", sqlite_url)
    _, loan = open_books(sqlite_database, 1, 2)
    out = Real(LATER, -INSTALMENT, "R2", iban=DRONTEN)
    whole = Account(
        lines=[paying(loan, FIRST, INSTALMENT, "R1"), out, out._replace(reference="R3", end_to_end="FWD-1-1")]
    )
    take(sqlite_database, write(tmp_path, "1.xml", whole.statement(0, 1)), FIRST)
    open_office(tmp_path / "office", monkeypatch)
    release("506.91")
    take(sqlite_database, write(tmp_path, "2.xml", whole.statement(1, 2)), LATER)
    settled(sqlite_database, 2, 1)
    take(sqlite_database, write(tmp_path, "3.xml", whole.statement(2)), LATER)
    ((subject, reason, _),) = asked()
    assert subject == "line 1"
    assert reason.startswith(
        "506.91 was to be forwarded and 1013.82 went, 506.91 by line 2, 506.91 by line 3"
    )
    close_until(sqlite_database, LATER)
    assert (items(sqlite_database, FORWARD), differences(sqlite_database)) == ([("line 1", INSTALMENT)], [])
