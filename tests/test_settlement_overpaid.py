"""A supplement that was paid out and is not due any more: reclaimed by a decision, whether corrected or taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.desk import add_debtor, open_desk
from tests.letter_reading import read
from tests.nights import at, begin_on, sums
from tests.offices import by, good_by, open_office
from tests.settled_years import LIVING, advances, decided, figures, handed_over, night, state, weighing

ADDRESS = ("--street", "Agorabaan", "--house-number", "3", "--postcode", "8232 AB", "--city", "Lelystad")
TAX = "income_tax_percent=20"
WHY = ("--reason", "Afgewogen in het gesprek met de cliënt")
PAID_OUT = ("--iban", "NL91ABNA0417164300", "--name", "S. Jansen", "--decision", "T-1")


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_a_supplement_that_was_paid_out_is_reclaimed_with_the_rest(
    sqlite_database: Engine,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_taken_back: bool,
) -> None:
    """6,687.06 was paid out; with 9,600.00 earned 2,912.94 of 9,600.00 is too much, and all of the supplement."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2026-08-30"))
    with freeze_time("2026-08-30"), authenticated("manager"):
        assert add_debtor().code == 0
        advances(tmp_path, 12, "800.00")
        figures("JR-2025", "profit=0.00", TAX)
    night(sqlite_database, "2026-08-30")
    paid_out(is_taken_back=is_taken_back)
    night(sqlite_database, "2026-08-31")
    with freeze_time("2026-09-01"):
        words = ("--on", "2026-09-01", "--document", "client agreed")
        good_by("clerk", "settle", "step", LIVING, "hearing-skipped", *words)
        shown = good_by("clerk", "settle", "show", LIVING)
        assert (shown["largest_reclaim"], shown["supplement_overpaid"]) == ("9600.00", "6687.06")
        refused = by("clerk", "settle", "decide", LIVING, *weighing(), *WHY)
        assert refused.err.startswith("reclaim: is missing: 6687.06 was paid out as supplement")
        handed_over(decided("--reclaim", "9000.00", *weighing(), *WHY), "2026-09-01")
    night(sqlite_database, "2026-09-01")
    found: dict[int, int] = {}
    for (loan, account, _), cents in sums(sqlite_database).items():
        if loan == int(LIVING):
            found[account] = found.get(account, 0) + cents
    assert {account: cents for account, cents in found.items() if cents} == {
        1210: -960000,
        1170: -668706,
        4970: 668706,
        4975: 60000,
        1220: 900000,
    }


def test_a_claim_of_nothing_but_a_supplement_is_heard_about_too(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worked case 1 and its supplement of 1,467.22 paid out; with 1,000.00 more of profit only 667.22 is due."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2026-08-30"))
    with freeze_time("2026-08-30"), authenticated("manager"):
        assert add_debtor("S. Jansen", *ADDRESS).code == 0
        advances(tmp_path, 12, "950.00", household="couple")
        figures("JR-2025", "profit=13000.00", TAX)
    night(sqlite_database, "2026-08-30")
    with freeze_time("2026-08-31"):
        decided()
        out = ("--amount", "1467.22", "--on", "2026-08-31", *PAID_OUT)
        number = good_by("clerk", "decide", "credit-refund", LIVING, *out)["decision"]
        good_by("approver", "approve", str(number))
        with authenticated("clerk"):
            figures("JR-2025 anders", "profit=14000.00", TAX)
    night(sqlite_database, "2026-08-31")
    with freeze_time("2026-09-01"):
        assert state()["state"] == "hearing-due"
        shown = good_by("clerk", "settle", "show", LIVING)
        assert (shown["largest_reclaim"], shown["supplement_overpaid"]) == ("800.00", "800.00")
        rows = good_by("clerk", "letters", "list", "--state", "proposed")["letters"]
        (hearing,) = [one["letter"] for one in rows if one["kind"] == "clawback_intention"]
        made = good_by("clerk", "letters", "preview", str(hearing), "--to", str(tmp_path))
        text = read(Path(made["file"]).read_bytes())
        assert (
            "Dit kreeg u eerder als aanvulling. U heeft er geen recht meer op Pw art. 58 lid 2 € 800,00"
            in text
        )
        assert (
            "Wij kunnen hoogstens € 800,00 terugvragen. Wat overblijft, € 12.067,22, wordt een gift" in text
        )
        refused = by("clerk", "settle", "decide", LIVING, "--reclaim", "800.00", *weighing(), *WHY)
        assert "the client is heard first (Awb art. 4:8)" in refused.err


def paid_out(*, is_taken_back: bool) -> None:
    """On 31 August the year is settled, the supplement goes out, and other figures come; perhaps it is taken back."""
    with freeze_time("2026-08-31"):
        first = str(decided())
        out = good_by(
            "clerk", "decide", "credit-refund", LIVING, "--amount", "6687.06", "--on", "2026-08-31", *PAID_OUT
        )
        good_by("approver", "approve", str(out["decision"]))
        if is_taken_back:
            back = good_by("clerk", "settle", "withdraw", first, "--reason", "cijfers van een ander")
            good_by("approver", "approve", str(back["decision"]))
            again = by("clerk", "settle", "withdraw", first, "--reason", "nog eens")
            assert f"decision {back['decision']} takes it back already" in again.err
        with authenticated("clerk"):
            figures("JR-2025 anders", "profit=12000.00", TAX)
