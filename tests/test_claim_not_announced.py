"""A claim of which nobody recorded that its decision was handed over is not dunned, and a person is told (P5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from servicing.facts import Draft, FactKind
from tests.desk import LOAN, add_debtor, good, open_desk, run
from tests.nights import at, close_until, tell

CLAIM = {
    "creditor": "almere",
    "product": "recovery_claim",
    "debtor": "1",
    "purpose": "terugvordering",
    "decision": "TV-8",
    "decision-date": "2025-03-03",
    "claim-scheme": "bbz_living_allowance",
    "claim-granted": "2021-01-04",
    "principal": "4712.94",
    "start": "2025-03-03",
    "first-due": "2025-04-14",
    "instalments": "1",
    "method": "bullet",
    "known-on": "2025-03-03",
}


@pytest.fixture
def claim(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """A claim of 4,712.94 that was due on 14 April, of which nobody announced the decision."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor().code == 0
    done = run("loan", "add", *(word for key, value in CLAIM.items() for word in (f"--{key}", value)))
    assert done.code == 0, done.err
    good("loan", "disburse", LOAN, "--amount", "4712.94", "--on", "2025-03-03", "--known-on", "2025-03-03")
    return sqlite_database


def asked() -> list[tuple[str, str]]:
    return [(item["subject"], item["next_action"]) for item in good("worklist", "--source", "announcement")]


def test_p05_a_claim_nobody_announced_is_work_until_somebody_does(claim: Engine) -> None:
    close_until(claim, at("2025-04-14"))
    assert asked() == []
    close_until(claim, at("2025-04-21"))
    ((subject, action),) = asked()
    words = action.removeprefix("hand it over, then aflos ").split()
    assert (subject, words[:3]) == (LOAN, ["dunning", "announced", LOAN])
    (item,) = good("worklist", "--source", "announcement")
    assert item["reason"].startswith(
        "4712.94 is overdue, and the decision was not handed over to every debtor"
    )
    told = Draft(int(LOAN), FactKind.ANNOUNCED, at("2025-03-03"), "TV-8", data={"ground": "recovery"})
    tell(claim, at("2025-04-22"), told)
    close_until(claim, at("2025-04-22"))
    assert asked() == []
    (due,) = good("dunning", "list")
    assert (due["loan"], due["step"]) == (int(LOAN), "reminder")
