"""A joint debtor who was released: no decision waits to be handed over to somebody who owes nothing any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.liable import told_on
from jobs import clock
from jobs.letters_stuck import untold_decisions
from ledger.database import reading
from servicing.facts import FactKind
from tests.desk import GRANTED, LOAN, add_debtor, good, open_desk, options, run
from tests.nights import at
from tests.offices import by, good_by
from tests.test_blocks import told

TODAY = clock.today().isoformat()
CALLED_IN = ("decide", "due-at-once", LOAN, "--on", TODAY, "--interest", "stops", "--decision", "B-8")


@pytest.fixture
def desk(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan of 25,000.00 that debtors 1, 2 and 3 owe together, paid out."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    for name in ("S. Jansen", "B. Bakker", "C. Cornelissen"):
        assert add_debtor(name).code == 0
    done = run("loan", "add", *options(GRANTED), "--debtor", "2", "--debtor", "3")
    assert done.code == 0, done.err
    good("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2025-01-01")
    return sqlite_database


def release(on: str = "2025-07-01") -> None:
    """Release debtor 2 by two persons."""
    words = ("decide", "liability", LOAN, "--debtor", "2", "--liable", "no", "--on", on, "--decision", "B-7")
    assert good_by("bert", "approve", str(good_by("anna", *words)["decision"]))["state"] == "in-force"


def call_in() -> str:
    """Decide that all is due at once; the number of the decision."""
    number = str(good_by("anna", *CALLED_IN)["decision"])
    assert good_by("bert", "approve", number)["state"] == "fixed-not-announced"
    return number


def hand_over(number: str, debtor: str) -> tuple[str, str]:
    """What becomes of a decision by its hand-over to a debtor, and who is named as waiting for it."""
    words = ("decide", "handed-over", number, "--on", TODAY, "--to", debtor)
    _, _, waiting = by("anna", *words).err.strip().partition("still to be handed over to debtors ")
    return waiting, good("decide", "show", number)["state"]


def test_who_was_released_before_is_waited_for_by_no_decision(desk: Engine) -> None:
    release()
    number = call_in()
    assert hand_over(number, "1") == ("3", "fixed-not-announced")
    assert hand_over(number, "3") == ("", "in-force")
    with reading(desk) as connection:
        late = clock.today() + timedelta(days=9)
        asked = [item.subject for item in untold_decisions(connection, late)]
    assert f"decision {number}" not in asked


def test_who_is_released_meanwhile_holds_up_no_decision_that_the_others_got(desk: Engine) -> None:
    number = call_in()
    assert hand_over(number, "3")[1] == "fixed-not-announced"
    assert hand_over(number, "1") == ("2", "fixed-not-announced")
    release(TODAY)
    assert hand_over(number, "1") == ("", "in-force")


def test_all_were_told_on_the_day_of_the_last_hand_over_or_of_the_release() -> None:
    day, today = at, at("2025-12-31")
    free = [told(1, FactKind.LIABILITY, "2025-07-01", debtor=2, liable=False)]
    got = {1: day("2025-06-01"), 3: day("2025-06-05")}
    assert told_on(free, [1, 2, 3], got, today) == day("2025-07-01")
    assert told_on(free, [1, 2, 3], got, day("2025-06-30")) is None
    assert told_on(free, [1, 2, 3], got | {2: day("2025-06-03")}, today) == day("2025-06-05")
    assert told_on(free, [1, 2, 3], {1: day("2025-08-01"), 3: day("2025-08-02")}, today) == day("2025-08-02")
    assert told_on([], [1, 2, 3], got, today) is None


def test_the_work_list_says_whom_of_joint_debtors_something_is_about(desk: Engine) -> None:
    told_of = ("--on", "2025-05-01", "--document", "R 1")
    good("event", "death", "2", *told_of)
    good("event", "secret-address", "3", *told_of)
    good("event", "moratorium", "1", *told_of, "--until", "2025-08-01")
    reasons = {item["reason"] for item in good("worklist") if item["subject"] == LOAN}
    assert reasons >= {
        "a debtor has died (debtor 2)",
        "the address is secret (debtor 3)",
        "a court has ordered a moratorium: ended, not reviewed (debtor 1)",
    }
