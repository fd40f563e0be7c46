"""The commands `aflos import ...`: a portfolio out of files, and templates for those files."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Engine, make_url

from backoffice.actor import actor as acting
from backoffice.cli.database import recording, refusals_kept
from backoffice.cli.import_advances import advances
from backoffice.cli.import_later import compare, lift
from backoffice.cli.options import actor_option, as_json
from backoffice.cli.output import print_json
from backoffice.cli.receipt_file import KINDS, Batch, import_receipts
from backoffice.cli.table import table
from backoffice.deciding import reason_given
from backoffice.portfolio.importing import Imported, Request, import_portfolio
from backoffice.portfolio.reading import ENCODINGS
from backoffice.portfolio.templates import write_templates
from backoffice.portfolio.totals import AMOUNTS, COUNTS, OFTEN_EMPTY
from backoffice.rights import check_right, check_right_somewhere
from jobs import clock
from ledger.database import database_url, open_database
from ledger.day import parse_day
from ledger.errors import BadInput
from ledger.money import cents_of
from servicing.files import creditors
from servicing.texts import plain_text

Folder = click.Path(path_type=Path)


@click.group(name="import")
def import_() -> None:
    """Bring in a portfolio, write templates for its files, compare with the old administration.

    Example: aflos import portfolio old-administration/
    """


@import_.command()
@click.argument("folder", type=Folder)
@click.option(
    "--cut-over", metavar="DAY", help="The day of the opening balances, if the file does not say it."
)
@click.option("--dry-run", is_flag=True, help="Check everything and show the totals; keep nothing.")
@click.option(
    "--encoding", type=click.Choice(ENCODINGS), default="utf-8", show_default=True, help="Of CSV files."
)
@click.option("--quiet", is_flag=True, help="No warnings.")
@actor_option
@as_json
def portfolio(
    folder: Path,
    cut_over: str | None,
    dry_run: bool,
    encoding: str,
    quiet: bool,
    actor: str | None,
    as_json: bool,
) -> None:
    """Bring in debtors, loans, disbursements, opening balances and payments; all of it or nothing.

    The files are debtors, loans, disbursements, opening_balances, payments and co_debtors, and those about the
    time before the cut-over (deferrals, advances, decisions, representatives, reminders, interruptions,
    interest_decisions, year_to_date, earlier_disbursements, history), as .csv or .xlsx, with English or Dutch
    names; docs/import.md tells every column. Errors are listed as file:row:column.

    Example: aflos import portfolio old-administration/ --cut-over 2024-12-31 --dry-run
    """
    request = Request(folder, acting(actor), encoding, _day(cut_over), dry_run)
    with ExitStack() as stack:
        engine = _database(stack)
        if engine is not None:
            stack.enter_context(refusals_kept(engine))
        check_right_somewhere(request.actor, "run")
        done = import_portfolio(engine, request, partial(_opened, stack))
    if not quiet:
        _tell(done)
    if as_json:
        print_json(done.data())
    else:
        click.echo(_proof(done))


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--creditor", "code", required=True, metavar="CODE", help="Whose receipts they are, such as almere."
)
@click.option("--kind", required=True, type=click.Choice(["set-off", "bailiff", "trustee", "security"]))
@click.option("--reference", required=True, metavar="TEXT", help="How the payer calls the batch.")
@click.option("--total", required=True, metavar="AMOUNT", help="What the payer says it adds up to, net.")
@click.option(
    "--again",
    metavar="REASON",
    help="Why receipts that are another batch to the cent are paid twice indeed; kept with the batch.",
)
@actor_option
@as_json
def receipts(
    file: Path,
    code: str,
    kind: str,
    reference: str,
    total: str,
    again: str | None,
    actor: str | None,
    as_json: bool,
) -> None:
    """Receipts that are no bank lines: a CSV file loan;date;gross;costs;costs_of;reference, all lines or none.

    The same receipts under another reference are refused, unless --again says why they are paid twice indeed.

    Example: aflos import receipts bailiff.csv --creditor almere --kind bailiff --reference 2025-03 --total 950.00
    """
    known = creditors()
    if code not in known:
        raise BadInput(f"creditor: {code[:40]!r}: must be one of {', '.join(known)}")
    name = plain_text("reference", reference)
    batch = Batch(known[code].id, KINDS[kind], name, cents_of(total))
    why = "" if again is None else plain_text("again", reason_given(again))
    with recording(actor) as desk:
        check_right(desk.by.actor, "record", batch.creditor)
        done = import_receipts(desk, file, batch, clock.today(), why)
    if as_json:
        print_json(done._asdict())
    else:
        click.echo(f"batch {done.batch}: {done.first or f'{done.receipts} receipts, {done.net} net'}")


@import_.command()
@click.argument("folder", type=Folder)
def templates(folder: Path) -> None:
    """Write an empty example of every file, in English and Dutch, as CSV and XLSX.

    Example: aflos import templates docs/templates
    """
    for path in write_templates(folder):
        click.echo(path)


import_.add_command(advances)
import_.add_command(compare)
import_.add_command(lift)


def _day(text: str | None) -> date | None:
    return None if text is None else parse_day(text)


def _database(stack: ExitStack) -> Engine | None:
    """The database; None if its file is not there yet."""
    url = make_url(database_url())
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    return _opened(stack)


def _opened(stack: ExitStack) -> Engine:
    engine = open_database(create=True)
    stack.callback(engine.dispose)
    return engine


def _tell(done: Imported) -> None:
    """What a person should know besides the totals."""
    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)
    if done.warning_count > len(done.warnings):
        click.echo(f"warning: ... and {done.warning_count - len(done.warnings)} more", err=True)
    if done.came_first:
        click.echo(f"{done.name}: 0 rows: the same files came in on {done.came_first}", err=True)
    elif done.dry_run:
        click.echo(f"{done.name}: dry run, nothing was kept", err=True)
    else:
        click.echo(f"{done.name}: {_counted(done)}; first business date {done.first_business_date}", err=True)
    for creditor, since in done.quiet.items():
        click.echo(
            f"{creditor}: quiet since {since}: no letter and no direct debit is proposed until a person lifts it "
            f"(aflos import lift-quiet {creditor})",
            err=True,
        )


def _counted(done: Imported) -> str:
    new = [f"{count} {name.replace('_', ' ')}" for name, count in done.counts.new.items() if count]
    known = sum(done.counts.known.values())
    return f"{', '.join(new) or '0 rows'} new" + (f", {known} rows known already" if known else "")


def _proof(done: Imported) -> str:
    """The proof totals as a table, one column a creditor and product."""
    columns = [*done.proof["totals"], done.proof["total"]]
    rows = [
        [name.replace("_", " "), *(str(column[name]) for column in columns)]
        for name in (*COUNTS, *AMOUNTS)
        if name not in OFTEN_EMPTY or str(done.proof["total"][name]) not in {"0", "0.00"}
    ]
    names = [f"{column['creditor']} {column['product']}" for column in done.proof["totals"]]
    return table(["", *names, "together"], rows)
