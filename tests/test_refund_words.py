"""What a debtor reads on his bank statement when credit goes back to him."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from servicing.facts import DECIDED, Fact, FactKind
from servicing.refunding.words import PLAIN, words_of_refund
from tests.as_facts import drafts_of, facts_of

TERMS = {"principal": "1200.00", "annual_rate_percent": "0", "start": "2025-01-01", "instalments": 12}
LENT = {"on": "2025-01-01", "type": "disburse", "amount": "1200.00"}
CHARGED = {"on": "2025-02-01", "type": "cost", "amount": "50.00", "id": "cost"}
PAID = {"on": "2025-02-02", "type": "payment", "amount": "1260.00"}
BACK = {"on": "2025-02-03", "type": "cancellation", "of": "cost", "amount": "50.00"}
OWED = {"on": "2025-02-04", "type": "interest_owed", "amount": "11.00"}


def refund(amount: str) -> dict[str, Any]:
    return {"on": "2025-03-01", "type": "credit_refund", "amount": amount}


def words(*events: dict[str, Any]) -> str:
    return words_of_refund(decided(*events), 7)


def decided(*events: dict[str, Any]) -> list[Fact]:
    """The facts, the last refund among them by decision 7."""
    facts = facts_of(drafts_of(TERMS, [LENT, CHARGED, PAID, *events]))
    (last,) = [fact.nr for fact in facts if fact.kind is FactKind.CREDIT_REFUND][-1:]
    return [
        replace(fact, data={**fact.data, DECIDED: {"number": 7}}) if fact.nr == last else fact
        for fact in facts
    ]


def test_each_kind_of_credit_has_its_own_words() -> None:
    assert words(refund("10.00")) == "Terugbetaling te veel betaald"
    before = {"on": "2025-02-02", "type": "credit_refund", "amount": "10.00"}
    assert words(before, BACK, refund("50.00")) == "Terugbetaling kosten of rente"
    gone = {"on": "2025-02-03", "type": "credit_refund", "amount": "60.00"}
    assert words(BACK, gone, OWED, refund("11.00")) == "Rente over te veel betaald"


def test_the_oldest_credit_goes_first_and_a_mixture_is_plainly_credit() -> None:
    assert words(BACK, OWED, refund("10.00")) == "Terugbetaling te veel betaald"
    assert words(BACK, OWED, refund("71.00")) == PLAIN


def test_what_is_recorded_later_changes_nothing() -> None:
    facts = decided(refund("10.00"))
    late = replace(facts[3], nr=len(facts) + 1, kind=FactKind.WITHDRAWAL, cents=0, of=4, key="w")
    assert words_of_refund([*facts, late], 7) == "Terugbetaling te veel betaald"
    assert words_of_refund(facts, 8) == PLAIN
