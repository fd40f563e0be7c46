"""The command `aflos decide receipts-withdrawal`: a batch of other receipts is taken back as one act; two persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy import Connection

from backoffice.actor import actor
from backoffice.batches import (
    Batch,
    Withdrawal,
    check_batch,
    entries_back,
    find_batch,
    withdrawal_of,
    withdrawals,
)
from backoffice.cli.database import looking, recording
from backoffice.cli.finishing import books_page, postings_shown, preview_option, tell_decided
from backoffice.cli.loan_page import shown_row
from backoffice.cli.options import NUMBER, actor_option, as_json
from backoffice.cli.output import print_json
from backoffice.deciding import decide, reason_given
from backoffice.rights import check_right
from jobs import clock
from jobs.business_dates import known_on
from ledger.day import day_of
from ledger.money import euros
from servicing.decisions.kinds import RECEIPTS_WITHDRAWAL
from servicing.decisions.proposal import Proposed
from servicing.previewing import Change, changes_between, with_draft
from servicing.texts import plain_text
from servicing.viewing import view_on


@click.command(name=RECEIPTS_WITHDRAWAL)
@click.argument("batch", type=NUMBER)
@click.option("--reason", required=True, metavar="TEXT", help="Why the batch is wrong.")
@click.option(
    "--decision", required=True, metavar="REFERENCE", help="The decision; the same again is nothing new."
)
@click.option("--document", metavar="REFERENCE", help="Where it is filed; default the decision itself.")
@preview_option
@actor_option
@as_json
def receipts_withdrawal(batch: int, reason: str, decision: str, document: str | None, **how: Any) -> None:
    """Take back a batch of other receipts (aflos import receipts) as a whole, with the costs it brought.

    On every loan its payments and costs are withdrawn, and what the payer would owe is booked back. What was
    right in it is imported again under another reference.

    Example: aflos decide receipts-withdrawal 3 --reason "the list came twice" --decision B-2025-140
    """
    why, name = plain_text("reason", reason_given(reason)), plain_text("decision", decision)
    what = Withdrawal(why, name, plain_text("document", document or decision))
    if how["preview"]:
        _preview(batch, what, how)
        return
    with recording(how["actor"], "decide") as desk:
        found = find_batch(desk.connection, batch)
        done = decide(desk, withdrawal_of(desk.connection, found, what))
        if not done.again:
            check_batch(desk.connection, found)
    tell_decided(done, how["as_json"])


def _preview(number: int, what: Withdrawal, how: Mapping[str, Any]) -> None:
    """Print what taking a batch back would change; nothing is written."""
    account = actor(how["actor"])
    with looking() as connection:
        batch = find_batch(connection, number)
        check_right(account, "see", batch.creditor)
        check_batch(connection, batch)
        proposed = withdrawal_of(connection, batch, what)
        answer = {
            "batch": batch.id,
            "reference": batch.reference,
            "decision_kind": RECEIPTS_WITHDRAWAL,
            "persons": 2,
            "at_stake": euros(proposed.cents),
            "works_from": "approval",
            "loans": _loans(connection, batch, proposed),
            "bank": postings_shown(_booked_back(connection, batch)),
        }
    if how["as_json"]:
        print_json(answer)
    else:
        _print(answer)


def _loans(connection: Connection, batch: Batch, proposed: Proposed) -> list[dict[str, Any]]:
    """What the coming night would book on each loan, and its schedule after it."""
    night = known_on(connection, clock.today())
    found = []
    for before, drafts in withdrawals(connection, batch, proposed):
        after = before
        for draft in drafts:
            after = with_draft(after, draft, night)
        changes = changes_between(before.facts, after.facts, night)
        rows = [shown_row(row) for row in view_on(after, night).rows]
        found.append({"loan": after.loan, "postings": postings_shown(changes), "rows": rows})
    return found


def _booked_back(connection: Connection, batch: Batch) -> list[Change]:
    """What the coming night would book back in the book of the creditor, per account and year."""
    sums: dict[tuple[int, int], int] = {}
    for back in entries_back(connection, batch):
        year = day_of(back.day).year
        for account, cents in ((back.debit, back.cents), (back.credit, -back.cents)):
            sums[account, year] = sums.get((account, year), 0) + cents
    return [Change(account, year, cents) for (account, year), cents in sorted(sums.items())]


def _print(answer: Mapping[str, Any]) -> None:
    click.echo(
        f"batch {answer['batch']} ({answer['reference']}): {answer['at_stake']} at stake, two persons, "
        "works from approval"
    )
    for one in answer["loans"]:
        click.echo(f"\nloan {one['loan']}\n\n{books_page(one)}")
    click.echo(f"\nbook of the creditor\n\n{books_page({'postings': answer['bank'], 'rows': []})}")
