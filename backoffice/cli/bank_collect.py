"""The commands `aflos bank collect ...`: proposed, released by its totals, and written for the bank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from backoffice.cli.database import looking, recording
from backoffice.cli.options import actor_option, as_json, coming_day
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.collecting import Outcome, Totals, file_of, propose_run, release, totals_of
from backoffice.outgoing_files import write_once
from backoffice.rights import check_right
from ledger.errors import BadInput
from ledger.money import cents_of, euros
from servicing.collecting.planning import LeftOut, Planned
from servicing.collecting.released import Run
from servicing.collecting.store import Proposal, open_proposal, runs
from servicing.creditor import Creditor
from servicing.files import creditors

HEADERS = ("loan", "due", "amount", "collect on", "announce by", "sequence")
creditor_option = click.option(
    "--creditor", "code", required=True, metavar="CODE", help="Whose, such as almere."
)


@click.group()
def collect() -> None:
    """Direct debit (incasso): propose, look, release, write the file for the bank.

    Example: aflos bank collect propose --creditor almere --until 2025-03-31
    """


@collect.command(name="propose")
@creditor_option
@click.option("--until", required=True, metavar="DAY", help="The last due date of what is proposed.")
@click.option(
    "--announced", is_flag=True, help="Debtors know day and amount, from their schedule or a letter."
)
@actor_option
@as_json
def propose_(code: str, until: str, announced: bool, actor: str | None, as_json: bool) -> None:
    """Propose the instalments that fall due after today; takes the place of the proposal before.

    Example: aflos bank collect propose --creditor almere --until 2025-03-31
    """
    creditor, day = named_creditor(code), coming_day("until", until)
    with recording(actor) as desk:
        check_right(desk.by.actor, "record", creditor.id)
        found = propose_run(desk, creditor, day, is_announced=announced)
    planned = [each for each in found if isinstance(each, Planned)]
    left_out = [each for each in found if isinstance(each, LeftOut)]
    if as_json:
        print_json(_proposed(code, planned) | {"left_out": [_left_out(each) for each in left_out]})
        return
    _show(planned)
    for each in left_out:
        click.echo(f"left out: loan {each.loan}, {each.due}, {euros(max(each.cents, 0))}: {each.reason}")


@collect.command(name="list")
@click.option("--creditor", "code", metavar="CODE", help="Only this creditor, such as almere.")
@as_json
def list_(code: str | None, as_json: bool) -> None:
    """What is proposed and waits to be released, and the runs that were released.

    Example: aflos bank collect list --creditor almere --json
    """
    wanted = [named_creditor(code)] if code else list(creditors().values())
    with looking() as connection:
        waiting = [(each, open_proposal(connection, each.id)) for each in wanted]
        released = [run for each in wanted for run in runs(connection, each.id)]
    open_ones = [(creditor, each) for creditor, each in waiting if each is not None]
    if as_json:
        proposals = [_proposed(creditor.code, each.planned) | _since(each) for creditor, each in open_ones]
        print_json({"proposed": proposals, "released": [_run(run) for run in released]})
        return
    for creditor, each in open_ones:
        click.echo(f"{creditor.code}: proposed by {shown(each.actor)}, due dates up to {each.until}")
        _show(each.planned)
    for run in released:
        totals = f"{run.number} collections, {euros(run.cents)}"
        click.echo(
            f"run {run.id}: {run.message_id}, {totals}, released by {shown(run.actor)} at {run.made_at}"
        )


@collect.command(name="release")
@creditor_option
@click.option("--number", type=int, required=True, help="How many collections you release.")
@click.option("--total", required=True, metavar="AMOUNT", help="Their total in euros, such as 1520.73.")
@actor_option
@as_json
def release_(code: str, number: int, total: str, actor: str | None, as_json: bool) -> None:
    """Release what is proposed, by its totals; where people are named, another person proposed it.

    Example: aflos bank collect release --creditor almere --number 3 --total 1520.73
    """
    creditor = named_creditor(code)
    with recording(actor, "decide") as desk:
        check_right(desk.by.actor, "decide", creditor.id)
        run = release(desk, creditor, Totals(number, cents_of(total)))
    if as_json:
        print_json(_run(run))
    else:
        click.echo(
            f"run {run.id} ({run.message_id}) is released: aflos bank collect file {run.id} --to FOLDER"
        )


@collect.command(name="file")
@click.argument("run", type=int)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="An existing folder.")
@as_json
def file(run: int, folder: Path, as_json: bool) -> None:
    """Write the file of a released run for the bank (pain.008.001.08); the same bytes each time.

    Example: aflos bank collect file 1 --to /srv/bank/out
    """
    with looking() as connection:
        found, content = file_of(connection, run)
    path, again = write_once(folder, f"{found.message_id}.xml", content)
    if as_json:
        print_json({"file": str(path), "sha256": found.sha256, "written": not again})
    else:
        click.echo(f"{path}: {'is there already' if again else 'written'}")


def named_creditor(code: str) -> Creditor:
    """The creditor with this code; raises `BadInput`."""
    known = creditors()
    if code not in known:
        raise BadInput(f"creditor: {code!r}: known are {', '.join(known)}")
    return known[code]


def _show(planned: Sequence[Outcome]) -> None:
    rows = [each for each in planned if isinstance(each, Planned)]
    if rows:
        cells = [[str(value) for value in _planned(each).values()] for each in rows]
        click.echo(table(HEADERS, cells))
    totals = totals_of(rows)
    click.echo(f"{totals.number} collections, {euros(totals.cents)} together")


def _proposed(code: str, planned: Sequence[Planned]) -> dict[str, object]:
    totals = totals_of(planned)
    rows = [_planned(each) for each in planned]
    return {"creditor": code, "number": totals.number, "total": euros(totals.cents), "collections": rows}


def _since(proposal: Proposal) -> dict[str, object]:
    return {"until": proposal.until.isoformat(), "proposed_by": proposal.actor, "at": proposal.proposed_at}


def _planned(each: Planned) -> dict[str, object]:
    return {
        "loan": each.loan,
        "due": each.due.isoformat(),
        "amount": euros(each.cents),
        "collect_on": each.collect_on.isoformat(),
        "announce_by": each.announce_by.isoformat(),
        "sequence": each.sequence,
    }


def _left_out(each: LeftOut) -> dict[str, object]:
    return {
        "loan": each.loan,
        "due": each.due.isoformat(),
        "amount": euros(max(each.cents, 0)),
        "reason": each.reason,
    }


def _run(run: Run) -> dict[str, object]:
    return {
        "run": run.id,
        "message": run.message_id,
        "number": run.number,
        "total": euros(run.cents),
        "proposed_by": run.proposed_by,
        "released_by": run.actor,
        "made_at": run.made_at,
        "sha256": run.sha256,
    }
