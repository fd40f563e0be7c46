"""Whether the books agree with the bank: counted lines, closing balances, accounts whose statements are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, select

from jobs.bank_night import Span
from jobs.bank_statements import struck_cents
from jobs.difference import Difference, day_or_none
from ledger.accounts import AccountNumber, account_id
from ledger.balance import AsOf
from ledger.day import day_of, number_of
from ledger.errors import VerificationFailed
from ledger.money import euros
from ledger.store import balances_of_creditor
from servicing.banking_days import add_banking_days, is_banking_day
from servicing.receipts.store import stored_line
from servicing.receipts.tables import (
    bank_confirmation,
    bank_file,
    bank_line,
    bank_refusal,
    bank_state,
    bank_statement,
)
from servicing.receipts.values import content_of

_BY_ACCOUNT = (
    select(func.max(bank_statement.c.id))
    .where(bank_statement.c.kind == 53, bank_statement.c.known_on <= bindparam("known_by"))
    .group_by(bank_statement.c.account)
)
_NEWEST = select(bank_statement.c.account, bank_statement.c.counted_cents).where(
    bank_statement.c.id.in_(_BY_ACCOUNT)
)
_FURTHEST = (
    select(*(bank_statement.c[name] for name in ("creditor_id", "account", "closed_on", "closing_cents")))
    .where(bank_statement.c.id.in_(_BY_ACCOUNT.where(bank_statement.c.extends == 1)))
    .order_by(bank_statement.c.creditor_id, bank_statement.c.account)
)
_FILES = select(func.count(), func.coalesce(func.sum(bank_file.c.new_lines), 0)).where(
    bank_file.c.known_on.between(bindparam("first"), bindparam("last"))
)
_REFUSED = (
    select(bank_refusal.c.name, bank_refusal.c.reason)
    .where(bank_refusal.c.known_on.between(bindparam("first"), bindparam("last")))
    .order_by(bank_refusal.c.sha256)
)
_WAITING = select(func.coalesce(func.sum(bank_state.c.waiting), 0))


class BankDiffers(VerificationFailed):
    """The bank account in the books is not what the lines add up to: the program is wrong, or rows were changed."""


class AccountStand(NamedTuple):
    """Where an account stands: its last closing balance and the lines counted up to it, in cents.

    Lines that moved no money are not counted.
    """

    creditor: int
    account: str
    closed_on: int
    closing: int
    counted: int


def stands(connection: Connection, known_by: int) -> list[AccountStand]:
    """Where each account stands by the statements known by a night."""
    given = {"known_by": known_by}
    counted: dict[str, int] = {row[0]: row[1] for row in connection.execute(_NEWEST, given)}
    if not counted:
        return []
    struck = struck_cents(connection, known_by).shown
    return [
        AccountStand(
            row.creditor_id,
            row.account,
            row.closed_on,
            row.closing_cents,
            counted[row.account] - struck.get(row.account, 0),
        )
        for row in connection.execute(_FURTHEST, given)
    ]


def told_only(connection: Connection, known_by: int) -> dict[tuple[str, int], int]:
    """The cents of lines that a notice told, no statement shows and nobody struck, by account and booking day."""
    later = bank_statement.alias()
    shown = exists().where(
        bank_confirmation.c.line_id == bank_line.c.id,
        later.c.id == bank_confirmation.c.statement_id,
        later.c.known_on <= known_by,
    )
    notices = select(bank_statement.c.id).where(bank_statement.c.kind == 54)
    query = (
        select(bank_line.c.account, bank_line.c.booked_on, func.sum(bank_line.c.cents))
        # Not a join: SQLite would look at every line there is.
        .where(bank_line.c.statement_id.in_(notices), bank_line.c.known_on <= known_by, ~shown)
        .group_by(bank_line.c.account, bank_line.c.booked_on)
    )
    struck = struck_cents(connection, known_by).told
    return {
        (account, day): int(cents) - struck.get((account, day), 0)
        for account, day, cents in connection.execute(query)
    }


def check_banks(connection: Connection, day: date, found: Sequence[AccountStand]) -> None:
    """Raise `BankDiffers` unless the bank account of each creditor in the books is what its lines add up to."""
    if not found:
        return
    wanted: dict[int, int] = {}
    owners = {}
    for stand in found:
        owners[stand.account] = stand.creditor
        wanted[stand.creditor] = wanted.get(stand.creditor, 0) + stand.counted
    for (account, _), cents in told_only(connection, number_of(day)).items():
        wanted[owners[account]] += cents
    for creditor, cents in wanted.items():
        balances = balances_of_creditor(connection, creditor, AsOf(business_date=day))
        booked = balances.get(account_id(creditor, AccountNumber.BANK), 0)
        if booked != cents:
            raise BankDiffers(
                f"{day}: creditor {creditor}: the books have {euros(booked)} on the bank, "
                f"its lines add up to {euros(cents)}"
            )


def bank_of_night(
    connection: Connection, day: date, span: Span, found: Sequence[AccountStand]
) -> dict[str, Any]:
    """What a night says of the bank: files and lines taken, what waits, what is missing and what does not agree."""
    given = {"first": span.since + 1, "last": span.until}
    files, lines = connection.execute(_FILES, given).one()
    refused = connection.execute(_REFUSED, given)
    waiting = lines_waiting(connection)
    return {
        "files": files,
        "lines": int(lines),
        "unmatched": int(waiting),
        "refused": [{"file": name, "reason": reason} for name, reason in refused],
        "missing": missing(found, day),
        "unequal": list(_unequal(found, told_only(connection, span.until))),
    }


def _unequal(found: Sequence[AccountStand], told: Mapping[tuple[str, int], int]) -> Iterator[dict[str, str]]:
    """The accounts of which the books have another balance than the last statement, by the day it closes.

    A line of a notice is in the books; if its day is closed without it, the balance is not that of the bank.
    """
    for one in found:
        early = sum(
            cents for (name, day), cents in told.items() if name == one.account and day <= one.closed_on
        )
        books = one.counted + early
        if books != one.closing:
            yield {
                "account": one.account,
                "day": day_of(one.closed_on).isoformat(),
                "statement": euros(one.closing),
                "books": euros(books),
                "difference": euros(one.closing - books),
            }


def changed_lines(connection: Connection) -> Iterator[Difference]:
    """Bank lines whose texts are not what they were when they came in; amounts and days are sealed."""
    query = select(bank_line).order_by(bank_line.c.id).execution_options(yield_per=10_000)
    for row in connection.execute(query):
        line = stored_line(row)
        if content_of(line) != line.content:
            what = f"bank line {line.id}: its texts were changed since it came in"
            yield Difference(day_or_none(line.known_on), 0, "", what)


def missing(found: Sequence[AccountStand], day: date) -> list[dict[str, str]]:
    """The accounts whose statements do not reach the last banking day up to a day."""
    last = last_banking_day(day)
    return [
        {"account": one.account, "complete_to": day_of(one.closed_on).isoformat()}
        for one in found
        if one.closed_on < number_of(last)
    ]


def last_banking_day(day: date) -> date:
    """The last banking day up to and including a day."""
    return day if is_banking_day(day) else add_banking_days(day, -1)


def lines_waiting(connection: Connection) -> int:
    """How many bank lines wait for a person, as the last night counted them."""
    return int(connection.execute(_WAITING).scalar_one())
