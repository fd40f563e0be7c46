"""Another account on a mandate: two persons, so that nobody alone sends a debtor's collections elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event

from backoffice.cli.database import Desk
from backoffice.registering import dossier_of, register
from ledger.database import reading, writing
from servicing.collecting.mandates import mandate_draft
from servicing.collecting.store import refuse_same_id
from servicing.facts import FactRefused
from servicing.store import find_loan
from tests.bank_desk import START, open_books
from tests.desk import LOAN
from tests.nights import stamp
from tests.offices import by, good_by

FIRST, SECOND = "NL60TEST0340000004", "NL17TEST0340000002"


@pytest.fixture
def counter(counter: Engine) -> Engine:
    """The same with a mandate that has ended."""
    good_by("clerk", *signed("M-1", FIRST))
    good_by("clerk", "bank", "mandate", "end", LOAN, "M-1", "--on", "2025-03-01", "--reason", "closed")
    return counter


def signed(name: str, iban: str) -> tuple[str, ...]:
    account = (
        "--iban",
        iban,
        "--holder",
        "S. Jansen",
        "--signed",
        "2025-02-01",
        "--document",
        f"scan {name}",
    )
    return ("bank", "mandate", "add", LOAN, "--id", name, *account)


def mandates() -> list[tuple[str, str]]:
    return [(each["mandate"], each["iban"]) for each in good_by("clerk", "bank", "mandate", "list", LOAN)]


def test_another_account_waits_for_a_second_person(counter: Engine) -> None:
    made = good_by("approver", *signed("M-2", SECOND))
    assert (made["decision_kind"], made["state"], made["persons"]) == ("iban-change", "proposed", 2)
    assert mandates() == [("M-1", FIRST)]
    assert by("approver", "approve", str(made["decision"])).code == 2
    good_by("manager", "approve", str(made["decision"]))
    assert mandates() == [("M-1", FIRST), ("M-2", SECOND)]


def test_a_new_mandate_for_the_same_account_takes_one(counter: Engine) -> None:
    good_by("clerk", *signed("M-2", FIRST))
    assert mandates() == [("M-1", FIRST), ("M-2", FIRST)]


def test_an_id_names_one_mandate_of_a_creditor(sqlite_database: Engine) -> None:
    mine, other, elsewhere = open_books(sqlite_database, 1, 1, 2)

    def sign(loan: int, day: int, iban: str = FIRST) -> None:
        with writing(sqlite_database) as connection:
            desk = Desk(connection, stamp(sqlite_database, START))
            draft = mandate_draft(loan, "M-1", ("S. Jansen", iban), date(2024, 1, day), "scan")
            register(desk, dossier_of(connection, find_loan(connection, str(loan))), draft)

    sign(mine, 5)
    for day, iban in ((6, FIRST), (5, SECOND)):
        with pytest.raises(FactRefused, match=f"loan {mine} has this id for another account, name or day"):
            sign(other, day, iban)
    sign(other, 5)  # one paper for two loans
    sign(elsewhere, 6)


def test_that_an_id_names_one_mandate_is_one_look_up_in_an_index(sqlite_database: Engine) -> None:
    (loan,) = open_books(sqlite_database, 1)
    asked: list[tuple[str, Any]] = []
    with reading(sqlite_database) as connection:

        @event.listens_for(connection, "before_cursor_execute")
        def hear(_connection: object, _cursor: object, statement: str, given: object, *_: object) -> None:
            asked.append((statement, given))

        refuse_same_id(connection, mandate_draft(loan, "M-1", ("S. Jansen", FIRST), date(2024, 1, 2), "scan"))
        ((statement, given),) = asked
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        steps = [row[-1] for row in plan]
    assert "USING INDEX ix_fact_mandate (key=? AND loan_id>? AND loan_id<?)" in steps[0]
