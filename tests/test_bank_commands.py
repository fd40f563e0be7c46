"""The commands of money in, as a person uses them."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs.bank_waiting import until_statements
from jobs.inbox import inbox
from ledger.database import open_database, writing
from tests.bank_account import Account, Real, paying, write
from tests.bank_desk import FIRST, INSTALMENT, balance, differences, drop, lines, money, open_books, take
from tests.chaos.harness import begin_child, ended
from tests.desk import good, open_desk, run
from tests.law_files import write as write_config
from tests.nights import close_until
from tests.offices import by, good_by, open_office

LOAN = "100000001"
ROOT = Path(__file__).resolve().parent.parent
NEXT = FIRST + timedelta(days=1)
BUSY = 75
"""The exit code of who came second."""


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Commands work on a database with a loan whose first instalment falls due."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    engine = open_database(sqlite_url)
    open_books(engine, 1)
    return engine


def test_a_statement_is_taken_shown_and_matched(desk: Engine, tmp_path: Path) -> None:
    paid = paying(100000001, FIRST, INSTALMENT, "R1")
    account = Account(lines=[paid, Real(FIRST, 1000, "R2", text=f"lening {LOAN}"), Real(FIRST, -5, "R3")])
    file = write(tmp_path, "s.xml", account.statement())
    (done,) = good("bank", "import", str(file))
    assert (done["new"], done["matched"], done["imported_before"]) == (3, 1, None)
    (again,) = good("bank", "import", str(file))
    assert again["imported_before"].startswith("first imported as s.xml on ")
    first, second = good("bank", "unmatched", "--creditor", "almere")
    assert (first["line"], first["candidates"][0]["loan"], second["line"]) == (2, int(LOAN), 3)
    assert good("status")["unmatched"] == 2
    assert good("bank", "match", "2", LOAN)["parts"][0]["for"] == "loan"
    assert good("bank", "rematch", "2", LOAN, "--reason", "the same")["decision"] == 1
    assert good("bank", "park", "3", "--ignore", "--reason", "not ours")["parts"][0]["for"] == "ignored"
    assert [row["line"] for row in good("bank", "lines", "--loan", LOAN)] == [1, 2]
    booked = good("bank", "lines", "--on", FIRST.isoformat(), "--creditor", "almere")
    assert [(row["line"], row["decision"], row["parts"][0]["for"]) for row in booked] == [
        (1, 1, "loan"),
        (2, 1, "loan"),
        (3, 1, "ignored"),
    ]
    assert good("bank", "lines", "--on", FIRST.isoformat(), "--creditor", "urk") == []
    assert "name a day (--on) or a loan (--loan)" in run("bank", "lines").err
    wrong = run("loan", "withdraw", LOAN, "3", "--reason", "wrong")
    assert (wrong.code, "came with a bank line" in wrong.err) == (2, True)
    assert good("bank", "unmatched") == []
    desk.dispose()


def test_p13_a_fee_that_the_bank_did_not_name_is_split_off_by_hand(desk: Engine, tmp_path: Path) -> None:
    fee, back = Real(FIRST, -500, "R2"), Real(FIRST, -INSTALMENT - 700, "R3", end_to_end="E1", reason="MD06")
    account = Account(lines=[paying(100000001, FIRST, INSTALMENT, "R1", end_to_end="E1"), fee, back])
    good("bank", "import", str(write(tmp_path, "s.xml", account.statement())))
    assert [row["line"] for row in good("bank", "unmatched")] == [2, 3]
    (part,) = good("bank", "split", "2", "costs=5.00")["parts"]
    assert (part["for"], part["amount"]) == ("bank-costs", "5.00")
    parts = good("bank", "split", "3", f"{LOAN}=506.91", "costs=7.00")["parts"]
    assert [part["for"] for part in parts] == ["return", "bank-costs"]
    (paid,) = good("payment", "list", LOAN)
    assert paid["reversed"]
    desk.dispose()


def test_what_cannot_be_said_of_a_line_is_refused(desk: Engine, tmp_path: Path) -> None:
    account = Account(lines=[Real(FIRST, 1000, "R1", text="x"), Real(FIRST, -100, "R2")])
    good("bank", "import", str(write(tmp_path, "s.xml", account.statement())))
    for words, why in {
        ("match", "9", LOAN): "there is none",
        ("match", "1"): "name one of",
        ("match", "2", LOAN): "one is needed; if it gives back what line IN brought",
        ("split", "1", f"{LOAN}=9.99"): "is not its amount",
        ("park", "1", "--to-forward", "almere", "--reason", "x"): "whose account it came in on",
        ("refund", "2", "--reason", "x"): "money that went out",
        ("split", "2", f"{LOAN}=1.00"): "one is needed",
        ("split", "2", "refund=1.00"): "is money that went out, and cannot be to-refund",
        ("park", "2", "--to-forward", "urk", "--reason", "x"): "cannot be to-forward",
        ("rematch", "1", LOAN, "--reason", "x"): "matched to no loan yet",
        ("match", "1", "--batch", "7"): "of batch 7",
    }.items():
        done = run("bank", *words)
        assert (done.code, why in done.err) == (2, True), done.err
    desk.dispose()


def test_clearing_accounts_are_itemised(desk: Engine) -> None:
    account = Account(lines=[Real(FIRST, 1000, "R1", text="x"), paying(100000001, FIRST, 2000, "R2")])
    drop(desk, "s.xml", account.statement())
    close_until(desk, FIRST)
    found = [(item["account"], item["item"], item["amount"]) for item in good("bank", "clearing")]
    assert found == [(1190, "line 1", "-10.00"), (1200, "loan 100000001", "-25000.00")]
    shown = good("bank", "show", "2")
    told = good("explain", "100000000:2024-02-01:bank-line:2")
    assert [line["text"] for line in told["lines"]] == [
        "bank line 2: bank NL44TEST0340000001 20240201 R2 +2000 1",
        f"file s.xml, sha256 {shown['file']['sha256']}",
        "decision 1: loan 100000001: payment reference",
    ]
    opening = good("explain", "100000000:2024-02-01:bank-opening:1")["lines"]
    assert [line["source"] for line in opening] == ["s.xml", "night, 2024-02-01"]
    assert "Bij- of afschrijving van de bank" in run("explain", "100000000:2024-02-01:bank-line:1").out
    desk.dispose()


def test_a_bank_line_is_followed_from_its_file_to_its_entries(
    desk: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = drop(desk, "s.xml", Account(lines=[paying(int(LOAN), FIRST, 2000, "R2")]).statement())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    close_until(desk, FIRST)
    told = good("bank", "show", "1")
    assert (told["file"]["name"], told["file"]["sha256"], told["file"]["actor"]) == ("s.xml", digest, "night")
    (decided,) = told["decisions"]
    assert (decided["loan"], decided["amount"], decided["reason"]) == (
        int(LOAN),
        "20.00",
        "payment reference",
    )
    entries = [(one["key"], one["debit"], one["credit"], one["amount"]) for one in told["entries"]]
    assert entries == [
        ("100000000:2024-02-01:bank-line:1", 1010, 1100, "20.00"),
        (f"{LOAN}:2024-02-01:payment:1", 1100, 1320, "20.00"),
    ]
    assert told["letters"] == []
    assert f"file sha256       {digest}" in run("bank", "show", "1").out
    assert "there is none: aflos bank lines shows them" in run("bank", "show", "2").err
    open_office(tmp_path / "office", monkeypatch)
    assert by("urk", "bank", "show", "1").code == 2
    desk.dispose()


def known_at_once(engine: Engine) -> None:
    """What is recorded today is known to a night years ahead of the books of these tests: let it be known then."""
    with writing(engine) as connection:
        for table in ("fact", "receipt_batch"):
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
            connection.exec_driver_sql(f"UPDATE {table} SET known_on = 20240202 WHERE known_on > 20240202")


def test_p21_what_a_bailiff_remits_is_gross_for_the_debtor(desk: Engine, tmp_path: Path) -> None:
    close_until(desk, FIRST)
    file = tmp_path / "b.csv"
    file.write_text(
        "loan;date;gross;costs;costs_of;reference\n"
        f"{LOAN};2024-02-02;300.00;50.00;debtor;D1\n{LOAN};2024-02-02;100.00;10.00;creditor;D2\n",
        encoding="utf-8",
    )
    words = (
        "import",
        "receipts",
        str(file),
        "--creditor",
        "almere",
        "--kind",
        "bailiff",
        "--reference",
        "2024-02",
    )
    wrong = run(*words, "--total", "341.00")
    assert (wrong.code, "add up to 340.00 net" in wrong.err) == (2, True)
    assert good(*words, "--total", "340.00") == {"batch": 1, "receipts": 2, "net": "340.00", "first": ""}
    assert good(*words, "--total", "340.00")["first"].startswith("first imported on")
    open_items = good("bank", "clearing", "--creditor", "almere")
    assert [item["amount"] for item in open_items if item["account"] == 1130] == ["340.00"]
    known_at_once(desk)
    close_until(desk, NEXT)
    assert [balance(desk, account) for account in (1130, 1100, 1185)] == [34_000, 0, 1_000]
    assert (balance(desk, 8010), differences(desk)) == (0, [])
    told = {line["text"] for line in good("explain", "100000000:2024-02-02:other-receipt:1")["lines"]}
    assert told == {"batch 1: bailiff 2024-02, file b.csv"}
    desk.dispose()


def test_p21_the_line_by_which_a_payer_remits_is_matched_to_his_batch(desk: Engine, tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    rows = f"loan;date;gross;costs;costs_of;reference\n{LOAN};2024-02-02;300.00;50.00;debtor;D1\n"
    file.write_text(rows, encoding="utf-8")
    words = ("--creditor", "almere", "--kind", "bailiff", "--reference", "2024-02", "--total", "250.00")
    good("import", "receipts", str(file), *words)
    lines = [Real(FIRST, cents, f"R{cents}", text="deurwaarder") for cents in (20_000, 6_000, 5_000)]
    good("bank", "import", str(write(tmp_path, "s.xml", Account(lines=lines).statement())))
    part, *_ = good("bank", "match", "1", "--batch", "1")["parts"]
    assert (part["for"], part["amount"], part["loan"]) == ("bailiff", "200.00", None)
    too_much = run("bank", "match", "2", "--batch", "1")
    assert (too_much.code, "more than batch 1 still expects, 50.00" in too_much.err) == (2, True)
    assert owed() == ["50.00"]
    good("bank", "match", "3", "--batch", "1")
    assert owed() == []
    desk.dispose()


def test_p21_each_kind_of_payer_has_a_clearing_account_of_its_own(desk: Engine, tmp_path: Path) -> None:
    kinds = {"set-off": 1120, "bailiff": 1130, "trustee": 1140, "security": 1150}
    for nr, kind in enumerate(kinds):
        file = tmp_path / f"{kind}.csv"
        file.write_text(
            f"loan;date;gross;costs;costs_of;reference\n{LOAN};2024-02-02;{nr + 1}0.00;;;{kind}\n"
        )
        words = ("--creditor", "almere", "--kind", kind, "--reference", kind, "--total", f"{nr + 1}0.00")
        good("import", "receipts", str(file), *words)
    items = {item["account"]: item["amount"] for item in good("bank", "clearing", "--creditor", "almere")}
    assert [items[account] for account in kinds.values()] == ["10.00", "20.00", "30.00", "40.00"]
    known_at_once(desk)
    close_until(desk, NEXT)
    assert [balance(desk, account) for account in kinds.values()] == [1000, 2000, 3000, 4000]
    assert differences(desk) == []
    desk.dispose()


def owed() -> list[str]:
    """What bailiffs still owe."""
    return [item["amount"] for item in good("bank", "clearing") if item["account"] == 1130]


def test_p16_a_person_sees_the_bank_of_his_own_creditors(
    desk: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(desk, "s.xml", Account(lines=[Real(FIRST, 1000, "R1", text="x")]).statement())
    close_until(desk, FIRST)
    drop(desk, "later.xml", "<x>")
    open_office(tmp_path / "office", monkeypatch)
    assert "later.xml  waits: is not written to its end yet" in by("clerk", "bank", "inbox").out
    for person, items, files in (("clerk", 2, {"almere": ["later.xml"]}), ("urk", 0, {"urk": []})):
        assert len(good_by(person, "bank", "clearing")) == items
        assert good_by(person, "bank", "inbox")["files"] == files
        assert good_by(person, "bank", "collect", "list") == {"proposed": [], "released": []}
    assert good_by("manager", "bank", "inbox", "--creditor", "urk")["files"] == {"urk": []}
    assert good_by("urk", "bank", "clearing", "--creditor", "almere") == []
    assert by("urk", "bank", "refunds", "list", "--creditor", "almere").code == 2
    desk.dispose()


def test_e1_of_several_processes_one_takes_a_file_of_the_inbox(
    postgresql_database: Engine, postgresql_url: str, tmp_path: Path
) -> None:
    books = postgresql_database
    open_books(books, 1)
    days = [FIRST, FIRST, NEXT]
    account = Account(lines=[paying(int(LOAN), day, 1000 + nr, f"R{nr}") for nr, day in enumerate(days)])
    for name, text in (("1.xml", account.statement(0, 2)), ("2.xml", account.statement(2, 3))):
        drop(books, name, text)
    by_hand = write(tmp_path, "by-hand.xml", account.statement(0, 2))
    books.dispose()

    def night() -> None:
        close_until(open_database(postgresql_url), NEXT)

    def person() -> None:
        take(open_database(postgresql_url), by_hand, FIRST)

    codes = [ended(child) for child in [begin_child(work) for work in (night, person, night, person, night)]]
    assert set(codes) <= {0, BUSY}, codes
    close_until(books, NEXT)
    place = inbox(books) / "almere"
    assert (lines(books), len(money(books, int(LOAN)))) == (3, 3)
    assert sorted(path.name for path in (place / "done").glob("*.xml")) == ["1.xml", "2.xml"]
    assert list(place.glob("*.xml")) == []
    assert differences(books) == []


def test_p33_a_night_waits_for_statements_until_the_set_hour(sqlite_database: Engine) -> None:
    early, late = (datetime(2024, 2, 3, hour, 0, tzinfo=UTC) for hour in (1, 7))
    assert until_statements(sqlite_database, NEXT, early) == (NEXT, [])
    open_books(sqlite_database, 1)
    account = Account(lines=[paying(100000001, day, 1000, f"R{day}") for day in (FIRST, NEXT)])
    drop(sqlite_database, "1.xml", account.statement(0, 1))
    close_until(sqlite_database, FIRST)
    assert until_statements(sqlite_database, NEXT, early) == (FIRST, ["NL44TEST0340000001"])
    assert until_statements(sqlite_database, NEXT, late) == (NEXT, [])
    drop(sqlite_database, "2.xml", account.statement(1, 2))
    assert until_statements(sqlite_database, NEXT, early) == (NEXT, [])
    assert lines(sqlite_database) == 1


def test_a_changed_line_is_found(sqlite_database: Engine) -> None:
    open_books(sqlite_database, 1)
    drop(sqlite_database, "1.xml", Account(lines=[Real(FIRST, 1000, "R1", text="van Jansen")]).statement())
    close_until(sqlite_database, date(2024, 2, 1))
    for change, what in {
        "text = 'van Pietersen'": "its texts were changed",
        "cents = 2000": "differ from its seal",
    }.items():
        with writing(sqlite_database) as connection:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS bank_line_no_update")
            connection.exec_driver_sql(f"UPDATE bank_line SET {change}")
        found = [one.what for one in differences(sqlite_database)]
        assert any(what in one for one in found), found


def test_the_night_says_what_the_bank_and_the_books_do_not_agree_on(desk: Engine) -> None:
    account = Account(lines=[Real(FIRST, 1000, "R1", text="x")])
    drop(desk, "half.xml", account.statement()[:-30])
    drop(desk, "other.xml", account.statement(), code="dronten")
    done = run("nightly", "--date", "2024-02-01", "--json")
    assert done.code == 3
    assert done.json[0]["bank"]["refused"][0]["file"] == "other.xml"
    for told in ("inbox: half.xml stays: is not written to its end yet", "other.xml: refused: "):
        assert told in done.err
    desk.dispose()


def test_p13_only_a_private_contract_may_charge_the_fee_of_a_return_on(
    desk: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = Real(NEXT, -INSTALMENT - 700, "R2", end_to_end="E1", reason="MD06")
    account = Account(lines=[paying(int(LOAN), FIRST, INSTALMENT, "R1", end_to_end="E1"), back])
    text = account.statement().replace(
        "</Amt><CdtDbtInd>DBIT</CdtDbtInd><RltdPties>",
        "</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        '<Chrgs><Rcrd><Amt Ccy="EUR">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs><RltdPties>',
    )
    take(desk, write(tmp_path, "1.xml", text), NEXT)
    reason = "the bank charged 7.00 for a collection that came back"
    assert reason not in asked()
    config = tmp_path / "config"
    chosen = 'choices: {bounce.fee: {2020-01-01: {value: debtor_by_contract, source: "contract art. 9"}}}'
    write_config(config, "policy/almere.yaml", chosen)
    monkeypatch.setenv("AFLOS_CONFIG", str(config))
    assert reason not in asked()
    public = (ROOT / "config" / "products" / "bbz_business_capital.yaml").read_text()
    write_config(
        config,
        "products/bbz_business_capital.yaml",
        public.replace("kind: public", "kind: private").replace("dunning: instalments", "dunning: private"),
    )
    assert reason in asked()
    cost = ("decide", "cost", LOAN, "--amount", "7.00", "--on", NEXT.isoformat())
    good(*cost, "--decision", "fee of bank line 2")
    assert reason not in asked()
    desk.dispose()


def asked() -> list[str]:
    return [item["reason"] for item in good("worklist", "--source", "receipt")]
