"""A second decision about the same thing, or the same event again, is refused while the first is under way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import LOAN, open_loan
from tests.offices import by, good_by, open_office


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loan of 25,000.00 of Almere in an office with people."""
    open_loan(sqlite_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)


def test_a_second_arrangement_or_end_of_it_is_refused_while_the_first_is_under_way(office: None) -> None:
    on = ("--on", "2025-07-01", "--decision")
    first = ("decide", "arrangement", LOAN, "--amount", "100.00", *on, "B-1")
    assert good_by("approver", *first)["state"] == "proposed"
    second = ("decide", "arrangement", LOAN, "--amount", "150.00", *on, "B-2")
    for words in (second, (*second, "--preview")):
        done = by("clerk", *words)
        assert (done.code, done.out) == (2, ""), done.err
        assert "decision 1 (arrangement of 100.00 from 2025-07-01, 'B-1') waits for its approval" in done.err
        assert "aflos approve 1 (--reject refuses it), or approver takes it back" in done.err
    assert good_by("approver", *first)["proposed"] is False
    good_by("approver", "decide", "take-back", "1", "--reason", "too low")
    assert good_by("approver", *second)["state"] == "proposed"
    fact = good_by("manager", "approve", "2")["fact"]
    end = ("decide", "arrangement-end", LOAN, "--of", str(fact), "--on", "2025-09-01", "--decision")
    number = good_by("approver", *end, "B-3")["decision"]
    good_by("manager", "approve", str(number))
    done = by("clerk", *end, "B-4")
    assert (done.code, f"aflos decide handed-over {number}, or approver" in done.err) == (2, True), done.err


def test_the_same_suspension_under_another_document_is_refused_and_names_the_first(office: None) -> None:
    def told(document: str, on: str, *more: str) -> tuple[str, ...]:
        return ("event", "order-suspended", LOAN, "--on", on, "--document", document, *more)

    good_by("clerk", *told("Rb 5", "2025-09-01"))
    assert good_by("clerk", *told("Rb 5", "2025-09-01"))["recorded"] is False
    for words in (told("Rb 9", "2025-09-01"), told("Rb 9", "2025-09-03", "--debtor", "1", "--preview")):
        done = by("clerk", *words)
        assert (done.code, done.out) == (2, ""), done.err
        assert "is told already, by fact 3 of 2025-09-01 ('Rb 5')" in done.err
        assert "first aflos event order-resumed" in done.err
    good_by("clerk", *told("Rb 3", "2025-08-01"))
    for first, lifted in (("Rb 3", "2025-08-09"), ("Rb 5", "2025-09-09")):
        end = ("event", "order-resumed", LOAN, "--on", lifted, "--document", f"{first} over")
        good_by("clerk", *end, "--which", first)
    good_by("clerk", *told("Rb 9", "2025-09-09"))
