"""Loans to compute with, and rows as the worked cases write them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from ledger.money import cents_of, euros
from servicing.schedule import Row
from servicing.terms import Method, Terms


def loan(
    principal: str = "25000.00", rate: str = "8", instalments: int = 60, method: Method = "annuity"
) -> Terms:
    return Terms(
        principal=cents_of(principal),
        rate=Fraction(rate) / 100,
        start=date(2025, 1, 1),
        instalments=instalments,
        method=method,
    )


def figures(row: Row) -> str:
    """A row as the worked cases write it: due, interest, principal, balance."""
    return " ".join(euros(int(amount)) for amount in (row.due, row.interest, row.principal, row.balance))
