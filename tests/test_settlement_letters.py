"""Every decision of the yearly cycle has its letter, and every step that asks something of the client."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine, insert

from backoffice.actor import authenticated
from ledger.database import writing
from servicing.tables import loan_debtor
from tests.desk import LOAN, add_debtor, add_loan, open_desk, run
from tests.letter_reading import read
from tests.letters_desk import sent
from tests.nights import at, begin_on
from tests.offices import good_by, open_office
from tests.settled_years import LIVING, advances, decided, figures, night, state, weighing

ADDRESS = ("--street", "Agorabaan", "--house-number", "3", "--postcode", "8232 AB", "--city", "Lelystad")
TAX = "income_tax_percent=20"
WHY = ("--reason", "Wij deden er lang over. Daarom vragen wij niet alles terug.")


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An office with people and one client with an address."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2026-06-27"))
    with freeze_time("2026-06-27"):
        assert add_debtor("S. Jansen", *ADDRESS).code == 0
    open_office(tmp_path, monkeypatch)
    (tmp_path / "post").mkdir()
    return sqlite_database


def page(folder: Path, number: int) -> str:
    """The text of the page of a letter."""
    shown = good_by("clerk", "letters", "preview", str(number), "--to", str(folder))
    return read(Path(shown["file"]).read_bytes())


def proposed(engine: Engine, day: str, kind: str = "") -> list[Any]:
    """Close the nights up to a day; the letters (of a kind) that are proposed then."""
    night(engine, day)
    with freeze_time(f"{at(day) + timedelta(days=1)} 09:00:00"):
        rows = good_by("clerk", "letters", "list")["letters"]
        return [one["letter"] for one in rows if one["state"] == "proposed" and kind in {"", one["kind"]}]


def written(decision: int, *words: str) -> Any:  # noqa: ANN401 - any JSON
    """The one letter of a decision, and that it stood on the work list until then."""
    waiting = [item["subject"] for item in good_by("clerk", "worklist", "--source", "letter")]
    assert f"decision {decision}" in waiting
    (number,) = good_by("clerk", "letters", "write", str(decision), *words)["letters"]
    return number


def test_p5_p7_a_clawback_is_told_with_its_computation_and_weighing(counter: Engine, tmp_path: Path) -> None:
    """Worked case 2, of which 3,000.00 is reclaimed: the letter prints the lines, and its hand-over opens the claim."""
    with freeze_time("2026-06-30"), authenticated("manager"):
        advances(tmp_path, 12, "800.00")
        figures("JR-2025", "profit=14250.00", TAX)
    with freeze_time("2026-06-30"):
        good_by("clerk", "settle", "propose")
        good_by(
            "clerk", "settle", "step", LIVING, "hearing-skipped", "--on", "2026-06-30", "--document", "X-1"
        )
        decision = decided("--reclaim", "3000.00", *weighing(), *WHY)
        text = page(tmp_path, written(decision))
        for part in (
            "uw uitkering over 2025 is definitief",
            "U krijgt € 4.887,06 als gift",
            "U betaalt € 3.000,00 terug",
            "Wij hadden € 1.712,94 meer kunnen terugvragen",
            "Samen is dat de jaarnorm",
            "Dat is meer dan de jaarnorm; het verschil is Bbz art. 12 lid 2 c € 4.712,94",
            "Besluit: dit vragen wij terug Bbz art. 12 lid 2 c; Pw art. 58 lid 2 € 3.000,00",
            "Gezondheid: Geen klachten gemeld tijdens het gesprek",
            "Wij deden er lang over.",
            "G. Fiatteur",
        ):
            assert part in text, (part, text)
        assert "Voorstel" not in text
        sent(tmp_path / "post")
        assert state()["state"] == "settled"
        assert good_by("clerk", "worklist", "--source", "letter") == []
        _taken_back(tmp_path, decision)


def _taken_back(folder: Path, decision: int) -> None:
    """A settlement that is withdrawn has its letter too, which says what does not count any more."""
    why = ("--reason", "Wij gebruikten de cijfers van een ander bedrijf.")
    withdrawn = good_by("clerk", "settle", "withdraw", str(decision), *why)["decision"]
    good_by("approver", "approve", str(withdrawn))
    text = page(folder, written(withdrawn))
    for part in (
        "ons besluit over 2025 vervalt",
        "Op 30 juni 2026 namen wij een besluit",
        "Wij vroegen € 3.000,00 terug. Dat hoeft u nu niet te betalen.",
        "Wij gebruikten de cijfers van een ander bedrijf.",
    ):
        assert part in text, (part, text)
    assert "kwijtgescholden" not in text


def test_each_step_of_the_cycle_has_its_letter_and_its_hand_over_is_the_step(
    counter: Engine, tmp_path: Path
) -> None:
    """Asked, reminded, given a last term, heard: written by the night, once; sent, the case stands further."""
    with freeze_time("2026-06-28"), authenticated("manager"):
        advances(tmp_path, 12, "800.00")
    post = tmp_path / "post"

    (request,) = proposed(counter, "2026-06-28")
    assert proposed(counter, "2026-06-29") == [request]
    with freeze_time("2026-06-30 10:00:00"):
        # The deadline is 1 July; who is asked so late has no less than the last term.
        assert "Stuur ons uiterlijk op 12 juli 2026: " in page(tmp_path, request)
        sent(post)
        assert state()["state"] == "reminder-due"
    (reminder,) = proposed(counter, "2026-06-30")
    with freeze_time("2026-07-01 10:00:00"):
        assert "Op 30 juni 2026 vroegen wij u om uw jaarcijfers over 2025" in page(tmp_path, reminder)
        sent(post)
        assert (state()["state"], state()["since"]) == ("reminded", "2026-07-01")
    (last,) = proposed(counter, "2026-07-02")
    with freeze_time("2026-07-03 10:00:00"):
        sent(post)
        assert (state()["state"], state()["due"]) == ("recovery-term", "2026-07-17")
        assert "Stuur dit uiterlijk op 17 juli 2026" in page(tmp_path, last)
    _heard_by_letter(counter, tmp_path)


def test_a_letter_whose_day_or_step_is_past_falls_away_that_night(counter: Engine, tmp_path: Path) -> None:
    """Nobody put it together: it is asked anew with a day that lies ahead, and not at all once figures came."""
    with freeze_time("2026-06-28"), authenticated("manager"):
        advances(tmp_path, 12, "800.00")
    (first,) = proposed(counter, "2026-06-28")
    assert proposed(counter, "2026-07-10") == [first], "sent on 11 July it still leaves a day"
    with freeze_time("2026-07-11 10:00:00"):
        assert "Stuur ons uiterlijk op 12 juli 2026" in page(tmp_path, first)
    (second,) = proposed(counter, "2026-07-11")
    with freeze_time("2026-07-12 10:00:00"):
        (gone,) = good_by("clerk", "letters", "list", "--state", "fell-away")["letters"]
        assert gone["letter"] == first != second
        assert "it wants an answer by 2026-07-12" in gone["why"]
        assert "Stuur ons uiterlijk op 25 juli 2026" in page(tmp_path, second)
    with freeze_time("2026-07-12"), authenticated("clerk"):
        figures("JR-2025", "profit=2000.00", TAX)
    proposed(counter, "2026-07-12")
    with freeze_time("2026-07-13 10:00:00"):
        rows = good_by("clerk", "letters", "list", "--state", "fell-away")["letters"]
        assert [(one["letter"], one["why"]) for one in rows][1:] == [
            (second, "the step that it is for is not due any more")
        ]


def test_each_joint_debtor_has_his_own_letter_and_the_last_term_counts(
    counter: Engine, tmp_path: Path
) -> None:
    """One of two letters of a step leaves, the other is held: it does not fall away, and its term counts."""
    with freeze_time("2026-06-28"), authenticated("manager"):
        advances(tmp_path, 12, "800.00")
        assert add_debtor("P. Jansen", *ADDRESS).code == 0
        with writing(counter) as connection:
            connection.execute(insert(loan_debtor).values(loan_id=int(LIVING), debtor_id=2, place=2))
    with freeze_time("2026-06-30"):
        asked = ("--on", "2026-06-30", "--document", "brief 1")
        good_by("clerk", "settle", "step", LIVING, "request", *asked)
    one, other = proposed(counter, "2026-07-02", "yearly_figures_reminder")
    with freeze_time("2026-07-03 10:00:00"):
        words = ("--reason", "eerst bellen", "--until", "2026-07-06")
        good_by("clerk", "letters", "exclude", str(other), *words)
        sent(tmp_path / "post")
        assert (state()["state"], state()["due"]) == ("recovery-term", "2026-07-17")
    assert proposed(counter, "2026-07-05", "yearly_figures_reminder") == [other] != [one]
    with freeze_time("2026-07-06 10:00:00"):
        sent(tmp_path / "post")
        assert (state()["state"], state()["due"]) == ("recovery-term", "2026-07-20")


def _heard_by_letter(counter: Engine, tmp_path: Path) -> None:
    """Figures came: the client is heard by letter, and again when they change before it left."""
    with freeze_time("2026-07-04"), authenticated("clerk"):
        figures("JR-2025", "profit=14250.00", TAX)
    (hearing,) = proposed(counter, "2026-07-04")
    with freeze_time("2026-07-05 10:00:00"):
        text = page(tmp_path, hearing)
        assert (
            "Wij kunnen hoogstens € 4.712,94 terugvragen. Wat overblijft, € 4.887,06, wordt een gift" in text
        )
    # Other figures: what was to be told is past the same night, and is told anew.
    with freeze_time("2026-07-05 11:00:00"), authenticated("clerk"):
        figures("JR-2025b", "profit=14000.00", TAX)
    assert hearing not in proposed(counter, "2026-07-05")
    with freeze_time("2026-07-06 10:00:00"):
        sent(tmp_path / "post")
        rows = good_by("clerk", "letters", "list", "--state", "fell-away")["letters"]
        assert [one["letter"] for one in rows] == [hearing]
        assert (state()["state"], state()["due"]) == ("hearing", "2026-07-20")


def test_a_gift_needs_no_reason_but_the_computation(counter: Engine, tmp_path: Path) -> None:
    with freeze_time("2026-06-30"), authenticated("manager"):
        advances(tmp_path, 12, "950.00", household="couple")
        figures("JR-2025", "profit=13000.00", "own_capital=20000.00", TAX)
    (received,) = proposed(counter, "2026-06-30")
    with freeze_time("2026-07-01 10:00:00"):
        said = page(tmp_path, received)
        assert "Wij hebben uw jaarcijfers over 2025 ontvangen" in said
        assert "de winst van uw bedrijf over 2025" in said
        assert "uw vermogen" in said
        assert "uw andere inkomen" not in said
        assert "Wij willen uiterlijk op 1 januari 2027 een besluit nemen" in said
        text = page(tmp_path, written(decided()))
    assert "U krijgt nog € 1.467,22 van ons" in text
    assert "U betaalt" not in text
    assert "Dit volgt uit de berekening hierboven." in text


def test_without_figures_the_claim_is_told_by_a_recovery_decision(counter: Engine, tmp_path: Path) -> None:
    with freeze_time("2026-08-30"), authenticated("manager"):
        advances(tmp_path, 12, "800.00")
    with freeze_time("2026-08-30"):
        for step, day in (("request", "2026-04-01"), ("recovery-term", "2026-07-10")):
            good_by("clerk", "settle", "step", LIVING, step, "--on", day, "--document", step)
        good_by("clerk", "settle", "propose")
        words = ("--on", "2026-08-30", "--document", "onvindbaar")
        good_by("clerk", "settle", "step", LIVING, "hearing-skipped", *words)
        text = page(tmp_path, written(decided(*weighing(), *WHY)))
    assert "Besluit: u moet € 9.600,00 terugbetalen" in text
    assert "Dit besluit is gebaseerd op Bbz art. 38 lid 2; Pw art. 54 en 58" in text


def test_interest_that_is_remitted_or_not_is_told(counter: Engine, tmp_path: Path) -> None:
    with freeze_time("2026-06-29"), authenticated("clerk"):
        days = {"decision_date": "2023-07-01", "start": "2023-07-01"}
        assert add_loan(**days).code == 0
        assert run("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2023-07-01").code == 0
        figures("JR-2025", "profit=26250.00", "household=couple", TAX, loan=LOAN, year="2025")
        figures("JR-2023", "profit=10000.00", "household=couple", TAX, loan=LOAN, year="2023")
    with freeze_time("2026-06-30"):
        good_by("clerk", "settle", "propose")
        text = page(tmp_path, written(decided("--year", "2025", loan=LOAN)))
        refused = page(tmp_path, written(decided("--year", "2023", loan=LOAN)))
    # The year norm of a couple in 2025 is 23,267.22 and net income 21,000.00; all of the interest is remitted.
    assert "Daarom schelden wij € " in text
    assert "Deze rente hoeft u niet te betalen Bbz art. 21 lid 1 € " in text
    assert "Samen is dat de jaarnorm" in text
    assert "Dat is uw netto inkomen (nooit minder dan nul) Bbz art. 1 onder e € 21.000,00" in text
    assert "Wij schelden over 2023 geen rente van uw lening kwijt" in refused
    assert "Samen is dat de jaarnorm" not in refused


def test_interest_is_asked_reminded_and_confirmed_by_letter(counter: Engine, tmp_path: Path) -> None:
    """The group stands in the decision: the night asks for the figures of 2025 and says what they are for."""
    with freeze_time("2026-06-28"), authenticated("clerk"):
        granted = {"decision_date": "2023-07-01", "start": "2023-07-01"}
        assert add_loan(**granted, application_date="2023-07-01", group="established").code == 0
        assert run("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2023-07-01").code == 0
    (request,) = proposed(counter, "2026-06-28", "yearly_figures_request")
    with freeze_time("2026-06-29 10:00:00"):
        text = page(tmp_path, request)
        assert "Dan hoeft u de rente over dat jaar misschien niet of niet helemaal te betalen" in text
        assert "U moet de rente over 2025 dan gewoon betalen" in text
        assert "terugvragen" not in text
        sent(tmp_path / "post")
    (reminder,) = proposed(counter, "2026-06-29", "yearly_figures_reminder")
    with freeze_time("2026-06-30 10:00:00"):
        text = page(tmp_path, reminder)
        assert "Op 29 juni 2026 vroegen wij u om uw jaarcijfers over 2025" in text
        assert "moet u de rente van uw bedrijfskrediet over 2025 gewoon betalen" in text
        assert "in een gift" not in text
    with freeze_time("2026-06-30 11:00:00"), authenticated("clerk"):
        figures("JR-2025", "profit=14250.00", "household=single", TAX, loan=LOAN)
    (received,) = proposed(counter, "2026-06-30", "figures_received")
    with freeze_time("2026-07-01 10:00:00"):
        assert "rekenen wij uit hoeveel rente van uw bedrijfskrediet" in page(tmp_path, received)


def test_a_confirmation_falls_away_when_its_figures_are_withdrawn(counter: Engine, tmp_path: Path) -> None:
    with freeze_time("2026-06-30"), authenticated("manager"):
        advances(tmp_path, 12, "950.00", household="couple")
        figures("JR-2025", "profit=13000.00", "own_capital=20000.00", TAX)
    (received,) = proposed(counter, "2026-06-30")
    with freeze_time("2026-07-01 10:00:00"), authenticated("manager"):
        facts = good_by("manager", "loan", "show", LIVING)["facts"]
        (nr,) = [str(one["fact"]) for one in facts if one["kind"] == "year-figures"]
        good_by("manager", "loan", "withdraw", LIVING, nr, "--reason", "of another client")
    assert proposed(counter, "2026-07-01", "yearly_figures_request")
    with freeze_time("2026-07-02 10:00:00"):
        sent(tmp_path / "post")
        rows = good_by("clerk", "letters", "list", "--state", "fell-away")["letters"]
        assert [one["letter"] for one in rows] == [received]
