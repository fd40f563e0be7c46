"""The commands `aflos import compare` and `aflos import lift-quiet`: what follows a cut-over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from backoffice.actor import actor as acting
from backoffice.cli.database import looking, recording
from backoffice.cli.options import actor_option, as_json, coming_day, day_or_today, past_day
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.portfolio.parallel import compare_balances, comparison_data, old_balances
from backoffice.portfolio.reading import ENCODINGS
from backoffice.rights import check_right, codes, creditors_of
from jobs.business_dates import last_closed
from ledger.errors import BadInput
from servicing.creditors.store import lift_quiet
from servicing.files import creditors
from servicing.texts import plain_text

DIFFERS = 3
COLUMNS = ("loan", "number", "creditor", "what", "old", "ours", "difference")
TOTALS = ("what", "old", "ours", "difference")


@click.command()
@click.argument("file", metavar="OLD.csv", type=click.Path(path_type=Path))
@click.option("--on", metavar="DAY", help="The day of the balances; default the last closed business date.")
@click.option(
    "--encoding", type=click.Choice(ENCODINGS), default="utf-8", show_default=True, help="Of a CSV file."
)
@as_json
def compare(file: Path, on: str | None, encoding: str, as_json: bool) -> None:
    """Lay the balances of the old administration beside ours and name each loan that differs.

    Exit code 3 if any does. Columns: loan, principal, interest, accrued_interest, costs, arrears, credit; an
    empty cell is not compared. docs/import.md tells what each holds.

    Example: aflos import compare old-balances.csv --on 2025-01-31
    """
    named = None if on is None else past_day("on", on)
    rows = old_balances(file, encoding)
    with looking() as connection:
        day = named or last_closed(connection)
        if day is None:
            raise BadInput("on: is missing: no business date is closed yet; name the day of the balances")
        seen = frozenset(creditors_of(acting(), "see"))
        found = compare_balances(connection, rows, day, seen)
    data = comparison_data(found, codes())
    if as_json:
        print_json(data)
    else:
        click.echo(_page(data))
    if not found.is_equal:
        sys.exit(DIFFERS)


def _page(data: dict[str, Any]) -> str:
    parts = [f"{data['on']}: {data['compared']} loans compared"]
    if data["differing"]:
        parts.append(table(COLUMNS, [[shown(one[key]) for key in COLUMNS] for one in data["differing"]]))
    parts += [f"row {one['row']}: {shown(one['loan'])}: no such loan here" for one in data["not_here"]]
    parts += [
        f"{one['loan']} ({shown(one['number'])}, {one['creditor']}): has a balance here and no row there"
        for one in data["not_there"]
    ]
    parts.append(table(TOTALS, [[shown(one[key]) for key in TOTALS] for one in data["totals"]]))
    parts.append("equal" if data["equal"] else "not equal")
    return "\n\n".join(parts)


@click.command(name="lift-quiet")
@click.argument("creditor")
@click.option("--on", metavar="DAY", help="From when letters and direct debits are proposed; default today.")
@click.option("--reason", default="", metavar="TEXT", help="Why it may be lifted; kept with it.")
@actor_option
@as_json
def lift(creditor: str, on: str | None, reason: str, actor: str | None, as_json: bool) -> None:
    """End the quiet period of a creditor: from then on letters and direct debits are proposed again.

    Example: aflos import lift-quiet almere --on 2025-02-01 --reason "both administrations agree"
    """
    known = creditors()
    if creditor not in known:
        raise BadInput(f"creditor: {creditor[:40]!r}: must be one of {', '.join(known)}")
    day = day_or_today(None) if on is None else coming_day("on", on)
    why = plain_text("reason", reason)
    with recording(actor, "manage") as desk:
        check_right(desk.by.actor, "manage", known[creditor].id)
        is_new = lift_quiet(desk.connection, known[creditor].id, day, why, desk.by)
    if as_json:
        print_json({"creditor": creditor, "on": day.isoformat(), "recorded": is_new})
    else:
        click.echo(f"{creditor}: {'' if is_new else 'known already: '}no longer quiet from {day} on")
