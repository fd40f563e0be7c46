"""Proof totals: what the files hold per creditor and product, to lay beside the totals of the old administration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from backoffice.portfolio.columns import PAST_NAMES
from backoffice.portfolio.known import Known
from backoffice.portfolio.past_rows import YearRow
from backoffice.portfolio.portfolio import Opening, Portfolio
from ledger.money import euros

PAST_AMOUNTS = (
    *("advanced", "reminder_fees", "interest_decided"),
    *(f"year_{name}" for name in YearRow._fields[3:]),
    "disbursed_before",
)
AMOUNTS = (
    "granted",
    "disbursed",
    "principal",
    "principal_due",
    "interest_due",
    "accrued_interest",
    "deferred_interest",
    "costs",
    "credit",
    "paid",
    "reversed",
    *PAST_AMOUNTS,
)
"""Sums in euros; `principal` to `credit` are the opening balances, `year_...` what moved in the year before them,
`disbursed_before` what was paid out before them."""

COUNTS = ("loans", "disbursements", "opening_balances", "payments", "reversals", *PAST_NAMES)

OFTEN_EMPTY = frozenset((*PAST_NAMES, *PAST_AMOUNTS))
"""What a page leaves out where there is none of it."""


class Total(NamedTuple):
    """The sums of one creditor and product: counts of rows, and amounts in cents."""

    creditor: str
    product: str
    sums: Mapping[str, int]


def totals_of(portfolio: Portfolio, known: Known) -> list[Total]:
    """The totals of a portfolio, by creditor and product, over all rows of its files."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for at, named in enumerate(portfolio.loans):
        source = named.grant or known.loans[at]
        total = sums.setdefault((source.creditor, source.product), Counter())
        if named.grant is not None:
            total["loans"] += 1
            total["granted"] += int(named.grant.terms.principal)
        _add_money(total, portfolio, at)
    return [Total(*names, total) for names, total in sorted(sums.items())]


def proof_of(totals: Sequence[Total]) -> dict[str, Any]:
    """The totals with amounts in euros, as --json shows them and the database keeps them."""
    return {"totals": [total_data(total) for total in totals], "total": total_data(together(totals))}


def together(totals: Sequence[Total]) -> Total:
    """All totals added up."""
    everything: Counter[str] = Counter()
    for total in totals:
        everything.update(total.sums)
    return Total("", "", everything)


def total_data(total: Total) -> dict[str, object]:
    """A total with amounts in euros."""
    counts: dict[str, object] = {name: total.sums.get(name, 0) for name in COUNTS}
    amounts = {name: euros(total.sums.get(name, 0)) for name in AMOUNTS}
    names = {"creditor": total.creditor, "product": total.product} if total.creditor else {}
    return names | counts | amounts


def _add_money(total: Counter[str], portfolio: Portfolio, at: int) -> None:
    for row in portfolio.disbursements.get(at, ()):
        total["disbursements"] += 1
        total["disbursed"] += row.amount
    if at in portfolio.openings:
        _add_opening(total, portfolio.openings[at])
    for past in portfolio.past.get(at, ()):
        total[past.table] += 1
        total.update(past.amounts)
    for payment in portfolio.payments_of(at):
        total["payments"] += 1
        total["paid"] += payment.cents
        if payment.reversed_on:
            total["reversals"] += 1
            total["reversed"] += payment.cents


def _add_opening(total: Counter[str], opening: Opening) -> None:
    row = opening.row
    total["opening_balances"] += 1
    total["principal"] += row.principal
    total["principal_due"] += row.principal_due or 0
    total["interest_due"] += row.interest_due or 0
    total["accrued_interest"] += row.accrued_interest or 0
    total["deferred_interest"] += row.deferred_interest or 0
    total["costs"] += row.costs or 0
    total["credit"] += row.credit or 0
