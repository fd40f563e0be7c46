"""The commands `aflos bank collect ...`: proposed, released by its totals, and written for the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from sqlalchemy import Connection

from backoffice.actor import actor as actor_of
from backoffice.cancelling import cancel_run
from backoffice.cli.bank_runs import (
    creditor_option,
    folder_option,
    named_creditor,
    run_words,
    tell_released,
    totals_options,
    write_run,
)
from backoffice.cli.database import looking, recording
from backoffice.cli.options import NUMBER, actor_option, as_json, coming_day
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.collecting import Outcome, Totals, file_of, propose_run, release, totals_of
from backoffice.rights import check_right, creditors_of
from ledger.money import cents_of, euros
from servicing.collecting.planning import LeftOut, Planned
from servicing.collecting.released import Dropped, Run
from servicing.collecting.store import Proposal, collections_of_run, dropped, open_proposal, runs
from servicing.files import creditors
from servicing.texts import plain_text
from servicing.wording import printable

HEADERS = ("loan", "due", "amount", "collect on", "announce by", "sequence")


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
        seen = creditors_of(actor_of(), "see")
        wanted = [each for each in wanted if each.id in seen]
        waiting = [(each, open_proposal(connection, each.id)) for each in wanted]
        released = [run for each in wanted for run in runs(connection, each.id)]
        lost = {run.id: _lost(connection, run) for run in released}
    open_ones = [(creditor, each) for creditor, each in waiting if each is not None]
    if as_json:
        proposals = [_proposed(creditor.code, each.planned) | _since(each) for creditor, each in open_ones]
        print_json({"proposed": proposals, "released": [_run(run, lost[run.id]) for run in released]})
        return
    for creditor, each in open_ones:
        click.echo(f"{creditor.code}: proposed by {shown(each.actor)}, due dates up to {each.until}")
        _show(each.planned)
    for run in released:
        totals = f"{run.number} collections, {euros(run.cents)}"
        click.echo(
            f"run {run.id}: {run.message_id}, {totals}, released by {shown(run.actor)} at {run.made_at}"
        )
        for gone in lost[run.id].values():
            how = "refused by the bank" if gone.by_bank else "cancelled"
            click.echo(f"    {gone.end_to_end}: {how}: {printable(gone.reason)}")


@collect.command(name="release")
@creditor_option
@totals_options
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
    tell_released(run, _run(run, {}), "collect", as_json)


@collect.command(name="cancel")
@click.argument("run", type=NUMBER)
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept with it.")
@actor_option
@as_json
def cancel(run: int, reason: str, actor: str | None, as_json: bool) -> None:
    """Cancel a released run that the bank has not booked; ask the bank as well. What was due may be proposed again.

    Example: aflos bank collect cancel 1 --reason "made for the wrong month"
    """
    with recording(actor, "decide") as desk:
        found = cancel_run(desk, run, plain_text("reason", reason))
    if as_json:
        print_json({"run": run, "cancelled": [each.end_to_end for each in found]})
    else:
        click.echo(f"run {run}: {len(found)} collections are cancelled")


@collect.command(name="file")
@click.argument("run", type=NUMBER)
@folder_option
@as_json
def file(run: int, folder: Path, as_json: bool) -> None:
    """Write the file of a released run for the bank (pain.008.001.08); the same bytes each time.

    Example: aflos bank collect file 1 --to /srv/bank/out
    """
    with looking() as connection:
        made = file_of(connection, run)
        check_right(actor_of(), "record", made[0].creditor_id)
    write_run(made, folder, as_json)


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


def _lost(connection: Connection, run: Run) -> dict[str, Dropped]:
    """What of a run was cancelled or refused by the bank."""
    return dropped(connection, [each.end_to_end for each in collections_of_run(connection, run.id)])


def _run(run: Run, lost: Mapping[str, Dropped]) -> dict[str, object]:
    gone = [each for each in lost.values() if each.by_bank]
    refused = [{"collection": each.end_to_end, "reason": each.reason} for each in gone]
    more = {"proposed_by": run.proposed_by, "cancelled": len(lost) - len(gone), "refused": refused}
    return run_words(run) | more
