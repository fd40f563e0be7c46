"""The command `aflos status`: where the nights stand, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import click
from sqlalchemy import Connection

from backoffice.cli.database import opened
from backoffice.cli.output import print_json, shown
from backoffice.rights import codes
from jobs import clock
from jobs.bank_undecided import count_undecided
from jobs.business_dates import last_closed, next_to_close
from jobs.lease import holder
from jobs.letters_stuck import stuck_letters
from jobs.manifest import set_aside, unsettled_at
from ledger.database import reading
from ledger.tables import SCHEMA_REVISION
from servicing.creditors.store import quiet_creditors


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, for monitoring.")
def status(as_json: bool) -> None:
    """Last closed date, open dates, loans set aside, living allowance not settled, who holds the run.

    Example: aflos status --json
    """
    with opened() as engine, reading(engine) as connection:
        closed = last_closed(connection)
        first = next_to_close(connection)
        found: dict[str, Any] = {
            "schema_version": SCHEMA_REVISION,
            "last_closed": closed.isoformat() if closed else None,
            "open": [day.isoformat() for day in _open(first, clock.today())],
            "quarantine": set_aside(connection),
            "lease": holder(connection),
            "letters_stuck": len(stuck_letters(connection, clock.today())),
            "unmatched": count_undecided(connection),
            "quiet": _quiet(connection),
            "unsettled": unsettled_at(connection, closed) if closed else {},
        }
    if as_json:
        print_json(found)
        return
    dates = found["open"]
    click.echo(f"last closed     {found['last_closed'] or 'nothing yet'}")
    click.echo(f"open dates      {len(dates)}" + (f" ({dates[0]} to {dates[-1]})" if dates else ""))
    click.echo(f"set aside       {len(found['quarantine'])} loans")
    for each in found["quarantine"]:
        click.echo(f"  {each['loan']} since {each['since']}: {shown(each['error'])}")
    click.echo(f"unmatched       {found['unmatched']} bank lines")
    waiting = found["letters_stuck"]
    click.echo(
        f"letters waiting {waiting}" + (" for a person: aflos worklist --source letter" if waiting else "")
    )
    for line in _unsettled(found["unsettled"]):
        click.echo(f"unsettled       {line}")
    for each in found["quiet"]:
        click.echo(f"quiet           {each['creditor']} since {each['since']}, {_until(each)}")
    click.echo(f"run             {found['lease'] or 'nobody'}")


def _unsettled(years: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Living allowance without a settlement when the last date closed, a line a book year."""
    for year, one in years.items():
        late = f", {one['late']} past the last day to decide: aflos settle list" if one["late"] else ""
        yield f"{one['cases']} of the book year from {year}, {one['amount']} lent{late}"


def _quiet(connection: Connection) -> list[dict[str, str | None]]:
    """The creditors in their quiet period after a cut-over."""
    names = codes()
    return [
        {
            "creditor": names[creditor],
            "since": one.since.isoformat(),
            "until": one.until.isoformat() if one.until else None,
        }
        for creditor, one in quiet_creditors(connection, clock.today()).items()
    ]


def _until(quiet: dict[str, str | None]) -> str:
    return (
        f"until {quiet['until']}"
        if quiet["until"]
        else f"lift it: aflos import lift-quiet {quiet['creditor']}"
    )


def _open(first: date | None, today: date) -> list[date]:
    """The dates that have ended and are not closed."""
    if first is None:
        return []
    return [first + timedelta(days=days) for days in range(max(0, (today - first).days))]
