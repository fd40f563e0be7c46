"""The command `aflos decide manual-entry`: an entry by hand (memoriaal) between accounts that allow it; two persons."""

from __future__ import annotations

import click

from backoffice.actor import actor as acting
from backoffice.by_hand import ManualEntry, manual_entry
from backoffice.cli.database import looking, recording
from backoffice.cli.finishing import books_page, preview_option, tell_decided
from backoffice.cli.options import NUMBER, actor_option, as_json, past_day
from backoffice.cli.output import print_json
from backoffice.deciding import decide, reason_given
from backoffice.rights import check_right
from ledger.errors import BadInput
from ledger.files import chart_of_accounts
from ledger.money import euros
from servicing.decisions.proposal import Proposed
from servicing.files import creditors
from servicing.manual_entries import KIND
from servicing.reading import Reader
from servicing.texts import plain_text


@click.command(name=KIND)
@click.argument("creditor")
@click.option("--debit", required=True, type=NUMBER, metavar="ACCOUNT", help="An account of the chart.")
@click.option("--credit", required=True, type=NUMBER, metavar="ACCOUNT", help="The account against it.")
@click.option("--amount", required=True, metavar="AMOUNT", help="Euros, such as 506.91.")
@click.option("--on", required=True, metavar="DAY", help="The value date.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is booked by hand.")
@click.option(
    "--decision", required=True, metavar="REFERENCE", help="The decision; the same again is nothing new."
)
@click.option("--document", required=True, metavar="REFERENCE", help="Where the document behind it is filed.")
@preview_option
@actor_option
@as_json
def manual_entry_command(
    creditor: str,
    debit: int,
    credit: int,
    amount: str,
    on: str,
    reason: str,
    decision: str,
    document: str,
    preview: bool,
    actor: str | None,
    as_json: bool,
) -> None:
    """Book an amount by hand between two accounts of a creditor that no loan and no bank line drives.

    The accounts are those of config/manual_entries.yaml; the night after the approval books it, and what was
    wrong is booked back in the same way.

    Example: aflos decide manual-entry almere --debit 1185 --credit 1180 --amount 12.50 --on 2025-07-01
    --reason "costs of the bank" --decision M-2025-7 --document "bank 2025-06"
    """
    known = creditors()
    if creditor not in known:
        raise BadInput(f"creditor: {creditor!r}: must be one of {', '.join(known)}")
    number, cents = known[creditor].id, Reader({"amount": amount}).amount("amount")
    why, filed = plain_text("reason", reason_given(reason)), plain_text("document", document)
    entry = ManualEntry(
        debit, credit, cents, past_day("on", on), why, plain_text("decision", decision), filed
    )
    if preview:
        with looking() as connection:
            check_right(acting(actor), "see", number)
            proposed = manual_entry(connection, number, entry)
        _tell(creditor, proposed, as_json)
        return
    with recording(actor, "decide") as desk:
        done = decide(desk, manual_entry(desk.connection, number, entry))
    tell_decided(done, as_json)


def _tell(creditor: str, proposed: Proposed, as_json: bool) -> None:
    """What the night after the approval would book."""
    data, names = proposed.data or {}, chart_of_accounts().accounts
    sides = ((int(str(data["debit"])), proposed.cents), (int(str(data["credit"])), -proposed.cents))
    year = proposed.value_date.year
    postings = [
        {"account": number, "name": names[number].en, "year": year, "amount": euros(cents)}
        for number, cents in sorted(sides)
    ]
    answer = {
        "creditor": creditor,
        "decision_kind": KIND,
        "persons": 2,
        "at_stake": euros(proposed.cents),
        "works_from": "approval",
        "letters": [],
        "postings": postings,
        "rows": [],
    }
    if as_json:
        print_json(answer)
    else:
        click.echo(f"{creditor}: {data['for']}\n\n{books_page(answer)}")
