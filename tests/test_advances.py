"""Living allowance comes in by the monthly file of the benefits administration, and is booked by the night."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from servicing.settlement.allowance import allowance_of
from servicing.store import facts_of
from tests.desk import Done, add_debtor, good, open_desk, run
from tests.nights import at, begin_on, close_until, sums

HEADING = "debtor;partner;month;amount;special;household;group;book_year_start;paid_on;reference\n"
JANUARY = "1;;2025-01;950.00;;couple;established;;2025-01-24;2025-01\n"
FEBRUARY = "1;;2025-02;950,00;100,00;single;established;;2025-02-24;2025-02\n"
LOAN = 100000001


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    open_desk(database_url, tmp_path, monkeypatch)
    begin_on(database, at("2025-03-01"))
    assert add_debtor().code == 0
    return database


def bring(folder: Path, text: str, *totals: str) -> Done:
    file = folder / "advances.csv"
    file.write_text(HEADING + text, encoding="utf-8")
    words = [word for total in totals for word in ("--total", total)]
    known = ("--known-on", "2025-03-01") if "2125" not in text else ()
    return run("import", "advances", str(file), "--creditor", "almere", *words, *known, "--json")


def test_p23_advances_become_a_loan_that_the_night_books(desk: Engine, tmp_path: Path) -> None:
    first = bring(tmp_path, JANUARY, "2025-01=950.00")
    assert first.json == {"recorded": 1, "loans": 1, "known": 0, "total": "950.00"}
    again = bring(tmp_path, JANUARY + FEBRUARY, "2025-01=950.00", "2025-02=950.00")
    assert again.json == {"recorded": 1, "loans": 0, "known": 1, "total": "1900.00"}
    close_until(desk, at("2025-03-02"))
    booked = sums(desk)
    assert {key[1]: cents for key, cents in booked.items() if key[2] == 20250124} == {
        1300: 95000,
        1210: -95000,
    }
    with desk.connect() as connection:
        found = allowance_of(facts_of(connection, [LOAN])[LOAN])
    assert found is not None
    assert found.case() == {
        "book_year": "2025",
        "book_year_start": "2025-01-01",
        "granted": "1900.00",
        "group": "established",
        "months_granted": [1, 2],
        "special_assistance": "100.00",
        "household": [
            {"from": "2025-01-01", "household": "couple"},
            {"from": "2025-02-01", "household": "single"},
        ],
    }


@pytest.mark.parametrize(
    ("line", "total", "message"),
    [
        (JANUARY, "2025-01=949.99", "2025-01: its lines add up to 950.00, the total is 949.99"),
        (JANUARY, "2025-02=950.00", "2025-01: its lines add up to 950.00, no --total was given"),
        (JANUARY.replace("950.00", "-1.00"), "2025-01=0.00", "must not be below 0"),
        (JANUARY.replace("couple", "pair"), "2025-01=950.00", "line 2: household: 'pair'"),
        (JANUARY.replace("1;;2025-01;", "9;;2025-01;"), "2025-01=950.00", "line 2: no debtor with number"),
        (JANUARY.replace("2025-01;950", "jan;950"), "2025-01=950.00", "line 2: month: 'jan'"),
        (JANUARY.replace("2025-01-24", "2125-01-24"), "2025-01=950.00", "lies after today"),
        (JANUARY.replace(";;2025-01-24", ";2025-01-02;2025-01-24"), "2025-01=950.00", "first of a month"),
        (JANUARY + JANUARY, "2025-01=1900.00", "line 3: reference: '2025-01': stands on line 2 too"),
    ],
)
def test_p23_a_file_that_cannot_be_right_is_refused_whole(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, total: str, message: str
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor().code == 0
    done = bring(tmp_path, line, total)
    assert done.code == 2
    assert message in done.err
    assert good("loan", "list") == []


def test_an_advance_under_its_reference_with_another_amount_is_refused(desk: Engine, tmp_path: Path) -> None:
    assert bring(tmp_path, JANUARY, "2025-01=950.00").code == 0
    done = bring(tmp_path, JANUARY.replace("950", "960"), "2025-01=960.00")
    assert done.code == 2
    assert "is known already, with other contents" in done.err


def test_a_book_year_of_its_own_and_a_partner_make_a_loan_of_their_own(desk: Engine, tmp_path: Path) -> None:
    assert add_debtor("P. Jansen").code == 0
    other = "1;2;2025-01;500.00;;couple;established;2024-07-01;2025-01-24;other\n"
    assert bring(tmp_path, JANUARY + other, "2025-01=1450.00").json["loans"] == 2
    with desk.connect() as connection:
        years = {
            str(found.book_year.since)
            for facts in facts_of(connection, [LOAN, LOAN + 1]).values()
            if (found := allowance_of(facts))
        }
    assert years == {"2025-01-01", "2024-07-01"}


def test_what_an_advance_booked_is_explained(desk: Engine, tmp_path: Path) -> None:
    assert bring(tmp_path, JANUARY, "2025-01=950.00").code == 0
    close_until(desk, at("2025-03-02"))
    shown = good("statement", str(LOAN), "--format", "json")["lines"]
    advance = next(line for line in shown if line["kind"] == "advance")
    assert (advance["text"], advance["principal"]) == ("Bijstand betaald als lening", "950.00")
    lines = good("explain", advance["key"])["lines"]
    assert (lines[0]["amount"], lines[0]["article"]) == ("950.00", "Bbz 2004 art. 11 lid 1")


def test_a5_special_assistance_outside_the_loan_is_refused_by_line(
    desk: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del desk
    college = tmp_path / "policy" / "almere.yaml"
    college.parent.mkdir()
    college.write_text(
        'choices: {art12.special: {2020-01-01: {value: separate_gift, source: "Besluit 2020-9"}}}',
        encoding="utf-8",
    )
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    with_special = JANUARY.replace("950.00;;", "950.00;100.00;")
    refused = bring(tmp_path, with_special, "2025-01=950.00")
    assert (
        "line 2: special: 100.00: art12.special of almere says that it is no part of the loan" in refused.err
    )
    assert bring(tmp_path, JANUARY, "2025-01=950.00").json["recorded"] == 1
