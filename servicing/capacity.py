"""Capacity (draagkracht): what a household can pay a month after the business ended (Bbz art. 43 lid 2)."""

from __future__ import annotations

from fractions import Fraction

from ledger.money import half_up


def monthly_capacity(net_income: int, norm: int, share: Fraction) -> int:
    """The share of what the household's net income of a month is above the norm with holiday allowance, in cents.

    `share` is the figure `ended_business_income_share` of the law.
    """
    return half_up(max(0, net_income - norm) * share)


def rest_after(outstanding: int, monthly: int, months: int) -> int:
    """What is left when the capacity was paid for so many months: a waiver of it may be proposed, by policy only."""
    return max(0, outstanding - monthly * months)
