"""The commands `aflos report trial-balance|account`: from the totals of a creditor's books down to one posting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import click
from sqlalchemy import Connection

from backoffice.cli.database import looking
from backoffice.cli.reported import Row, closed_day, creditors_asked, form_options, tell
from backoffice.rights import codes
from ledger.accounts import account_id
from ledger.balance import AsOf
from ledger.day import FIRST_DAY, parse_day
from ledger.errors import BadInput
from ledger.store import trial_balance as trial_balance_of
from reports.general_ledger import lines
from reports.general_ledger.store import (
    Span,
    account_exists,
    days_of,
    entries_on,
    loans_on,
    opening_of,
)

ACCOUNT = click.IntRange(1000, 9999)

_value_date = click.option(
    "--value-date", "value_date", metavar="DAY", help="Only what holds on this day or before."
)


@click.command(name="trial-balance")
@click.option("--creditor", metavar="CODE", help="Only of this creditor; default all you may see.")
@click.option("--on", metavar="DAY", help="As the night of this day left the books; default the last one.")
@_value_date
@form_options
def trial_balance(
    creditor: str | None, on: str | None, value_date: str | None, *, as_csv: bool, as_json: bool
) -> None:
    """The trial balance (proef- en saldibalans) of each creditor; both sides are equal, else exit code 5.

    `aflos report account` goes on from a line of it.

    Example: aflos report trial-balance --creditor almere --on 2025-12-31
    """
    wanted, named, asked, holding = creditors_asked(creditor), codes(), _day(on), _day(value_date)
    with looking() as connection:
        as_of = AsOf(holding, closed_day(connection, "on", asked))
        held = [(named[number], trial_balance_of(connection, number, as_of)) for number in wanted]
    rows = [row for code, one in held for row in lines.balance_rows(code, one)]
    tell(lines.BALANCE_COLUMNS, rows, as_csv=as_csv, as_json=as_json)


def _by_day(connection: Connection, account: int, span: Span) -> Iterable[Row]:
    return lines.day_rows(opening_of(connection, account, span), days_of(connection, account, span))


def _by_loan(connection: Connection, account: int, span: Span) -> Iterable[Row]:
    return lines.loan_rows(loans_on(connection, account, span))


def _by_entry(connection: Connection, account: int, span: Span) -> Iterable[Row]:
    return lines.entry_rows(opening_of(connection, account, span), entries_on(connection, account, span))


_WAYS: dict[str, tuple[tuple[str, ...], Callable[[Connection, int, Span], Iterable[Row]]]] = {
    "day": (lines.DAY_COLUMNS, _by_day),
    "loan": (lines.LOAN_COLUMNS, _by_loan),
    "entry": (lines.ENTRY_COLUMNS, _by_entry),
}


@click.command(name="account")
@click.argument("number", type=ACCOUNT)
@click.option("--creditor", metavar="CODE", required=True, help="Of which creditor, such as almere.")
@click.option("--by", type=click.Choice(list(_WAYS)), default="day", help="One line for each; default day.")
@click.option("--from", "since", metavar="DAY", help="First business date; default the first, by entry --to.")
@click.option("--to", "until", metavar="DAY", help="Last business date; default the last closed one.")
@_value_date
@form_options
def account_(
    number: int,
    creditor: str,
    by: str,
    since: str | None,
    until: str | None,
    value_date: str | None,
    *,
    as_csv: bool,
    as_json: bool,
) -> None:
    """What was booked on an account (grootboekkaart) by business date, by loan, or posting by posting.

    The last balance is that of the trial balance. `aflos explain KEY` says where a posting comes from.

    Example: aflos report account 1310 --creditor almere --by entry --to 2025-12-31
    """
    account = account_id(creditors_asked(creditor)[0], number)
    columns, way = _WAYS[by]
    first, to, holding = _day(since), _day(until), _day(value_date)
    with looking() as connection:
        if not account_exists(connection, account):
            raise BadInput(f"account: {number}: {creditor} has no such account: aflos report trial-balance")
        last = closed_day(connection, "to", to)
        first = first or (last if by == "entry" else FIRST_DAY)
        if first > last:
            raise BadInput(f"from: {first}: lies after --to, {last}")
        rows = list(way(connection, account, Span(first, last, holding)))
    tell(columns, rows, as_csv=as_csv, as_json=as_json)


def _day(text: str | None) -> date | None:
    return None if text is None else parse_day(text)
