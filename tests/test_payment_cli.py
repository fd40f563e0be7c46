"""The commands `aflos payment ...`: what is recorded, what is refused and what each refusal says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from jobs import clock
from ledger.database import open_database, reading
from servicing.tables import fact
from tests.desk import LOAN, good, open_loan, run
from tests.nights import begin_on, close_until

INSTALMENT = ("--amount", "506.91", "--on", "2025-02-01", "--reference", "bank 17")


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database with one loan of 25,000.00, on each engine."""
    open_loan(database_url, tmp_path, monkeypatch)
    return database


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """The same on SQLite alone, for what is refused before a database is asked."""
    open_loan(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


def facts(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(fact)).scalar_one()


def test_a_payment_is_recorded_and_divided(desk: Engine) -> None:
    added = good("payment", "add", LOAN, *INSTALMENT)
    assert (added["recorded"], added["amount"], added["value_date"]) == (True, "506.91", "2025-02-01")
    assert added["known_on"] == clock.today().isoformat()
    (line,) = good("payment", "list", LOAN)
    # Worked case 6, first row: interest 166.67, principal 340.24, balance 24,659.76.
    assert (line["interest"], line["principal"], line["balance"]) == ("166.67", "340.24", "24659.76")
    assert (line["reversed"], line["withdrawn"]) == (False, False)


def test_the_same_again_is_said_and_not_recorded(desk: Engine) -> None:
    good("payment", "add", LOAN, *INSTALMENT)
    before = facts(desk)
    again = run("payment", "add", LOAN, *INSTALMENT)
    assert again.code == 0
    assert f"known already as fact 3 since {clock.today()}, nothing recorded" in again.out
    assert good("payment", "add", LOAN, *INSTALMENT)["recorded"] is False
    assert facts(desk) == before


def test_the_same_reference_with_other_contents_is_refused(desk: Engine) -> None:
    good("payment", "add", LOAN, *INSTALMENT)
    other = run("payment", "add", LOAN, "--amount", "506.92", *INSTALMENT[2:])
    assert other.code == 2
    assert "payment 'bank 17' is fact 3 already, with other contents (506.91 on 2025-02-01)" in other.err
    assert "use another reference, or withdraw fact 3" in other.err


def test_without_a_reference_day_and_amount_tell_payments_apart(desk: Engine) -> None:
    assert (
        good("payment", "add", LOAN, "--amount", "1.00", "--on", "2025-02-01")["reference"]
        == "2025-02-01 1.00"
    )
    assert good("payment", "add", LOAN, "--amount", "1.00", "--on", "2025-02-01")["recorded"] is False
    assert good("payment", "add", LOAN, "--amount", "1.00", "--on", "2025-02-02")["recorded"] is True


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--amount", "0", "--on", "2025-02-01"), "amount: '0': must be above 0"),
        (("--amount", "-5.00", "--on", "2025-02-01"), "amount: '-5.00': must be above 0"),
        (("--amount", "1.005", "--on", "2025-02-01"), "amount: '1.005': an amount such as 506.91"),
        (("--amount", "NaN", "--on", "2025-02-01"), "amount: 'NaN'"),
        (("--amount", "5.00", "--on", "1900-01-01"), "1900-01-01 lies outside 1950-01-01 to 2199-12-31"),
        (("--amount", "5.00", "--on", "9999-01-01"), "9999-01-01 lies outside"),
        (("--amount", "5.00", "--on", "2025-02-30"), "'2025-02-30' is not a day"),
        (("--amount", "5.00", "--on", "2199-12-31"), "on: 2199-12-31: lies after today"),
        (("--amount", "5.00", "--on", "2024-12-31"), "must not lie before the decision of 2025-01-01"),
        (("--amount", "5.00", "--on", "2025-02-01", "--reference", ""), "a key of 1 to 200 characters"),
        (
            ("--amount", "5.00", "--on", "2025-02-01", "--reference", "a\x1bb"),
            "reference: holds the invisible",
        ),
        (
            ("--amount", "5.00", "--on", "2025-02-01", "--reference", " =cmd|' /C calc'!A0"),
            "reference: \" =cmd|' /C calc'!A0\": must not begin as a formula, with = + - or @",
        ),
        (("--amount", "5.00", "--on", "2025-02-01", "--actor", "somebody"), "actor: 'somebody': you are"),
        (
            ("--amount", "5.00", "--on", "2025-02-01", "--known-on", "2025-01-31"),
            "known-on: 2025-01-31: must lie from",
        ),
        (("--amount", "5.00", "--on", "2025-02-01", "--known-on", "2199-01-01"), "known-on: 2199-01-01"),
    ],
)
def test_what_cannot_be_is_refused(counter: Engine, words: tuple[str, ...], error: str) -> None:
    before = facts(counter)
    done = run("payment", "add", LOAN, *words)
    assert done.code == 2
    assert error in done.err
    assert facts(counter) == before


def test_an_unknown_loan_is_refused(desk: Engine) -> None:
    done = run("payment", "add", "100000009", *INSTALMENT)
    assert (done.code, "no loan with number '100000009'; aflos loan list shows them" in done.err) == (2, True)


def test_a_payment_before_the_money_went_out_is_refused(desk: Engine) -> None:
    good("loan", "withdraw", LOAN, "2", "--reason", "never paid out")
    done = run("payment", "add", LOAN, *INSTALMENT)
    assert done.code == 2
    assert "nothing has been disbursed by that day: find the loan it is meant for" in done.err


def test_a_payment_to_a_closed_loan_is_refused_with_what_to_do(desk: Engine) -> None:
    good("payment", "add", LOAN, "--amount", "25166.67", "--on", "2025-02-01")
    assert good("loan", "show", LOAN, "--on", "2025-02-02")["state"] == "closed"
    done = run("payment", "add", LOAN, "--amount", "1.00", "--on", "2025-02-02")
    assert done.code == 2
    assert (
        "the loan is closed on that day, nothing is owed: find the loan it is meant for, or send it back"
        in done.err
    )


def test_a_payment_from_before_the_closing_makes_a_credit(desk: Engine) -> None:
    good("payment", "add", LOAN, "--amount", "25166.67", "--on", "2025-02-01")
    good("payment", "add", LOAN, "--amount", "100.00", "--on", "2025-01-01")
    outstanding = good("loan", "show", LOAN, "--on", "2025-02-02")["outstanding"]
    # January's interest on 24,900.00 is 166.00, so 0.67 less is owed beside the 100.00.
    assert (outstanding["total"], outstanding["credit"]) == ("0.00", "100.67")


def test_known_on_lies_where_a_night_can_still_take_it(desk: Engine) -> None:
    begin_on(desk, date(2025, 1, 1))
    close_until(desk, date(2025, 2, 3))
    early = run("payment", "add", LOAN, *INSTALMENT, "--known-on", "2025-02-03")
    assert early.code == 2
    assert "known-on: 2025-02-03: must lie from 2025-02-04" in early.err
    assert good("payment", "add", LOAN, *INSTALMENT, "--known-on", "2025-02-04")["known_on"] == "2025-02-04"
    assert good("loan", "show", LOAN)["news"] == [3]
    close_until(desk, date(2025, 2, 4))
    assert good("loan", "show", LOAN)["facts"][2]["booked"] is True


def test_a_cut_over_ahead_of_today_moves_known_on(desk: Engine) -> None:
    begin_on(desk, clock.today() + timedelta(days=3))
    known = good("payment", "add", LOAN, *INSTALMENT)["known_on"]
    assert known == (clock.today() + timedelta(days=3)).isoformat()


def test_a_payment_that_came_back_is_shown_and_no_longer_counts(desk: Engine) -> None:
    good("payment", "add", LOAN, *INSTALMENT)
    back = good("payment", "reverse", LOAN, "bank 17", "--on", "2025-02-20")
    assert (back["kind"], back["of"]) == ("reversal", 3)
    (line,) = good("payment", "list", LOAN)
    assert (line["reversed"], line["reversed_by"], line["principal"]) == (True, 4, "340.24")
    assert good("loan", "show", LOAN, "--on", "2025-02-21")["outstanding"]["principal"] == "25000.00"
    assert good("payment", "reverse", LOAN, "3", "--on", "2025-02-20")["recorded"] is False


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("bank 17", "--on", "2025-01-31"), "must not lie before the payment of 2025-02-01"),
        (("bank 18", "--on", "2025-02-20"), f"no payment 'bank 18'; see aflos payment list {LOAN}"),
        (("2", "--on", "2025-02-20"), "no payment '2'"),
        (("bank 17", "--on", "2199-01-01"), "lies after today"),
    ],
)
def test_a_reversal_that_cannot_be_is_refused(counter: Engine, words: tuple[str, ...], error: str) -> None:
    good("payment", "add", LOAN, *INSTALMENT)
    done = run("payment", "reverse", LOAN, *words)
    assert (done.code, error in done.err) == (2, True), done.err


def test_a_second_reversal_is_refused(desk: Engine) -> None:
    good("payment", "add", LOAN, *INSTALMENT)
    good("payment", "reverse", LOAN, "bank 17", "--on", "2025-02-20")
    done = run("payment", "reverse", LOAN, "bank 17", "--on", "2025-02-21")
    assert done.code == 2
    assert "payment 'bank 17' came back on 2025-02-20 already (fact 4)" in done.err


def test_a_withdrawn_payment_is_not_reversed_and_not_taken_as_known(desk: Engine) -> None:
    good("payment", "add", LOAN, *INSTALMENT)
    good("loan", "withdraw", LOAN, "3", "--reason", "of another loan")
    reverse = run("payment", "reverse", LOAN, "bank 17", "--on", "2025-02-20")
    assert "fact 3 is withdrawn, there is nothing to reverse" in reverse.err
    again = run("payment", "add", LOAN, *INSTALMENT)
    assert again.code == 2
    assert "is fact 3, withdrawn by fact 4; record it again under another reference" in again.err
    (line,) = good("payment", "list", LOAN)
    assert (line["withdrawn"], line["principal"]) == (True, None)


def csv_file(folder: Path, *lines: str, heading: str = "loan;date;amount;reference") -> str:
    file = folder / "receipts.csv"
    file.write_text("\n".join([heading, *lines, ""]), encoding="utf-8")
    return str(file)


def test_a_file_is_recorded_as_a_whole_and_again_is_nothing(desk: Engine, tmp_path: Path) -> None:
    file = csv_file(
        tmp_path,
        f"{LOAN};2025-02-01;506.91;a",
        f"{LOAN};2025-03-01;506,91;b",
        "",
        f" {LOAN} ;2025-04-01;1000;c",
    )
    assert good("payment", "import", file) == {"recorded": 3, "known": 0, "total": "2013.82"}
    assert good("payment", "import", file) == {"recorded": 0, "known": 3, "total": "0.00"}
    assert [line["reference"] for line in good("payment", "list", LOAN)] == ["a", "b", "c"]


def test_every_wrong_line_is_listed_and_nothing_is_recorded(desk: Engine, tmp_path: Path) -> None:
    before = facts(desk)
    file = csv_file(
        tmp_path,
        f"{LOAN};2025-02-01;506.91;a",
        "123;2025-02-01;506.91;b",
        f"{LOAN};01-02-2025;506.91;c",
        f"{LOAN};2025-02-01;1.506,91;d",
        f"{LOAN};2025-02-01;-506.91;e",
        f"{LOAN};2025-02-01;506.91;",
        f"{LOAN};2199-02-01;506.91;f",
        f"{LOAN};2025-02-02;1.00;a",
        f"{LOAN};2024-02-02;1.00;g",
    )
    done = run("payment", "import", file)
    assert done.code == 2
    assert "8 lines are refused, nothing was recorded" in done.err
    for line in (
        "line 3: loan: no loan with number '123'",
        "line 4: '01-02-2025' is not a day written as 2025-03-01",
        "line 5: amount: '1.506,91': must be euros such as 506.91 or 506,91",
        "line 6: amount: -506.91: must be above 0",
        "line 7: reference: is missing",
        "line 8: date: 2199-02-01: lies after today",
        "line 9: loan 100000001: payment 'a' is fact 3 already, with other contents",
        "line 10: loan 100000001: payment of 1.00 on 2024-02-02: must not lie before the decision",
    ):
        assert line in done.err
    assert facts(desk) == before


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "line 1: must be the heading loan;date;amount;reference"),
        (b"loan,date,amount,reference\n", "line 1: must be the heading"),
        (b"loan;date;amount;reference\n1;2;3\n", "line 2: 3 columns: must be 4"),
        (b"loan;date;amount;reference\n\xff;2;3;4\n", "byte 28 is not UTF-8"),
        (b'loan;date;amount;reference\n"a;2;3;4\n', "line 2"),
    ],
)
def test_a_file_of_another_form_is_refused(
    counter: Engine, tmp_path: Path, content: bytes, error: str
) -> None:
    file = tmp_path / "receipts.csv"
    file.write_bytes(content)
    done = run("payment", "import", str(file))
    assert (done.code, error in done.err) == (2, True), done.err


def test_a_missing_file_is_named(counter: Engine) -> None:
    done = run("payment", "import", "nowhere.csv")
    assert (done.code, done.err) == (2, "nowhere.csv: must be a file that exists")


def test_without_tables_the_commands_that_make_them_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    monkeypatch.setenv("AFLOS_DATABASE", url)
    missing = run("payment", "list", LOAN)
    assert (missing.code, "aflos demo, aflos import portfolio or aflos db upgrade" in missing.err) == (
        78,
        True,
    )
    open_database(url, create=True).dispose()
    bare = run("payment", "list", LOAN)
    assert (bare.code, "holds no tables of Aflos yet" in bare.err) == (78, True)
    assert good("db", "upgrade")["schema_version"] == good("db", "upgrade")["schema_version"]
    assert run("payment", "list", LOAN).code == 2


def test_money_and_its_withdrawal_are_previewed(counter: Engine) -> None:
    begin_on(counter, clock.today() - timedelta(days=1))
    close_until(counter, clock.today() - timedelta(days=1))
    before = facts(counter)
    paid = good("payment", "add", LOAN, *INSTALMENT, "--preview")
    assert (paid["decision_kind"], paid["persons"], paid["works_from"], paid["letters"]) == (
        *(None, 1, "the coming night"),
        [],
    )
    booked = {each["account"]: each["amount"] for each in paid["postings"] if each["year"] == 2025}
    assert booked[1100] == "506.91"
    owed = good("loan", "show", LOAN, "--on", clock.today().isoformat())["outstanding"]
    everything = ("--amount", owed["total"], "--on", clock.today().isoformat())
    assert good("payment", "add", LOAN, *everything, "--preview")["letters"] == ["final_statement"]
    assert facts(counter) == before
    number = str(good("payment", "add", LOAN, *INSTALMENT)["fact"])
    assert good("payment", "add", LOAN, *INSTALMENT, "--preview")["postings"] == []
    undone = good("loan", "withdraw", LOAN, number, "--reason", "of another loan", "--preview")
    taken = {each["account"]: each["amount"] for each in undone["postings"] if each["year"] == 2025}
    assert taken[1100] == "-506.91"
    back = good("payment", "reverse", LOAN, "bank 17", "--on", "2025-02-20", "--preview")
    assert {each["account"] for each in back["postings"]} >= {1100}
    assert facts(counter) == before + 1
