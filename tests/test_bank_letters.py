"""Letters and the bank: what a decision about a line does to them, and the letter for a collection that came back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from jobs import clock
from letters.outbox.values import Amount
from tests.bank_account import Account, Real, paying, write
from tests.bank_desk import FIRST, INSTALMENT, START, give_to_bank, name_of, take
from tests.desk import LOAN, add_debtor, add_loan, good
from tests.letter_reading import read
from tests.letters_desk import open_letters_desk, propose, put_together, sent, state
from tests.nights import begin_on, close_until
from tests.offices import by, good_by, open_office
from tests.test_outbox_night import lent, written

OTHER, BOUNCED = "100000002", "bounced_direct_debit"
BACK = FIRST + timedelta(days=4)
ADDRESS = ("--street", "Agorabaan", "--house-number", "5", "--postcode", "8232 AB", "--city", "Lelystad")
CONFIRM = """
choices:
  letters.payment_confirmation:
    2020-01-01: {value: "each", source: "Beleidsregel art. 2"}
"""


@pytest.fixture
def desk(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Two debtors with a loan each; a payment of the second came in on the first."""
    open_letters_desk(sqlite_url, tmp_path, monkeypatch)
    (tmp_path / "config" / "policy" / "almere.yaml").write_text(CONFIRM)
    with authenticated("clerk"):
        assert add_debtor("P. de Vries", *ADDRESS).code == 0
        assert add_loan(debtor="2", decision="B-2025-18", known_on="2025-01-01").code == 0
        paid_out = ("--amount", "25000.00", "--on", "2025-01-01", "--known-on", "2025-01-01")
        good("loan", "disburse", OTHER, *paid_out)
    line = paying(int(LOAN), clock.today() - timedelta(days=1), 50691, "R1")
    good_by("clerk", "bank", "import", str(write(tmp_path, "s.xml", Account(lines=[line]).statement())))
    return sqlite_database


def touched(found: Any) -> list[tuple[object, ...]]:  # noqa: ANN401 - any JSON
    return [(one["becomes"], one["letter"], one["kind"], one["loan"]) for one in found["letters"]]


def test_p22_a_rematch_lists_the_letters_of_the_error(desk: Engine, tmp_path: Path) -> None:
    (gone,) = propose(desk, "gone", loan=int(OTHER))
    sent(tmp_path / "post")
    (waiting,) = propose(desk, "waiting", loan=int(OTHER))
    done = good_by("clerk", "bank", "rematch", "1", OTHER, "--reason", "reference of another debtor")
    assert touched(done) == [
        ("sent", gone, "reminder", int(OTHER)),
        ("falls-away", waiting, "reminder", int(OTHER)),
        ("follows", None, "payment_confirmation", int(OTHER)),
    ]
    assert "a payment of 506.91" in done["letters"][1]["why"]
    # Said once; the release itself takes out what falls away.
    assert state(desk, waiting) == "proposed"
    assert good_by("clerk", "bank", "rematch", "1", OTHER, "--reason", "again")["letters"] == []


def test_p3_without_statements_of_days_nothing_is_put_together_or_released(desk: Engine) -> None:
    (number,) = propose(desk, "known", loan=int(LOAN))
    run = put_together("--letter", str(number))
    with freeze_time(f"{clock.today() + timedelta(days=8)} 09:00:00"):
        (later,) = propose(desk, "later", loan=int(OTHER))
        chosen = put_together("--letter", str(later))
        assert (chosen["run"], [one["letter"] for one in chosen["waiting"]]) == (None, [later])
        totals = ("--number", "1", "--total", run["total"])
        refused = by("approver", "letters", "release", str(run["run"]), *totals)
        assert (refused.code, f"letter {number}: the bank statements are complete to" in refused.err) == (
            2,
            True,
        )
        lacking = [
            one for one in good_by("clerk", "worklist", "--source", "bank") if "complete to" in str(one)
        ]
        assert len(lacking) == 1, "one item for the account"


def test_p17_a_line_that_leaves_a_loan_lists_its_letters(desk: Engine) -> None:
    (waiting,) = propose(desk, "waiting")
    words = ("bank", "park", "1", "--to-forward", "dronten", "--reason", "is for Dronten")
    assert touched(good_by("clerk", *words)) == [("falls-away", waiting, "reminder", int(LOAN))]


def test_a_collection_that_came_back_is_told_with_the_amount_that_was_booked(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_on(sqlite_database, START)
    loan = lent(sqlite_database)
    give_to_bank(sqlite_database, [loan])
    back = Real(BACK, -INSTALMENT, "B1", end_to_end=name_of(loan), reason="AM04", iban="NL60TEST0340000004")
    account = Account(lines=[Real(FIRST, INSTALMENT, "R1", end_to_end=name_of(loan)), back])
    close_until(sqlite_database, START)
    for name, (first, last), day in (("1.xml", (0, 1), FIRST), ("2.xml", (1, 2), BACK)):
        take(sqlite_database, write(tmp_path, name, account.statement(first, last)), day)
        close_until(sqlite_database, day)
    (letter,) = [one for one in written(sqlite_database, BACK.isoformat()) if one.draft.kind == BOUNCED]
    assert letter.draft.amounts == (Amount("debit_amount", INSTALMENT, (f"{loan}:{BACK}:reversal:1",)),)
    assert letter.draft.demanded == INSTALMENT
    # In words, on the page of the clerk.
    monkeypatch.setenv("AFLOS_DATABASE", sqlite_url)
    open_office(tmp_path, monkeypatch)
    (tmp_path / "post").mkdir()
    page = good_by("clerk", "letters", "preview", str(letter.id), "--to", str(tmp_path / "post"))
    text = read(Path(page["file"]).read_bytes())
    for words in ("€ 506,91", "er stond niet genoeg geld op de rekening", "1 februari 2024"):
        assert words in text
