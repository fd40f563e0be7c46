"""A preview shows the schedule of the day from which what is previewed holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs import clock
from tests.desk import LOAN
from tests.letters_desk import open_letters_desk
from tests.offices import good_by


def test_a_preview_looks_at_the_day_from_which_a_decision_holds(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_letters_desk(sqlite_url, tmp_path, monkeypatch)
    later = (clock.today() + timedelta(days=40)).isoformat()
    words = ("decide", "reschedule", LOAN, "--on", later, "--instalments", "84", "--decision", "B-84")
    found = good_by("clerk", *words, "--preview")
    assert found["postings"] == []
    rows = len(found["rows"])
    assert rows > 60 + 1
    assert found["rows"][-1]["balance"] == "0.00"
    # Taking it back shows the schedule without it, on the same day.
    good_by("clerk", *words)
    good_by("manager", "approve", "1")
    again = good_by("clerk", *words, "--preview")
    assert len(again["rows"]) == rows
    nr = next(
        each["fact"] for each in good_by("clerk", "loan", "show", LOAN)["facts"] if each["kind"] == "schedule"
    )
    back = good_by("clerk", "decide", "withdraw", LOAN, str(nr), "--reason", "another loan", "--preview")
    assert back["letters"] == ["repayment_schedule"]
    assert len(back["rows"]) == 60
