"""Another account on a mandate: two persons, so that nobody alone sends a debtor's collections elsewhere."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.desk import LOAN
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
