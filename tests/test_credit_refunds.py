"""Credit of a loan that goes back: two persons, one payment, its line, and what happens when it was not there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.cli.database import Desk
from backoffice.money_out import LineRefused
from backoffice.receipts import Said, line_of, match
from jobs import clock
from ledger.database import reading, writing
from servicing.facts import Draft, FactKind
from servicing.receipts.store import lines_by_number
from servicing.refunding.store import refunds_of_run
from tests.bank_account import DRONTEN, Account, Real, paying, write
from tests.bank_desk import balance, differences, kinds, money, take
from tests.nights import begin_on, close_until, new_loan, stamp, tell
from tests.offices import by, good_by, open_office

DAY = timedelta(days=1)
TODAY = clock.today()
START, PAID = TODAY - 4 * DAY, TODAY - 2 * DAY
LAST = TODAY - DAY
"""The last night that can be closed: what is recorded today is of the next one."""

PAYER = "NL60TEST0340000004"
LOAN = "100000001"
TERMS = {"principal": "100.00", "annual_rate_percent": "0", "start": START.isoformat(), "instalments": 2}
REFUNDS, CREDIT = 1170, 1400


@pytest.fixture
def books(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan of 100.00 on which 130.00 was paid, in an office that names its people."""
    monkeypatch.setenv("AFLOS_DATABASE", database_url)
    begin_on(database, START)
    new_loan(database, TERMS, known=START)
    close_until(database, START)
    take(database, write(tmp_path, "1.xml", account().statement()), PAID)
    close_until(database, PAID)
    open_office(tmp_path / "office", monkeypatch)
    return database


def account(*more: Real) -> Account:
    paid = paying(int(LOAN), PAID, 130_00, "R1", name="S. Çelik", iban=PAYER)
    return Account(opened=START, lines=[paid, *more])


def refunds(*words: str) -> tuple[str, ...]:
    return ("bank", "refunds", *words, "--creditor", "almere")


def released() -> dict[str, object]:
    """The credit proposed by one person, approved by another, and given to the bank."""
    (row,) = good_by("approver", *refunds("propose"))
    good_by("manager", "approve", str(row["decision"]))
    made: dict[str, object] = good_by("approver", *refunds("release"), "--number", "1", "--total", "30.00")
    return made


def credits_waiting() -> list[str]:
    return [item["reason"] for item in good_by("clerk", "worklist", "--source", "credit")]


def test_credit_goes_back_to_the_account_that_paid_by_two_persons(books: Engine, tmp_path: Path) -> None:
    assert credits_waiting() == ["30.00 more was paid than is owed"]
    (row,) = good_by("approver", *refunds("propose"))
    assert row["problem"] is None
    assert (row["loan"], row["line"], row["amount"]) == (int(LOAN), None, "30.00")
    assert (row["iban"], row["name"], row["state"]) == (PAYER, "S. Çelik", "proposed")
    assert good_by("approver", *refunds("propose")) == [row]
    assert credits_waiting() == []
    assert by("approver", "approve", str(row["decision"])).code == 2
    good_by("manager", "approve", str(row["decision"]))
    made = good_by("approver", *refunds("release"), "--number", "1", "--total", "30.00")
    assert good_by("approver", *refunds("list"))["waiting"] == []
    written = good_by("approver", "bank", "refunds", "file", str(made["run"]), "--to", str(tmp_path))
    content = Path(written["file"]).read_bytes()
    assert f"<IBAN>{PAYER}</IBAN>".encode() in content
    assert f"Terugbetaling te veel betaald lening {LOAN}".encode() in content
    told = good_by("manager", "statement", LOAN)
    assert [(line["text"], line["credit"]) for line in told["not_booked"]] == [
        ("Tegoed aan u terugbetaald", "-30.00")
    ]
    assert told["expected"]["credit"] == "0.00"


def test_a_file_released_with_other_words_stays_what_it_was(
    books: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("backoffice.refunding._words", lambda *_: {})
        made = released()
    file = good_by("approver", "bank", "refunds", "file", str(made["run"]), "--to", str(tmp_path))["file"]
    assert f"Terugbetaling tegoed lening {LOAN}".encode() in Path(file).read_bytes()
    assert books is not None


def went_back(engine: Engine) -> None:
    """Credit that was refunded in time for the last night."""
    data = {"iban": PAYER, "name": "S. Çelik"}
    tell(engine, LAST, Draft(int(LOAN), FactKind.CREDIT_REFUND, PAID, "B-1", cents=30_00, data=data))


def clearing() -> list[dict[str, object]]:
    found: list[dict[str, object]] = good_by("manager", "bank", "clearing", "--creditor", "almere")
    return found


@pytest.mark.parametrize("is_block", [False, True])
def test_the_line_by_which_credit_went_clears_it(books: Engine, tmp_path: Path, *, is_block: bool) -> None:
    made = released()
    with reading(books) as connection:
        (one,) = refunds_of_run(connection, 1)
    went_back(books)
    gone = Real(LAST, -30_00, "R2", end_to_end=one.end_to_end, iban=PAYER)
    text = account(gone).statement(1)
    if is_block:
        begin, end = text.index("<NtryDtls>"), text.index("</NtryDtls>")
        text = text[:begin] + f"<NtryDtls><Btch><PmtInfId>{made['message']}</PmtInfId></Btch>" + text[end:]
    take(books, write(tmp_path, "2.xml", text), LAST)
    assert kinds(books, 2) == ["refund"]
    close_until(books, LAST)
    assert (balance(books, CREDIT), balance(books, REFUNDS)) == (0, 0)
    assert [item for item in clearing() if item["account"] == REFUNDS] == []
    assert differences(books) == []


def test_credit_that_goes_by_several_lines_is_matched_by_hand_up_to_its_sum(
    books: Engine, tmp_path: Path
) -> None:
    out = [Real(LAST, -cents, f"R{cents}", iban=PAYER, text="terug") for cents in (10_00, 20_01, 20_00)]
    take(books, write(tmp_path, "2.xml", account(*out).statement(1)), LAST)
    early = by("clerk", "bank", "match", "2", LOAN)
    assert (early.code, "has 0 disbursements" in early.err) == (2, True)
    released()
    went_back(books)
    assert good_by("clerk", "bank", "match", "2", LOAN, "--preview")["parts"][0]["for"] == "refund"
    matched(books, 2)
    with pytest.raises(LineRefused, match=r"20\.01 is more than is still to go back .*, 20\.00; until"):
        matched(books, 3)
    matched(books, 4)
    with pytest.raises(LineRefused, match="has 0 disbursements"):
        matched(books, 3)
    close_until(books, LAST)
    assert (balance(books, CREDIT), balance(books, REFUNDS), differences(books)) == (0, 0, [])
    assert [item for item in clearing() if item["account"] == REFUNDS] == []
    assert good_by("clerk", "bank", "park", "4", "--reason", "of another loan")["decision"] == 2
    assert by("clerk", "bank", "match", "4", LOAN, "--preview").code == 0


def test_a_line_out_of_another_creditor_is_told_nothing_of_the_credit(books: Engine, tmp_path: Path) -> None:
    released()
    out = Account(iban=DRONTEN, opened=START, lines=[Real(LAST, -40_00, "R2", iban=PAYER, text="terug")])
    take(books, write(tmp_path, "2.xml", out.statement()), LAST)
    with writing(books) as connection:
        desk = Desk(connection, stamp(books, LAST)._replace(actor="manager"))
        (line,) = lines_by_number(connection, [2]).values()
        with pytest.raises(LineRefused, match=r"is of another creditor.*: aflos bank park 2 --reason TEXT$"):
            match(desk, line, LOAN, Said(line.amount, "by hand"))


def test_credit_of_which_more_went_than_was_decided_is_asked_about(books: Engine, tmp_path: Path) -> None:
    released()
    out = [
        Real(LAST, -10_00, "R2", iban=PAYER, text="terug"),
        Real(LAST, -30_00, "R3", end_to_end="REF-1-1", iban=PAYER),
    ]
    take(books, write(tmp_path, "2.xml", account(*out).statement(1, 2)), LAST)
    matched(books, 2)
    assert too_much("clerk") == []
    take(books, write(tmp_path, "3.xml", account(*out).statement(2)), LAST)
    assert kinds(books, 3) == ["refund"]
    told = "30.00 was to go back and 40.00 went, 10.00 by line 2, 30.00 by line 3: 10.00 too much"
    assert too_much("clerk") == [(LOAN, told)]
    assert too_much("urk") == []


def too_much(who: str) -> list[tuple[str, str]]:
    """Of what too much went, as somebody sees it."""
    found = good_by(who, "worklist", "--source", "bank")
    return [(one["subject"], one["reason"]) for one in found if one["reason"].endswith("too much")]


def matched(engine: Engine, line: int) -> None:
    """A person says that a line out is for the loan."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, LAST)._replace(actor="clerk"))
        own = line_of(desk, line)
        match(desk, own, LOAN, Said(own.amount, "by hand"))


def test_a_refund_stands_in_the_books_until_its_line_comes_and_tells_itself(books: Engine) -> None:
    went_back(books)
    close_until(books, LAST)
    assert (balance(books, CREDIT), balance(books, REFUNDS)) == (0, -30_00)
    open_items = [(item["account"], item["item"], item["amount"]) for item in clearing()]
    assert (REFUNDS, f"loan {LOAN}", "-30.00") in open_items
    key = good_by("manager", "statement", LOAN)["lines"][-1]["key"]
    assert "BW art. 6:203" in str(good_by("manager", "explain", key))


def test_what_was_refunded_and_is_not_there_any_more_is_owed_and_told(books: Engine) -> None:
    went_back(books)
    tell(books, LAST, Draft(int(LOAN), FactKind.REVERSAL, LAST, "back", of=payment(books)))
    close_until(books, LAST)
    assert balance(books, CREDIT) == 30_00
    assert credits_waiting() == [
        "30.00 more was refunded than there is: a payment or settlement counts otherwise now"
    ]
    assert good_by("manager", "loan", "payoff", LOAN)["total"] == "130.00"


def payment(engine: Engine) -> int:
    """The number of the payment."""
    return money(engine, int(LOAN))[0].nr


def test_credit_that_was_used_since_its_approval_does_not_leave(books: Engine) -> None:
    (row,) = good_by("approver", *refunds("propose"))
    good_by("manager", "approve", str(row["decision"]))
    good_by("clerk", "payment", "reverse", LOAN, str(payment(books)), "--on", TODAY.isoformat())
    done = by("approver", *refunds("release"), "--number", "1", "--total", "30.00")
    assert (done.code, "no refund is approved" in done.err) == (2, True)
    (row,) = good_by("approver", *refunds("list"))["waiting"]
    assert row["problem"] == f"the credit of loan {LOAN} is 0.00 by now"


def test_no_more_goes_back_than_there_is_and_what_left_stays(books: Engine) -> None:
    words = ("decide", "credit-refund", LOAN, "--on", PAID.isoformat(), "--name", "S. Jansen")
    done = by("approver", *words, "--iban", PAYER, "--amount", "30.01", "--decision", "B-1")
    assert (done.code, "the credit of the loan is 30.00" in done.err) == (2, True)
    wrong = by("approver", *words, "--iban", "NL36TEST0340000008", "--amount", "30.00", "--decision", "B-2")
    assert (wrong.code, "check number" in wrong.err) == (2, True)
    released()
    facts = good_by("manager", "loan", "show", LOAN)["facts"]
    (nr,) = [str(fact["fact"]) for fact in facts if fact["kind"] == "credit-refund"]
    back = by("approver", "decide", "withdraw", LOAN, nr, "--reason", "a mistake")
    assert (back.code, "was given to the bank and stays" in back.err) == (2, True)
