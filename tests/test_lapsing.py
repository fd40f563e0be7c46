"""Which claims of a loan lapse and when, from its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from servicing.facts import Fact, FactKind
from servicing.files import law
from servicing.lapsing import Lapse, acts_of, extensions_of, lapses_of
from tests.as_facts import LOAN, drafts_of, facts_of
from tests.desk import good, open_loan

LAW = law()
TERMS = {"principal": "1200.00", "annual_rate_percent": "0", "start": "2020-01-01", "instalments": 12}
LENT = {"on": "2020-01-01", "type": "disburse", "amount": "1200.00"}


def told(*events: dict[str, Any], more: tuple[Fact, ...] = (), on: str = "2021-06-01") -> list[Lapse]:
    facts = facts_of(drafts_of(TERMS, [LENT, *events]))
    return lapses_of([*facts, *more], date.fromisoformat(on), "public", LAW)


def fact(nr: int, kind: FactKind, on: str, of: int = 0, data: Mapping[str, object] | None = None) -> Fact:
    day = date.fromisoformat(on)
    return Fact(LOAN, nr, kind, day, day, f"fact {nr}", 0, of, data or {}, "test", "")


def test_each_instalment_has_a_term_of_its_own() -> None:
    found = told()
    assert [str(one.limitation.lapses_on) for one in found[:2]] == ["2025-02-02", "2025-03-02"]
    assert len(found) == 12


def test_what_is_called_in_has_one_term() -> None:
    found = told({"on": "2020-02-15", "type": "due_at_once"})
    assert [(one.row_nr, str(one.limitation.lapses_on)) for one in found] == [
        (1, "2025-02-02"),
        (2, "2025-02-16"),
    ]
    assert found[1].open == 1100_00


def test_a_payment_acknowledges_the_debt_unless_it_came_back() -> None:
    paid = {"on": "2020-09-10", "type": "payment", "amount": "10.00", "id": "p"}
    assert str(told(paid)[0].limitation.lapses_on) == "2025-09-11"
    back = {"on": "2020-09-20", "type": "reversal", "of": "p"}
    assert str(told(paid, back)[0].limitation.lapses_on) == "2025-02-02"


def test_an_act_that_was_recorded_counts_when_it_is_proven() -> None:
    sent = {"act": "formal_reminder"}
    plain = fact(3, FactKind.INTERRUPTION, "2021-01-10", data=sent)
    assert str(told(more=(plain,))[0].limitation.lapses_on) == "2025-02-02"
    proven = fact(3, FactKind.INTERRUPTION, "2021-01-10", data=sent | {"proof": "track and trace 3S1"})
    assert str(told(more=(proven,))[0].limitation.lapses_on) == "2026-01-11"
    gone = fact(4, FactKind.WITHDRAWAL, "2021-01-10", of=3)
    assert acts_of([proven, gone]) == []


def test_what_lasts_makes_the_term_longer() -> None:
    start = fact(3, FactKind.WSNP_START, "2021-01-01")
    assert told(more=(start,))[0].limitation.lapses_on is None
    slate = fact(4, FactKind.WSNP_CLEAN_SLATE, "2022-07-01", of=3)
    assert str(told(more=(start, slate))[0].limitation.lapses_on) == "2026-08-02"
    moratorium = fact(3, FactKind.MORATORIUM, "2021-01-01", data={"until": "2021-07-01"})
    assert [str(one.until) for one in extensions_of([moratorium])] == ["2021-07-01"]


SUSPENDED = fact(3, FactKind.ORDER_SUSPENDED, "2021-03-01", data={"summons": "2021-02-01"})
RESUMED = fact(4, FactKind.ENDED, "2021-12-01", of=3)


def test_an_order_that_a_court_suspends_makes_the_term_longer_from_the_summons_on() -> None:
    assert told(more=(SUSPENDED,))[0].limitation.lapses_on is None
    found = told(more=(SUSPENDED, RESUMED))[0].limitation
    days = (date(2021, 12, 1) - date(2021, 2, 1)).days
    assert (found.extended_days, found.lapses_on) == (days, date(2025, 2, 2) + timedelta(days=days))
    # Without a day of the summons it is the day of the suspension; taken back, nothing is left of it.
    plain = replace(SUSPENDED, data={})
    shorter = (date(2021, 12, 1) - date(2021, 3, 1)).days
    assert told(more=(plain, RESUMED))[0].limitation.extended_days == shorter
    gone = fact(5, FactKind.WITHDRAWAL, "2021-03-01", of=3)
    assert str(told(more=(SUSPENDED, RESUMED, gone))[0].limitation.lapses_on) == "2025-02-02"
    # Towards one of joint debtors it rests against him alone.
    his = replace(SUSPENDED, data={"debtor": 1})
    assert ([one.since for one in extensions_of([his], 1)], extensions_of([his], 2)) == (
        [date(2021, 3, 1)],
        [],
    )


def test_what_moves_the_lapse_day_may_become_known_in_any_order() -> None:
    act = fact(5, FactKind.INTERRUPTION, "2021-01-10", data={"act": "enforcement_order", "proof": "exploot"})
    start = fact(6, FactKind.BANKRUPTCY, "2021-11-01")
    end = fact(7, FactKind.ENDED, "2022-02-01", of=6)
    second = fact(8, FactKind.ORDER_SUSPENDED, "2021-05-01")
    gone = fact(9, FactKind.WITHDRAWAL, "2021-05-01", of=8)
    every = (SUSPENDED, RESUMED, act, start, end, second, gone)
    found = {
        (one.limitation.began_by, one.limitation.extended_days, one.limitation.lapses_on)
        for order in [*permutations(every)][::97]
        for one in told(more=order)[:1]
    }
    days = (date(2022, 2, 1) - date(2021, 2, 1)).days
    assert {one[1:] for one in found} == {(days, date(2026, 1, 11) + timedelta(days=days))}


def test_the_command(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_database is not None
    open_loan(sqlite_url, tmp_path, monkeypatch)
    shown = good("loan", "limitation", str(LOAN), "--on", "2029-02-02")
    assert (shown["system"], len(shown["rows"])) == ("public", 49)
    first = shown["rows"][0]
    assert (first["lapses_on"], first["state"]) == ("2030-02-02", "near")
    assert first["signals"] == ["2029-02-02", "2029-08-02", "2029-11-02"]
