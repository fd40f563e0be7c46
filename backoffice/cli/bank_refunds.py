"""The commands `aflos bank refunds ...`: receipts and credit that go back are proposed, released and written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from backoffice.actor import actor as actor_of
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
from backoffice.cli.options import NUMBER, actor_option, as_json
from backoffice.cli.output import print_json
from backoffice.cli.table import table
from backoffice.refunding import (
    Waiting,
    is_ready,
    propose_refunds,
    refund_file,
    release_refunds,
    waiting_refunds,
)
from backoffice.rights import check_right, codes
from ledger.money import cents_of, euros
from servicing.refunding.store import refund_runs

HEADERS = ("line", "loan", "forward to", "amount", "name", "account", "decision", "state", "problem")


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
        check_right(actor_of(), "see", creditor.id)
        found = waiting_refunds(connection, creditor)
        runs = refund_runs(connection, creditor.id)
    if as_json:
        print_json(
            {"waiting": [_waiting(each) for each in found], "released": [run_words(run) for run in runs]}
        )
        return
    _tell(found, as_json=False)
    for run in runs:
        click.echo(
            f"run {run.id}: {run.message_id}, {run.number} refunds, {euros(run.cents)}, made {run.made_at}"
        )


@refunds.command(name="release")
@creditor_option
@totals_options
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
    tell_released(run, run_words(run), "refunds", as_json)


@refunds.command(name="file")
@click.argument("run", type=NUMBER)
@folder_option
@as_json
def file(run: int, folder: Path, as_json: bool) -> None:
    """Write the file of a released run for the bank (pain.001.001.09); the same bytes each time.

    Example: aflos bank refunds file 1 --to /srv/bank/out
    """
    with looking() as connection:
        made = refund_file(connection, run)
        check_right(actor_of(), "record", made[0].creditor_id)
    write_run(made, folder, as_json)


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
        "forward_to": codes().get(each.to),
        "amount": euros(each.cents),
        "name": each.account.name or None,
        "iban": each.account.iban or None,
        "decision": each.decision.id if each.decision else None,
        "state": each.decision.state if each.decision else "not proposed",
        "problem": each.problem or None,
    }
