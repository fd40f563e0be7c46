"""P32: after a cut-over nothing is proposed for a creditor until a person lifts its quiet period."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from servicing.blocks import blocks_on, stopping
from servicing.collecting.blocking import block_of
from servicing.creditors.quiet import CreditorFact, Quiet, quiet_on
from servicing.facts import FactKind
from tests.desk import good, open_desk, run
from tests.nights import at
from tests.portfolios import DISBURSEMENT, LOAN, OPENED, OPENING, PAID_OUT, bring, write_csv


def fact(nr: int, kind: FactKind, day: str, known: str = "2025-01-01") -> CreditorFact:
    return CreditorFact(1, nr, kind, at(day), at(known), "k", "", "test")


BEGUN = fact(1, FactKind.QUIET, "2024-12-31")
LIFTED = fact(2, FactKind.QUIET_LIFTED, "2025-02-01", "2025-01-20")
AGAIN = fact(3, FactKind.QUIET, "2025-06-30", "2025-07-01")


@pytest.mark.parametrize(
    ("facts", "day", "known_by", "since"),
    [
        ([], "2025-01-01", None, None),
        ([BEGUN], "2024-12-30", None, None),
        ([BEGUN], "2024-12-31", None, "2024-12-31"),
        ([BEGUN], "2026-12-31", None, "2024-12-31"),
        ([BEGUN, LIFTED], "2025-01-31", None, "2024-12-31"),
        ([BEGUN, LIFTED], "2025-02-01", None, None),
        ([BEGUN, LIFTED], "2025-02-01", "2025-01-19", "2024-12-31"),
        ([BEGUN, LIFTED, AGAIN], "2025-06-29", None, None),
        ([BEGUN, LIFTED, AGAIN], "2025-07-01", None, "2025-06-30"),
    ],
)
def test_p32_a_creditor_is_quiet_from_its_cut_over_until_the_lift(
    facts: list[CreditorFact], day: str, known_by: str | None, since: str | None
) -> None:
    found = quiet_on(facts, at(day), at(known_by) if known_by else None)
    assert (found.since.isoformat() if found else None) == since


def test_p32_the_quiet_period_stops_letters_and_direct_debit() -> None:
    quiet = Quiet(at("2024-12-31"), None, "test")
    (block,) = blocks_on([], at("2025-01-05"), quiet=quiet)
    assert (block.kind, block.since) == (FactKind.QUIET, at("2024-12-31"))
    assert [bool(stopping([block], stop)) for stop in ("dunning", "letters", "direct-debit", "interest")] == [
        *(True, True, True, False)
    ]
    assert block_of([], at("2025-01-05"), quiet).startswith("the creditor is in its quiet period")
    assert block_of([], at("2025-01-05")) == ""


def test_p32_an_import_begins_the_quiet_period_and_a_person_lifts_it(
    database_url: str, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(database_url, tmp_path, monkeypatch)
    done = bring(database, write_csv(tmp_path / "a", OPENED))
    assert done.quiet == {"almere": date(2024, 12, 31)}
    assert good("status")["quiet"] == [{"creditor": "almere", "since": "2024-12-31", "until": None}]
    (item,) = good("worklist", "--source", "quiet")
    assert (item["creditor"], item["subject"], item["due"]) == ("almere", "almere", "2024-12-31")
    (block,) = good("loan", "blocks", "L-1")
    assert (block["kind"], block["stops"]) == ("quiet", ["direct-debit", "dunning", "letters"])
    wrong = run("import", "lift-quiet", "almere", "--on", "2024-12-01")
    assert (wrong.code, wrong.err) == (2, "on: 2024-12-01: must not lie before the cut-over, 2024-12-31")
    assert run("import", "lift-quiet", "urk").err == "urk: has no quiet period to lift"
    lift = ("import", "lift-quiet", "almere", "--on", "2025-02-01", "--reason", "equal")
    assert [good(*lift)["recorded"], good(*lift)["recorded"]] == [True, False]
    assert "almere: its quiet" in run("import", "lift-quiet", "almere", "--on", "2025-02-02").err
    assert (good("status")["quiet"], good("worklist", "--source", "quiet")) == ([], [])
    assert good("loan", "blocks", "L-1") == []
    more = {"loans": [LOAN | {"number": "L-2"}], "disbursements": [DISBURSEMENT | {"loan": "L-2"}]}
    assert bring(database, write_csv(tmp_path / "b", more)).quiet == {}
    joined = {
        "loans": [LOAN | {"number": "L-3", "creditor": "urk"}, LOAN | {"number": "L-4"}],
        "opening_balances": [OPENING | {"loan": "L-3"}, OPENING | {"loan": "L-4"}],
    }
    assert bring(database, write_csv(tmp_path / "c", joined)).quiet == {"urk": date(2024, 12, 31)}


def test_p32_a_creditor_without_loans_is_quiet_although_no_balance_comes_in(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    assert bring(sqlite_database, write_csv(tmp_path, PAID_OUT)).quiet == {"almere": date(2023, 12, 31)}
