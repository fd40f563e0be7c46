"""Turns in a life night by night: corrections of what was booked, and every entry explained."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from ledger.entry import EntryKind, Posting
from servicing.explain import explain
from servicing.facts import Fact, FactKind
from tests.as_facts import LOAN, Nights, drafts_of, facts_of
from tests.eventful import eventful
from tests.test_arrival import without_pay_off
from tests.test_explain import BASIS
from tests.test_turns_told import CASE_6, LENT, Case

DUE, INCOME = 11320, 18000
"""Accounts of Almere: interest due, interest income."""


def worked(*events: Case, more: tuple[Fact, ...] = (), until: str = "2026-01-15") -> Nights:
    nights = Nights([*facts_of(drafts_of(CASE_6, [LENT, *events])), *more])
    nights.work_until(date.fromisoformat(until))
    return nights


def test_f1_a_rate_that_changed_a_year_ago_is_booked_as_a_difference() -> None:
    rate = {"on": "2025-01-01", "type": "rate", "percent": "6", "recorded": "2026-01-10"}
    before, after = worked(until="2026-01-10"), worked(rate, until="2026-01-10")
    assert [entry for entry in after.entries if entry.key.business_date < date(2026, 1, 10)] == [
        entry for entry in before.entries if entry.key.business_date < date(2026, 1, 10)
    ]
    assert after.sums() == worked(rate | {"recorded": "2025-01-01"}, until="2026-01-10").sums()
    # Nothing was paid: 2 % of 25,000.00 less interest in each of the twelve months, with its old due date.
    corrected = [
        (entry.value_date, posting)
        for entry in after.entries
        if (entry.key.business_date, entry.key.kind) == (date(2026, 1, 10), EntryKind.INTEREST)
        for posting in entry.postings
    ]
    assert corrected[:11] == [(date(2025, month, 1), Posting(INCOME, DUE, 4167)) for month in range(2, 13)]
    assert [(value_date, row.credit, row.cents) for value_date, row in corrected[11:]] == [
        (date(2026, 1, 1), DUE, 4167)
    ]


def test_f2_a_rate_change_undone_is_back_to_the_cent() -> None:
    rate = {"on": "2025-03-01", "type": "rate", "percent": "6", "recorded": "2025-08-10"}
    undone = Fact(
        LOAN, 4, FactKind.WITHDRAWAL, date(2025, 3, 1), date(2025, 11, 3), "undone", 0, 3, {}, "test", ""
    )
    assert worked(rate, until="2025-11-02").sums() != worked(until="2025-11-02").sums()
    assert worked(rate, more=(undone,)).sums() == worked().sums()


def test_f6_a_reversal_that_was_wrong_is_taken_back_and_the_chain_stays_visible() -> None:
    paid = {"on": "2025-02-01", "type": "payment", "amount": "506.91", "id": "p"}
    back = {"on": "2025-02-20", "type": "reversal", "of": "p"}
    undone = Fact(
        LOAN, 5, FactKind.WITHDRAWAL, date(2025, 2, 20), date(2025, 3, 3), "wrong", 0, 4, {}, "test", ""
    )
    found = worked(paid, back, more=(undone,))
    assert found.sums() == worked(paid).sums()
    about = [(entry.key.kind.text, entry.fact) for entry in found.entries if entry.fact in {3, 4}]
    assert ("payment", 3) in about
    assert [each for each in about if each == ("reversal", 4)] == [("reversal", 4)] * 2


# Explained.


@pytest.mark.parametrize("block", range(3))
def test_every_entry_of_an_eventful_life_is_explained(block: int) -> None:
    explained = 0
    for seed in range(700 + block * 12, 712 + block * 12):
        given = eventful(seed)
        facts = facts_of(drafts_of(given.terms, without_pay_off(given)))
        nights = Nights(facts)
        nights.work_until(given.viewing_dates[-1] + timedelta(days=40))
        for entry in nights.entries[:: max(1, len(nights.entries) // 25)]:
            assert explain(entry, nights.entries, facts, BASIS).lines, f"seed {seed}: {entry.key.text()}"
            explained += 1
    assert explained > 100


def test_what_was_given_up_is_explained_account_by_account() -> None:
    nights = worked(
        {"on": "2025-02-15", "type": "waiver", "of": "interest", "amount": "500.00"}, until="2025-02-15"
    )
    (entry,) = (one for one in nights.entries if one.key.kind.text == "waiver")
    found = explain(entry, nights.entries, nights.facts, BASIS)
    assert [(line.amount, line.text) for line in found.lines] == [
        ("500.00", "Kwijtgescholden bij besluit (rente)"),
        ("166.67", "Stond open op 1320"),
        ("83.33", "Stond open op 1330"),
        ("-250.00", "Meer dan er openstond"),
    ]
    assert found.lines[0].article == "Awb art. 4:94a"
    (before,) = (one for one in nights.entries if one.key.text().endswith("2025-02-15:interest:1"))
    interest = explain(before, nights.entries, nights.facts, BASIS)
    assert interest.text == "Rente tot de afboeking"
    assert interest.lines[-1].text == "Door de afboeking genomen, nieuw in de boeken"


def test_interest_that_does_not_run_is_explained_by_what_stopped_it() -> None:
    nights = worked({"on": "2025-02-15", "type": "wsnp_start", "id": "w"}, until="2025-03-01")
    (entry,) = (
        one
        for one in nights.entries
        if one.value_date == date(2025, 3, 1) and one.key.kind.text == "interest"
    )
    lines = explain(entry, nights.entries, nights.facts, BASIS).lines
    assert [line.amount for line in lines[:2]] == ["83.33333333", "0.00000000"]
    assert "wsnp-start" in lines[1].source
    assert Fraction(lines[0].amount) > 0
