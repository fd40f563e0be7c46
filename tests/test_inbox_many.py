"""Many files that begin an account: in the order of their numbers and pages.

Notices that wait for its first statement are each read as often, however many wait.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from types import FrameType

import pytest
from sqlalchemy import Engine

from jobs.bank_files import headings_of
from jobs.inbox import inbox
from tests.bank_account import Account, Real, notice
from tests.bank_desk import FIRST, differences, drop, lines, open_books
from tests.nights import close_until

FEW, MANY = 4, 16
NEXT = FIRST + timedelta(days=1)


def looked_into(engine: Engine, day: date) -> int:
    """Close a night; how many times the headings of a file were read for it."""
    calls = 0

    def seen(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code is headings_of.__code__

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        close_until(engine, day)
    finally:
        sys.setprofile(before)
    return calls


def test_e4_a_waiting_notice_is_read_as_often_however_many_wait(sqlite_database: Engine) -> None:
    open_books(sqlite_database, 1)
    told = [Real(FIRST, 100 + number, f"B/{number}", text="part") for number in range(MANY)]
    files = [notice([one], f"N-{number}") for number, one in enumerate(told)]
    for number in range(FEW):
        drop(sqlite_database, f"{number:02}.xml", files[number])
    few = looked_into(sqlite_database, FIRST)
    for number in range(FEW, MANY):
        drop(sqlite_database, f"{number:02}.xml", files[number])
    # The first of them may be read once less than those after it.
    assert 0 < looked_into(sqlite_database, NEXT) * FEW <= (few + 1) * MANY
    drop(sqlite_database, "z.xml", Account(lines=told).statement())
    close_until(sqlite_database, NEXT + timedelta(days=1))
    assert not [path for path in (inbox(sqlite_database) / "almere").iterdir() if path.is_file()]
    assert (lines(sqlite_database), differences(sqlite_database)) == (MANY, [])


@pytest.mark.parametrize("numbers", [(999_999_999, 1_000_000_000), (7, 7)], ids=["numbers", "pages"])
def test_e4_an_account_begins_with_its_lowest_number_and_page(
    sqlite_database: Engine, numbers: tuple[int, int]
) -> None:
    open_books(sqlite_database, 1)
    account = Account(lines=[Real(FIRST, 100, "R1", text="x"), Real(FIRST, 201, "R2", text="y")])
    for place, number in enumerate(numbers):
        text = account.statement(place, place + 1, number=number, ident="S")
        page = f"<MsgPgntn><PgNb>{place + 1}</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>"
        drop(sqlite_database, f"{1 - place}.xml", text.replace("</GrpHdr>", page))
    close_until(sqlite_database, FIRST)
    assert not [path for path in (inbox(sqlite_database) / "almere").iterdir() if path.is_file()]
    assert (lines(sqlite_database), differences(sqlite_database)) == (2, [])
