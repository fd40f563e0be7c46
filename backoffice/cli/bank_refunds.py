"""The commands `aflos bank refunds ...`: receipts and credit that go back are proposed, released and written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from backoffice.cli.bank_collect import creditor_option, named_creditor
from backoffice.cli.database import looking, recording
from backoffice.cli.options import actor_option, as_json
from backoffice.cli.output import print_json
from backoffice.cli.table import table
from backoffice.outgoing_files import write_once
from backoffice.refunding import (
    Waiting,
    is_ready,
    propose_refunds,
    refund_file,
    release_refunds,
    waiting_refunds,
)
from backoffice.rights import check_right
from ledger.money import cents_of, euros
from servicing.refunding.store import RefundRun, refund_runs

HEADERS = ("line", "loan", "amount", "name", "account", "decision", "state", "problem")


@click.group()
def refunds() -> None:
    """Receipts and credit that go back: propose, have them approved, release, write the file for the bank.

    Example: aflos bank refunds propose --creditor almere
    """


@refunds.command(name="propose")
@creditor_option
@actor_option
@as_json
def propose_(code: str, actor: str | None, as_json: bool) -> None:
    """Propose a decision for each receipt marked to go back and each loan with credit; another person approves it.

    Example: aflos bank refunds propose --creditor almere
    """
    creditor = named_creditor(code)
    with recording(actor, "decide") as desk:
        check_right(desk.by.actor, "decide", creditor.id)
        found = propose_refunds(desk, creditor)
    _tell(found, as_json)


@refunds.command(name="list")
@creditor_option
@as_json
def list_(code: str, as_json: bool) -> None:
    """The receipts and credits that are to go back and where each stands, and the runs that were released.

    Example: aflos bank refunds list --creditor almere --json
    """
    creditor = named_creditor(code)
    with looking() as connection:
        found = waiting_refunds(connection, creditor)
        runs = refund_runs(connection, creditor.id)
    if as_json:
        print_json({"waiting": [_waiting(each) for each in found], "released": [_run(run) for run in runs]})
        return
    _tell(found, as_json=False)
    for run in runs:
        click.echo(
            f"run {run.id}: {run.message_id}, {run.number} refunds, {euros(run.cents)}, made {run.made_at}"
        )


@refunds.command(name="release")
@creditor_option
@click.option("--number", type=int, required=True, help="How many refunds you release.")
@click.option("--total", required=True, metavar="AMOUNT", help="Their total in euros, such as 506.91.")
@actor_option
@as_json
def release_(code: str, number: int, total: str, actor: str | None, as_json: bool) -> None:
    """Release every refund that was approved, by their totals.

    Example: aflos bank refunds release --creditor almere --number 1 --total 506.91
    """
    creditor = named_creditor(code)
    with recording(actor, "decide") as desk:
        check_right(desk.by.actor, "decide", creditor.id)
        run = release_refunds(desk, creditor, (number, cents_of(total)))
    if as_json:
        print_json(_run(run))
    else:
        click.echo(
            f"run {run.id} ({run.message_id}) is released: aflos bank refunds file {run.id} --to FOLDER"
        )


@refunds.command(name="file")
@click.argument("run", type=int)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="An existing folder.")
@as_json
def file(run: int, folder: Path, as_json: bool) -> None:
    """Write the file of a released run for the bank (pain.001.001.09); the same bytes each time.

    Example: aflos bank refunds file 1 --to /srv/bank/out
    """
    with looking() as connection:
        found, content = refund_file(connection, run)
    path, again = write_once(folder, f"{found.message_id}.xml", content)
    if as_json:
        print_json({"file": str(path), "sha256": found.sha256, "written": not again})
    else:
        click.echo(f"{path}: {'is there already' if again else 'written'}")


def _tell(found: Sequence[Waiting], as_json: bool) -> None:
    rows = [_waiting(each) for each in found]
    if as_json:
        print_json(rows)
        return
    if rows:
        click.echo(table(HEADERS, [[str(value or "") for value in row.values()] for row in rows]))
    ready = [each.cents for each in found if is_ready(each)]
    click.echo(f"{len(ready)} refunds are approved, {euros(sum(ready))} together")


def _waiting(each: Waiting) -> dict[str, object]:
    return {
        "line": each.line.id if each.line else None,
        "loan": each.loan or None,
        "amount": euros(each.cents),
        "name": each.account.name or None,
        "iban": each.account.iban or None,
        "decision": each.decision.id if each.decision else None,
        "state": each.decision.state if each.decision else "not proposed",
        "problem": each.problem or None,
    }


def _run(run: RefundRun) -> dict[str, object]:
    return {
        "run": run.id,
        "message": run.message_id,
        "number": run.number,
        "total": euros(run.cents),
        "released_by": run.actor,
        "made_at": run.made_at,
        "sha256": run.sha256,
    }
