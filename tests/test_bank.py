"""Bank files in: each real line once, whatever the files look like; what is wrong is refused whole."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bank.reference import reference_of
from bank.statement import BadStatement
from jobs.bank_request import Gap
from jobs.inbox_files import NOT_WHOLE
from ledger.fault_points import watched
from tests.bank_account import DRONTEN, Account, Real, camt, paying, write
from tests.bank_desk import (
    FIRST,
    INSTALMENT,
    balance,
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
from tests.nights import close_until, sums

NEXT = FIRST + timedelta(days=1)
BANK, TRANSIT, TO_ALLOCATE, TO_FORWARD = 1010, 1100, 1190, 1160


@pytest.fixture
def books(sqlite_database: Engine) -> Engine:
    """A database with a loan of Almere and one of Dronten whose first instalment falls due."""
    open_books(sqlite_database, 1, 2)
    return sqlite_database


LOAN, OTHER = 100000001, 200000001
ANY = 0
"""No creditor is asked for: a file is of whoever its account is."""


def one_payment(**more: object) -> Account:
    return Account(lines=[paying(LOAN, FIRST, INSTALMENT, "R1", **more)])


def test_a_payment_with_its_reference_is_booked_on_its_loan_on_its_day(
    database: Engine, tmp_path: Path
) -> None:
    open_books(database, 1)
    done = take(database, write(tmp_path, "s.xml", one_payment().statement()), NEXT)
    close_until(database, NEXT)
    assert [(one.new, one.matched) for one in done] == [(1, 1)]
    (fact,) = money(database, LOAN)
    assert (fact.value_date, fact.cents, fact.source) == (FIRST, INSTALMENT, "s.xml line 3")
    assert fact.key == "bank NL44TEST0340000001 20240201 R1 +50691 1"
    assert (balance(database, BANK), balance(database, TRANSIT), balance(database, TO_ALLOCATE)) == (
        150691,
        0,
        0,
    )
    assert differences(database) == []


@pytest.mark.parametrize("again", ["same bytes", "other name", "zipped", "CRLF"])
def test_e1_the_same_file_again_books_nothing_and_says_when_it_came_first(
    books: Engine, tmp_path: Path, again: str
) -> None:
    text = one_payment().statement()
    file = write(tmp_path, "s.xml", text)
    take(books, file, NEXT)
    if again == "other name":
        file = write(tmp_path, "other.xml", text)
    if again == "CRLF":
        file.write_bytes(text.replace("\n", "\r\n").encode())
    if again == "zipped":
        file = tmp_path / "s.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.xml", text)
    (done,) = take(books, file, NEXT)
    assert (done.new, lines(books), len(money(books, LOAN))) == (0, 1, 1)
    assert re.fullmatch(r"first imported as s.xml on 2024-.* by test", done.first)


def test_e2_overlapping_files_book_each_line_once(books: Engine, tmp_path: Path) -> None:
    days = [FIRST + timedelta(days=day) for day in range(6)]
    account = Account(lines=[paying(LOAN, day, 1000 + place, f"R{place}") for place, day in enumerate(days)])
    for name, (first, last) in {"a": (0, 3), "b": (1, 5), "c": (0, 6), "d": (2, 4)}.items():
        take(books, write(tmp_path, f"{name}.xml", account.statement(first, last)), days[-1])
    assert (lines(books), len(money(books, LOAN))) == (6, 6)
    close_until(books, days[-1])
    assert balance(books, BANK) == account.balance_before(6)


def test_e3_identical_twins_on_one_day_are_both_booked(books: Engine, tmp_path: Path) -> None:
    for reference in ("R1", ""):
        twin = paying(LOAN, FIRST, INSTALMENT, reference, text=f"lening {reference}")
        account = Account(lines=[twin, twin])
        take(books, write(tmp_path, f"{reference}.xml", account.statement()), NEXT, allow_gap=True)
        take(
            books, write(tmp_path, f"again{reference}.xml", account.statement(number=9)), NEXT, allow_gap=True
        )
    assert (lines(books), len(money(books, LOAN))) == (4, 4)


def test_e3_twins_on_two_statements_of_one_day_are_both_booked(books: Engine, tmp_path: Path) -> None:
    twin = paying(LOAN, FIRST, INSTALMENT, "")
    account = Account(lines=[twin, twin, twin])
    for place in range(3):
        take(books, write(tmp_path, f"{place}.xml", account.statement(place, place + 1)), NEXT)
        assert lines(books) == place + 1
    take(books, write(tmp_path, "all.xml", account.statement(number=3)), NEXT)
    assert (lines(books), len(money(books, LOAN))) == (3, 3)


def test_e4_each_payment_of_a_batch_is_a_line_of_its_own(books: Engine, tmp_path: Path) -> None:
    text = one_payment().statement()
    part = re.search(r"<TxDtls>.*</TxDtls>", text)
    assert part is not None
    half = part[0].replace("506.91", "253.45"), part[0].replace("506.91", "253.46")
    file = write(tmp_path, "batch.xml", text.replace(part[0], "".join(half)))
    take(books, file, NEXT)
    assert sorted(fact.cents for fact in money(books, LOAN)) == [25345, 25346]
    file = write(tmp_path, "wrong.xml", text.replace(part[0], half[0] * 3).replace("R1", "R9"))
    with pytest.raises(BadStatement, match=r"wrong\.xml, line \d+"):
        take(books, file, NEXT)
    assert lines(books) == 2


def test_e5_a_statement_id_that_comes_again_is_no_repetition(books: Engine, tmp_path: Path) -> None:
    account = Account(lines=[paying(LOAN, FIRST, 1000, "R1"), paying(LOAN, NEXT, 1000, "R1")])
    for place in range(2):
        file = write(tmp_path, f"{place}.xml", account.statement(place, place + 1, number=1, ident="S"))
        take(books, file, NEXT)
    assert len(money(books, LOAN)) == 2


def test_e6_a_statement_that_does_not_follow_is_refused_with_the_gap(books: Engine, tmp_path: Path) -> None:
    account = Account(lines=[paying(LOAN, FIRST, 1000 * place, f"R{place}") for place in (1, 2, 3)])
    take(books, write(tmp_path, "1.xml", account.statement(0, 1)), NEXT)
    last = write(tmp_path, "3.xml", account.statement(2, 3))
    with pytest.raises(Gap, match=r"20\.00 is missing between them"):
        take(books, last, NEXT)
    assert lines(books) == 1
    (done,) = take(books, last, NEXT, allow_gap=True)
    assert len(done.gaps) == 1
    (manifest,) = close_until(books, FIRST)
    close_until(books, NEXT)
    assert of_bank(manifest, "unequal") == []
    close = close_until(books, NEXT + timedelta(days=1))
    assert of_bank(close[0], "unequal")[0]["difference"] == "20.00"
    take(books, write(tmp_path, "2.xml", account.statement(1, 2)), NEXT + timedelta(days=2))
    close = close_until(books, NEXT + timedelta(days=2))
    assert of_bank(close[0], "unequal") == []
    assert balance(books, BANK) == account.balance_before(3)


def test_e6_a_statement_that_moves_nothing_is_not_lost_when_it_comes_late(
    books: Engine, tmp_path: Path
) -> None:
    back = Real(FIRST, -INSTALMENT, "R2", end_to_end="E1", reason="MD06")
    paid = paying(LOAN, FIRST, INSTALMENT, "R1", end_to_end="E1")
    account = Account(lines=[Real(FIRST, 100, "R0"), paid, back, paying(LOAN, FIRST, 1000, "R3")])
    for first, last in ((0, 1), (3, 4), (1, 3)):
        take(books, write(tmp_path, f"{first}.xml", account.statement(first, last)), NEXT)
    assert (lines(books), [fact.kind.text for fact in money(books, LOAN)]) == (
        4,
        ["payment", "payment", "reversal"],
    )
    close_until(books, NEXT)
    assert balance(books, BANK) == account.balance_before(4)


def test_e3_a_line_that_a_later_statement_showed_first_is_no_twin(books: Engine, tmp_path: Path) -> None:
    first, last = (paying(LOAN, FIRST, INSTALMENT, "", end_to_end=name) for name in ("E1", "E2"))
    back = Real(FIRST, -INSTALMENT, "R2", end_to_end="E2", reason="MD06")
    account = Account(lines=[first, last, back])
    for name, (begin, end) in {"a": (0, 1), "b": (0, 3), "c": (1, 2)}.items():
        take(books, write(tmp_path, f"{name}.xml", account.statement(begin, end)), NEXT)
    close_until(books, NEXT)
    assert (lines(books), balance(books, BANK)) == (3, account.balance_before(3))


def test_e6_lines_that_are_not_the_difference_of_the_balances_are_refused(
    books: Engine, tmp_path: Path
) -> None:
    text = one_payment().statement().replace("1506.91", "1506.92")
    with pytest.raises(BadStatement):
        take(books, write(tmp_path, "s.xml", text), NEXT)
    assert lines(books) == 0


def test_e7_a_payment_to_a_closed_loan_waits_for_a_person(books: Engine, tmp_path: Path) -> None:
    account = Account(
        lines=[paying(LOAN, FIRST, 2_600_000, "R1"), paying(LOAN, FIRST + timedelta(days=9), 1000, "R2")]
    )
    take(books, write(tmp_path, "1.xml", account.statement(0, 1)), FIRST)
    close_until(books, FIRST + timedelta(days=8))
    before = sums(books, [LOAN])
    take(books, write(tmp_path, "2.xml", account.statement(1, 2)), FIRST + timedelta(days=9))
    (one,) = waiting(books)
    assert "loan 100000001 is overpaid: refund or reopen" in one.reason
    close_until(books, FIRST + timedelta(days=9))
    assert sums(books, [LOAN]) == before
    assert balance(books, TO_ALLOCATE) == -1000


def test_e8_what_is_paid_too_much_becomes_a_credit(books: Engine, tmp_path: Path) -> None:
    account = Account(lines=[paying(LOAN, FIRST, 2_600_000, "R1")])
    take(books, write(tmp_path, "1.xml", account.statement()), FIRST)
    close_until(books, FIRST)
    assert balance(books, 1400) == -(2_600_000 - 2_500_000 - 16667)
    paid_off = sums(books, [LOAN])
    close_until(books, FIRST + timedelta(days=40))
    assert sums(books, [LOAN]) == paid_off  # no interest on what is paid, nor on the credit


@pytest.mark.parametrize("slip", ["unknown", "one digit", "lost check digit", "bare number", "none"])
def test_e9_a_reference_that_is_not_right_is_never_guessed(books: Engine, tmp_path: Path, slip: str) -> None:
    right = reference_of(LOAN)
    text = {
        "unknown": reference_of(100000099),
        "one digit": f"{(int(right[0]) + 1) % 10}{right[1:]}",
        "lost check digit": right[1:].lstrip("0"),
        "bare number": f"lening {LOAN}",
        "none": "",
    }[slip]
    account = Account(lines=[Real(FIRST, INSTALMENT, "R1", text=text, name="Onbekend")])
    take(books, write(tmp_path, "1.xml", account.statement()), FIRST)
    (one,) = waiting(books)
    assert money(books, LOAN) == []
    near = [(each.loan, each.confidence) for each in one.candidates]
    assert near == ([(LOAN, 90)] if slip in {"bare number", "lost check digit"} else near)
    assert all(confidence < 100 for _, confidence in near)


def test_e10_a_payment_for_two_loans_is_divided_only_where_it_fits_exactly(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    first, second = open_books(sqlite_database, 1, 1)
    close_until(sqlite_database, FIRST)
    both = f"{reference_of(first)} / {reference_of(second)}"
    account = Account(
        lines=[Real(NEXT, 2 * INSTALMENT, "R1", text=both), Real(NEXT, 2 * INSTALMENT - 1, "R2", text=both)]
    )
    take(sqlite_database, write(tmp_path, "1.xml", account.statement()), NEXT)
    assert [[fact.cents for fact in money(sqlite_database, loan)] for loan in (first, second)] == [
        [INSTALMENT]
    ] * 2
    (one,) = waiting(sqlite_database)
    assert "the amount is not that of all of them together" in one.reason


def test_e11_a_debit_is_ignored_only_by_a_rule_and_no_line_is_zero(books: Engine, tmp_path: Path) -> None:
    costs = camt(
        "NL44TEST0340000001", (0, FIRST, -1500, FIRST), [Real(FIRST, -1000, "R1"), Real(FIRST, -500, "R2")]
    )
    head, _, tail = costs.partition("<SubFmlyCd>ESCT")
    head = head.rpartition("<Cd>RCDT")[0] + "<Cd>MDOP" + head.rpartition("<Cd>RCDT")[2]
    take(books, write(tmp_path, "1.xml", f"{head}<SubFmlyCd>CHRG{tail}"), FIRST)
    assert (kinds(books, 1), kinds(books, 2)) == (["bank-costs"], [])
    (one,) = waiting(books)
    assert one.line.cents == -500
    zero = camt("NL44TEST0340000001", (-1500, FIRST, -1500, FIRST), [Real(FIRST, 0, "R3")])
    with pytest.raises(BadStatement, match=r"0\.00"):
        take(books, write(tmp_path, "2.xml", zero), FIRST)


@pytest.mark.parametrize("what", ["currency", "account of nobody", "other creditor", "two creditors"])
def test_e12_a_file_of_another_account_or_currency_is_refused_whole(
    books: Engine, tmp_path: Path, what: str
) -> None:
    text = one_payment().statement()
    if what == "currency":
        text = text.replace("<Ccy>EUR</Ccy>", "<Ccy>USD</Ccy>")
    if what == "account of nobody":
        text = text.replace("NL44TEST0340000001", "NL35TEST0340000008")
    if what == "two creditors":
        own = re.search(r"<Stmt>.*</Stmt>", text, re.DOTALL)
        assert own is not None
        text = text.replace(own[0], own[0] + own[0].replace("NL44TEST0340000001", DRONTEN))
    with pytest.raises(BadStatement, match=r"s\.xml, line \d+"):
        asked = {"other creditor": 2, "two creditors": ANY}.get(what, 1)
        take(books, write(tmp_path, "s.xml", text), NEXT, creditor=asked)
    assert (lines(books), money(books, LOAN)) == (0, [])


def test_e13_a_return_reverses_its_payment_once_and_a_second_return_waits(
    database: Engine, tmp_path: Path
) -> None:
    open_books(database, 1)
    back = Real(FIRST + timedelta(days=4), -INSTALMENT, "R2", end_to_end="E1", reason="MD06")
    account = Account(
        lines=[paying(LOAN, FIRST, INSTALMENT, "R1", end_to_end="E1"), back, back._replace(reference="R3")]
    )
    take(database, write(tmp_path, "1.xml", account.statement(0, 1)), FIRST)
    close_until(database, FIRST)
    take(database, write(tmp_path, "2.xml", account.statement(1, 3)), back.day)
    close_until(database, back.day)
    assert [fact.kind.text for fact in money(database, LOAN)] == ["payment", "reversal"]
    (one,) = waiting(database)
    assert "came back already: a second return is refused" in one.reason
    assert (balance(database, 1310) + balance(database, 1320), balance(database, TRANSIT)) == (INSTALMENT, 0)
    assert balance(database, BANK) == account.balance_before(3)
    assert differences(database) == []


def test_p13_the_fee_of_a_return_is_for_the_creditor(books: Engine, tmp_path: Path) -> None:
    back = Real(NEXT, -INSTALMENT - 700, "R2", end_to_end="E1", reason="MD06")
    account = Account(lines=[paying(LOAN, FIRST, INSTALMENT, "R1", end_to_end="E1"), back])
    text = account.statement().replace(
        "</Amt><CdtDbtInd>DBIT</CdtDbtInd><RltdPties>",
        "</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        '<Chrgs><Rcrd><Amt Ccy="EUR">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs><RltdPties>',
    )
    take(books, write(tmp_path, "1.xml", text), NEXT)
    close_until(books, NEXT)
    assert kinds(books, 2) == ["return", "bank-costs"]
    assert balance(books, 1185) == 700


def test_e14_a_return_before_its_payment_waits_and_is_paired_later(books: Engine, tmp_path: Path) -> None:
    back = Real(FIRST, -INSTALMENT, "R2", end_to_end="E1", reason="AC04")
    account = Account(lines=[back, paying(LOAN, FIRST, INSTALMENT, "R1", end_to_end="E1")])
    take(books, write(tmp_path, "1.xml", account.statement(0, 1)), FIRST)
    close_until(books, FIRST)
    assert "is not here yet" in waiting(books)[0].reason
    (done,) = take(books, write(tmp_path, "2.xml", account.statement(1, 2)), NEXT)
    assert (done.returned, waiting(books)) == (1, [])
    close_until(books, NEXT)
    assert [fact.kind.text for fact in money(books, LOAN)] == ["payment", "reversal"]
    assert [balance(books, number) for number in (TO_ALLOCATE, TRANSIT, 1195)] == [0, 0, 0]
    assert differences(books) == []


def test_e15_a_half_written_file_stays_until_it_is_whole(books: Engine) -> None:
    text = one_payment().statement()
    drop(books, "s.xml", text[:-40])
    drop(books, "t.part", text)
    said: list[tuple[str, str]] = []
    close_until(books, FIRST, waiting=said.extend)
    assert said == [("s.xml", NOT_WHOLE)]
    assert lines(books) == 0
    path = drop(books, "s.xml", text)
    close_until(books, NEXT)
    assert (lines(books), path.exists(), (path.parent / "done" / "s.xml").exists()) == (1, False, True)


class Crash(Exception):
    pass


@pytest.mark.parametrize("place", ["bank lines kept", "bank file kept"])
def test_e16_a_crash_in_a_file_loses_and_doubles_nothing(books: Engine, place: str) -> None:
    account = Account(lines=[paying(LOAN, FIRST, 100 + number, f"R{number}") for number in range(20)])
    path = drop(books, "s.xml", account.statement())

    def crash(reached: str) -> None:
        if reached == place:
            raise Crash

    with watched(crash), pytest.raises(Crash):
        close_until(books, FIRST)
    assert path.exists()
    close_until(books, FIRST)
    assert (lines(books), len(money(books, LOAN)), path.exists()) == (20, 20, False)
    assert balance(books, BANK) == account.balance_before(20)
