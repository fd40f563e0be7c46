"""Receipts that go back: proposed, approved by a second person, released by their totals, written, and seen to go."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError

from backoffice.cli.database import Desk
from backoffice.money_out import LineRefused
from backoffice.receipts import decide, line_of, settle
from jobs.bank_clearing import clearing_items
from ledger.database import reading, writing
from servicing.decisions.tables import decision_step
from servicing.receipts.store import lines_by_number
from servicing.receipts.values import Disposition, Part
from servicing.refunding.store import add_refund_run, refund_runs, refunds_of_run
from servicing.refunding.tables import refund, refund_run
from tests.bank_account import DRONTEN, Account, Real, paying, write
from tests.bank_desk import FIRST, INSTALMENT, balance, differences, kinds, money, open_books, take, waiting
from tests.nights import close_until, stamp
from tests.offices import by, good_by, open_office
from tests.status_reports import report
from tests.tamper import found as told_wrong
from tests.tamper import tamper, without_triggers

PAYER = "NL60TEST0340000004"
LATER = FIRST + timedelta(days=4)
RECEIPTS = 1170


@pytest.fixture
def books(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A receipt of 25.00 of somebody unknown that is to go back, in an office that names its people."""
    return opened(database, database_url, tmp_path, monkeypatch)


@pytest.fixture
def sqlite_books(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """The same on SQLite alone."""
    return opened(sqlite_database, sqlite_url, tmp_path, monkeypatch)


def opened(database: Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("AFLOS_DATABASE", url)
    open_books(database, 1)
    account = Account(lines=[Real(FIRST, 2500, "R1", iban=PAYER, name="S. Çelik")])
    take(database, write(tmp_path, "1.xml", account.statement()), FIRST)
    with writing(database) as connection:
        desk = Desk(connection, stamp(database, FIRST))
        decide(desk, line_of(desk, 1), [Part(Disposition.TO_REFUND, 2500, reason="nobody of ours")])
    open_office(tmp_path / "office", monkeypatch)
    return database


def creditor(*words: str) -> tuple[str, ...]:
    return ("bank", "refunds", *words, "--creditor", "almere")


def released() -> dict[str, object]:
    (row,) = good_by("approver", *creditor("propose"))
    good_by("manager", "approve", str(row["decision"]))
    made: dict[str, object] = good_by("approver", *creditor("release"), "--number", "1", "--total", "25.00")
    return made


def test_a_refund_takes_two_persons_and_leaves_once(books: Engine, tmp_path: Path) -> None:
    (row,) = good_by("approver", *creditor("propose"))
    assert (row["line"], row["amount"], row["iban"], row["state"]) == (1, "25.00", PAYER, "proposed")
    assert good_by("approver", *creditor("propose")) == [row]
    assert by("approver", "approve", str(row["decision"])).code == 2
    early = by("approver", *creditor("release"), "--number", "1", "--total", "25.00")
    assert (early.code, "no refund is approved" in early.err) == (2, True)
    good_by("manager", "approve", str(row["decision"]))
    wrong = by("approver", *creditor("release"), "--number", "1", "--total", "26.00")
    assert (wrong.code, "not 1 of 26.00" in wrong.err) == (2, True)
    made = good_by("approver", *creditor("release"), "--number", "1", "--total", "25.00")
    assert by("approver", *creditor("release"), "--number", "1", "--total", "25.00").code == 2
    assert good_by("approver", *creditor("list"))["waiting"] == []
    written = good_by("approver", "bank", "refunds", "file", str(made["run"]), "--to", str(tmp_path))
    content = Path(written["file"]).read_bytes()
    assert b"<IBAN>NL60TEST0340000004</IBAN>" in content
    assert b"S. Celik" in content
    assert b"<CtrlSum>25.00</CtrlSum>" in content
    assert not good_by("approver", "bank", "refunds", "file", str(made["run"]), "--to", str(tmp_path))[
        "written"
    ]


def test_a_receipt_is_released_once(books: Engine) -> None:
    released()
    with reading(books) as connection:
        (run,) = refund_runs(connection)
        (one,) = refunds_of_run(connection, run.id)
    with pytest.raises(IntegrityError), writing(books) as connection:
        again = one._replace(decision_id=99, run_id=2, end_to_end="REF-1-99")
        add_refund_run(connection, run._replace(id=2, message_id="REF-2"), [again])


@pytest.mark.parametrize("is_block", [False, True])
def test_the_line_by_which_it_went_clears_it(books: Engine, tmp_path: Path, *, is_block: bool) -> None:
    made = released()
    close_until(books, FIRST)
    assert balance(books, RECEIPTS) == -2500
    with reading(books) as connection:
        (one,) = refunds_of_run(connection, 1)
    gone = Real(LATER, -2500, "R2", end_to_end=one.end_to_end, iban=PAYER)
    account = Account(lines=[Real(FIRST, 2500, "R1", iban=PAYER, name="S. Çelik"), gone])
    text = account.statement(1)
    if is_block:
        begin, end = text.index("<NtryDtls>"), text.index("</NtryDtls>")
        block = f"<NtryDtls><Btch><PmtInfId>{made['message']}</PmtInfId></Btch>"
        text = text[:begin] + block + text[end:]
    take(books, write(tmp_path, "2.xml", text), LATER)
    assert kinds(books, 2) == ["refund"]
    close_until(books, LATER)
    assert balance(books, RECEIPTS) == 0
    assert differences(books) == []


def test_what_the_bank_refuses_is_listed_and_not_released_again(books: Engine, tmp_path: Path) -> None:
    message = str(released()["message"])
    text = report(message, {"REF-1-1": "AC04"}, block=message)
    (found,) = good_by("approver", "bank", "import", str(write(tmp_path, "r.xml", text)))
    assert found["refused"] == ["REF-1-1: AC04"]
    (row,) = good_by("approver", *creditor("list"))["waiting"]
    assert (row["line"], row["amount"], row["problem"]) == (1, "25.00", "the bank refused it: AC04")
    assert by("approver", *creditor("release"), "--number", "1", "--total", "25.00").code == 2
    good_by("clerk", "bank", "park", "1", "--reason", "asked the debtor for another account")
    assert good_by("approver", *creditor("list"))["waiting"] == []


def test_what_was_paid_back_in_another_way_does_not_leave_again(books: Engine, tmp_path: Path) -> None:
    assert len(good_by("approver", *creditor("list"))["waiting"]) == 1
    account = Account(lines=[Real(FIRST, 2500, "R1"), Real(LATER, -2500, "R2", text="teruggestort")])
    take(books, write(tmp_path, "2.xml", account.statement(1)), LATER)
    good_by("clerk", "bank", "match", "2", "--settles", "1")
    assert good_by("approver", *creditor("list"))["waiting"] == []
    assert good_by("approver", *creditor("propose")) == []


def test_p17_what_goes_back_by_several_lines_settles_it_up_to_its_sum(books: Engine, tmp_path: Path) -> None:
    released()
    with reading(books) as connection:
        (one,) = refunds_of_run(connection, 1)
    named = {1000: one.end_to_end}
    out = [Real(LATER, -cents, f"R{cents}", end_to_end=named.get(cents, "")) for cents in (1000, 1501, 1500)]
    account = Account(lines=[Real(FIRST, 2500, "R1"), *out])
    take(books, write(tmp_path, "2.xml", account.statement(1)), LATER)
    told = waiting(books, LATER)[0].reason
    assert told.endswith(
        "REF-1-1 of 25.00 and is less; if it is a part of it: aflos bank match 2 --settles 1"
    )
    assert good_by("clerk", "bank", "match", "2", "--settles", "1", "--preview")["recorded"] is False
    goes_back(books, 2)
    with pytest.raises(LineRefused, match=r"15\.00 of it is still to go back \(10\.00 went by line 2\)"):
        goes_back(books, 3)
    goes_back(books, 4)
    with pytest.raises(LineRefused, match="was paid back or on by line 2"):
        parked(books, 1)
    close_until(books, LATER)
    assert (balance(books, RECEIPTS), items(books), differences(books)) == (0, [], [])
    parked(books, 2, LATER + timedelta(days=1))
    close_until(books, LATER + timedelta(days=1))
    assert (items(books), differences(books)) == ([("line 1", -1000)], [])
    with pytest.raises(LineRefused, match="was paid back or on by line 4"):
        parked(books, 1)


def test_p17_a_line_of_another_creditor_pays_nothing_back(books: Engine, tmp_path: Path) -> None:
    out = Account(iban=DRONTEN, lines=[Real(LATER, -2500, "R2", text="teruggestort")])
    take(books, write(tmp_path, "2.xml", out.statement()), LATER)
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, LATER)._replace(actor="manager"))
        found = lines_by_number(connection, [1, 2])
        with pytest.raises(LineRefused, match="line 1 came in for another creditor"):
            settle(desk, found[2], found[1], "by hand")


def goes_back(engine: Engine, line: int) -> None:
    """A person says that a line out pays back of line 1."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, LATER)._replace(actor="clerk"))
        settle(desk, line_of(desk, line), line_of(desk, 1), "by hand")


def parked(engine: Engine, line: int, today: date = LATER) -> None:
    """A person lets a line wait."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, today)._replace(actor="clerk"))
        own = line_of(desk, line)
        decide(desk, own, [Part(Disposition.PARKED, own.amount, reason="was for somebody else")])


def items(engine: Engine) -> list[tuple[str, int]]:
    """What still is to go back of receipts."""
    with reading(engine) as connection:
        found = clearing_items(connection, 1)
    return [(one.item, one.amount) for one in found if one.account == RECEIPTS]


def test_p17_what_is_left_of_a_refund_that_went_in_part_is_decided_anew(
    books: Engine, tmp_path: Path
) -> None:
    (row,) = good_by("approver", *creditor("propose"))
    good_by("manager", "approve", str(row["decision"]))
    account = Account(lines=[Real(FIRST, 2500, "R1"), Real(LATER, -1000, "R2", text="teruggestort")])
    take(books, write(tmp_path, "2.xml", account.statement(1)), LATER)
    goes_back(books, 2)
    early = by("approver", *creditor("release"), "--number", "1", "--total", "25.00")
    assert (early.code, "no refund is approved" in early.err) == (2, True)
    (again,) = good_by("approver", *creditor("propose"))
    assert (again["amount"], again["state"], again["decision"] == row["decision"]) == (
        "15.00",
        "proposed",
        False,
    )


def test_p17_what_is_anothers_is_forwarded_and_counts_from_the_day_it_came_in(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_DATABASE", database_url)
    _, loan = open_books(database, 1, 2)
    almere = Account(lines=[paying(loan, FIRST, INSTALMENT, "R1")])
    take(database, write(tmp_path, "1.xml", almere.statement()), FIRST)
    open_office(tmp_path / "office", monkeypatch)
    (row,) = good_by("approver", *creditor("propose"))
    assert (row["line"], row["forward_to"], row["iban"], row["state"]) == (1, "dronten", DRONTEN, "proposed")
    totals = ("--number", "1", "--total", "506.91")
    assert by("approver", *creditor("release"), *totals).code == 2
    good_by("manager", "approve", str(row["decision"]))
    good_by("approver", *creditor("release"), *totals)
    assert good_by("approver", *creditor("list"))["waiting"] == []
    almere.lines.append(Real(LATER, -INSTALMENT, "R2", end_to_end="FWD-1-1", iban=DRONTEN))
    dronten = Account(iban=DRONTEN, lines=[Real(LATER, INSTALMENT, "R1", end_to_end="FWD-1-1")])
    for name, text in {"2.xml": almere.statement(1), "3.xml": dronten.statement()}.items():
        (outcome,) = take(database, write(tmp_path, name, text), LATER)
        assert outcome.matched == 1
    close_until(database, LATER)
    assert [(fact.value_date, fact.cents) for fact in money(database, loan)] == [(FIRST, INSTALMENT)]
    assert [balance(database, account) for account in (1100, 1160)] == [0, 0]
    with reading(database) as connection:
        assert [item for item in clearing_items(connection, 1) if item.account == 1160] == []
    assert differences(database) == []


def test_what_was_released_is_not_used_for_something_else_as_well(books: Engine) -> None:
    released()
    for words in (("park", "1", "--reason", "wait"), ("match", "1", "100000001")):
        done = by("clerk", "bank", *words)
        assert (done.code, "was released to be paid in REF-0001-000001" in done.err) == (2, True)


def test_what_was_decided_otherwise_since_does_not_leave(books: Engine) -> None:
    (row,) = good_by("approver", *creditor("propose"))
    good_by("manager", "approve", str(row["decision"]))
    good_by("clerk", "bank", "park", "1", "--reason", "it is of a debtor after all")
    done = by("approver", *creditor("release"), "--number", "1", "--total", "25.00")
    assert done.code == 2
    assert "no refund is approved" in done.err


def test_a_receipt_without_an_account_cannot_go_back(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_DATABASE", sqlite_url)
    open_books(sqlite_database, 1)
    account = Account(lines=[Real(FIRST, 2500, "R1", iban="NL61TEST0340000004")])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), FIRST)
    open_office(tmp_path / "office", monkeypatch)
    good_by("clerk", "bank", "refund", "1", "--reason", "nobody of ours")
    (row,) = good_by("approver", *creditor("propose"))
    assert row["decision"] is None
    assert "check number" in row["problem"]


def test_only_who_may_decide_proposes_and_releases(books: Engine) -> None:
    for account in ("auditor", "urk", "night"):
        assert by(account, *creditor("propose")).code == 2
        assert by(account, *creditor("release"), "--number", "1", "--total", "25.00").code == 2


def test_a_run_that_is_none_is_refused(books: Engine, tmp_path: Path) -> None:
    done = by("approver", "bank", "refunds", "file", "7", "--to", str(tmp_path))
    assert done.code == 2
    assert "run 7: there is none" in done.err


def test_what_was_rejected_or_taken_back_can_be_proposed_again(books: Engine) -> None:
    (row,) = good_by("approver", *creditor("propose"))
    good_by("manager", "approve", str(row["decision"]), "--reject", "--reason", "asked the payer first")
    (again,) = good_by("approver", *creditor("propose"))
    assert (again["decision"], again["state"]) == (2, "proposed")
    good_by("approver", "decide", "take-back", "2", "--reason", "not yet")
    (third,) = good_by("approver", *creditor("propose"))
    assert good_by("approver", *creditor("propose")) == [third]
    good_by("manager", "approve", str(third["decision"]))
    good_by("approver", *creditor("release"), "--number", "1", "--total", "25.00")
    assert good_by("approver", *creditor("propose")) == []


def test_an_approval_for_one_account_approves_no_other(books: Engine) -> None:
    forward = ("bank", "park", "1", "--reason", "it says so", "--to-forward")
    good_by("clerk", *forward, "dronten")
    (row,) = good_by("approver", *creditor("propose"))
    good_by("clerk", *forward, "urk")
    (row,) = good_by("approver", *creditor("list"))["waiting"]
    assert (row["decision"], row["problem"]) == (
        1,
        f"{DRONTEN} was decided, not this account: take it back, or reject it",
    )
    good_by("clerk", *forward, "dronten")
    good_by("manager", "approve", "1")
    good_by("clerk", *forward, "urk")
    assert by("approver", *creditor("release"), "--number", "1", "--total", "25.00").code == 2
    (row,) = good_by("approver", *creditor("propose"))
    assert (row["decision"], row["forward_to"], row["state"]) == (2, "urk", "proposed")


def test_j1_a_refund_that_is_not_what_was_approved_is_named(sqlite_books: Engine) -> None:
    books = sqlite_books
    released()
    without_triggers(books)
    before = told_wrong(books)
    for table, values, back, what in (
        (refund, {"iban": DRONTEN}, {"iban": PAYER}, "is not what was decided: its account"),
        (refund, {"cents": 2600}, {"cents": 2500}, "is not what was decided: its amount"),
        (refund, {"line_id": 7}, {"line_id": 1}, "is not what was decided: what it is of"),
        (refund_run, {"cents": 2400}, {"cents": 2500}, "says 1 of 24.00 together, holds 1 of 25.00"),
        (refund_run, {"id": 2}, {"id": 1}, "refund_run 1 is gone: the next one is 2"),
    ):
        tamper(books, update(table).values(**values))
        assert [one.what for one in told_wrong(books) if what in one.what], what
        tamper(books, update(table).values(**back))
    assert told_wrong(books) == before
    tamper(books, delete(decision_step))
    assert [one for one in told_wrong(books) if "rests on no approved decision" in one.what]
    tamper(books, delete(refund))
    assert [one for one in told_wrong(books) if "says 1 of 25.00 together, holds 0 of 0.00" in one.what]
