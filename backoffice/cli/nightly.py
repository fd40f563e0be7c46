"""The commands of the night: nightly, status and verify."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from types import FrameType
from typing import Any

import click
from tqdm import tqdm

from backoffice.cli.database import opened
from jobs import clock
from jobs.business_dates import last_closed, next_to_close
from jobs.lease import holder
from jobs.manifest import Manifest, folder, set_aside
from jobs.night import close_nights
from jobs.working import DEFAULT_CHUNK, MOST_CATCH_UP_DAYS, Options
from jobs.verify import verify as verify_books
from ledger.database import reading
from ledger.day import parse_day
from ledger.tables import SCHEMA_REVISION
from servicing.files import arrears_limits

DONE_WITH_EXCEPTIONS = 3
VERIFICATION_FAILED = 5
LARGEST_CHUNK = 1_000_000


@click.command()
@click.option(
    "--date", "until", help="Close open dates up to this day, such as 2025-03-01 (default: yesterday)."
)
@click.option("--chunk", default=DEFAULT_CHUNK, show_default=True, type=click.IntRange(1, LARGEST_CHUNK))
@click.option(
    "--confirm-days", default=MOST_CATCH_UP_DAYS, type=click.IntRange(1), help="Allow this many open dates."
)
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifests as JSON.")
def nightly(until: str | None, chunk: int, confirm_days: int, quiet: bool, as_json: bool) -> None:
    """Close every open business date, in order, and print what each did.

    Example: aflos nightly --date 2025-03-01 --json
    """
    day = parse_day(until) if until else clock.today() - timedelta(days=1)
    with opened() as engine, _progress(quiet) as progress, _stopping() as stop_asked:
        options = Options(arrears_limits(), chunk, confirm_days, progress, stop_asked)
        manifests = close_nights(engine, day, options)
        with reading(engine) as connection:
            waiting = set_aside(connection)
            closed = last_closed(connection)
    if not manifests:
        click.echo(f"{day}: already closed (last closed date {closed})", err=True)
    _show(manifests, as_json)
    if waiting:
        click.echo(f"{len(waiting)} loans are set aside: aflos status shows them", err=True)
        sys.exit(DONE_WITH_EXCEPTIONS)


def _show(manifests: list[Manifest], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(manifests, indent=1, ensure_ascii=False))
        return
    for manifest in manifests:
        click.echo(
            "{business_date}  {loans_touched:>8} loans  {entries:>8} entries  {postings:>8} postings  "
            "{aside:>3} set aside  seal {short}".format(
                **manifest,
                aside=len(manifest["quarantined"]),  # type: ignore[arg-type]  # a list
                short=str(manifest["seal"])[:16],
            )
        )


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[date, int, int], None]]:
    """A bar with loans per second and time left, on a terminal only."""
    bar = tqdm(unit=" loans", disable=quiet or not sys.stderr.isatty(), dynamic_ncols=True, leave=False)

    def show(day: date, done: int, whole: int) -> None:
        if done == 0:
            bar.reset(total=whole)
            bar.set_description(str(day))
        bar.update(done - bar.n)

    with bar:
        yield show


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM or Ctrl-C asked to stop; the chunk at hand is finished first."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, for monitoring.")
def status(as_json: bool) -> None:
    """Last closed date, open dates, loans set aside, who holds the run.

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
            "letters_stuck": 0,
            "unmatched": 0,
        }
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    dates = found["open"]
    click.echo(f"last closed     {found['last_closed'] or 'nothing yet'}")
    click.echo(f"open dates      {len(dates)}" + (f" ({dates[0]} to {dates[-1]})" if dates else ""))
    click.echo(f"set aside       {len(found['quarantine'])} loans")
    for each in found["quarantine"]:
        click.echo(f"  {each['loan']} since {each['since']}: {each['error']}")
    click.echo(f"run             {found['lease'] or 'nobody'}")


def _open(first: date | None, today: date) -> list[date]:
    """The dates that have ended and are not closed."""
    if first is None:
        return []
    return [first + timedelta(days=days) for days in range(max(0, (today - first).days))]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def verify(as_json: bool) -> None:
    """Recompute balances and seals from journal and facts; exit 5 and name each difference.

    Example: aflos verify --json
    """
    with opened() as engine, reading(engine) as connection:
        verdict = verify_books(connection, folder(engine))
    differences = [
        {
            "business_date": each.business_date.isoformat() if each.business_date else None,
            "loan": each.loan or None,
            "key": each.key or None,
            "what": each.what,
        }
        for each in verdict.differences
    ]
    if as_json:
        found = {"ok": not differences, "checked": verdict.checked, "differences": differences}
        click.echo(json.dumps(found, indent=1))
    else:
        counts = ", ".join(f"{number} {what}" for what, number in verdict.checked.items())
        click.echo(f"checked {counts}: {len(differences)} differences")
        for each in differences:
            click.echo(f"  {each['business_date'] or ''} {each['key'] or each['loan'] or ''} {each['what']}")
    if differences:
        sys.exit(VERIFICATION_FAILED)
