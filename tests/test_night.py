"""The night on both databases: what it books, twice, late, and with news about the past."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from jobs.business_dates import last_started
from jobs.tables import quarantine
from ledger.database import open_database, reading
from ledger.errors import BadInput, Misconfigured
from servicing.facts import Draft, FactKind
from tests.law_files import HEAD, row, write
from tests.nights import (
    PLAIN_TERMS,
    at,
    begin_on,
    close_until,
    journal_rows,
    new_loan,
    paid,
    seals,
    sums,
    tell,
)


def test_the_life_of_a_loan_by_day(database: Engine) -> None:
    """Worked case 6 of the legal notes: 506.91 a month, first interest 166.67."""
    begin_on(database, at("2024-01-01"))
    loan = new_loan(database, PLAIN_TERMS)
    close_until(database, at("2024-02-01"))
    assert sums(database) == {
        (loan, 1300, 20240101): 2_500_000,
        (loan, 1200, 20240101): -2_500_000,
        (loan, 1320, 20240201): 16_667,
        (loan, 8000, 20240201): -16_667,
        (loan, 1310, 20240201): 34_024,
        (loan, 1300, 20240201): -34_024,
    }
    tell(database, at("2024-02-03"), paid(loan, "2024-02-02", 50_691))
    close_until(database, at("2024-02-03"))
    on_payment = {key[1]: cents for key, cents in sums(database).items() if key[2] == 20240202}
    assert on_payment == {1100: 50_691, 1320: -16_667, 1310: -34_024}


def test_a_date_is_closed_once(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    new_loan(database, PLAIN_TERMS)
    assert len(close_until(database, at("2024-02-01"))) == 32
    before = journal_rows(database)
    assert close_until(database, at("2024-02-01")) == []
    assert close_until(database, at("2023-06-01")) == []
    assert journal_rows(database) == before


def test_nothing_happens_on_most_nights(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    new_loan(database, PLAIN_TERMS)
    touched = [each["loans_touched"] for each in close_until(database, at("2024-02-03"))]
    # The disbursement, the instalment, and the day after it, when the arrears begin.
    assert touched == [1] + [0] * 30 + [1, 1, 0]


def test_e17_news_about_the_past_books_the_difference_tonight(database: Engine) -> None:
    begin_on(database, at("2024-01-29"))
    late, on_time = (
        new_loan(database, PLAIN_TERMS, known=at("2024-01-29")),
        new_loan(database, PLAIN_TERMS, known=at("2024-01-29")),
    )
    tell(database, at("2024-02-01"), paid(on_time, "2024-02-01", 50_691))
    close_until(database, at("2024-03-10"))
    tell(database, at("2024-03-11"), paid(late, "2024-02-01", 50_691))
    close_until(database, at("2024-03-11"))
    books = sums(database)
    assert {key[1:]: cents for key, cents in books.items() if key[0] == late} == {
        key[1:]: cents for key, cents in books.items() if key[0] == on_time
    }
    tonight = [row for row in journal_rows(database) if row[0] == 20240311]
    assert {row[5] for row in tonight} == {20240201, 20240301}


def test_a_reversal_shows_on_both_days(database: Engine) -> None:
    begin_on(database, at("2024-01-29"))
    loan = new_loan(database, PLAIN_TERMS, known=at("2024-01-29"))
    (nr,) = tell(database, at("2024-02-01"), paid(loan, "2024-02-01", 50_691))
    close_until(database, at("2024-02-19"))
    back = Draft(loan, FactKind.REVERSAL, at("2024-02-20"), "storno", of=nr)
    tell(database, at("2024-02-20"), back)
    close_until(database, at("2024-02-20"))
    books = {key[1:]: cents for key, cents in sums(database).items() if key[2] > 20240201 or key[1] < 1200}
    assert books == {
        (1100, 20240201): 50_691,
        (1195, 20240201): -50_691,
        (1195, 20240220): 50_691,
        (1100, 20240220): -50_691,
    }


def test_missed_nights_are_each_closed_and_sealed(database: Engine) -> None:
    begin_on(database, at("2024-01-29"))
    loan = new_loan(database, PLAIN_TERMS, known=at("2024-01-29"))
    tell(database, at("2024-02-10"), paid(loan, "2024-02-05", 10_000))
    tell(database, at("2024-02-20"), paid(loan, "2024-02-01", 5_000))
    made_up = close_until(database, at("2024-02-22"))
    assert len(made_up) == 25
    assert len(set(seals(made_up))) == 25


def test_chunks_do_not_matter(sqlite_url: str, postgresql_url: str) -> None:
    found = []
    for url, size in ((sqlite_url, 1), (postgresql_url, 100)):
        engine = open_database(url)
        begin_on(engine, at("2024-01-25"))
        loans = [
            new_loan(engine, PLAIN_TERMS, creditor=creditor, known=at("2024-01-25"))
            for creditor in (1, 2, 3, 3, 7)
        ]
        for number, loan in enumerate(loans):
            tell(engine, at("2024-02-10"), paid(loan, "2024-02-05", 10_000 * (number + 1)))
        found.append(seals(close_until(engine, at("2024-03-05"), chunk=size)))
        engine.dispose()
    assert found[0] == found[1]


def test_d1_a_poisonous_loan_is_set_aside_alone(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    good = new_loan(database, PLAIN_TERMS)
    bad = new_loan(database, PLAIN_TERMS | {"instalments": 0})
    (last,) = close_until(database, at("2024-01-01"))
    assert [each["loan"] for each in last["quarantined"]] == [bad]  # type: ignore[attr-defined]
    assert {key[0] for key in sums(database)} == {good}
    with reading(database) as connection:
        rows = connection.execute(select(quarantine)).all()
    assert [(row.loan, row.since) for row in rows] == [(bad, 20240101)]


def test_d2_a_mended_loan_catches_up(database: Engine) -> None:
    begin_on(database, at("2024-01-29"))
    healthy = new_loan(database, PLAIN_TERMS, known=at("2024-01-29"))
    sick = new_loan(database, PLAIN_TERMS, known=at("2024-01-29"))
    (wrong,) = tell(
        database, at("2024-01-30"), Draft(sick, FactKind.RATE, at("2024-01-30"), "typo", data={"rate": 9})
    )
    close_until(database, at("2024-02-10"))
    tell(database, at("2024-02-11"), Draft(sick, FactKind.WITHDRAWAL, at("2024-02-11"), "mend", of=wrong))
    (last,) = close_until(database, at("2024-02-11"))
    assert last["quarantined"] == []
    books = sums(database)
    assert {key[1:]: cents for key, cents in books.items() if key[0] == sick} == {
        key[1:]: cents for key, cents in books.items() if key[0] == healthy
    }


def test_b8_a_day_that_has_not_ended_is_refused(database: Engine) -> None:
    with pytest.raises(BadInput, match="has not ended"):
        close_until(database, at("2150-01-01") + timedelta(days=1))


def test_the_manifest_names_the_law_of_the_day(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    (manifest,) = close_until(database, at("2024-01-01"))
    law = {each["parameter"]: each for each in manifest["law"]}  # type: ignore[attr-defined]
    # Bbz art. 15(a): 8 % on capital granted since 1 July 2009.
    assert law["capital_interest"] == {
        "parameter": "capital_interest",
        "value": "8",
        "from": "2009-07-01",
        "verified": True,
    }


def test_a_law_file_that_was_wrong_for_one_run_stops_no_later_one(
    sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    new_loan(sqlite_database, PLAIN_TERMS)
    rows = row("2020-01-01", '"2.00"')
    text = f"{HEAD}unit: eur\nchanges: by_decree\nselect_by: calendar_day\nvalues:\n{rows}"
    own = write(tmp_path / "config", "law/fee.yaml", text + "wrong: 1\n")
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "config"))
    with pytest.raises(Misconfigured, match="wrong: 1"):
        close_until(sqlite_database, at("2024-01-01"))
    with reading(sqlite_database) as connection:
        assert last_started(connection) == at("2023-12-31")
    own.write_text(text, encoding="utf-8")
    assert len(close_until(sqlite_database, at("2024-01-02"))) == 2
    own.write_text(text.replace('"2.00"', '"3.00"'), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"2\.00 became 3\.00"):
        close_until(sqlite_database, at("2024-01-03"))
