"""Entries by hand (memoriaal): between accounts that the configuration names, by two persons, booked by the night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.actor import authenticated
from backoffice.by_hand import ManualEntry, manual_entry
from backoffice.cli.database import Desk
from backoffice.deciding import approve, decide
from jobs import clock
from jobs.business_dates import recorded
from ledger.database import writing
from ledger.errors import BadInput, Misconfigured
from ledger.files import chart_of_accounts
from servicing.files import manual_pairs
from servicing.manual_entries import pair_of, pairs_from
from tests.law_files import write
from tests.nights import begin_on, close_until
from tests.offices import by, good_by

YESTERDAY = clock.today() - timedelta(days=1)
ENTRY = (
    *("decide", "manual-entry", "almere", "--amount", "12.50", "--on", "2025-07-01"),
    *("--reason", "costs of the bank", "--document", "bank 2025-06"),
)
COSTS = (*ENTRY, "--debit", "1185", "--credit", "1180", "--decision", "M-1")
TEXTS = {"en": "x", "nl": "x"}


@pytest.fixture
def counter(counter: Engine) -> Engine:
    """The same, where the night of yesterday is the next."""
    begin_on(counter, YESTERDAY)
    return counter


def test_two_persons_decide_to_book_by_hand(counter: Engine) -> None:
    foreseen = good_by("clerk", *COSTS, "--preview")
    assert [(each["account"], each["amount"]) for each in foreseen["postings"]] == [
        (1180, "-12.50"),
        (1185, "12.50"),
    ]
    assert "Bank and collection costs" in by("clerk", *COSTS, "--preview").out
    assert good_by("clerk", "decide", "list") == []
    proposed = good_by("clerk", *COSTS)
    assert (proposed["state"], proposed["persons"], proposed["at_stake"]) == ("proposed", 2, "12.50")
    assert by("clerk", "approve", "1").code == 2
    assert good_by("approver", "approve", "1")["state"] == "approved"
    assert good_by("clerk", *COSTS)["proposed"] is False
    # What was wrong is booked back in the same way.
    back = (*ENTRY, "--debit", "1180", "--credit", "1185", "--decision", "M-2")
    assert good_by("clerk", *back)["state"] == "proposed"


def test_the_night_after_the_approval_books_it(counter: Engine) -> None:
    for nr, (debit, credit) in enumerate(((1185, 1180), (1180, 1185)), start=1):
        entry = ManualEntry(
            debit, credit, 12_50, date(2025, 7, 1), "costs of the bank", f"M-{nr}", "bank 2025-06"
        )
        with desk_of(counter, "clerk") as desk:
            decide(desk, manual_entry(desk.connection, 1, entry))
    with desk_of(counter, "approver") as desk:
        approve(desk, 1)
    close_until(counter, YESTERDAY)
    told = good_by("manager", "explain", f"100000000:{YESTERDAY}:manual:1")
    assert told["value_date"] == "2025-07-01"
    (row,) = told["postings"]
    assert (row["debit"][:4], row["credit"][:4], row["amount"]) == ("1185", "1180", "12.50")
    assert told["lines"][0]["text"] == "decision 1 M-1: costs of the bank"
    assert told["lines"][0]["source"] == "bank 2025-06; clerk, approved by approver: Besluit art. 4"
    differences = by("manager", "verify", "--json").json["differences"]
    assert [each for each in differences if each["loan"] == 100_000_000] == []
    # What only was proposed is not booked.
    assert by("manager", "explain", f"100000000:{YESTERDAY}:manual:2").code == 2


@contextmanager
def desk_of(engine: Engine, account: str) -> Iterator[Desk]:
    """The desk of a person before the night of yesterday."""
    with authenticated(account), writing(engine) as connection:
        yield Desk(connection, recorded(connection, account)._replace(known_on=YESTERDAY))


def test_what_may_not_be_booked_by_hand_is_refused(
    counter: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal = (*ENTRY, "--debit", "1300", "--credit", "1180", "--decision", "M-1")
    done = by("clerk", *principal)
    assert (done.code, "allows booking by hand between 1180 and 1185" in done.err) == (2, True)
    assert by("urk", *COSTS).code == 2
    good_by("clerk", *COSTS)
    write(tmp_path / "config", "manual_entries.yaml", "pairs: []\n")
    done = by("approver", "approve", "1")
    assert (done.code, "allows booking by hand between no accounts" in done.err) == (2, True)
    assert good_by("clerk", "decide", "show", "1")["state"] == "proposed"


def test_the_shipped_pairs_name_nothing_that_facts_drive() -> None:
    assert [(pair.low, pair.high) for pair in manual_pairs()] == [(1180, 1185)]
    assert pair_of(manual_pairs(), 1185, 1180) == pair_of(manual_pairs(), 1180, 1185)
    with pytest.raises(BadInput, match="1180 and 1185"):
        pair_of(manual_pairs(), 1180, 1180)


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ([1300, 1185], "1300: Principal not yet due follows from facts alone"),
        ([1010, 1185], "1010: Bank follows from facts alone"),
        ([1130, 1185], "1130: Remittances of bailiffs follows from facts alone"),
        ([1185, 8000], "8000: Interest income follows from facts alone"),
        ([1999, 1185], "1999: chart_of_accounts.yaml has no such account"),
        ([1185, 1185], "two accounts, named once"),
    ],
)
def test_an_account_that_facts_drive_is_refused_in_the_configuration(between: list[int], words: str) -> None:
    content = {"pairs": [{"between": between, "for": TEXTS}]}
    with pytest.raises(Misconfigured, match=words):
        pairs_from(content, "manual_entries.yaml", chart_of_accounts())
