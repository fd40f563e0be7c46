"""J1, J2: names of accounts and creditors, totals, configuration and how far the nights are: if changed, it is told."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from jobs.manifest import folder
from jobs.tables import business_day, config_set
from jobs.verify import verify
from ledger.database import reading, writing
from ledger.day import number_of
from ledger.tables import account, creditor, day_total, journal, journal_link
from servicing.creditors.store import begin_quiet
from servicing.dunning.tables import dunning
from servicing.receipts.tables import bank_state
from servicing.tables import loan_state
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loan, stamp
from tests.tamper import found, tamper, without_triggers

DAY = at("2024-02-20")
AHEAD = number_of(at("2024-02-21"))


@pytest.fixture
def books(sqlite_database: Engine) -> Engine:
    """A loan in arrears after one closed night."""
    begin_on(sqlite_database, DAY)
    new_loan(sqlite_database, PLAIN_TERMS, known=DAY)
    close_until(sqlite_database, DAY)
    without_triggers(sqlite_database)
    assert told(sqlite_database) == []
    return sqlite_database


def told(engine: Engine) -> list[str]:
    return [one.what for one in found(engine)]


def test_j1_an_account_or_creditor_under_another_name_is_told(books: Engine) -> None:
    tamper(books, update(account).where(account.c.id == 11300).values(name_nl="Te betalen", clearing=True))
    tamper(books, update(creditor).where(creditor.c.id == 2).values(iban="NL02ABNA0123456789"))
    words = "is not called as in the configuration of any night"
    assert told(books) == [f"creditor 2: {words}: iban", f"account 11300: {words}: name_nl, clearing"]


def test_j1_parts_of_two_creditors_do_not_make_one(books: Engine) -> None:
    with reading(books) as connection:
        other = connection.execute(select(creditor).where(creditor.c.id == 3)).one()
    tamper(books, update(creditor).where(creditor.c.id == 2).values(name=other.name))
    assert told(books) == ["creditor 2: is not called as in the configuration of any night: name"]


def test_j2_totals_and_configuration_that_are_emptied_are_told(books: Engine) -> None:
    tamper(books, delete(day_total))
    assert any("is not that of the journal" in what for what in told(books))
    tamper(books, delete(config_set))
    assert any("is gone, and nights used it" in what for what in told(books))


def test_j1_an_entry_that_is_said_to_reverse_another_and_does_not_is_told(books: Engine) -> None:
    with reading(books) as connection:
        one, other, *_ = connection.execute(select(*journal.primary_key.columns).distinct()).all()
    tamper(books, insert(journal_link).values((*one[:4], *other[:4])))
    assert [what for what in told(books) if "is said to reverse" in what and what.endswith("and does not")]


def test_j1_what_is_further_than_any_night_is_told(books: Engine) -> None:
    tamper(books, update(loan_state).values(worked_to=AHEAD), update(dunning).values(looked_on=AHEAD))
    tamper(books, insert(bank_state).values(creditor_id=4, worked_to=AHEAD, waiting=0, digest=b"x"))
    no_night = "no night has begun that date"
    assert [what for what in told(books) if no_night in what] == [
        f"its state row says worked to {AHEAD}: {no_night}",
        f"its ladder says looked at on {AHEAD}: {no_night}",
        f"the bank of creditor 4 is worked to {AHEAD}: {no_night}",
    ]


def test_j2_the_cut_over_day_is_not_taken_out_unseen(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, DAY)
    by = stamp(sqlite_database, DAY)
    with writing(sqlite_database) as connection:
        begin_quiet(connection, 1, DAY, by)
    close_until(sqlite_database, DAY)
    without_triggers(sqlite_database)
    assert told(sqlite_database) == []
    tamper(sqlite_database, delete(business_day).where(business_day.c.state == "cut-over"))
    assert "the cut-over day before the first closed date is gone" in told(sqlite_database)


def test_an_office_that_took_nothing_over_has_no_cut_over_day(sqlite_database: Engine) -> None:
    close_until(sqlite_database, DAY)
    without_triggers(sqlite_database)
    assert told(sqlite_database) == []


def test_j1_lines_that_are_said_to_wait_are_counted_again(books: Engine) -> None:
    row = {"creditor_id": 4, "worked_to": number_of(DAY), "waiting": 2, "digest": b"x"}
    tamper(books, insert(bank_state).values(row))
    assert told(books) == ["creditor 4: 2 bank lines are said to wait, by what was decided 0 do"]


def test_j1_a_ladder_of_no_procedure_is_told_and_stops_nothing(books: Engine) -> None:
    tamper(books, update(dunning).values(procedure="instalmentz"))
    assert any("'instalmentz' is no procedure" in what for what in told(books))


def test_j3_a_manifest_that_is_gone_from_outside_is_counted(books: Engine) -> None:
    kept = folder(books) / f"{DAY}.json"
    assert verdict_of(books) == {"manifests": 1}
    kept.unlink()
    assert verdict_of(books) == {"manifests": 0, "manifests_missing": 1}


def verdict_of(engine: Engine) -> dict[str, int]:
    """What verify counted outside the database, on books without a difference."""
    with reading(engine) as connection:
        verdict = verify(connection, folder(engine))
    assert verdict.differences == []
    assert verdict.checked["dates"] == 1  # the cut-over day is no night, and has no manifest
    return {name: number for name, number in verdict.checked.items() if name.startswith("manifests")}
