"""Choices D12, D15, D16 and D17 of the college: what the default does, and that no other answer is taken in silence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import Misconfigured
from servicing import files
from servicing.arrangement import interest_meanwhile
from servicing.dunning.owing import overdue_of
from servicing.facts import Fact, FactKind
from servicing.files import law, policy
from servicing.history import history_of
from servicing.in_default import proposed_interest
from servicing.lapsing import lapses_of
from servicing.life.timeline import live
from servicing.policy import Choices
from servicing.receipts.matching import ITS_OWN_DATE
from servicing.statutory_interest import Ways
from servicing.worklist import Case, item_of_credit
from tests.as_facts import LOAN, drafts_of, facts_of
from tests.desk import good, open_loan
from tests.law_files import write

LAW, POLICY = law(), policy()
DAY = date(2025, 7, 1)
TERMS = {"principal": "1200.00", "annual_rate_percent": "0", "start": "2020-01-01", "instalments": 12}
LENT = {"on": "2020-01-01", "type": "disburse", "amount": "1200.00"}
PAID = {"on": "2020-02-01", "type": "payment", "amount": "100.00", "id": "p"}


def told(*events: dict[str, Any]) -> list[Fact]:
    return facts_of(drafts_of(TERMS, [LENT, *events]))


def chosen(key: str, **own: str) -> str:
    return Choices(POLICY, "almere", DAY, {name.replace("__", "."): one for name, one in own.items()}).choice(
        key
    )


def refused(folder: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> bool:
    """Whether an answer is refused when the file of a creditor is read, with the reason."""
    write(
        folder,
        "policy/almere.yaml",
        f'choices: {{{key}: {{2025-01-01: {{value: {value}, source: "art. 1"}}}}}}',
    )
    monkeypatch.setenv("AFLOS_CONFIG", str(folder))
    with pytest.raises(Misconfigured, match=f"{key}.*'{value}': this program does not work it: "):
        files.policy()
    return True


def test_d12_whether_interest_runs_during_an_arrangement_is_for_the_college() -> None:
    def runs(ground: str, **own: str) -> bool:
        fact = Fact(LOAN, 1, FactKind.ANNOUNCED, DAY, DAY, "b", 0, 0, {"ground": ground}, "test", "")
        return interest_meanwhile([fact], chosen("deferral.interest", **own))

    assert (runs("clawback"), runs("recovery")) == (False, True)
    assert runs("clawback", deferral__interest="yes")
    assert not runs("recovery", deferral__interest="no")


def test_d12_an_arrangement_keeps_what_the_policy_or_the_person_said(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_loan(sqlite_url, tmp_path, monkeypatch)
    text = 'choices: {deferral.interest: {2025-01-01: {value: "no", source: "art. 1"}}}'
    write(tmp_path / "own", "policy/almere.yaml", text)
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "own"))
    words = ("decide", "arrangement", str(LOAN), "--amount", "100.00", "--on", "2025-07-01")
    assert good(*words, "--decision", "B-1")["data"]["statutory_interest"] is False
    said = ("--statutory-interest", "runs")
    assert "statutory_interest" not in good(*words, *said, "--decision", "B-2")["data"]


def test_d12_what_stops_is_not_proposed() -> None:
    late = told()
    asked = [proposed_interest(late, date(2021, 6, 1), LAW, Ways()).due]
    start = date(2020, 2, 2)
    data = {"statutory_interest": False}
    stops = Fact(LOAN, len(late) + 1, FactKind.ARRANGEMENT, start, start, "a", 10_00, 0, data, "test", "")
    asked.append(proposed_interest([*late, stops], date(2021, 6, 1), LAW, Ways()).due)
    assert asked[0] > asked[1] == 0


def test_d15_each_instalment_lapses_by_itself_until_the_loan_is_called_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen("limitation.scope") == "per_instalment_until_due_at_once"
    each = lapses_of(told(), date(2021, 6, 1), "public", LAW)
    assert [str(one.limitation.lapses_on) for one in each[:2]] == ["2025-02-02", "2025-03-02"]
    called = lapses_of(told({"on": "2020-02-15", "type": "due_at_once"}), date(2021, 6, 1), "public", LAW)
    assert [str(one.limitation.lapses_on) for one in called] == ["2025-02-02", "2025-02-16"]
    assert refused(tmp_path, monkeypatch, "limitation.scope", "whole_loan")


def test_d16_what_is_paid_too_much_waits_as_credit_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen("overpayment") == "suspense_then_refund"
    facts = told({"on": "2020-03-01", "type": "payment", "amount": "1250.00"})
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, date(2020, 4, 1))
    assert int(state.credit) == 50_00
    item = item_of_credit(Case(LOAN, 1, facts), int(state.credit), "almere", date(2020, 4, 1))
    assert (item.reason, item.next_action) == (
        "50.00 more was paid than is owed",
        "aflos bank refunds propose --creditor almere",
    )
    # What was charged, paid and cancelled is credit while the loan is still owed.
    charged = {"on": "2020-02-01", "type": "cost", "amount": "60.00", "id": "cost"}
    cancelled = {"on": "2020-04-01", "type": "cancellation", "of": "cost", "amount": "60.00"}
    some = told(charged, {"on": "2020-03-01", "type": "payment", "amount": "70.00"}, cancelled)
    item = item_of_credit(Case(LOAN, 1, some), 60_00, "almere", date(2020, 4, 1))
    assert item.reason == "60.00 is owed to the debtor: paid and not owed after all, or interest on it"
    for other in ("next_instalment", "other_claim"):
        assert refused(tmp_path, monkeypatch, "overpayment", other)


def test_d17_a_collection_that_bounced_was_never_paid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen("bounce") == ITS_OWN_DATE
    facts = told(PAID, {"on": "2020-03-20", "type": "reversal", "of": "p"})
    history = history_of(facts)
    state = live(history.terms, history.events, history.reversals, date(2020, 3, 25))
    overdue = overdue_of(state, date(2020, 3, 25))
    assert overdue is not None
    assert (overdue.since, overdue.cents) == (date(2020, 2, 1), 200_00)
    assert refused(tmp_path, monkeypatch, "bounce", "bounce_date")
