"""The command `aflos import advances`: the monthly file of living allowance that was paid."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from backoffice.advances import Feed, import_advances, reader_month
from backoffice.cli.database import recording
from backoffice.cli.options import actor_option, as_json, known_on_option
from backoffice.cli.output import print_json
from jobs import clock
from ledger.errors import BadInput
from ledger.money import cents_of
from servicing.files import creditors
from servicing.reading import Reader


@click.command(name="advances")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--creditor", "code", required=True, metavar="CODE", help="Who granted the assistance, such as almere."
)
@click.option(
    "--total",
    "totals",
    required=True,
    multiple=True,
    metavar="MONTH=AMOUNT",
    help="What the benefits administration says it paid in a month; one for each month in the file.",
)
@actor_option
@known_on_option
@as_json
def advances(
    file: Path, code: str, totals: tuple[str, ...], actor: str | None, known_on: str | None, as_json: bool
) -> None:
    """Living allowance that was paid: a CSV file, a line a payment; all lines or none.

    Each client and book year becomes an interest-free loan. Columns: debtor;partner;month;amount;special;household;
    group;book_year_start;paid_on;reference. docs/templates has an example.

    Example: aflos import advances 2025-03.csv --creditor almere --total 2025-03=48250.00
    """
    known = creditors()
    if code not in known:
        raise BadInput(f"creditor: {code[:40]!r}: must be one of {', '.join(known)}")
    feed = Feed(known[code].id, _totals(totals), clock.today(), known_on)
    with recording(actor) as desk:
        done = import_advances(desk, file, feed)
    if as_json:
        print_json(done._asdict())
    else:
        click.echo(
            f"{done.recorded} advances recorded, {done.known} known already, {done.loans} new loans; "
            f"{done.total} in the file"
        )


def _totals(given: tuple[str, ...]) -> dict[date, int]:
    found: dict[date, int] = {}
    for text in given:
        month, sign, amount = text.partition("=")
        if not sign:
            raise BadInput(f"total: {text[:40]!r}: must be a month and an amount, such as 2025-03=48250.00")
        day = reader_month(Reader({"month": month}, "total: "))
        if day in found:
            raise BadInput(f"total: {month}: is given twice")
        found[day] = cents_of(amount)
    return found
