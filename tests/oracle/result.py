"""What the oracle answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.oracle.loan import Posting


@dataclass
class RowLine:
    """A row on the viewing date; `paid` is what was really paid on it, by payments known then."""

    nr: int
    date: date
    principal: int
    interest: int
    balance: int
    paid: int

    @property
    def due(self) -> int:
        return self.principal + self.interest


@dataclass
class PaymentLine:
    """A payment and its split; `balance` is the principal owed after it, `place` its place in the input."""

    place: int
    id: str | None
    on: date
    amount: int
    costs: int
    interest: int
    principal: int
    credit: int
    balance: int
    recovered: int = 0
    reversed: bool = False


@dataclass
class Result:
    """The loan on the viewing date; amounts in cents."""

    postings: list[Posting]
    rows: list[RowLine]
    payments: list[PaymentLine]
    outstanding: dict[str, int]
    state: str
    instalment: int

    def sums(self) -> dict[tuple[int, date], int]:
        """What the books say by account and value date, debit positive, without the zeros."""
        sums: defaultdict[tuple[int, date], int] = defaultdict(int)
        for posting in self.postings:
            sums[posting.debit, posting.value_date] += posting.cents
            sums[posting.credit, posting.value_date] -= posting.cents
        return {key: amount for key, amount in sums.items() if amount}

    def balance(self, account: int) -> int:
        """The balance of an account on the viewing date, debit positive."""
        return sum(amount for (number, _), amount in self.sums().items() if number == account)

    def as_json(self) -> dict[str, Any]:
        """The answer in the shape of `aflos simulate`."""
        rows = [
            {"nr": r.nr, "date": r.date.isoformat()}
            | {key: euros(getattr(r, key)) for key in ("principal", "interest", "due", "balance", "paid")}
            for r in self.rows
        ]
        parts = ("amount", "costs", "interest", "principal", "credit", "balance", "recovered")
        payments = [
            {"id": p.id, "on": p.on.isoformat(), "reversed": p.reversed}
            | {key: euros(getattr(p, key)) for key in parts}
            for p in self.payments
        ]
        outstanding = {key: euros(amount) for key, amount in self.outstanding.items()}
        return {"rows": rows, "payments": payments, "outstanding": outstanding, "state": self.state}


def euros(amount: int) -> str:
    """An amount of cents in euros with two decimals."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"


def state_of(outstanding: dict[str, int], *, started: bool, written_off: bool) -> str:
    """The state: pending before anything was paid out; active while anything is owed."""
    if not started:
        return "pending"
    if outstanding["principal"] or outstanding["interest"] or outstanding["costs"]:
        return "active"
    if outstanding["credit"] < 0:
        return "active"
    if outstanding["credit"]:
        return "overpaid"
    return "written_off" if written_off else "closed"
