"""The account as another administration kept it before the cut-over: read, never booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from moneyed import Money

from ledger.money import cents_of, money
from servicing.facts import Fact, FactKind
from servicing.wording import printable


class EarlierLine(NamedTuple):
    """A line of the old administration; `balance` is what it says was owed after it (None: it does not say)."""

    value_date: date
    text: str
    principal: Money
    interest: Money
    costs: Money
    balance: Money | None


def earlier_lines(facts: Sequence[Fact], since: date | None, until: date) -> list[EarlierLine]:
    """The lines from before the cut-over in a period (since None: all), oldest first, withdrawn ones left out."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    found = [
        fact
        for fact in facts
        if fact.kind is FactKind.EARLIER_LINE and fact.nr not in gone and fact.value_date <= until
        if since is None or fact.value_date >= since
    ]
    return [_line(fact) for fact in sorted(found, key=lambda fact: (fact.value_date, fact.nr))]


def _line(fact: Fact) -> EarlierLine:
    return EarlierLine(
        fact.value_date,
        printable(str(fact.data["text"])),
        _amount(fact, "principal"),
        _amount(fact, "interest"),
        _amount(fact, "costs"),
        _amount(fact, "balance") if "balance" in fact.data else None,
    )


def _amount(fact: Fact, name: str) -> Money:
    return money(cents_of(str(fact.data.get(name, "0.00"))))
