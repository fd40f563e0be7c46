"""E2 of the fault catalogue: a statement that seems to go on where the account stands, but repeats its last day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bank.statement import BadStatement
from jobs.inbox import inbox
from ledger.database import open_database
from tests.bank_account import ALMERE, Account, Real, camt, paying, write
from tests.bank_desk import (
    FIRST,
    INSTALMENT,
    START,
    differences,
    drop,
    lines,
    money,
    of_bank,
    open_books,
    take,
)
from tests.desk import good, open_desk
from tests.nights import close_until

LOAN = 100_000_001
NEXT = FIRST + timedelta(days=1)


def account() -> Account:
    """A day on which as much went out as came in, so that the account stands where it stood; then another payment."""
    return Account(
        lines=[
            paying(LOAN, FIRST, INSTALMENT, "R1"),
            Real(FIRST, -INSTALMENT, "R2"),
            paying(LOAN, NEXT, INSTALMENT, "R3"),
        ]
    )


def test_e2_the_inbox_takes_a_statement_that_repeats_a_day_that_moved_nothing(database: Engine) -> None:
    open_books(database, 1)
    drop(database, "1.xml", account().statement(0, 2))
    close_until(database, FIRST)
    drop(database, "2.xml", account().statement())
    close_until(database, NEXT)
    done = inbox(database) / "almere" / "done"
    assert sorted(path.name for path in done.glob("*.xml")) == ["1.xml", "2.xml"]
    assert (lines(database), [fact.cents for fact in money(database, LOAN)]) == (3, [INSTALMENT, INSTALMENT])
    assert differences(database) == []


def test_e2_a_person_imports_a_statement_that_repeats_a_day_that_moved_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    engine = open_database(sqlite_url)
    open_books(engine, 1)
    good("bank", "import", str(write(tmp_path, "1.xml", account().statement(0, 2))))
    (told,) = good("bank", "import", str(write(tmp_path, "2.xml", account().statement())))
    assert (told["lines"], told["new"], lines(engine)) == (3, 1, 3)
    engine.dispose()


def test_e2_statements_of_one_file_that_stand_in_the_wrong_order_are_refused(
    database: Engine, tmp_path: Path
) -> None:
    open_books(database, 1)
    older, newer = account().statement(0, 1), account().statement(1)
    begin, end = newer.index("<Stmt>"), newer.rindex("</Stmt>") + len("</Stmt>")
    wrong = (
        newer[:end] + older[older.index("<Stmt>") : older.rindex("</Stmt>") + len("</Stmt>")] + newer[end:]
    )
    with pytest.raises(BadStatement, match=r"line \d+: .* stands behind a later one: in a file the oldest"):
        take(database, write(tmp_path, "wrong.xml", wrong), NEXT)
    right = older[: older.rindex("</Stmt>") + len("</Stmt>")] + newer[begin:]
    (told,) = take(database, write(tmp_path, "right.xml", right), NEXT)
    assert (told.statements, told.new, lines(database)) == (2, 3, 3)


def test_e2_a_line_without_a_reference_that_a_notice_told_is_no_twin_of_itself(database: Engine) -> None:
    open_books(database, 1)
    twin = paying(LOAN, FIRST, INSTALMENT, "")
    whole = Account(lines=[Real(FIRST, 5_00, "R1"), twin, Real(FIRST, 6_00, "R2"), twin])
    begins = whole.statement(0, 0, opened=START, closed=START, number=0)
    for name, text in {"0": begins, "n": camt(ALMERE, None, [twin])}.items():
        drop(database, f"{name}.xml", text)
    for place, (first, last) in enumerate(((0, 1), (1, 3), (3, 4)), start=1):
        drop(database, f"{place}.xml", whole.statement(first, last))
    (night,) = close_until(database, FIRST)
    assert (lines(database), [fact.cents for fact in money(database, LOAN)]) == (4, [INSTALMENT, INSTALMENT])
    assert (of_bank(night, "unequal"), differences(database)) == ([], [])


def test_e2_a_statement_that_goes_on_in_a_day_with_what_a_notice_told_has_its_twins(database: Engine) -> None:
    open_books(database, 1)
    twin, told = paying(LOAN, FIRST, INSTALMENT, ""), paying(LOAN, FIRST, 7_00, "R3")
    whole = Account(lines=[Real(FIRST, 5_00, "R1"), twin, twin, told])
    drop(database, "0.xml", whole.statement(0, 0, opened=START, closed=START, number=0))
    drop(database, "n.xml", camt(ALMERE, None, [told]))
    drop(database, "1.xml", whole.statement(0, 2))
    drop(database, "2.xml", whole.statement(2))
    (night,) = close_until(database, FIRST)
    paid = sorted(fact.cents for fact in money(database, LOAN))
    assert (lines(database), paid) == (4, [7_00, INSTALMENT, INSTALMENT])
    assert (of_bank(night, "unequal"), differences(database)) == ([], [])


@pytest.mark.parametrize(
    ("before", "opened", "kept"),
    [(FIRST, START, 4), (FIRST, FIRST, 6), (START, FIRST, 4)],
    ids=["of the day before", "of the day", "the whole day"],
)
def test_e2_a_day_that_moved_nothing_is_known_again_without_references(
    database: Engine, before: date, opened: date, kept: int
) -> None:
    open_books(database, 1)
    there = paying(LOAN, FIRST, INSTALMENT, "", end_to_end="E1")
    back = Real(FIRST, -INSTALMENT, "", end_to_end="E1", reason="MD06")
    whole = Account(lines=[Real(before, 5_00, "R1"), there, back, paying(LOAN, NEXT, 7_00, "R3")])
    drop(database, "1.xml", whole.statement(0, 3, opened=START))
    close_until(database, FIRST)
    drop(database, "2.xml", whole.statement(1, opened=opened))
    (night,) = close_until(database, NEXT)
    assert (lines(database), of_bank(night, "unequal"), differences(database)) == (kept, [], [])


@pytest.mark.parametrize("is_numbered", [True, False])
def test_e2_the_pages_of_a_statement_have_their_own_twins(database: Engine, *, is_numbered: bool) -> None:
    open_books(database, 1)
    twin = paying(LOAN, FIRST, INSTALMENT, "")
    whole = Account(lines=[Real(FIRST, 5_00, "R1"), twin, twin, paying(LOAN, NEXT, 7_00, "")])
    pages = [whole.statement(0, 2, number=1, closed=NEXT), whole.statement(2, opened=NEXT, number=1)]
    drop(database, "0.xml", whole.statement(0, 0, opened=START, closed=START, number=0))
    for place, text in enumerate(pages, start=1):
        page = f"<MsgPgntn><PgNb>{place}</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>"
        number = "" if is_numbered else "<ElctrncSeqNb>1</ElctrncSeqNb>"
        drop(database, f"{place}.xml", text.replace(number, "").replace("</GrpHdr>", page))
    (_, night) = close_until(database, NEXT)
    paid = sorted(fact.cents for fact in money(database, LOAN))
    assert (lines(database), paid) == (4, [7_00, INSTALMENT, INSTALMENT])
    assert (of_bank(night, "unequal"), differences(database)) == ([], [])
