"""J1, J2: the ladders of loans and what came and went on them: if changed, verify tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from jobs.manifest import folder
from jobs.verify import verify
from jobs.verify_steps import ladders_of, looks_of, wrong_steps
from ledger.database import reading
from servicing.dunning.sent import HandedOver, Line, drafts_of
from servicing.dunning.tables import dunning, dunning_note
from servicing.store import facts_of
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loan, tell
from tests.tamper import found, tamper, without_triggers

PLACE = "its place on the ladder"
START, REMINDED, LAST = at("2024-02-07"), at("2024-02-08"), at("2024-02-12")

ROW: dict[str, Any] = {
    "step": "aanmaning",
    "act": "call",
    "letter": "aanmaning",
    "procedure": "private",
    "debtors": "[7]",
    "proposed_on": 20240201,
    "cents": 1,
    "is_charged": 1,
    "reason": "a friend asked",
    "article": "none",
    "looked_on": 20240130,
    "overdue": "[[],0,0,0,[]]",
}
NOTE: dict[str, Any] = {
    "day": 20240207,
    "what": "fell-away",
    "step": "aanmaning",
    "act": "call",
    "proposed_on": 20240207,
    "cents": 1,
    "reason": "a friend asked",
}


@pytest.fixture
def waits(sqlite_database: Engine) -> Engine:
    """A loan that was reminded and waits for its call, and one to which the reminder is due."""
    begin_on(sqlite_database, START)
    loan, _ = (
        new_loan(sqlite_database, PLAIN_TERMS, known=START),
        new_loan(sqlite_database, PLAIN_TERMS, known=START),
    )
    close_until(sqlite_database, REMINDED)
    line = Line(loan, at("2024-02-01"), 50_691, 0)
    letter = HandedOver(
        "a letter",
        "instalments",
        "reminder",
        "reminder",
        at("2024-02-09"),
        (line,),
        (),
        None,
        "formal_reminder",
        "m",
    )
    tell(sqlite_database, at("2024-02-09"), *drafts_of(letter))
    close_until(sqlite_database, LAST)
    without_triggers(sqlite_database)
    return sqlite_database


def told(engine: Engine) -> list[str]:
    return [one.what for one in found(engine)]


def test_j1_a_ladder_that_is_put_off_or_changed_is_told(waits: Engine) -> None:
    assert told(waits) == []
    tamper(waits, update(dunning).where(dunning.c.step == "").values(look_on=20250101))
    assert told(waits) == [
        f"{PLACE} is not what the night of 2024-02-09 found: look_on is 20250101, must be 20240216"
    ]
    tamper(waits, update(dunning).where(dunning.c.step == "").values(look_on=20240210))
    assert f"{PLACE} was to be looked at again in the night of 2024-02-10, and no night did" in told(waits)
    each_column_is_held(waits)


def each_column_is_held(waits: Engine) -> None:
    """Whatever is changed of a row of a ladder or of what was proposed is told."""
    with reading(waits) as connection:
        loan = connection.execute(select(dunning.c.loan).where(dunning.c.step == "reminder")).scalar_one()
        looks, ladder = looks_of(connection), ladders_of(connection, [loan])[loan]
        facts = facts_of(connection, [loan])[loan]
    assert looks is not None
    assert ladder.row is not None
    changed = [ladder._replace(row=ladder.row._replace(**{name: value})) for name, value in ROW.items()]
    changed += [
        ladder._replace(notes=[ladder.notes[0]._replace(**{name: one})]) for name, one in NOTE.items()
    ]
    for each in changed:
        assert list(wrong_steps(looks, each, loan, facts)), each


def test_j2_what_is_taken_out_is_told_and_what_another_configuration_gave_counted(
    waits: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper(waits, update(dunning).values(reason="as the configuration of that night said"))
    (tmp_path / "own" / "policy").mkdir(parents=True)
    choice = 'choices: {deferral.interest: {2025-01-01: {value: "no", source: "art. 1"}}}'
    (tmp_path / "own" / "policy" / "almere.yaml").write_text(choice)
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "own"))
    with reading(waits) as connection:
        verdict = verify(connection, folder(waits))
    assert verdict.differences == []
    assert verdict.checked["ladders_not_held"] == 2
    monkeypatch.delenv("AFLOS_CONFIG")
    tamper(waits, delete(dunning_note).where(dunning_note.c.what == "fell-away"))
    ends = "what came and went ends with reminder (letter) since 2024-02-08"
    assert f"{PLACE} proposes nothing, {ends}" in told(waits)
    tamper(waits, delete(dunning_note), delete(dunning))
    assert told(waits) == ["is in arrears long enough for its ladder, and stands on none"] * 2
