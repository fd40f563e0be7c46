"""What the database knows already of the debtors and loans that the files name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select

from backoffice.portfolio.portfolio import Named, Portfolio
from ledger.day import day_of
from servicing.creditor import Creditor
from servicing.debtors.secrets import key_ring
from servicing.debtors.store import particulars_on
from servicing.debtors.values import Particulars
from servicing.tables import debtor, debtor_bsn, loan, loan_debtor

Name = TypeVar("Name")

NAMES_A_QUERY = 5000
LONGEST_ID = 18


class KnownDebtor(NamedTuple):
    """A debtor as recorded."""

    id: int
    birth_date: date | None
    particulars: Particulars


class KnownLoan(NamedTuple):
    """The heading of a loan as recorded, and its debtors in order."""

    id: int
    creditor: str
    product: str
    heading: tuple[object, ...]
    debtors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is recorded: debtors by the office's number, loans by their place in the portfolio."""

    debtors: Mapping[str, KnownDebtor] = field(default_factory=dict)
    owners: Mapping[str, int] = field(default_factory=dict)
    """Debtors by BSN."""
    loans: Mapping[int, KnownLoan] = field(default_factory=dict)
    rivals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Loan numbers that more than one creditor uses, with the creditors."""


NOTHING = Known()


def known_of(connection: Connection, portfolio: Portfolio, creditors: Mapping[str, Creditor]) -> Known:
    """What the database knows of everybody and everything the portfolio names."""
    named = {number for each in portfolio.loans if each.grant for number in each.grant.debtors}
    numbers = named | {row.number for row in portfolio.debtors}
    numbers |= {row.debtor for row in portfolio.representatives}
    codes = {creditor.id: code for code, creditor in creditors.items()}
    rows = list(_loan_rows(connection, portfolio.loans, codes))
    return Known(
        _debtors(connection, numbers),
        _owners(connection, [row.bsn for row in portfolio.debtors if row.bsn]),
        _match(portfolio.loans, rows),
        _rivals(portfolio.loans, rows),
    )


def _debtors(connection: Connection, numbers: Iterable[str]) -> dict[str, KnownDebtor]:
    query = select(debtor.c.id, debtor.c.external, debtor.c.birth_date)
    rows = [
        row
        for some in _batches(sorted(numbers))
        for row in connection.execute(query.where(debtor.c.external.in_(some)))
    ]
    particulars = particulars_on(connection, [row.id for row in rows], date.max)
    return {
        row.external: KnownDebtor(
            row.id, day_of(row.birth_date) if row.birth_date else None, particulars[row.id]
        )
        for row in rows
    }


def _owners(connection: Connection, numbers: Sequence[str]) -> dict[str, int]:
    """The debtors by BSN, found through the keyed index; raises `Misconfigured` when there is no key."""
    if not numbers:
        return {}
    ring = key_ring()
    by_index = {index: bsn for bsn in numbers for index in ring.indexes(bsn)}
    query = select(debtor_bsn.c.debtor_id, debtor_bsn.c.blind_index)
    return {
        by_index[row.blind_index]: row.debtor_id
        for some in _batches(list(by_index))
        for row in connection.execute(query.where(debtor_bsn.c.blind_index.in_(some)))
    }


class _LoanRow(NamedTuple):
    id: int
    external: str | None
    found: KnownLoan


def _loan_rows(
    connection: Connection, named: Sequence[Named], codes: Mapping[int, str]
) -> Iterator[_LoanRow]:
    numbers = sorted({each.number for each in named})
    found = {row.id: row for some in _batches(numbers) for row in connection.execute(_loans_named(some))}
    debtors: dict[int, list[int]] = {}
    for some in _batches(list(found)):
        query = select(loan_debtor.c.loan_id, loan_debtor.c.debtor_id).where(loan_debtor.c.loan_id.in_(some))
        for row in connection.execute(query.order_by(loan_debtor.c.loan_id, loan_debtor.c.place)):
            debtors.setdefault(row.loan_id, []).append(row.debtor_id)
    for row in found.values():
        yield _LoanRow(row.id, row.external, _known_loan(row, codes, tuple(debtors.get(row.id, ()))))


def _loans_named(names: Sequence[str]) -> Select[Any]:
    """Loans by the office's number, or by ours."""
    conditions: list[ColumnElement[bool]] = [loan.c.external.in_(names)]
    ids = [int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= LONGEST_ID]
    if ids:
        conditions.append(loan.c.id.in_(ids))
    return select(loan).where(or_(*conditions))


def _known_loan(row: Row[Any, Any], codes: Mapping[int, str], debtors: tuple[int, ...]) -> KnownLoan:
    heading = (row.product, row.purpose, day_of(row.application_date), day_of(row.decision_date))
    return KnownLoan(row.id, codes.get(row.creditor_id, str(row.creditor_id)), row.product, heading, debtors)


def _match(named: Sequence[Named], rows: Sequence[_LoanRow]) -> dict[int, KnownLoan]:
    """The recorded loan of each named one; none where two could be meant."""
    by_name: dict[str, list[_LoanRow]] = {}
    for row in rows:
        for name in {row.external, str(row.id)} - {None}:
            by_name.setdefault(str(name), []).append(row)
    matched = {}
    for at, each in enumerate(named):
        fitting = [
            row.found
            for row in by_name.get(each.number, ())
            if each.creditor in (None, row.found.creditor)
            and (each.column == "loan" or row.external == each.number)
        ]
        if len(fitting) == 1:
            matched[at] = fitting[0]
    return matched


def _rivals(named: Sequence[Named], rows: Sequence[_LoanRow]) -> dict[str, tuple[str, ...]]:
    owners: dict[str, set[str]] = {}
    for row in rows:
        owners.setdefault(row.external or "", set()).add(row.found.creditor)
    for each in named:
        if each.creditor and each.column == "number":
            owners.setdefault(each.number, set()).add(each.creditor)
    return {number: tuple(sorted(found)) for number, found in owners.items() if len(found) > 1}


def _batches(names: Sequence[Name]) -> Iterator[Sequence[Name]]:
    return (names[start : start + NAMES_A_QUERY] for start in range(0, len(names), NAMES_A_QUERY))
