"""A supplement of the yearly settlement leaves by the bank: two persons decide, one payment, matched by its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.bank_account import Account, Real, write
from tests.bank_desk import balance, differences, kinds
from tests.desk import add_debtor, open_desk
from tests.nights import at, begin_on
from tests.offices import good_by, open_office
from tests.settled_years import LIVING, advances, decided, figures, night

PAYEE = "NL60TEST0340000004"
SUPPLEMENT = 146722
CREDIT, REFUNDS = 1400, 1170
TO = (
    "--iban",
    PAYEE,
    "--name",
    "S. Jansen",
    "--amount",
    "1467.22",
    "--on",
    "2026-09-01",
    "--decision",
    "B-7",
)


@pytest.fixture
def settled(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """The year 2025 of worked case 1, settled and booked: 1,467.22 more is due to the client."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2026-08-30"))
    with freeze_time("2026-08-30"):
        assert add_debtor().code == 0
    open_office(tmp_path, monkeypatch)
    with freeze_time("2026-08-30"), authenticated("manager"):
        advances(tmp_path, 12, "950.00", household="couple")
        figures("JR-2025", "profit=13000.00", "income_tax_percent=20", "own_capital=20000.00")
    night(sqlite_database, "2026-08-30")
    with freeze_time("2026-08-31"):
        decided()
    night(sqlite_database, "2026-08-31")
    on_account = {number: balance(sqlite_database, number) for number in (1210, 1300, 4970, CREDIT)}
    assert on_account == {1210: -1140000, 1300: 0, 4970: 1286722, CREDIT: -SUPPLEMENT}
    return sqlite_database


def refunds(*words: str) -> tuple[str, ...]:
    return ("bank", "refunds", *words, "--creditor", "almere")


def test_case_1_a_supplement_is_owed_to_the_client_paid_out_and_cleared_by_its_line(
    settled: Engine, tmp_path: Path
) -> None:
    with freeze_time("2026-09-01 12:00:00"):
        (row,) = good_by("approver", *refunds("list"))["waiting"]
        assert (row["loan"], row["amount"], "no account is known" in row["problem"]) == (
            int(LIVING),
            "1467.22",
            True,
        )
        number = good_by("approver", "decide", "credit-refund", LIVING, *TO)["decision"]
        good_by("manager", "approve", str(number))
        made = good_by("approver", *refunds("release"), "--number", "1", "--total", "1467.22")
        file = good_by("approver", "bank", "refunds", "file", str(made["run"]), "--to", str(tmp_path))
        content = Path(file["file"]).read_bytes()
        assert f"<IBAN>{PAYEE}</IBAN>".encode() in content
        assert f"<Ustrd>Nabetaling na vaststelling Bbz 2025 lening {LIVING}<".encode() in content
        assert good_by("approver", *refunds("list"))["waiting"] == []
    night(settled, "2026-09-01")
    assert (balance(settled, CREDIT), balance(settled, REFUNDS)) == (0, -SUPPLEMENT)
    gone = Real(date(2026, 9, 2), -SUPPLEMENT, "R1", end_to_end=f"REF-1-{number}", iban=PAYEE)
    account = Account(opening=200_000, opened=date(2026, 9, 2), lines=[gone])
    with freeze_time("2026-09-02 12:00:00"):
        path = write(tmp_path, "s.xml", account.statement())
        assert good_by("clerk", "bank", "import", str(path))[0]["matched"] == 1
    assert kinds(settled, 1) == ["refund"]
    night(settled, "2026-09-02")
    assert (balance(settled, CREDIT), balance(settled, REFUNDS)) == (0, 0)
    assert differences(settled) == []
