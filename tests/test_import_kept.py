"""What an import keeps beside the facts: citizen numbers under lock, proof totals; and a dry run nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backoffice.portfolio.totals import OFTEN_EMPTY
from jobs.business_dates import next_to_close
from ledger.database import reading
from ledger.errors import Misconfigured
from servicing.debtors.secrets import make_key_file
from servicing.debtors.store import bsn_of, find_debtor
from servicing.tables import import_batch
from tests.portfolios import (
    DEBTOR,
    DISBURSEMENT,
    LOAN,
    OPENING,
    PAID_OUT,
    PAYMENT,
    bring,
    held,
    refusal,
    write_csv,
)

BSN = "999990019"  # synthetic: numbers that start with 99999 are not given out


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys"
    make_key_file(path)
    monkeypatch.setenv("AFLOS_KEY_FILE", str(path))
    return path


def test_a_bsn_is_kept_sealed_and_belongs_to_one(database: Engine, tmp_path: Path, key_file: Path) -> None:
    bring(database, write_csv(tmp_path / "a", {"debtors": [DEBTOR | {"bsn": BSN}]}))
    with reading(database) as connection:
        assert bsn_of(connection, find_debtor(connection, "D-1").id) == BSN
    done = bring(
        database, write_csv(tmp_path / "b", {"debtors": [DEBTOR | {"bsn": BSN}, DEBTOR | {"number": "D-2"}]})
    )
    assert (done.counts.new["debtors"], done.counts.known["debtors"]) == (1, 1)
    other = write_csv(tmp_path / "c", {"debtors": [DEBTOR | {"number": "D-3", "bsn": BSN}]})
    assert refusal(database, other) == ["debtors.csv:2:bsn: a BSN that is not that of debtor 1 already"]
    late = write_csv(tmp_path / "d", {"debtors": [DEBTOR | {"number": "D-2", "bsn": "999990020"}]})
    assert "debtors.csv:2:bsn: the BSN recorded of debtor 2; it has another, or none" in refusal(
        database, late
    )


def test_a_bsn_without_a_key_is_not_kept(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFLOS_KEY_FILE", raising=False)
    with pytest.raises(Misconfigured, match="AFLOS_KEY_FILE is not set"):
        bring(database, write_csv(tmp_path / "a", {"debtors": [DEBTOR | {"bsn": BSN}]}))
    assert held(database) == (0, 0, 0, 0)
    bring(database, write_csv(tmp_path / "b", {"debtors": [DEBTOR]}))


def test_a_dry_run_keeps_nothing(database: Engine, tmp_path: Path) -> None:
    folder = write_csv(tmp_path, PAID_OUT | {"payments": [PAYMENT]})
    dry = bring(database, folder, dry_run=True)
    assert held(database) == (0, 0, 0, 0)
    with reading(database) as connection:
        assert next_to_close(connection) is None
    done = bring(database, folder)
    assert (dry.proof, dry.counts) == (done.proof, done.counts)


def test_the_proof_totals_are_kept(database: Engine, tmp_path: Path) -> None:
    loans = [LOAN, LOAN | {"number": "L-2", "creditor": "urk"}, LOAN | {"number": "L-3"}]
    given = [DISBURSEMENT, DISBURSEMENT | {"loan": "L-2", "amount": "24000.00"}]
    opening = OPENING | {"loan": "L-3", "credit": "12.34"}
    payments = [PAYMENT, PAYMENT | {"reference": "B-2", "reversed_on": "2024-02-05"}]
    files = PAID_OUT | {
        "loans": loans,
        "disbursements": given,
        "opening_balances": [opening],
        "payments": payments,
    }
    done = bring(database, write_csv(tmp_path, files))
    almere, urk = done.proof["totals"]
    assert almere | urk != almere
    assert {name: value for name, value in almere.items() if name not in OFTEN_EMPTY} == {
        "creditor": "almere",
        "product": "bbz_business_capital",
        "loans": 2,
        "disbursements": 1,
        "opening_balances": 1,
        "payments": 2,
        "reversals": 1,
        "granted": "50000.00",
        "disbursed": "25000.00",
        "principal": "20000.00",
        "principal_due": "0.00",
        "interest_due": "0.00",
        "accrued_interest": "0.00",
        "deferred_interest": "0.00",
        "costs": "0.00",
        "credit": "12.34",
        "paid": "1013.82",
        "reversed": "506.91",
    }
    assert (urk["loans"], urk["disbursed"], done.proof["total"]["disbursed"]) == (1, "24000.00", "49000.00")
    with reading(database) as connection:
        (row,) = connection.execute(select(import_batch)).all()
    assert (row.kind, row.name, row.cut_over, row.actor) == ("portfolio", tmp_path.name, 20241231, "test")
    assert '"paid":"1013.82"' in row.totals
