"""A decision is told by a letter: written with its reasons, announced by its hand-over, or on the work list."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs import clock
from ledger.database import reading
from letters.fields import FieldRule
from letters.outbox.deciding import given_fields
from letters.outbox.values import LetterRefused
from servicing.decisions.store import find_decision
from tests.desk import LOAN
from tests.letters_desk import letter, open_letters_desk, sent
from tests.offices import by, good_by

DEFER = (
    *("defer", LOAN, "--from", "2025-07-01", "--until", "2026-01-01", "--of", "principal", "--end", "extend"),
    *("--decision", "B-7"),
)
CALL_IN = ("due-at-once", LOAN, "--interest", "runs", "--on", "2025-07-01", "--decision", "B-8")


RULES = {
    "amount": FieldRule(type="amount", about="x", sample=1),
    "flag": FieldRule(type="flag", about="x", sample=True),
    "day": FieldRule(type="day", about="x", sample="2025-01-01"),
    "lines": FieldRule(type="lines", about="x", sample=["x"]),
    "text": FieldRule(type="text", about="x", sample="x"),
}


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """A loan with a debtor in an office with people."""
    open_letters_desk(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


def test_p5_a_decision_has_a_letter_or_stands_on_the_work_list(counter: Engine, tmp_path: Path) -> None:
    good_by("clerk", "decide", *DEFER)
    early = by("clerk", "letters", "write", "1", "--reason", "Uw omzet viel weg.")
    assert "is proposed; only an approved one has a letter" in early.err
    good_by("approver", "approve", "1")
    (item,) = good_by("clerk", "worklist", "--source", "letter")
    assert (item["subject"], item["next_action"]) == ("decision 1", "aflos letters write 1 --reason TEXT")
    assert "deferral: reasons: is missing" in by("clerk", "letters", "write", "1").err
    (number,) = good_by("clerk", "letters", "write", "1", "--reason", "Uw omzet viel weg.")["letters"]
    assert good_by("clerk", "letters", "write", "1", "--reason", "Iets anders.")["letters"] == []
    assert good_by("clerk", "worklist", "--source", "letter") == []
    fields = letter(counter, number).draft.fields
    assert (fields["mandate"], fields["signatory"]) == ("Besluit art. 4", "G. Fiatteur")
    assert (fields["deferral_until"], fields["deferral_months"], fields["deferral_most"]) == (
        "2025-12-31",
        6,
        36,
    )
    sent(tmp_path / "post")
    with reading(counter) as connection:
        assert find_decision(connection, 1).handed_over == {1: clock.today()}


def test_p5_a_burdening_decision_works_from_the_hand_over_of_its_letter(
    counter: Engine, tmp_path: Path
) -> None:
    good_by("approver", "decide", *CALL_IN)
    good_by("manager", "approve", "1")
    said = ("--say", "why_due=u heeft uw bedrijf beeindigd", "--say", "claim_article=artikel 58 van de Pw")
    more = (
        "--reason",
        "Uw bedrijf is gestopt.",
        "--say",
        "weighing=Wij zagen geen reden om minder te vragen.",
    )
    (number,) = good_by("clerk", "letters", "write", "1", *said, *more)["letters"]
    with reading(counter) as connection:
        assert find_decision(connection, 1).state == "fixed-not-announced"
    sent(tmp_path / "post")
    with reading(counter) as connection:
        assert find_decision(connection, 1).state == "in-force"
    assert letter(counter, number).draft.effects.term_days == 42


def test_what_no_letter_tells_of_is_refused(counter: Engine) -> None:
    good_by("clerk", "decide", "cost", LOAN, "--amount", "1.00", "--on", "2025-07-01", "--decision", "B-1")
    good_by("approver", "approve", "1")
    assert "no letter tells of a cost" in by("clerk", "letters", "write", "1").err
    assert "must be written as NAME=TEXT" in by("clerk", "letters", "write", "1", "--say", "x").err


@pytest.mark.parametrize(
    ("name", "texts", "error"),
    [
        ("colour", ["red"], "has no such field to write"),
        ("amount", ["ten"], "amount: 'ten'"),
        ("amount", ["1.00", "2.00"], "is given 2 times"),
        ("flag", ["maybe"], "write yes or no"),
        ("day", ["2025-02-30"], "day: '2025-02-30'"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, texts: list[str], error: str) -> None:
    with pytest.raises(LetterRefused, match=error):
        given_fields("deferral", RULES, {name: texts})


def test_what_fits_is_read_by_its_kind() -> None:
    said = {"amount": ["12.34"], "flag": ["yes"], "day": ["2025-02-28"], "lines": ["a", "b"], "text": ["c"]}
    wanted = {"amount": 1234, "flag": True, "day": "2025-02-28", "lines": ["a", "b"], "text": "c"}
    assert given_fields("deferral", RULES, said) == wanted
