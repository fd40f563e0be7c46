"""What a person said of a bank line by mistake is taken back, and can be looked at before it is recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.bank_trail import trail_of
from backoffice.cli.database import Desk
from backoffice.money_out import LineRefused
from backoffice.receipts import Decided, Said, decide, line_of, match, rematch, settle
from ledger.database import open_database, reading, writing
from servicing.facts import Draft, FactKind
from servicing.receipts.store import lines_by_number
from servicing.receipts.values import Disposition, Part
from tests.bank_account import Account, Real, paying, write
from tests.bank_desk import FIRST, INSTALMENT, balance, differences, kinds, money, open_books, take, waiting
from tests.desk import good, open_desk, run
from tests.nights import close_until, stamp, tell

LOAN, OTHER = 100000001, 100000002
BACK = FIRST + timedelta(days=4)
NEXT = BACK + timedelta(days=1)
TRANSIT, WAITS = 1100, 1190


@pytest.fixture
def books(sqlite_database: Engine, tmp_path: Path) -> Engine:
    """Two loans of one creditor, each paid in two equal parts; one of the four came back without saying which."""
    open_books(sqlite_database, 1, 1)
    lines = [paying(loan, FIRST, INSTALMENT, f"{loan}-{nr}") for loan in (LOAN, OTHER) for nr in (1, 2)]
    account = Account(lines=[*lines, Real(BACK, -INSTALMENT - 700, "R5", reason="MD06")])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), BACK)
    return sqlite_database


def came_back(engine: Engine, loan: int, fact: int) -> Decided:
    """A person says that line 5 is the return of a payment of a loan, with a fee of the bank in it."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, BACK))
        line = line_of(desk, 5)
        back = Part(Disposition.RETURN, INSTALMENT, loan, fact)
        return decide(desk, line, [back, Part(Disposition.BANK_COSTS, 700)])


def moves(engine: Engine, line: int, loan: int, fact: int | None = None) -> Decided:
    """A person says that a line was matched to the wrong loan or payment."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, NEXT))
        own = line_of(desk, line)
        return rematch(desk, own, str(loan), Said(own.amount, "said the bank", fact))


def waits(engine: Engine, line: int) -> None:
    """A person takes back what was said of a line."""
    with writing(engine) as connection:
        desk = Desk(connection, stamp(engine, NEXT))
        own = line_of(desk, line)
        decide(desk, own, [Part(Disposition.PARKED, own.amount, reason="asked the bank")])


def gone(engine: Engine, loan: int) -> list[int]:
    """The payments of a loan that came back and are not there again."""
    facts = money(engine, loan)
    withdrawn = {fact.of for fact in facts if fact.kind.text == "withdrawal"}
    return [fact.of for fact in facts if fact.kind.text == "reversal" and fact.nr not in withdrawn]


def test_e13_a_return_matched_to_the_wrong_payment_moves_to_the_right_one_or_waits(books: Engine) -> None:
    came_back(books, LOAN, 3)
    close_until(books, BACK)
    assert (gone(books, LOAN), balance(books, 1185)) == ([3], 700)
    with pytest.raises(LineRefused, match=r"one is needed; --fact NR says which: 3, 4"):
        moves(books, 5, OTHER)
    moved = moves(books, 5, OTHER, 4)
    assert [(part.kind.text, part.loan, part.fact) for part in moved.parts] == [
        ("return", OTHER, 4),
        ("bank-costs", 0, 0),
    ]
    assert moves(books, 5, OTHER, 4).nr == moved.nr == 2
    assert (gone(books, LOAN), gone(books, OTHER)) == ([], [4])
    with pytest.raises(LineRefused, match="came back \\(bank line 5\\): match that to another first"):
        waits(books, 4)
    close_until(books, NEXT)
    assert (balance(books, TRANSIT), balance(books, 1185), differences(books)) == (0, 700, [])
    waits(books, 5)
    assert (kinds(books, 5), gone(books, OTHER), [one.line.id for one in waiting(books)]) == (
        ["parked"],
        [],
        [5],
    )
    waits(books, 4)
    moves_back = came_back(books, OTHER, 3)
    assert (moves_back.nr, gone(books, OTHER)) == (4, [3])
    close_until(books, NEXT + timedelta(days=1))
    assert (balance(books, TRANSIT), balance(books, WAITS), differences(books)) == (0, -INSTALMENT, [])


def test_e13_the_way_of_a_return_ends_at_what_it_took_back(books: Engine) -> None:
    close_until(books, FIRST)
    came_back(books, LOAN, 3)
    close_until(books, BACK)
    with reading(books) as connection:
        told = trail_of(connection, lines_by_number(connection, [5])[5])
    booked = [(one["key"], one["debit"], one["credit"]) for one in told["entries"]]
    assert booked == [
        ("100000000:2024-02-05:bank-line:5", TRANSIT, 1010),
        ("100000000:2024-02-05:bank-line:5", 1185, 1010),
        (f"{LOAN}:2024-02-05:reversal:1", 1195, TRANSIT),
    ]


def test_e13_the_tenth_of_equal_returns_is_not_taken_for_the_first(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    open_books(sqlite_database, 1)
    lines = [paying(LOAN, FIRST, INSTALMENT, f"R{nr}") for nr in (1, 2)]
    twins = [Real(BACK, -INSTALMENT, "R3", reason="MD06")] * 10
    take(sqlite_database, write(tmp_path, "1.xml", Account(lines=[*lines, *twins]).statement()), BACK)
    with writing(sqlite_database) as connection:
        desk = Desk(connection, stamp(sqlite_database, BACK))
        match(desk, line_of(desk, 12), str(LOAN), Said(INSTALMENT, "by hand", 3))
        done = match(desk, line_of(desk, 3), str(LOAN), Said(INSTALMENT, "by hand"))
    assert done.parts[0].fact == 4


def test_e13_a_payment_taken_back_by_hand_says_what_comes_first(books: Engine) -> None:
    tell(books, BACK, Draft(LOAN, FactKind.REVERSAL, BACK, "3 by hand", of=3))
    with pytest.raises(LineRefused, match=rf"by hand, fact 5\): aflos decide withdraw {LOAN} 5 first"):
        waits(books, 1)


def test_e13_a_return_says_why_it_is_paired_with_nothing(sqlite_database: Engine, tmp_path: Path) -> None:
    (loan,) = open_books(sqlite_database, 1)
    own = paying(loan, FIRST, INSTALMENT, "R1", end_to_end="E1")
    returns = [
        Real(BACK, nr - INSTALMENT, f"R{nr}", end_to_end=name, reason="MD06")
        for nr, name in ((2, "E1"), (3, ""), (4, "E4"))
    ]
    account = Account(lines=[own, *returns])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), BACK)
    assert [one.reason for one in waiting(sqlite_database, BACK)] == [
        "comes back, but no payment with its end-to-end id is of this amount",
        "comes back, and the bank does not say of which payment",
        "comes back, but the payment it belongs to is not here yet",
    ]


def test_e13_a_payment_whose_return_was_taken_back_can_come_back_by_itself(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    (loan, _) = open_books(sqlite_database, 1, 1)
    own = paying(loan, FIRST, INSTALMENT, "R1", end_to_end="E1")
    unclear = Real(BACK, -INSTALMENT, "R2", reason="MD06")
    account = Account(lines=[own, unclear])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), BACK)
    with writing(sqlite_database) as connection:
        desk = Desk(connection, stamp(sqlite_database, BACK))
        decide(desk, line_of(desk, 2), [Part(Disposition.RETURN, INSTALMENT, loan, 3)])
    waits(sqlite_database, 2)
    assert gone(sqlite_database, loan) == []
    account.lines.append(Real(NEXT, -INSTALMENT, "R3", end_to_end="E1", reason="AC04"))
    (told,) = take(sqlite_database, write(tmp_path, "2.xml", account.statement(2)), NEXT)
    assert (told.returned, gone(sqlite_database, loan)) == (1, [3])
    waits(sqlite_database, 3)  # the program paired it; a person knows better
    assert (kinds(sqlite_database, 3), gone(sqlite_database, loan)) == (["parked"], [])


def test_p13_a_return_with_a_fee_in_it_says_how_to_divide_it(sqlite_database: Engine, tmp_path: Path) -> None:
    open_books(sqlite_database, 1)
    paid = paying(LOAN, FIRST, INSTALMENT, "R1", end_to_end="E1")
    account = Account(lines=[paid, Real(FIRST, -INSTALMENT - 700, "R2", end_to_end="E1", reason="AM04")])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), FIRST)
    (one,) = waiting(sqlite_database)
    assert one.reason.endswith(f"aflos bank split 2 {LOAN}=506.91 costs=7.00")


def test_p21_a_line_out_is_told_with_the_disbursements_it_may_be(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    open_books(sqlite_database, 1)
    account = Account(lines=[Real(FIRST, -2_500_000, "R1", text="uitbetaling bbz")])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), FIRST)
    assert waiting(sqlite_database)[0].reason.endswith(f"of this amount is open on loan {LOAN}")


def test_e13_a_payment_that_came_after_a_line_out_did_not_come_back_by_it(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    open_books(sqlite_database, 1)
    back = Real(BACK, -INSTALMENT, "R2", reason="MD06")
    account = Account(
        lines=[
            paying(LOAN, BACK, INSTALMENT, "R1"),
            back,
            paying(LOAN, NEXT, INSTALMENT, "R3"),
            back._replace(day=NEXT),
        ]
    )
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), NEXT)
    first, later = (fact.nr for fact in money(sqlite_database, LOAN))
    with writing(sqlite_database) as connection:
        desk = Desk(connection, stamp(sqlite_database, NEXT))
        own = line_of(desk, 2)
        with pytest.raises(
            LineRefused, match=f"fact {later} is none of the payments of .* loan {LOAN}: {first}$"
        ):
            match(desk, own, str(LOAN), Said(INSTALMENT, "by hand", later))
        assert match(desk, own, str(LOAN), Said(INSTALMENT, "by hand")).parts[0].fact == first
        assert match(desk, line_of(desk, 4), str(LOAN), Said(INSTALMENT, "by hand")).parts[0].fact == later
    close_until(sqlite_database, NEXT)
    assert differences(sqlite_database) == []


def test_e13_a_line_out_for_which_no_payment_fits_says_what_to_do(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    open_books(sqlite_database, 1)
    account = Account(
        lines=[Real(FIRST, -INSTALMENT, "R1", reason="MD06"), paying(LOAN, BACK, INSTALMENT, "R2")]
    )
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), BACK)
    with writing(sqlite_database) as connection:
        desk = Desk(connection, stamp(sqlite_database, BACK))
        with pytest.raises(
            LineRefused, match=f"booked by {FIRST}: aflos bank lines --loan {LOAN} shows what came in"
        ):
            match(desk, line_of(desk, 1), str(LOAN), Said(INSTALMENT, "by hand"))


def test_what_went_out_for_a_part_of_a_receipt_settles_it_once(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    open_books(sqlite_database, 1)
    amounts = (700_00, -100_00, -100_00)
    account = Account(lines=[Real(FIRST, cents, f"R{n}", text="x") for n, cents in enumerate(amounts)])
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), FIRST)
    with writing(sqlite_database) as connection:
        desk = Desk(connection, stamp(sqlite_database, FIRST))
        first, second, third = (line_of(desk, number) for number in (1, 2, 3))
        way_on = "it has neither; until it is known what it is: aflos bank park 2 --reason TEXT"
        with pytest.raises(LineRefused, match=way_on):
            settle(desk, second, first, "by hand")
        decide(desk, first, [Part(Disposition.LOAN, 600_00, LOAN), Part(Disposition.TO_REFUND, 100_00)])
        assert settle(desk, second, first, "by hand").parts[0].fact == 1
        with pytest.raises(LineRefused, match=r"0\.00 of it is still to go back \(100\.00 went by line 2\)"):
            settle(desk, third, first, "by hand")
        with pytest.raises(LineRefused, match="was paid back or on by line 2"):
            decide(desk, first, [Part(Disposition.PARKED, 700_00, reason="x")])
        decide(desk, second, [Part(Disposition.PARKED, 100_00, reason="x")])
        assert decide(desk, first, [Part(Disposition.PARKED, 700_00, reason="x")]).nr == 2
        assert decide(desk, first, [Part(Disposition.PARKED, 700_00, reason="asked the debtor")]).nr == 3


def test_p22_what_is_said_of_a_line_can_be_looked_at_first(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    engine = open_database(sqlite_url)
    open_books(engine, 1, 1)
    lines = [paying(LOAN, FIRST, INSTALMENT, f"R{nr}") for nr in (1, 2)]
    back = Real(BACK, -INSTALMENT, "R3", reason="MD06")
    good("bank", "import", str(write(tmp_path, "1.xml", Account(lines=[*lines, back]).statement())))
    words = ("bank", "rematch", "1", str(OTHER), "--reason", "reference of another debtor")
    seen = good(*words, "--preview")
    assert (seen["recorded"], [one["loan"] for one in seen["loans"]]) == (False, [LOAN, OTHER])
    booked = [{one["account"]: one["amount"] for one in each["postings"]} for each in seen["loans"]]
    assert (booked[0][TRANSIT], booked[1][TRANSIT], seen["bank"]) == ("-506.91", "506.91", [])
    assert run(*words, "--preview").out.startswith("line 1: preview, nothing is recorded: 506.91 for loan 1")
    assert good("bank", "lines", "--loan", str(OTHER)) == []
    waiting_again = good("bank", "park", "1", "--reason", "asked", "--preview")["bank"]
    assert {one["account"]: one["amount"] for one in waiting_again} == {TRANSIT: "506.91", WAITS: "-506.91"}
    assert good(*words)["parts"] == seen["parts"]
    good("bank", "split", "3", f"{LOAN}=506.91", "--fact", "4")
    wrong = run("loan", "withdraw", str(LOAN), "6", "--reason", "wrong")
    assert (wrong.code, "came with a bank line" in wrong.err) == (2, True)
    assert "must be LOAN=AMOUNT" in run("bank", "split", "3", f"{LOAN}=1.00", str(OTHER)).err
    assert "refund: is named 2 times" in run("bank", "split", "2", "refund=500.00", "refund=6.91").err
    assert "reason: is missing" in run("bank", "park", "3", "--reason", " ").err
    assert "which payment of one loan" in run("bank", "split", "3", "costs=506.91", "--fact", "4").err
    engine.dispose()
