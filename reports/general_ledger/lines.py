"""Trial balance and account of one creditor as rows that a table, a spreadsheet or a program takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from ledger.balance import TrialBalance
from ledger.entry import EntryKind, Key
from ledger.errors import VerificationFailed
from ledger.money import euros

BALANCE_COLUMNS = ("creditor", "account", "name", "debit", "credit", "debit_balance", "credit_balance")
DAY_COLUMNS = ("business_date", "debit", "credit", "balance")
LOAN_COLUMNS = ("loan", "opening", "debit", "credit", "balance")
ENTRY_COLUMNS = ("key", "value_date", "period", "against", "debit", "credit", "balance", "fact")

TOTAL = "totaal"
OPENING = "beginsaldo"

Row = dict[str, object]


class Unequal(VerificationFailed):
    """The two sides of a trial balance differ: the books are damaged."""


class Moved(NamedTuple):
    """What was debited and credited on an account, on a day or for a loan."""

    of: int
    opening: int
    debit: int
    credit: int


class Booked(NamedTuple):
    """One posting on an account: its key, when it holds, what stands against it, and the fact behind it."""

    key: Key
    value_date: date
    period: int
    against: int
    debit: int
    credit: int
    fact: int


def balance_rows(creditor: str, held: TrialBalance) -> list[Row]:
    """The accounts that were ever booked on, and their sums, which are equal; raises `Unequal`."""
    lines = [line for line in held.lines if line.debit_cents or line.credit_cents]
    rows = [
        _balanced(creditor, line.number, line.name_nl, (line.debit_cents, line.credit_cents))
        for line in lines
    ]
    debit, credit = sum(line.debit_cents for line in lines), sum(line.credit_cents for line in lines)
    over = sum(max(line.balance_cents, 0) for line in lines)
    if debit != credit:
        raise Unequal(
            f"{creditor}: {euros(debit)} was debited and {euros(credit)} credited: aflos verify names where"
        )
    total = {"debit": debit, "credit": credit, "debit_balance": over, "credit_balance": over}
    return [*rows, {"creditor": creditor, "account": None, "name": TOTAL} | _amounts(total)]


def _balanced(creditor: str, number: int, name: str, moved: tuple[int, int]) -> Row:
    debit, credit = moved
    sides = {"debit_balance": max(debit - credit, 0), "credit_balance": max(credit - debit, 0)}
    return {"creditor": creditor, "account": number, "name": name} | _amounts(
        {"debit": debit, "credit": credit} | sides
    )


def day_rows(opening: int, days: Iterable[tuple[date, int, int]]) -> Iterator[Row]:
    """An account day by day; the first row is what stood on it before, the last one its balance in the end."""
    yield {"business_date": None} | _amounts({"debit": 0, "credit": 0, "balance": opening})
    balance = opening
    for day, debit, credit in days:
        balance += debit - credit
        yield {"business_date": day.isoformat()} | _amounts(
            {"debit": debit, "credit": credit, "balance": balance}
        )


def loan_rows(moved: Iterable[Moved]) -> Iterator[Row]:
    """An account loan by loan, and its sums; what stands on no loan is the creditor's own book, without a number."""
    sums = [0, 0, 0, 0]
    for of, *amounts in moved:
        opening, debit, credit = amounts
        row = [opening, debit, credit, opening + debit - credit]
        sums = [mine + other for mine, other in zip(sums, row, strict=True)]
        yield {"loan": of or None} | _amounts(dict(zip(LOAN_COLUMNS[1:], row, strict=True)))
    yield {"loan": TOTAL} | _amounts(dict(zip(LOAN_COLUMNS[1:], sums, strict=True)))


def entry_rows(opening: int, booked: Iterable[Booked]) -> Iterator[Row]:
    """An account posting by posting; `aflos explain KEY` says where each comes from."""
    nothing: Row = {"key": None, "value_date": None, "period": None, "against": None, "fact": None}
    yield nothing | _amounts({"debit": 0, "credit": 0, "balance": opening})
    balance = opening
    for one in booked:
        balance += one.debit - one.credit
        amounts = _amounts({"debit": one.debit, "credit": one.credit, "balance": balance})
        yield {
            "key": one.key.text(),
            "value_date": one.value_date.isoformat(),
            "period": f"{one.period // 100}-{one.period % 100:02}",
            "against": one.against,
            "fact": one.fact or None,
        } | amounts


def key_of_posting(day: date, loan: int, kind: int, nr: int) -> Key:
    """The business key of a posting."""
    return Key(day, loan, EntryKind(kind), nr)


def _amounts(cents: dict[str, int]) -> Row:
    return {name: euros(value) for name, value in cents.items()}
