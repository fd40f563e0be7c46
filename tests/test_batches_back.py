"""A batch of other receipts is taken back as a whole, by two persons, and nothing of it stays open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backoffice.batches import Withdrawal, check_batch, find_batch, withdrawal_of
from backoffice.cli.database import Desk
from backoffice.cli.receipt_file import Batch, import_receipts
from backoffice.deciding import approve, decide
from backoffice.money_out import LineRefused
from backoffice.receipts import line_of, remit
from jobs.bank_clearing import clearing_items
from ledger.database import open_database, reading, writing
from ledger.errors import BadInput
from servicing.decisions.store import DecisionRefused
from servicing.receipts.tables import receipt_batch
from servicing.receipts.values import Disposition
from tests.bank_account import Account, Real, write
from tests.bank_desk import FIRST, balance, by_hand, differences, money, open_books, take
from tests.desk import good, open_desk, run
from tests.nights import close_until, stamp

LOAN, OTHER = 100000001, 100000002
NEXT, LATER = (FIRST + timedelta(days=days) for days in (1, 2))
ROWS = (
    "loan;date;gross;costs;costs_of;reference\n"
    f"{LOAN};2024-01-30;300.00;50.00;debtor;D1\n{OTHER};2024-02-01;100.00;10.00;creditor;D2\n"
)
BATCH = Batch(1, Disposition.BAILIFF, "2024-02", 340_00)
ACCOUNTS = (1100, 1130, 1185, 8010)


@contextmanager
def desk_of(engine: Engine, account: str, day: date) -> Iterator[Desk]:
    """The desk of a person before the night of a day."""
    with writing(engine) as connection:
        yield Desk(connection, stamp(engine, day)._replace(actor=account))


def proposed(engine: Engine, day: date, reference: str = "B-1") -> int:
    """A clerk proposes to take back batch 1; the number of the decision."""
    with desk_of(engine, "clerk", day) as desk:
        batch = find_batch(desk.connection, 1)
        check_batch(desk.connection, batch)
        what = Withdrawal("the list came twice", reference, "letter 7")
        done = decide(desk, withdrawal_of(desk.connection, batch, what))
        assert done.decision is not None
        return done.decision.id


def open_items(engine: Engine) -> list[tuple[int, str]]:
    """What stands open of batches and of what they paid."""
    with reading(engine) as connection:
        items = clearing_items(connection, 1)
        return [(item.account, item.item) for item in items if item.account in ACCOUNTS]


def test_p21_a_batch_is_taken_back_as_one_act_of_two_persons(sqlite_database: Engine, tmp_path: Path) -> None:
    books, file = sqlite_database, write(tmp_path, "b.csv", ROWS)
    open_books(books, 1, 1)
    with desk_of(books, "clerk", FIRST) as desk:
        assert import_receipts(desk, file, BATCH, FIRST).batch == 1
    close_until(books, FIRST)
    assert [balance(books, account) for account in ACCOUNTS] == [0, 340_00, 10_00, 0]
    assert open_items(books) == [(1130, "batch 1")]
    take(books, write(tmp_path, "1.xml", Account(lines=[Real(NEXT, 340_00, "R1")]).statement()), NEXT)
    with desk_of(books, "clerk", NEXT) as desk:
        assert [remit(desk, line_of(desk, 1), 1, "by hand").nr for _ in range(2)] == [1, 1]
    with pytest.raises(DecisionRefused, match="was paid by bank line 1: say first"):
        proposed(books, NEXT)
    by_hand(books, 1, LOAN, NEXT)
    number = proposed(books, NEXT)
    with pytest.raises(DecisionRefused, match=f"decision {number} waits to take it back"):
        proposed(books, NEXT, "B-3")
    with pytest.raises(BadInput, match="another person"), desk_of(books, "clerk", NEXT) as desk:
        approve(desk, number)
    with desk_of(books, "approver", NEXT) as desk:
        assert approve(desk, number).decision.state == "in-force"  # type: ignore[union-attr]
    with pytest.raises(DecisionRefused, match="was taken back already"):
        proposed(books, NEXT, "B-2")
    with pytest.raises(LineRefused, match="batch 1 was taken back"), desk_of(books, "clerk", NEXT) as desk:
        remit(desk, line_of(desk, 1), 1, "by hand")
    close_until(books, NEXT)
    assert [balance(books, account) for account in ACCOUNTS] == [0, 0, 0, 0]
    assert [fact.kind.text for fact in money(books, OTHER)] == ["payment", "withdrawal"]
    assert (open_items(books), differences(books)) == ([], [])
    with pytest.raises(BadInput, match="under another reference"), desk_of(books, "clerk", LATER) as desk:
        import_receipts(desk, file, BATCH, FIRST)
    with desk_of(books, "clerk", LATER) as desk:
        assert import_receipts(desk, file, BATCH._replace(reference="2024-02 again"), FIRST).batch == 2
    close_until(books, LATER)
    assert open_items(books) == [(1130, "batch 2")]


def test_p21_taking_a_batch_back_can_be_looked_at_first(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    engine = open_database(sqlite_url)
    open_books(engine, 1, 1)
    words = ("--creditor", "almere", "--kind", "bailiff", "--reference", "2024-02", "--total", "340.00")
    good("import", "receipts", str(write(tmp_path, "b.csv", ROWS)), *words)
    alone = run("loan", "withdraw", str(LOAN), "4", "--reason", "wrong")
    assert (alone.code, "came with a batch of other receipts" in alone.err) == (2, True)
    wrong = ("decide", "receipts-withdrawal", "1", "--reason", "twice", "--decision", "B-1")
    seen = good(*wrong, "--preview")
    assert {one["account"]: one["amount"] for one in seen["bank"]} == {
        1100: "400.00",
        1130: "-340.00",
        1185: "-10.00",
        8010: "-50.00",
    }
    assert [one["loan"] for one in seen["loans"]] == [LOAN, OTHER]
    assert "two persons, works from approval" in run(*wrong, "--preview").out
    assert good("decide", "list") == []
    assert good(*wrong)["state"] == "proposed"
    assert good(*wrong)["proposed"] is False
    engine.dispose()


def test_p21_the_same_receipts_under_another_reference_are_refused_until_a_person_says_why(
    database: Engine, tmp_path: Path
) -> None:
    file, rows = write(tmp_path, "b.csv", ROWS), ROWS.splitlines()
    open_books(database, 1, 1)
    other = BATCH._replace(reference="2024-02 II")
    again = write(
        tmp_path, "c.csv", "\n".join([rows[0], rows[2].replace("D2", "E2"), rows[1].replace("D1", "E1")])
    )
    with writing(database) as connection:
        desk = Desk(connection, stamp(database, FIRST))
        with pytest.raises(BadInput, match=r"no other batch holds the receipts .* leave --again out"):
            import_receipts(desk, file, BATCH, FIRST, "paid twice")
        assert import_receipts(desk, file, BATCH, FIRST).batch == 1
        for kind in (Disposition.BAILIFF, Disposition.TRUSTEE):
            with pytest.raises(BadInput, match=r"are batch 1 already, '2024-02', .* say why: --again REASON"):
                import_receipts(desk, again, other._replace(kind=kind), FIRST)
        larger = write(tmp_path, "d.csv", ROWS.replace("2024-02-01", "2024-01-31"))
        assert import_receipts(desk, larger, other._replace(reference="day"), FIRST).batch == 2
        assert import_receipts(desk, again, other, FIRST, "two remittances").batch == 3
        assert import_receipts(desk, again, other, FIRST, "two remittances").first
        name = connection.execute(select(receipt_batch.c.name).where(receipt_batch.c.id == 3)).scalar_one()
    assert name == "c.csv, again: two remittances"
    assert [fact.cents for fact in money(database, OTHER)] == [100_00, 100_00, 100_00]
    close_until(database, FIRST)
    assert differences(database) == []


def test_p21_the_command_takes_the_same_receipts_again_with_a_reason(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    open_books(open_database(sqlite_url), 1, 1)
    words = (
        "import",
        "receipts",
        str(write(tmp_path, "b.csv", ROWS)),
        "--creditor",
        "almere",
        "--kind",
        "bailiff",
    )
    good(*words, "--reference", "2024-02", "--total", "340.00")
    twice = (*words, "--reference", "2024-02 II", "--total", "340.00")
    assert run(*twice).code == 2
    assert run(*twice, "--again", " ").code == 2
    assert good(*twice, "--again", "two remittances")["batch"] == 2
