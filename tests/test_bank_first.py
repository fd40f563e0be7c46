"""E4 of the fault catalogue: a notice with the parts of a batch that comes with the first statement of an account."""

from __future__ import annotations

import signal
import zipfile
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from jobs.bank_request import Gap
from jobs.inbox import inbox
from ledger.database import open_database, reading
from servicing.receipts.tables import bank_confirmation
from tests.bank_account import Account, Real, notice, paying, write
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
from tests.chaos.harness import Countdown, at_boundaries, in_child
from tests.desk import good, run
from tests.nights import close_until

LOAN, OTHER = 100_000_001, 100_000_002
BANK = 1010
NEXT = FIRST + timedelta(days=1)
BATCH = [paying(LOAN, FIRST, INSTALMENT, "B/1"), paying(OTHER, FIRST, INSTALMENT, "B/1")]
SECOND = [paying(LOAN, NEXT, 100_00, "B/2"), paying(OTHER, NEXT, 101_00, "B/2")]
WHOLE = Account(
    lines=[Real(FIRST, 2 * INSTALMENT, "B/1"), Real(NEXT, 201_00, "B/2"), Real(NEXT, 5_00, "R", text="x")]
)
"""A batch on each of the first two days as one amount, and a line nobody knows."""

FILES = (WHOLE.statement(0, 1), WHOLE.statement(1), notice(BATCH), notice(SECOND, "N-2"))
"""Two statements and two notices; the account begins with the first of them."""


def left(engine: Engine) -> list[str]:
    """The files that stay in the inbox."""
    return sorted(path.name for path in (inbox(engine) / "almere").iterdir() if path.is_file())


def kept(engine: Engine) -> tuple[int, int, list[int], list[list[int]]]:
    """How many lines are kept and confirmed, what waits for a person, and what came in on both loans."""
    with reading(engine) as connection:
        shown = connection.execute(select(func.count()).select_from(bank_confirmation)).scalar_one()
    waits = [one.line.cents for one in waiting(engine, NEXT)]
    paid = [[fact.cents for fact in money(engine, loan)] for loan in (LOAN, OTHER)]
    return lines(engine), shown, waits, paid


def right(engine: Engine) -> None:
    """Each part is kept once and shown, each loan is paid, one line waits, and the books are what the bank says."""
    assert kept(engine) == (5, 4, [5_00], [[INSTALMENT, 100_00], [INSTALMENT, 101_00]])
    assert (balance(engine, BANK), differences(engine)) == (WHOLE.balance_before(3), [])


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_e4_parts_with_the_first_statement_are_booked_once_whatever_the_names(
    sqlite_database: Engine, order: tuple[int, ...]
) -> None:
    open_books(sqlite_database, 1, 1)
    for place, number in enumerate(order):
        drop(sqlite_database, f"{place}.xml", FILES[number])
    for night in close_until(sqlite_database, NEXT):
        assert of_bank(night, "unequal") == []
    right(sqlite_database)
    assert left(sqlite_database) == []


@pytest.mark.parametrize("names", [("1", "2"), ("2", "1")])
def test_e4_parts_and_the_first_statement_in_one_zip_are_booked_once(
    database: Engine, tmp_path: Path, names: tuple[str, str]
) -> None:
    open_books(database, 1, 1)
    path = zipped(tmp_path, dict(zip(names, (FILES[0], FILES[2]), strict=True)))
    told, shown = take(database, path, FIRST)
    assert (told.new, told.matched, shown.lines, shown.new) == (2, 2, 2, 0)
    close_until(database, FIRST)
    assert (waiting(database, FIRST), differences(database)) == ([], [])


def test_e4_a_zip_whose_notice_tells_of_more_than_the_first_statement_is_refused(
    database: Engine, tmp_path: Path
) -> None:
    open_books(database, 1, 1)
    path = zipped(tmp_path, {"1": FILES[0], "2": notice([*BATCH, paying(LOAN, FIRST, 1_00, "B/9")])})
    with pytest.raises(Gap, match="does not show; if they are the parts"):
        take(database, path, FIRST)
    assert lines(database) == 0


def test_e4_a_zip_of_a_notice_alone_waits_for_a_statement(database: Engine, tmp_path: Path) -> None:
    open_books(database, 1, 1)
    with pytest.raises(Gap, match="before any statement"):
        take(database, zipped(tmp_path, {"1": FILES[2]}), FIRST)


def test_e4_of_several_notices_those_that_do_not_fit_wait(database: Engine) -> None:
    open_books(database, 1, 1)
    stranger = notice([paying(LOAN, FIRST, 7_00, "OLD/1")], "N-9")
    for name, text in {"0.xml": stranger, "1.xml": FILES[2], "2.xml": FILES[3], "3.xml": FILES[0]}.items():
        drop(database, name, text)
    close_until(database, FIRST)
    assert left(database) == ["0.xml", "2.xml"]
    assert (lines(database), [fact.cents for fact in money(database, LOAN)]) == (2, [INSTALMENT])
    drop(database, "4.xml", FILES[1])
    close_until(database, NEXT)
    right(database)


def test_e4_kills_between_leave_the_same_books(sqlite_url: str, sqlite_database: Engine) -> None:
    open_books(sqlite_database, 1, 1)
    for name, number in (("a.xml", 0), ("b.xml", 2), ("c.xml", 3), ("d.xml", 1)):
        drop(sqlite_database, name, FILES[number])
    sqlite_database.dispose()

    def killed(at: int) -> bool:
        def work() -> None:
            engine = open_database(sqlite_url)
            with at_boundaries(engine, Countdown(at, signal.SIGKILL)):
                close_until(engine, NEXT)

        return in_child(work) == -signal.SIGKILL

    kills = sum(killed(at) for at in range(2, 60, 3))
    assert kills > 10
    close_until(sqlite_database, NEXT)
    right(sqlite_database)


def test_e4_the_command_takes_notices_first_and_with_the_first_statement(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_DATABASE", database_url)
    open_books(database, 1, 1)
    paths = [write(tmp_path, f"{number}.xml", text) for number, text in enumerate(FILES)]
    done = good("bank", "import", *map(str, paths), "--record-gap")
    assert [one["file"] for one in done] == ["2.xml", "3.xml", "0.xml", "1.xml"]
    assert kept(database) == (5, 4, [5_00], [[INSTALMENT, 100_00], [INSTALMENT, 101_00]])


def test_e4_a_notice_that_fits_no_statement_of_the_command_says_what_to_do(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_DATABASE", database_url)
    open_books(database, 1, 1)
    odd = write(tmp_path, "n.xml", notice([paying(LOAN, FIRST, 7_00, "OLD/1")]))
    first = write(tmp_path, "s.xml", FILES[0])
    told = run("bank", "import", str(odd), str(first))
    assert (told.code, "n.xml: tells lines booked by" in told.err, lines(database)) == (2, True, 1)


def test_e4_a_zip_of_the_second_day_does_not_begin_the_account(database: Engine) -> None:
    open_books(database, 1, 1)
    close_until(database, FIRST)
    zipped(inbox(database) / "almere", {"1": FILES[1], "2": FILES[3]}, "0.zip")
    drop(database, "1.xml", FILES[0])
    drop(database, "2.xml", FILES[2])
    close_until(database, NEXT)
    right(database)
    assert left(database) == []


@pytest.mark.parametrize("names", [("1", "2"), ("2", "1")])
def test_e4_a_zip_that_goes_on_in_the_middle_of_a_day_is_taken(
    database: Engine, tmp_path: Path, names: tuple[str, str]
) -> None:
    open_books(database, 1, 1)
    whole = Account(lines=[Real(FIRST, 5_00, "R", text="x"), Real(FIRST, 2 * INSTALMENT, "B/1")])
    take(database, write(tmp_path, "1.xml", whole.statement(0, 1)), FIRST)
    parts = dict(zip(names, (whole.statement(1), notice(BATCH)), strict=True))
    told, shown = take(database, zipped(tmp_path, parts), FIRST)
    assert (told.new, told.matched, shown.lines, shown.new) == (2, 2, 2, 0)
    (night,) = close_until(database, FIRST)
    assert (balance(database, BANK), of_bank(night, "unequal")) == (whole.balance_before(2), [])
    assert ([one.line.id for one in waiting(database, FIRST)], differences(database)) == ([1], [])


def test_e4_a_zip_whose_notice_tells_of_a_closed_day_what_no_statement_shows_is_refused(
    database: Engine, tmp_path: Path
) -> None:
    open_books(database, 1, 1)
    take(database, write(tmp_path, "1.xml", FILES[0]), FIRST)
    odd = notice([paying(LOAN, FIRST, 1_00, "B/9")])
    with pytest.raises(Gap, match=r"does not show; if they are the parts .*; unpack the ZIP file"):
        take(database, zipped(tmp_path, {"1": FILES[1], "2": odd}), NEXT)
    assert lines(database) == 1


def test_e4_a_zip_older_than_the_account_says_how_many_lines_it_holds(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    open_books(sqlite_database, 1, 1)
    take(sqlite_database, write(tmp_path, "1.xml", FILES[1]), NEXT)
    with pytest.raises(Gap, match="holds 2 lines that no statement showed before 2024-02-02"):
        take(sqlite_database, zipped(tmp_path, {"1": FILES[0], "2": FILES[2]}), NEXT)


def zipped(folder: Path, texts: dict[str, str], name: str = "set.zip") -> Path:
    """A ZIP file of these documents."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for own, text in texts.items():
            archive.writestr(f"{own}.xml", text)
    return path
