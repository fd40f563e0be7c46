"""The year settles itself: proposed by the night, heard, weighed, decided by two persons, and booked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.bank_account import Account, paying, write
from tests.bank_desk import money, take
from tests.desk import add_debtor, open_desk, run
from tests.nights import at, begin_on, sums
from tests.offices import by, good_by, open_office
from tests.settled_years import (
    LIVING,
    advances,
    decided,
    figures,
    handed_over,
    night,
    state,
    weighing,
)

CLAIM, RETAINED = 100000002, 100000002
CASE_2 = ("profit=14250.00", "income_tax_percent=20")
WHY = ("--reason", "Vier maanden na de cijfers besloten, daarom niet alles")
MODE_I = 'choices: {art13.mode: {2020-01-01: {value: i, source: "Besluit 2020-9"}}}'


@pytest.fixture
def office(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An office with people and one client, on the last day of August 2026, on each engine."""
    return _office(database, database_url, tmp_path, monkeypatch)


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """The same on SQLite alone."""
    return _office(sqlite_database, sqlite_url, tmp_path, monkeypatch)


def _office(engine: Engine, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    open_desk(url, folder, monkeypatch)
    begin_on(engine, at("2026-08-30"))
    with freeze_time("2026-08-30"):
        assert add_debtor().code == 0
    open_office(folder, monkeypatch, MODE_I)
    return engine


def on(booked: dict[tuple[int, int, int], int], loan: int) -> dict[int, int]:
    """The balance of each account of a loan, debit positive, in cents."""
    found: dict[int, int] = {}
    for (number, account, _), cents in booked.items():
        if number == loan:
            found[account] = found.get(account, 0) + cents
    return {account: cents for account, cents in found.items() if cents}


def proposed(engine: Engine, folder: Path, amount: str, *given: str, months: int = 12) -> dict[str, Any]:
    """The year 2025 with its figures, proposed by the night of 30 August 2026."""
    with freeze_time("2026-08-30"), authenticated("manager"):
        advances(folder, months, amount)
        figures("JR-2025", *given)
    return night(engine, "2026-08-30")


def status_tells(told: dict[str, Any]) -> str:
    """The status says what the last night says is not settled; what it prints."""
    with authenticated("manager"):
        assert json.loads(run("status", "--json").out)["unsettled"] == told["unsettled"]
        text = run("status").out
    for year, one in told["unsettled"].items():
        assert f"unsettled       {one['cases']} of the book year from {year}, {one['amount']} lent\n" in text
    return text


def test_p7_a_year_from_advances_to_a_claim(office: Engine, tmp_path: Path) -> None:
    told = proposed(office, tmp_path, "800.00", *CASE_2)
    assert told["states"] == {"hearing-due": {"cases": 1, "oldest_days": 0}}
    assert told["unsettled"] == {"2025-01-01": {"cases": 1, "amount": "9600.00", "late": 0}}
    with freeze_time("2026-08-31"):
        assert state()["state"] == "hearing-due"
        (item,) = good_by("clerk", "worklist", "--source", "settlement")
        assert item["reason"] == "book year from 2025-01-01: hearing due since 2026-08-30"
        good_by("clerk", "settle", "step", LIVING, "hearing", "--on", "2026-08-31", "--document", "UIT-9")
        assert (state()["state"], state()["due"]) == ("hearing", "2026-09-14")
    with freeze_time("2026-09-15"):
        assert (state()["state"], state()["reclaim"]) == ("to-decide", "4712.94")
        number = decided("--reclaim", "3000.00", *weighing(), *WHY)
        assert (state()["state"], state()["decided"]) == ("fixed-not-announced", "3000.00")
        handed_over(number, "2026-09-15")
        assert state()["state"] == "settled"
    status_tells(told)
    told = night(office, "2026-09-15")
    assert told["states"] == {"settled": {"cases": 1, "oldest_days": 0}}
    assert (told["unsettled"], told["between"], told["failed"]) == ({}, {}, None)
    assert "unsettled" not in status_tells(told)
    booked = sums(office)
    assert on(booked, int(LIVING)) == {1210: -960000, 1220: 300000, 4970: 488706, 4975: 171294}
    assert on(booked, CLAIM) == {1300: 300000, 1220: -300000}
    shown = good_by("clerk", "loan", "show", str(CLAIM))
    assert (shown["product"], shown["rows"][0]["date"]) == ("recovery_claim", "2026-10-27")
    lines = good_by("clerk", "statement", LIVING, "--format", "json")["lines"]
    settled = next(line for line in lines if line["kind"] == "settlement")
    because = good_by("clerk", "explain", settled["key"])["lines"]
    assert [(line["text"], line["amount"]) for line in because] == [
        ("Wordt een gift", "4887.06"),
        ("Wordt niet teruggevraagd", "1712.94"),
        ("Wordt teruggevraagd", "3000.00"),
    ]
    # The letters of the claim ask for payment under the reference of the living allowance.
    account = Account(lines=[paying(int(LIVING), at("2026-09-20"), 5_000, "R1")], opened=at("2026-09-16"))
    (taken,) = take(office, write(tmp_path, "s.xml", account.statement()), at("2026-09-21"))
    assert taken.matched == 1
    assert [(one.value_date, one.cents) for one in money(office, CLAIM)] == [(at("2026-09-20"), 5_000)]
    assert not money(office, int(LIVING))


def heard(day: str = "2026-08-31") -> None:
    """Skip the hearing, so that the proposal can be decided at once."""
    good_by(
        "clerk",
        "settle",
        "step",
        LIVING,
        "hearing-skipped",
        "--on",
        day,
        "--document",
        f"client agreed {day}",
    )


def sources_are_told(shown: dict[str, Any]) -> None:
    """Every line names its source, in both languages; the page names each source once, whole."""
    assert shown["figures"] == "JR-2025 (known 2026-08-30, fact 15)"
    said = {line["text_en"]: line["source"] for line in shown["explanation"]}
    assert said["Profit of the business over the whole book year"] == shown["figures"]
    assert said["A fixed part goes off for tax and contributions: 20 %"].endswith(f": {shown['figures']}")
    assert said["Assistance granted, with the holiday allowance due"].startswith(
        "12 advances on loan 100000001"
    )
    with authenticated("clerk"):
        page = {
            name: run("settle", "show", LIVING, *(("--language", name) if name else ())).out
            for name in ("", "en")
        }
    assert "De winst van uw bedrijf over het hele boekjaar" in page[""]
    assert "4712.94" in page["en"].partition("amounts\n")[2].partition("weighing")[0]
    (profit,) = [line for line in page["en"].splitlines() if line.startswith("Profit of the business")]
    mark = profit.split()[-1]
    assert f"\n{mark} JR-2025 (known 2026-08-30, fact 15)\n" in page["en"]
    assert "De winst" not in page["en"]
    assert "norm_single_21_to_pension 1345.45 from 2025-01-01: " in page["en"]
    assert "sindsdien zijn 0 maanden verstreken" in page["en"]


def test_p7_an_amount_above_the_most_no_weighing_and_one_person_are_refused(
    counter: Engine, tmp_path: Path
) -> None:
    proposed(counter, tmp_path, "800.00", *CASE_2)
    with freeze_time("2026-08-31"):
        assert "the client is heard first" in by("clerk", "settle", "decide", LIVING, *weighing(), *WHY).err
        heard()
        for words, message in (
            ((*weighing(), "--reclaim", "4712.95", *WHY), "must lie from 0.00 to 4712.94"),
            ((*weighing(health=""), *WHY), "weigh: health: is missing"),
            ((*weighing(health="Er is niets bekend over de gezondheid"), *WHY), "is the standard text"),
            ((*weighing(income="geen"), *WHY), "takes at least 4 words"),
            ((*weighing(mood="goed en vrolijk en blij"), *WHY), "weigh: 'mood': must be one of"),
            (weighing(), "reason: is missing"),
        ):
            done = by("clerk", "settle", "decide", LIVING, *words)
            assert (done.code, message in done.err) == (2, True), done.err
        shown = good_by("clerk", "settle", "show", LIVING)
        assert (shown["largest_reclaim"], shown["power_lapses_on"]) == ("4712.94", "2031-08-30")
        assert "sindsdien zijn 0 maanden verstreken" in shown["weighing"]["office"]
        assert ("Voorstel" in shown["explanation"][-2]["text"]) or len(shown["explanation"]) > 5
        sources_are_told(shown)
        number = good_by("approver", "settle", "decide", LIVING, *weighing(), *WHY)["decision"]
        assert by("approver", "settle", "approve", str(number)).code != 0
        again = by("clerk", "settle", "decide", LIVING, *weighing(), *WHY)
        assert "is decided since 2026-08-31" in again.err


def test_figures_that_changed_before_the_approval_refuse_it(counter: Engine, tmp_path: Path) -> None:
    proposed(counter, tmp_path, "800.00", *CASE_2)
    with freeze_time("2026-08-31"):
        heard()
        number = str(good_by("clerk", "settle", "decide", LIVING, *weighing(), *WHY)["decision"])
        with authenticated("manager"):
            figures("JR-2025-2", *CASE_2, "other_income=1.00")
        done = by("approver", "approve", number)
        assert (done.code, "give other amounts now: reject it" in done.err) == (2, True), done.err
        assert good_by("clerk", "decide", "show", number)["state"] == "proposed"
        assert (
            good_by("approver", "approve", number, "--reject", "--reason", "other figures")["state"]
            == "rejected"
        )


def test_case_5_what_own_capital_keeps_a_loan_is_repaid_by_a_tenth_a_year(
    counter: Engine, tmp_path: Path
) -> None:
    own = ("own_capital=70000.00", "total_capital=200000.00")
    proposed(counter, tmp_path, "1250.00", "profit=0.00", "other_income=1287.06", *own)
    with freeze_time("2026-09-15"):
        handed_over(decided(), "2026-09-15")
    night(counter, "2026-09-15")
    booked = sums(counter)
    assert on(booked, int(LIVING)) == {1210: -1500000, 4970: 303500, 1220: 1196500}
    assert on(booked, RETAINED) == {1300: 1196500, 1220: -1196500}
    rows = good_by("clerk", "loan", "show", str(RETAINED))["rows"]
    assert len(rows) == 120
    assert (rows[0]["date"], rows[0]["principal"], rows[11]["principal"]) == ("2026-11-01", "99.71", "99.69")


def corrected(engine: Engine, folder: Path) -> tuple[int, dict[int, int]]:
    """Case 2 settled, 4,000.00 of it paid; then lower figures settle it anew: its decision, the claim before."""
    proposed(engine, folder, "800.00", *CASE_2)
    with freeze_time("2026-08-31"):
        heard()
        handed_over(decided(*weighing(), *WHY), "2026-08-31")
    night(engine, "2026-08-31")
    first = on(sums(engine), CLAIM)
    with freeze_time("2026-09-01"):
        good_by(
            "clerk",
            "payment",
            "add",
            str(CLAIM),
            "--amount",
            "4000.00",
            "--on",
            "2026-09-01",
            "--reference",
            "p1",
        )
        with authenticated("clerk"):
            figures("JR-2025 verbeterd", "profit=10000.00", "income_tax_percent=20")
        assert state()["state"] == "figures-received"
    night(engine, "2026-09-01")
    with freeze_time("2026-09-02"):
        heard("2026-09-02")
        correction = decided(*weighing(), *WHY)
        handed_over(correction, "2026-09-02")
    night(engine, "2026-09-02")
    return correction, first


def test_f5_p7_a_correction_settles_the_difference(counter: Engine, tmp_path: Path) -> None:
    _, first = corrected(counter, tmp_path)
    booked = sums(counter)
    assert first == {1300: 471294, 1220: -471294}
    assert on(booked, int(LIVING)) == {1210: -960000, 1220: 131294, 4970: 828706}
    assert on(booked, CLAIM) == {1220: -131294, 1100: 400000, 1400: -268706}


def test_f5_a_correction_is_taken_back_with_all_it_made(counter: Engine, tmp_path: Path) -> None:
    correction, _ = corrected(counter, tmp_path)
    with freeze_time("2026-09-03"):
        wrong = by("clerk", "settle", "withdraw", "1", "--reason", "other client")
        assert f"was corrected by decision {correction}" in wrong.err
        number = good_by("clerk", "settle", "withdraw", str(correction), "--reason", "other client")[
            "decision"
        ]
        good_by("approver", "approve", str(number))
    night(counter, "2026-09-03")
    booked = sums(counter)
    assert on(booked, int(LIVING)) == {1210: -960000, 1220: 471294, 4970: 488706}
    assert on(booked, CLAIM) == {1220: -471294, 1300: 71294, 1100: 400000}


def test_without_figures_all_of_it_is_proposed_after_a_last_term(counter: Engine, tmp_path: Path) -> None:
    with freeze_time("2026-08-30"), authenticated("manager"):
        advances(tmp_path, 3, "700.00")
        assert state()["state"] == "request-due"
    for step, day in (("request", "2026-04-01"), ("recovery-term", "2026-08-01")):
        with freeze_time("2026-08-30"):
            good_by("clerk", "settle", "step", LIVING, step, "--on", day, "--document", f"UIT {step}")
    night(counter, "2026-08-30")
    with freeze_time("2026-08-31"):
        row = state()
        assert (row["state"], row["reclaim"]) == ("hearing-due", "2100.00")
        shown = good_by("clerk", "settle", "show", LIVING)
        assert (shown["basis"], shown["explanation"][0]["amount"]) == ("missing", "2100.00")
        heard()
        handed_over(decided("--reclaim", "2000.00", *weighing(), *WHY), "2026-08-31")
    night(counter, "2026-08-31")
    assert on(sums(counter), int(LIVING)) == {1210: -210000, 1220: 200000, 4975: 10000}


def test_p30_a_choice_that_was_not_made_holds_one_case_with_its_reason(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _office(sqlite_database, sqlite_url, tmp_path, monkeypatch)
    (tmp_path / "config" / "policy" / "almere.yaml").unlink()
    own = ("own_capital=70000.00", "total_capital=200000.00")
    told = proposed(sqlite_database, tmp_path, "1250.00", "profit=0.00", "other_income=1287.06", *own)
    (waiting,) = told["waiting"]
    assert waiting["why"].startswith("art13.mode for almere: not chosen yet")
    with freeze_time("2026-08-31"):
        assert state()["state"] == "figures-received"
