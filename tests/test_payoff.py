"""The payoff figure: what a pay-off on that day really takes, day by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from servicing.payoff import payoff
from tests.as_facts import drafts_of, facts_of
from tests.desk import LOAN, good, open_loan
from tests.eventful import eventful
from tests.oracle import life
from tests.test_arrival import without_pay_off

TERMS = {"principal": "25000.00", "annual_rate_percent": "8", "start": "2025-01-01", "instalments": 60}
LENT = {"on": "2025-01-01", "type": "disburse", "amount": "25000.00"}


def test_each_day_costs_a_day_of_interest_more() -> None:
    found = payoff(facts_of(drafts_of(TERMS, [LENT])), date(2025, 1, 11), 3)
    assert [(str(line.on), line.interest_running, line.total) for line in found.lines] == [
        ("2025-01-11", 5376, 2505376),
        ("2025-01-12", 5914, 2505914),
        ("2025-01-13", 6452, 2506452),
        ("2025-01-14", 6989, 2506989),
    ]
    assert (found.valid_until, found.changes_on) == (date(2025, 1, 14), None)


def test_what_is_known_to_come_ends_the_list() -> None:
    raised = {"on": "2025-01-13", "type": "rate", "percent": "9", "recorded": "2025-01-02"}
    found = payoff(facts_of(drafts_of(TERMS, [LENT, raised])), date(2025, 1, 11), 30)
    assert (found.valid_until, found.changes_on, len(found.lines)) == (
        date(2025, 1, 12),
        date(2025, 1, 13),
        2,
    )


@pytest.mark.parametrize("seed", range(40))
def test_it_is_what_paying_off_that_day_takes(seed: int) -> None:
    given = eventful(seed)
    events = [event for event in without_pay_off(given) if event["type"] != "reversal"]
    on = given.viewing_dates[0]
    found = payoff(facts_of(drafts_of(given.terms, events)), on, 1)
    for line in found.lines:
        known = [event | {"recorded": event["on"]} for event in events]
        paid_off = {"on": line.on.isoformat(), "type": "pay_off", "id": "all"}
        wanted = life(given.terms, [*known, paid_off], line.on)
        assert line.total == next(one.amount for one in wanted.payments if one.id == "all")


def test_the_command(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_database is not None
    open_loan(sqlite_url, tmp_path, monkeypatch)
    shown = good("loan", "payoff", LOAN, "--on", "2025-01-11", "--days", "1")
    assert (shown["total"], shown["valid_until"]) == ("25053.76", "2025-01-12")
    assert shown["parts"]["interest_running"] == "53.76"
    assert [day["total"] for day in shown["days"]] == ["25053.76", "25059.14"]
