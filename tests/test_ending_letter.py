"""The letter by which an arrangement or a deferral ends says what was agreed and what is to be paid, by itself."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.actor import authenticated
from jobs import clock
from ledger.money import cents_of
from servicing.arrangement import agreed_in
from tests.desk import LOAN, add_debtor, add_loan, good, open_desk
from tests.letters_desk import ADDRESS, letter
from tests.offices import by, good_by

TODAY = clock.today().isoformat()
UNTIL = (clock.today() + timedelta(days=366)).isoformat()


def number(kind: str) -> str:
    facts = good_by("clerk", "loan", "show", LOAN)["facts"]
    (nr,) = [each["fact"] for each in facts if each["kind"] == kind]
    return str(nr)


def ended(desk: Engine, decision: str, *words: str) -> dict[str, object]:
    """The fields of the letter by which a decision ends something."""
    good_by("approver", "decide", *words, "--on", "2025-06-01", "--decision", "B-2")
    good_by("manager", "approve", decision)
    asked = [item["next_action"] for item in good_by("clerk", "worklist", "--source", "letter")]
    assert f"aflos letters write {decision} --reason TEXT" in asked
    (written,) = good_by("clerk", "letters", "write", decision, "--reason", "U betaalde niet.")["letters"]
    page = letter(desk, written).draft
    assert page.kind == "arrangement_ended"
    # What it asks was due already: it names no new day to pay, for which dunning does not wait.
    assert (page.effects.term_end(clock.today()), page.effects.objection_days) == (None, 42)
    return dict(page.fields)


def total(fields: dict[str, object]) -> int:
    rows = fields["open_rows"]
    assert isinstance(rows, list)
    assert sum(row[-1] for row in rows) == fields["open_total"]
    return int(str(fields["open_total"]))


def test_what_an_arrangement_was_and_what_is_overdue_stands_in_the_letter_that_it_ends(
    letters_desk: Engine,
) -> None:
    words = ("decide", "arrangement", LOAN, "--amount", "100.00", "--on", "2025-02-01", "--decision", "B-1")
    good_by("clerk", *words)
    good_by("approver", "approve", "1")
    (item,) = good_by("clerk", "worklist", "--source", "arrangement")
    assert f"aflos decide arrangement-end {LOAN} --of {number('arrangement')}" in item["next_action"]
    found = ended(letters_desk, "2", "arrangement-end", LOAN, "--of", number("arrangement"))
    said = [found[name] for name in ("ended", "agreed_on", "ended_on")]
    # It was decided today, and works from its hand-over: not before today.
    assert said == ["betalingsregeling", TODAY, TODAY]
    assert total(found) == sum(
        cents_of(row["due"]) for row in good_by("clerk", "loan", "show", LOAN)["rows"] if row["date"] < TODAY
    )


def test_what_is_due_once_a_deferral_has_ended_is_asked_for(letters_desk: Engine) -> None:
    words = (
        "defer",
        LOAN,
        "--from",
        "2025-02-01",
        "--until",
        "2026-02-01",
        "--of",
        "principal",
        "--end",
        "same",
    )
    good_by("clerk", "decide", *words, "--decision", "B-1")
    good_by("approver", "approve", "1")
    found = ended(letters_desk, "2", "deferral-end", LOAN, "--of", number("deferral"))
    assert found["ended"] == "uitstel"
    assert total(found) > 0
    refused = by("clerk", "letters", "write", "2", "--reason", "x", "--say", "ended_on=soon")
    assert refused.code == 2


def test_an_agreement_about_a_contract_says_what_is_late_and_what_is_paid_when(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [(date(2025, 3, 1), 100_00), (date(2025, 4, 1), 100_00), (date(2025, 5, 1), 50_00)]
    words = {"first": "2025-03-01", "share": "250.00"}
    assert agreed_in(words, date(2025, 2, 1), 100_00).parts(250_00) == late
    assert agreed_in(words | {"until": "2025-04-15"}, date(2025, 2, 1), 100_00).parts(250_00) == late[:2]
    open_desk(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor("S. Jansen", *ADDRESS).code == 0
    made = add_loan(product="doorstartfonds_credit", creditor="flevoland", group=None, known_on="2025-01-01")
    assert made.code == 0, made.err
    loan = made.out.split()[1].rstrip(":")
    good("loan", "disburse", loan, "--amount", "25000.00", "--on", "2025-01-01", "--known-on", "2025-01-01")
    more: dict[str, tuple[str, ...]] = {"1": (), "2": ("--share", "700.00", "--until", UNTIL)}
    for nr, share in more.items():
        assert good("worklist", "--source", "letter") == []
        told = ("decide", "arrangement", loan, "--amount", "300.00", "--on", TODAY, "--first", TODAY)
        good(*told, *share, "--decision", f"P-{nr}")
        with authenticated("other"):
            good("approve", nr)
        (item,) = good("worklist", "--source", "letter")
        assert item["next_action"] == f"aflos letters write {nr}"
        (written,) = good("letters", "write", nr)["letters"]
        page = letter(sqlite_database, written).draft
        parts = page.fields["agreed_rows"]
        assert (page.kind, page.fields["contract_date"]) == ("private_arrangement", "2025-01-01")
        assert isinstance(parts, list)
        assert sum(cents for _, cents in parts) == page.fields["agreed_total"]
        asked = page.fields["creditor_share" if share else "open_total"]
        assert (asked == page.fields["agreed_total"], "open_total" in page.fields) == (True, not share)
