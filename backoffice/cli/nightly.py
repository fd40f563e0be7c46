"""The commands of the night: nightly and verify."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import click
from sqlalchemy import Engine
from tqdm import tqdm

from backoffice.actor import actor
from backoffice.cli.database import opened, refusals_kept
from backoffice.cli.output import print_json, shown
from backoffice.rights import check_right_somewhere
from jobs import clock
from jobs.business_dates import last_closed
from jobs.lease import expiry_seconds
from jobs.manifest import Manifest, folder, for_people, set_aside
from jobs.night import close_nights, rehearse_nights
from jobs.repair import repair_loan
from jobs.run import DEFAULT_CHUNK, MOST_CATCH_UP_DAYS, Options
from jobs.stopping import stoppable
from jobs.verify import verify as verify_books
from ledger.database import reading
from ledger.day import parse_day
from servicing.files import arrears_limits
from servicing.store import find_loan

DONE_WITH_EXCEPTIONS = 3
VERIFICATION_FAILED = 5
LARGEST_CHUNK = 1_000_000
MOST_WORKERS = 16


@click.command()
@click.option(
    "--date", "until", help="Close open dates up to this day, such as 2025-03-01 (default: yesterday)."
)
@click.option("--dry-run", is_flag=True, help="Do everything and keep nothing.")
@click.option("--chunk", default=DEFAULT_CHUNK, show_default=True, type=click.IntRange(1, LARGEST_CHUNK))
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, MOST_WORKERS),
    help="Processes that work.",
)
@click.option("--loan", help="Work only this loan, for the first open date, which stays open.")
@click.option(
    "--confirm-days", default=MOST_CATCH_UP_DAYS, type=click.IntRange(1), help="Allow this many open dates."
)
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifests as JSON.")
def nightly(
    until: str | None,
    dry_run: bool,
    chunk: int,
    workers: int,
    loan: str | None,
    confirm_days: int,
    quiet: bool,
    as_json: bool,
) -> None:
    """Close every open business date, in order, and print what each did.

    Example: aflos nightly --date 2025-03-01 --json
    """
    day = clock.today() - timedelta(days=1) if until is None else parse_day(until)
    expiry_seconds()  # what is wrong with it is told also while there is nothing to do
    with opened() as engine, refusals_kept(engine), _progress(quiet) as progress, stoppable() as stop_asked:
        check_right_somewhere(actor(), "see" if dry_run else "run")
        options = Options(
            arrears_limits(),
            chunk,
            confirm_days,
            progress,
            stop_asked,
            workers=workers,
            waiting=_tell_about_files,
        )
        _tell_about_workers(engine, workers)
        if loan is not None:
            _repair(engine, loan, day, options)
            manifests = []
        else:
            manifests = (rehearse_nights if dry_run else close_nights)(engine, day, options)
            _tell_about_dates(engine, day, manifests, dry_run)
        waiting = _aside(engine, manifests)
    _show([for_people(manifest) for manifest in manifests], as_json)
    wrong = _bank_troubles(manifests)
    for trouble in wrong:
        click.echo(trouble, err=True)
    if waiting:
        click.echo(f"{len(waiting)} loans are set aside: aflos status shows them", err=True)
    if waiting or wrong:
        sys.exit(DONE_WITH_EXCEPTIONS)


def _tell_about_files(files: Sequence[tuple[str, str]]) -> None:
    for name, reason in files:
        click.echo(f"inbox: {name} stays: {shown(reason)}", err=True)


def _bank_troubles(manifests: Sequence[Manifest]) -> list[str]:
    """Bank files that were refused, and accounts that do not agree with the books, as the nights found them."""
    troubles = []
    for manifest in manifests:
        found: Any = manifest["bank"]
        troubles += [f"{each['file']}: refused: {shown(each['reason'])}" for each in found["refused"]]
    if manifests:
        last: Any = manifests[-1]["bank"]
        troubles += [
            f"{each['account']}: the statement of {each['day']} closes with {each['statement']}, the books have "
            f"{each['books']}: they differ by {each['difference']}"
            for each in last["unequal"]
        ]
    return troubles


def _tell_about_workers(engine: Engine, workers: int) -> None:
    if workers > 1 and engine.dialect.name == "sqlite":
        click.echo("SQLite takes one writer at a time: one process does the work", err=True)


def _tell_about_dates(engine: Engine, day: date, manifests: list[Manifest], dry_run: bool) -> None:
    if not manifests:
        with reading(engine) as connection:
            click.echo(f"{day}: already closed (last closed date {last_closed(connection)})", err=True)
    elif dry_run:
        click.echo("a dry run: nothing was kept", err=True)


def _repair(engine: Engine, name: str, day: date, options: Options) -> None:
    """Work one loan and say how it fared."""
    with reading(engine) as connection:
        number = find_loan(connection, name).id
    done = repair_loan(engine, number, day, options)
    if done.error:
        click.echo(f"loan {number}: {done.business_date}: {shown(done.error)}", err=True)
    elif done.is_kept:
        click.echo(f"loan {number}: worked for {done.business_date}, which stays open", err=True)
    else:
        click.echo(
            f"loan {number}: nothing stands in its way; the night of {done.business_date} books it", err=True
        )


def _aside(engine: Engine, manifests: list[Manifest]) -> list[Manifest]:
    """The loans set aside after the nights, those of a dry run included."""
    if manifests:
        aside = manifests[-1]["quarantined"]
        assert isinstance(aside, list)
        return aside
    with reading(engine) as connection:
        return set_aside(connection)


def _show(manifests: list[Manifest], as_json: bool) -> None:
    if as_json:
        print_json(manifests)
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


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def verify(as_json: bool) -> None:
    """Recompute balances and seals from journal and facts; exit 5 and name each difference.

    Example: aflos verify --json
    """
    with opened() as engine, reading(engine) as connection:
        manifests = folder(engine)
        verdict = verify_books(connection, manifests)
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
        print_json(found)
    else:
        counts = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in verdict.checked.items())
        click.echo(f"checked {counts}: {len(differences)} differences")
        for each in differences:
            click.echo(
                f"  {each['business_date'] or ''} {each['key'] or each['loan'] or ''} {shown(each['what'])}"
            )
    if verdict.checked.get("manifests_missing"):
        what = "of the dates without a manifest outside nothing shows whether the whole database was replaced"
        click.echo(f"{what}: put the manifests back in {manifests} from a backup", err=True)
    if differences:
        sys.exit(VERIFICATION_FAILED)
