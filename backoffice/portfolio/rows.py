"""The rows of each file as values: one field a column, in the order of columns.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from backoffice.portfolio.columns import Column
from backoffice.portfolio.kinds import Kind, Parser, Unfit
from backoffice.portfolio.problems import HIDDEN, Place, Problems
from backoffice.portfolio.reading import Record, Sheet
from backoffice.portfolio.workbooks import DayCell, OddCell, Unreadable
from servicing.daycount import DayCount, Step
from servicing.terms import Method

DAY_KINDS = {"day", "coming_day", "birth"}


class DebtorRow(NamedTuple):
    """A row of debtors."""

    place: Place
    number: str
    name: str
    street: str | None
    house_number: str | None
    postcode: str | None
    city: str | None
    country: str | None
    language: str | None
    birth_date: date | None
    bsn: str | None


class LoanRow(NamedTuple):
    """A row of loans; amounts in cents, the rate as a part of 1 a year."""

    place: Place
    number: str
    creditor: str
    product: str
    debtors: tuple[str, ...]
    application_date: date | None
    decision_date: date
    purpose: str | None
    amount: int
    rate: Fraction | None
    instalments: int
    every: Step | None
    method: Method | None
    first_due: date | None
    day_count: DayCount | None
    instalment: int | None
    grace_principal: int | None
    interest_from: date | None
    group: str | None
    wage_tax: int | None
    claim_scheme: str | None
    claim_granted: date | None


class DisbursementRow(NamedTuple):
    """A row of disbursements; the amount in cents."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    amount: int
    reference: str | None


class OpeningRow(NamedTuple):
    """A row of opening balances; amounts in cents."""

    place: Place
    loan: str
    creditor: str | None
    cut_over: date | None
    principal: int
    principal_due: int | None
    interest_due: int | None
    accrued_interest: int | None
    deferred_interest: int | None
    costs: int | None
    credit: int | None
    arrears_since: date | None
    next_due: date | None
    remaining_instalments: int
    instalment: int | None
    deferral_months_used: int | None
    remission_years_used: tuple[int, ...] | None
    interest_free_since: date | None


class PaymentRow(NamedTuple):
    """A row of payments; the amount in cents."""

    place: Place
    loan: str
    creditor: str | None
    on: date
    amount: int
    reference: str
    reversed_on: date | None
    early: str | None


class CoDebtorRow(NamedTuple):
    """A row of co-debtors."""

    place: Place
    loan: str
    creditor: str | None
    debtor: str


class Bound(NamedTuple):
    """A column of a table as it stands in a file."""

    header: str
    at: int
    column: Column
    parse: Parser


def values_of(
    sheet: Sheet, parsers: Mapping[Kind, Parser], problems: Problems
) -> Iterator[tuple[Place, list[Any]]]:
    """The values of each row by the table's columns; a row with a problem is noted and left out."""
    records = _readable(sheet, problems)
    bound = _bind(sheet, next(records, (1, []))[1], parsers, problems)
    width = len(sheet.table.columns)
    for row, cells in records if bound else ():
        if not any(cells):
            continue
        place = Place(sheet.file, row)
        before = problems.error_count
        values: list[Any] = [None] * width
        for at, cell in enumerate(cells):
            each = bound[at] if at < len(bound) else None
            if each is None:
                if cell.strip():
                    problems.add(place, "", cell, "no cell here: there is no column name above it")
            else:
                values[each.at] = _value(place, each, cell, problems)
        if any(cell.strip() for cell in cells):
            _check_required(place, bound, values, problems)
            if problems.error_count == before:
                yield place, values
            else:
                problems.refused.add((sheet.table.name, values[0]))


def _value(place: Place, bound: Bound, cell: str, problems: Problems) -> object:
    """The value of a cell, None for an empty one and for one with a problem."""
    written = cell.strip()
    if not written:
        return None
    kind = bound.column.kind
    try:
        if type(cell) is not str:
            _check_cell(cell, kind)
        return bound.parse(written)
    except Unfit as wrong:
        problems.add(place, bound.header, HIDDEN if kind == "bsn" else written, str(wrong))
        return _REFUSED


_REFUSED = object()
"""Stands for a value that was refused, so that it is not also called missing."""


def _check_cell(cell: str, kind: Kind) -> None:
    if isinstance(cell, OddCell):
        raise Unfit("a plain value, no formula, error, time or truth value")
    if isinstance(cell, DayCell) and kind not in DAY_KINDS:
        raise Unfit("no day: the spreadsheet took it for one; make the column text")


def _check_required(
    place: Place, bound: Sequence[Bound | None], values: Sequence[object], problems: Problems
) -> None:
    for each in bound:
        if each is not None and each.column.required and values[each.at] is None:
            problems.add(place, each.header, "", each.column.about["en"])


def _readable(sheet: Sheet, problems: Problems) -> Iterator[Record]:
    """The records up to where the file breaks off, which is a problem."""
    try:
        yield from sheet.records
    except Unreadable as wrong:
        problems.add(Place(sheet.file, wrong.row), "", None, str(wrong))
        problems.refused_whole.add(sheet.table.name)


def _bind(
    sheet: Sheet, header: Sequence[str], parsers: Mapping[Kind, Parser], problems: Problems
) -> list[Bound | None]:
    """Which column stands where; empty if the header is wrong, which is a problem."""
    before = problems.error_count
    place = Place(sheet.file, 1)
    bound = [_bound(place, sheet, name.strip(), parsers, problems) for name in header]
    found = [each.at for each in bound if each is not None]
    twice = [(each.header, each.column.name) for each in bound if each and found.count(each.at) > 1]
    for written, name in dict.fromkeys(twice):
        problems.add(place, written, None, f"the column {name} stands twice")
    for index, column in enumerate(sheet.table.columns):
        if column.required and index not in found:
            names = f"{column.name} ({column.names['nl']})"
            problems.add(place, "", None, f"the column {names} is missing: {column.about['en']}")
    if problems.error_count > before:
        problems.refused_whole.add(sheet.table.name)
        return []
    return bound


def _bound(
    place: Place, sheet: Sheet, name: str, parsers: Mapping[Kind, Parser], problems: Problems
) -> Bound | None:
    if not name:
        return None
    index = sheet.table.find(name)
    if index is None:
        known = ", ".join(f"{each.name} ({each.names['nl']})" for each in sheet.table.columns)
        problems.add(place, name, None, f"unknown column; known are {known}")
        return None
    column = sheet.table.columns[index]
    problems.headers.setdefault((sheet.file, column.name), name)
    return Bound(name, index, column, parsers[column.kind])
