"""The monthly file of living allowance that was paid: each client and book year is a loan, each payment an advance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, get_args

from sqlalchemy import Connection, select

from backoffice.cli.database import Desk
from backoffice.cli.payment_file import refuse_lines, rows_of
from backoffice.events import copy_circumstances
from backoffice.registering import known_from
from backoffice.rights import check_right, codes
from ledger.day import parse_day
from ledger.errors import BadInput
from ledger.money import cents_of, euros
from servicing import files
from servicing.debtors.store import find_debtor
from servicing.facts import Draft, FactKind
from servicing.granting import regime_of
from servicing.policy import Choices
from servicing.reading import Reader
from servicing.settlement.allowance import CALENDAR, LIVING_ALLOWANCE, allowance_of
from servicing.settlement.book_year import BookYear
from servicing.settlement.figures import HOUSEHOLDS, Group
from servicing.settlement.norm import loan_holds_special
from servicing.store import Loan, add_loan, facts_of, record
from servicing.tables import loan, loan_debtor
from servicing.texts import plain_text

COLUMNS = (
    *("debtor", "partner", "month", "amount", "special", "household", "group", "book_year_start"),
    *("paid_on", "reference"),
)
YEARS_UNTIL_DUE = 50
"""Living allowance has no due date of its own: it is settled. The one row of its loan lies so far ahead."""


class Row(NamedTuple):
    """One payment: its line, the debtors, the month, cents (and what of them is special assistance), and the rest."""

    number: int
    debtors: tuple[int, ...]
    month: date
    cents: int
    special: int
    household: str
    group: str
    year: BookYear
    paid_on: date
    reference: str


class Taken(NamedTuple):
    """What a file brought: new advances and loans, advances known before, and the total of the file in euros."""

    recorded: int
    loans: int
    known: int
    total: str


class Feed(NamedTuple):
    """Whose file it is, what was paid by month in cents as its maker says, today, and the night that shall know it."""

    creditor: int
    totals: Mapping[date, int]
    today: date
    known_on: str | None = None


def import_advances(desk: Desk, file: Path, feed: Feed) -> Taken:
    """Record the advances of a file; raises `BadInput` naming every line that cannot be right, or a month's total."""
    creditor = feed.creditor
    check_right(desk.by.actor, "record", creditor)
    lines = rows_of(file, COLUMNS)
    rows, errors = _read(desk, lines, feed.today)
    refuse_lines(file, errors | _doubles(rows) | _apart(rows, codes()[creditor]))
    _check_totals(file, rows, feed.totals)
    last = max(rows, key=lambda row: row.paid_on)
    desk = desk._replace(by=known_from(desk, feed.known_on, _draft(0, last)))
    held = _loans_of(desk.connection, creditor, {row.debtors for row in rows})
    new, drafts = 0, []
    for row in sorted(rows, key=lambda row: (row.year.since, row.month, row.number)):
        key = (row.debtors, row.year)
        if key not in held:
            held[key] = _new_loan(desk, creditor, row)
            new += 1
        drafts.append(_draft(held[key], row))
    before = _known(desk.connection, held.values())
    record(desk.connection, drafts, desk.by)
    recorded = len(_known(desk.connection, held.values())) - len(before)
    return Taken(recorded, new, len(rows) - recorded, euros(sum(row.cents for row in rows)))


def _read(
    desk: Desk, lines: Sequence[tuple[int, list[str]]], today: date
) -> tuple[list[Row], dict[int, str]]:
    rows: list[Row] = []
    errors: dict[int, str] = {}
    for number, cells in lines:
        try:
            rows.append(_row(desk.connection, number, cells, today))
        except BadInput as wrong:
            errors[number] = str(wrong)
    return rows, errors


def _row(connection: Connection, number: int, cells: Sequence[str], today: date) -> Row:
    named = dict(zip(COLUMNS, cells, strict=True))
    reader = Reader({key: value for key, value in named.items() if value})
    month = reader_month(reader)
    cents, special = (_amount(named, key) for key in ("amount", "special"))
    if cents <= 0 or special > cents:
        raise BadInput(f"amount: {named['amount']}: must be above 0, and hold the special assistance in it")
    debtors = [find_debtor(connection, named[key]).id for key in ("debtor", "partner") if named[key]]
    if not named["debtor"] or len(set(debtors)) < len(debtors):
        raise BadInput(f"debtor: {named['debtor']!r}: must be named, and be somebody else than the partner")
    paid_on = reader.day("paid_on")
    if paid_on > today:
        raise BadInput(f"paid_on: {paid_on}: lies after today, {today}")
    return Row(
        number,
        tuple(debtors),
        month,
        cents,
        special,
        reader.choice("household", HOUSEHOLDS),
        reader.choice("group", get_args(Group)),
        _year(reader).holding(month),
        paid_on,
        plain_text("reference", reader.text("reference")),
    )


def reader_month(reader: Reader) -> date:
    """The first day of the month that is written 2025-03."""
    text = reader.text("month")
    try:
        return parse_day(f"{text}-01")
    except BadInput:
        raise reader.refuse("month", text, "a month is written 2025-03") from None


def _year(reader: Reader) -> BookYear:
    start = reader.day("book_year_start") if reader.has("book_year_start") else CALENDAR
    if start.day != 1:
        raise reader.refuse(
            "book_year_start", start.isoformat(), "a book year starts on the first of a month"
        )
    return BookYear(start)


def _amount(named: Mapping[str, str], key: str) -> int:
    cents = cents_of(named[key].replace(",", ".") or "0")
    if cents < 0:
        raise BadInput(f"{key}: {named[key]}: must not be below 0; a payment that was wrong is withdrawn")
    return cents


def _doubles(rows: Iterable[Row]) -> dict[int, str]:
    """Lines whose reference stands on an earlier line for the same client too."""
    seen: dict[tuple[tuple[int, ...], str], int] = {}
    errors = {}
    for row in rows:
        first = seen.setdefault((row.debtors, row.reference), row.number)
        if first != row.number:
            errors[row.number] = f"reference: {row.reference!r}: stands on line {first} too"
    return errors


def _apart(rows: Iterable[Row], code: str) -> dict[int, str]:
    """Lines with special assistance in the loan, where the college says that it is none of it (choice A5)."""
    policy = files.policy()
    return {
        row.number: f"special: {euros(row.special)}: art12.special of {code} says that it is no part of the loan"
        for row in rows
        if row.special and not loan_holds_special(Choices(policy, code, row.year.since, {}))
    }


def _check_totals(file: Path, rows: Sequence[Row], totals: Mapping[date, int]) -> None:
    """Each month of the file adds up to what the benefits administration says, and no month is missing."""
    sums: dict[date, int] = {}
    for row in rows:
        sums[row.month] = sums.get(row.month, 0) + row.cents
    wrong = [
        f"{month:%Y-%m}: its lines add up to {euros(sums.get(month, 0))}, "
        + (f"the total is {euros(totals[month])}" if month in totals else "no --total was given")
        for month in sorted({*sums, *totals})
        if sums.get(month, 0) != totals.get(month)
    ]
    if wrong or not rows:
        raise BadInput(f"{file}: nothing was recorded: {'; '.join(wrong) or 'it holds no advances'}")


Held = dict[tuple[tuple[int, ...], BookYear], int]


def _loans_of(connection: Connection, creditor: int, clients: Iterable[tuple[int, ...]]) -> Held:
    """The loans for living allowance of these clients, by debtors and book year."""
    numbers = {debtor for debtors in clients for debtor in debtors}
    query = (
        select(loan_debtor.c.loan_id, loan_debtor.c.debtor_id)
        .join(loan, loan.c.id == loan_debtor.c.loan_id)
        .where(loan.c.creditor_id == creditor, loan.c.product == LIVING_ALLOWANCE)
        .order_by(loan_debtor.c.loan_id, loan_debtor.c.place)
    )
    debtors: dict[int, list[int]] = {}
    for row in connection.execute(query):
        debtors.setdefault(row.loan_id, []).append(row.debtor_id)
    wanted = {number: tuple(found) for number, found in debtors.items() if numbers & set(found)}
    held: Held = {}
    for number, facts in facts_of(connection, wanted).items():
        allowance = allowance_of(facts)
        if allowance is not None:
            held[wanted[number], allowance.book_year] = number
    return held


def _known(connection: Connection, loans: Iterable[int]) -> set[tuple[int, str]]:
    found = facts_of(connection, loans)
    return {
        (number, fact.key)
        for number, facts in found.items()
        for fact in facts
        if fact.kind is FactKind.ADVANCE_PAID
    }


def _new_loan(desk: Desk, creditor: int, row: Row) -> int:
    """A loan for the client and book year; the decision that grants it holds from the first day of the year."""
    since = row.year.since
    purpose = f"living allowance, book year from {since}"
    regime = regime_of(files.products()[LIVING_ALLOWANCE], since)
    heading = Loan(0, creditor, LIVING_ALLOWANCE, None, purpose, since, since, regime)
    number = add_loan(desk.connection, heading, row.debtors, desk.by, row.reference)
    terms = {
        "principal": euros(row.cents),
        "annual_rate_percent": "0",
        "start": since.isoformat(),
        "first_due": date(since.year + YEARS_UNTIL_DUE, since.month, 1).isoformat(),
        "instalments": 1,
        "method": "bullet",
    }
    about = {"book_year": since.isoformat(), "group": row.group}
    key = f"living allowance {since}"
    record(
        desk.connection,
        [
            Draft(number, FactKind.GRANT, since, key, data=terms, source=row.reference),
            Draft(number, FactKind.ASSISTANCE, since, key, data=about, source=row.reference),
        ],
        desk.by,
    )
    copy_circumstances(desk, number, row.debtors)
    return number


def _draft(number: int, row: Row) -> Draft:
    says = {"month": f"{row.month:%Y-%m}", "household": row.household}
    if row.special:
        says["special"] = euros(row.special)
    return Draft(
        number,
        FactKind.ADVANCE_PAID,
        row.paid_on,
        row.reference,
        cents=row.cents,
        data=says,
        source=f"advances {row.month:%Y-%m} line {row.number}",
    )
