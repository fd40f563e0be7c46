"""What every report shares: of which creditors, up to which day, and in which form it is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import reduce

import click
from moneyed import EUR, Money
from sqlalchemy import Connection

from backoffice.actor import actor
from backoffice.cli.options import Command
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.rights import check_right, codes, creditors_of
from jobs.business_dates import last_closed
from ledger.errors import BadInput
from reports.csv_text import Cell, csv_text

Row = dict[str, object]

_AMOUNT = re.compile(r"-?\d+\.\d\d", re.ASCII)


def form_options(command: Command) -> Command:
    """As a table for people, as CSV or as JSON."""
    options: tuple[Callable[[Command], Command], ...] = (
        click.option("--csv", "as_csv", is_flag=True, help="CSV instead of a table."),
        click.option("--json", "as_json", is_flag=True, help="JSON instead of a table."),
    )
    return reduce(lambda made, option: option(made), reversed(options), command)


def creditors_asked(code: str | None) -> list[int]:
    """The creditor with this code, for who may see it; without a code all that somebody may see."""
    if code is None:
        return creditors_of(actor(), "see")
    wanted = [number for number, known in codes().items() if known == code]
    if not wanted:
        raise BadInput(f"creditor: {code[:40]!r}: must be one of {', '.join(codes().values())}")
    check_right(actor(), "see", wanted[0])
    return wanted


def closed_day(connection: Connection, key: str, asked: date | None) -> date:
    """The day that is asked, the last closed one without it; raises `BadInput` where its night is not closed."""
    closed = last_closed(connection)
    if closed is None or (asked or closed) > closed:
        when = asked or "no night is closed yet"
        raise BadInput(f"{key}: {when}: its night is not closed; the last closed is {closed or 'none'}")
    return asked or closed


def tell(columns: Sequence[str], rows: Iterable[Row], *, as_csv: bool, as_json: bool) -> None:
    """Print the rows in the form that is asked."""
    if as_csv and as_json:
        raise click.UsageError("--csv or --json, not both")
    if as_json:
        print_json(list(rows))
    elif as_csv:
        cells = ([_cell(row[key]) for key in columns] for row in rows)
        click.echo(csv_text(columns, cells), nl=False)
    else:
        click.echo(table(columns, [[shown(row[key]) for key in columns] for row in rows]))


def _cell(value: object) -> Cell:
    """A value as a spreadsheet takes it: an amount stays a number, also below zero."""
    text = "" if value is None else str(value)
    return Money(text, EUR) if _AMOUNT.fullmatch(text) else text
