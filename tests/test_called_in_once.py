"""A loan is called in once: a second decision is refused while the first is under way or holds."""

from __future__ import annotations

from sqlalchemy import Engine

from jobs import clock
from tests.desk import LOAN
from tests.offices import by, good_by

CALL = ("decide", "due-at-once", LOAN, "--interest", "runs", "--on", "2025-07-01", "--decision")


def refused(*words: str) -> str:
    """Why it is refused, the same whether it is told or looked at first."""
    told, looked_at = by("clerk", *words), by("clerk", *words, "--preview")
    assert (told.code, looked_at.code, told.out) == (2, 2, ""), told.err
    assert told.err == looked_at.err
    return told.err


def test_a_loan_is_called_in_once_unless_another_schedule_came_after(counter: Engine) -> None:
    assert good_by("approver", *CALL, "B-1")["state"] == "proposed"
    assert "decision 1 (due-at-once from 2025-07-01, 'B-1') waits for its approval" in refused(*CALL, "B-2")
    assert good_by("approver", *CALL, "B-1")["proposed"] is False
    good_by("manager", "approve", "1")
    assert "waits for its hand-over: aflos decide handed-over 1" in refused(*CALL, "B-2")
    today = clock.today().isoformat()
    told = good_by("clerk", "decide", "handed-over", "1", "--on", today, "--to", "1")
    again = refused(*CALL, "B-2")
    assert f"is called in already, from {today} by fact {told['fact']} ('B-1')" in again
    assert f"aflos loan withdraw {LOAN} {told['fact']} --reason TEXT" in again
    other = ("loan", "reschedule", LOAN, "--on", today, "--start", today, "--instalments", "24")
    number = good_by("approver", *other, "--decision", "B-3")["decision"]
    good_by("manager", "approve", str(number))
    assert good_by("approver", *CALL, "B-2")["state"] == "proposed"


def test_a_loan_that_was_called_in_by_mistake_is_called_in_anew(counter: Engine) -> None:
    good_by("approver", *CALL, "B-1")
    good_by("manager", "approve", "1")
    told = good_by("clerk", "decide", "handed-over", "1", "--on", clock.today().isoformat(), "--to", "1")
    gone = good_by("approver", "loan", "withdraw", LOAN, str(told["fact"]), "--reason", "of another loan")
    assert good_by("manager", "approve", str(gone["decision"]))["state"] == "in-force"
    assert good_by("approver", *CALL, "B-2")["state"] == "proposed"
