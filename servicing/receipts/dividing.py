"""A payment that names no debt is divided over several of one debtor at one creditor (policy alloc.order)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ledger.money import split_in_proportion


class Owed(NamedTuple):
    """One of the debts, in cents: what its arrangement still asks, what is due, all that is open.

    `rate` is above 0 where it bears interest, `since` the day of its oldest due row (0: none), `began` its first day.
    """

    loan: int
    arranged: int
    due: int
    open: int
    rate: int
    since: int
    began: int


Rank = tuple[int, ...]

LAST = 99_991_231
"""The place of what has no due row, after all days."""

ORDERS: Mapping[str, Callable[[Owed], Rank]] = {
    "arrangement_due_interest_oldest": lambda one: (
        not one.due,
        not one.rate,
        one.since or LAST,
        one.began,
        one.loan,
    ),
    "oldest_due": lambda one: (not one.due, one.since or LAST, one.began, one.loan),
    "most_burdensome": lambda one: (-one.rate, one.since or LAST, one.began, one.loan),
    "pro_rata": lambda one: (one.loan,),
}
"""By policy which debt comes first; pro rata gives each its share."""


def divided(cents: int, debts: Sequence[Owed], order: str) -> tuple[dict[int, int], int]:
    """What of a payment goes to each loan, and what is left when all are paid, in cents.

    First what an arrangement asks, where the policy says so; then what is due; then what is still to come.
    """
    in_order = sorted(debts, key=ORDERS[order])
    paid = dict.fromkeys((one.loan for one in in_order), 0)
    for wanted in (_arranged if order == "arrangement_due_interest_oldest" else _nothing, _due, _open):
        asked = [(one.loan, max(0, wanted(one) - paid[one.loan])) for one in in_order]
        cents -= _give(cents, asked, paid, is_shared=order == "pro_rata")
    return {loan: part for loan, part in paid.items() if part}, cents


def _give(cents: int, asked: Sequence[tuple[int, int]], paid: dict[int, int], *, is_shared: bool) -> int:
    """Give each what it asks, one after the other, or each its share; how much was given."""
    total = min(cents, sum(amount for _, amount in asked))
    left = total
    shares = split_in_proportion(total, [amount for _, amount in asked]) if is_shared and total else None
    for place, (loan, amount) in enumerate(asked):
        part = min(left, amount) if shares is None else shares[place]
        paid[loan] += part
        left -= part
    return total


def _nothing(_: Owed) -> int:
    return 0


def _arranged(one: Owed) -> int:
    return min(one.arranged, one.open)


def _due(one: Owed) -> int:
    return one.due


def _open(one: Owed) -> int:
    return one.open
