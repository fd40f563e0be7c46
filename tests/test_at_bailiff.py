"""Claims that go to the bailiff in one file, once, and what is said of them (P26)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.desk import GRANTED, LOAN, good, open_desk, options, run

OTHER = "100000002"
DRONTEN = "200000001"
OUT = ("--on", "2025-07-01", "--document", "GDW-2025-07")
CLAIM = {
    "product": "recovery_claim",
    "decision_date": "2025-03-03",
    "start": "2025-03-03",
    "first_due": "2025-04-14",
    "instalments": "1",
    "method": "bullet",
    "rate": "0",
    "group": None,
    "known_on": "2025-03-03",
    "claim_scheme": "bbz_living_allowance",
    "claim_granted": "2023-02-01",
}
"""A claim that a decision of 3 March 2025 fixed, due after six weeks."""

STREET = ("--street", "Dijk", "--house-number", "1", "--postcode", "1234 AB", "--city", "Urk")


@pytest.fixture
def desk(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Two claims: of =Jansen alone, reminded in full, and of Jansen and De Vries, of which nothing was sent."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    for name in ("=Jansen", "De Vries"):
        assert run("debtor", "add", "--name", name, "--on", "2024-01-01", *STREET).code == 0
    claimed(LOAN, "4712.94")
    claimed(OTHER, "100.00", ("--debtor", "2"))
    remind(LOAN)
    return sqlite_database


def claimed(loan: str, amount: str, more: tuple[str, ...] = (), creditor: str = "almere") -> None:
    words = CLAIM | {"principal": amount, "decision": f"TV-{loan}", "creditor": creditor}
    done = run("loan", "add", *options(GRANTED, **words), *more)
    assert done.code == 0, done.err
    good("loan", "disburse", loan, "--amount", amount, "--on", "2025-03-03", "--known-on", "2025-03-03")
    good("dunning", "announced", loan, "--on", "2025-03-03", "--document", f"TV-{loan}")


def remind(loan: str) -> None:
    for on, name in (("2025-04-22", "reminder"), ("2025-05-06", "aanmaning")):
        sent = good("dunning", "handed-over", loan, "--on", on, "--document", f"{name} {loan}")["facts"]
        assert sent[0]["data"]["step"] == name


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_p26_claims_go_out_in_one_file_with_totals(desk: Engine, tmp_path: Path) -> None:
    remind(OTHER)
    out = ("dunning", "bailiff-file", OTHER, LOAN, *OUT, "--to", str(tmp_path))
    done = good(*out)
    assert (done["claims"], done["total"], done["recorded"]) == (2, "4841.94", True)
    one, *joint, totals = lines(Path(done["file"]))
    assert (one["loan"], one["name"], one["jointly_liable"]) == (LOAN, "'=Jansen", "1")
    assert (one["decision_handed_over"], one["aanmaning_sent"]) == ("2025-03-03", "2025-05-06")
    assert (one["principal"], one["costs"], one["total"]) == ("4712.94", "20.00", "4732.94")
    assert [(line["name"], line["total"]) for line in joint] == [
        ("'=Jansen", "109.00"),
        ("De Vries", "109.00"),
    ]
    assert (totals["line"], totals["loan"], totals["total"]) == ("totals", "2", "4841.94")
    again = good(*out)
    assert (again["sha256"], again["recorded"]) == (done["sha256"], False)
    assert "with the bailiff" in good("dunning", "why", LOAN, "--on", "2025-07-02")["reason"]


def test_p26_what_is_with_the_bailiff_and_what_came_in_since(desk: Engine, tmp_path: Path) -> None:
    good("dunning", "bailiff-file", LOAN, *OUT, "--to", str(tmp_path))
    good("payment", "add", LOAN, "--amount", "200.00", "--on", "2025-08-01")
    (there,) = good("dunning", "bailiff-list", "--creditor", "almere")
    assert (there["loan"], there["file"], there["total"]) == (int(LOAN), "GDW-2025-07", "4732.94")
    assert (there["since"], there["paid_since"]) == ("2025-07-01", "200.00")
    good(
        *("dunning", "bailiff", "recalled", LOAN, "--on", "2025-10-01"),
        "--document",
        "R-1",
        "--costs",
        "90.00",
    )
    assert good("dunning", "bailiff-list") == []
    (tmp_path / "GDW-2025-07.csv").unlink()
    assert good("dunning", "bailiff-file", LOAN, *OUT, "--to", str(tmp_path))["recorded"] is False
    good("payment", "add", LOAN, "--amount", "1.00", "--on", "2025-06-01")
    changed = run("dunning", "bailiff-file", LOAN, *OUT, "--to", str(tmp_path))
    assert "in another file of this name, of 2025-07-01" in changed.err


def test_p26_claims_come_back_together_all_or_none(desk: Engine, tmp_path: Path) -> None:
    remind(OTHER)
    good("dunning", "bailiff-file", LOAN, OTHER, *OUT, "--to", str(tmp_path))
    back = ("dunning", "bailiff-recall", "--on", "2025-10-01", "--document", "R-1")
    assert "number: 3: 2 claims are there" in run(*back, "--creditor", "almere", "--number", "3").err
    assert "name loans, or --file or --creditor" in run(*back, LOAN, "--creditor", "almere").err
    assert "name loans, or --file or --creditor" in run(*back, "--file", "GDW-2025-07").err
    early = run("dunning", "bailiff-recall", LOAN, OTHER, "--on", "2025-06-30", "--document", "R-0")
    assert "must not lie before fact" in early.err
    whole = (*back, "--file", "GDW-2025-07", "--number", "2", "--reason", "an arrangement")
    first, again = good(*whole), good(*whole)
    assert (first["loans"], first["recorded"], again["recorded"]) == ([int(LOAN), int(OTHER)], True, False)
    assert good("dunning", "bailiff-list") == []
    assert good("loan", "show", LOAN)["facts"][-1]["data"] == {"text": "an arrangement"}
    assert good("dunning", "why", LOAN, "--on", "2025-10-02")["act"] == "person"
    none = run("dunning", "bailiff-recall", OTHER, "--on", "2025-10-02", "--document", "R-2")
    assert (none.code, f"loan {OTHER}: no file is at the bailiff" in none.err) == (2, True)


def test_p26_only_what_came_in_since_and_stayed_counts_as_paid(desk: Engine, tmp_path: Path) -> None:
    good("dunning", "bailiff-file", LOAN, *OUT, "--to", str(tmp_path))
    for on, amount in (("2025-06-30", "7.00"), ("2025-07-01", "20.00"), ("2025-08-01", "300.00")):
        paid = good("payment", "add", LOAN, "--amount", amount, "--on", on)
    good("payment", "reverse", LOAN, str(paid["fact"]), "--on", "2025-08-05")
    (there,) = good("dunning", "bailiff-list")
    assert (there["total"], there["paid_since"]) == ("4732.94", "20.00")


def test_p26_a_recall_takes_back_the_claims_of_its_file_or_creditor_only(
    desk: Engine, tmp_path: Path
) -> None:
    remind(OTHER)
    claimed(DRONTEN, "50.00", creditor="dronten")
    remind(DRONTEN)
    for loan, name in ((LOAN, "F-1"), (OTHER, "F-2"), (DRONTEN, "F-2")):
        file = ("dunning", "bailiff-file", loan, "--on", "2025-07-01", "--document", name)
        folder = tmp_path / loan
        folder.mkdir()
        good(*file, "--to", str(folder))
    back = ("dunning", "bailiff-recall", "--on", "2025-10-01", "--document")
    assert good(*back, "R-1", "--file", "F-1", "--number", "1")["loans"] == [int(LOAN)]
    both = run(*back, "R-2", "--file", "F-2", "--number", "1")
    assert "number: 1: 2 claims are there" in both.err
    assert good(*back, "R-2", "--file", "F-2", "--creditor", "dronten", "--number", "1")["loans"] == [
        int(DRONTEN)
    ]
    assert [row["loan"] for row in good("dunning", "bailiff-list")] == [int(OTHER)]
    assert good(*back, "R-3", "--creditor", "almere", "--number", "1")["loans"] == [int(OTHER)]


def test_p01_p26_what_may_not_be_enforced_stops_the_whole_file(desk: Engine, tmp_path: Path) -> None:
    early = run("dunning", "bailiff-file", LOAN, OTHER, *OUT, "--to", str(tmp_path))
    assert f"loan {OTHER}: may not go to the bailiff on 2025-07-01" in early.err
    assert (early.code, list(tmp_path.glob("*.csv"))) == (2, [])
    assert good("dunning", "why", LOAN, "--on", "2025-07-02")["act"] == "person"


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ((LOAN, LOAN, *OUT), "one is named twice"),
        ((LOAN, "--on", "2025-07-01", "--document", "../x"), "letters, digits"),
        ((LOAN, "--on", "2025-05-10", "--document", "X"), "enforcement comes from"),
    ],
)
def test_a_wrong_file_is_refused(desk: Engine, tmp_path: Path, words: tuple[str, ...], rule: str) -> None:
    refused = run("dunning", "bailiff-file", *words, "--to", str(tmp_path))
    assert refused.code == 2
    assert rule in refused.err
