"""The commands `aflos bank mandate ...`: what debtors signed, from which account their instalments may be taken."""

from __future__ import annotations

import click

from backoffice.cli.database import looking, recording
from backoffice.cli.finishing import finish
from backoffice.cli.options import actor_option, as_json, past_day
from backoffice.cli.output import print_json
from backoffice.cli.registered import tell
from backoffice.cli.table import table
from backoffice.collecting import mandates_in
from backoffice.registering import dossier_of, register
from backoffice.rights import seen_loan
from jobs import clock
from ledger.errors import BadInput
from servicing.collecting.mandates import (
    Mandate,
    current,
    end_draft,
    mandate_draft,
    mandate_named,
    mandates_of,
)
from servicing.facts import Draft
from servicing.registration import Dossier
from servicing.store import find_loan

HEADERS = ("mandate", "loan", "account", "name", "signed", "ended", "state")


@click.group()
def mandate() -> None:
    """Mandates (machtigingen) for direct debit: signed, ended, and where each stands.

    Example: aflos bank mandate list 100000001
    """


@mandate.command(name="add")
@click.argument("loan")
@click.option("--id", "name", required=True, metavar="ID", help="The id on the mandate, at most 35 signs.")
@click.option("--iban", required=True, help="The debtor's account.")
@click.option("--holder", required=True, metavar="NAME", help="The name on that account.")
@click.option("--signed", required=True, metavar="DAY", help="The day it was signed.")
@click.option("--document", required=True, metavar="REFERENCE", help="Where the signed mandate is kept.")
@actor_option
@as_json
def add(
    loan: str,
    name: str,
    iban: str,
    holder: str,
    signed: str,
    document: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """Record a signed mandate; the one before it must have ended. Another account than before takes two persons.

    Example: aflos bank mandate add 100000001 --id M-1 --iban NL17TEST0340000002 --holder "S. Jansen"
    --signed 2025-01-05 --document scan-17
    """
    day = past_day("signed", signed)

    def make(dossier: Dossier) -> Draft:
        before = current(mandates_of(dossier.facts), clock.today())
        if before is not None and before.id != name:
            raise BadInput(f"loan {dossier.loan}: mandate {before.id} holds; end it first")
        return mandate_draft(dossier.loan, name, (holder, iban), day, document)

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})


@mandate.command(name="end")
@click.argument("loan")
@click.argument("name", metavar="MANDATE")
@click.option("--on", required=True, metavar="DAY", help="From which day nothing may be taken any more.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, such as: withdrawn by letter of 3 March.")
@actor_option
@as_json
def end(loan: str, name: str, on: str, reason: str, actor: str | None, as_json: bool) -> None:
    """Record that a mandate was withdrawn or ended.

    Example: aflos bank mandate end 100000001 M-1 --on 2025-03-03 --reason "withdrawn by letter"
    """
    day = past_day("on", on)
    with recording(actor) as desk:
        dossier = dossier_of(desk.connection, find_loan(desk.connection, loan))
        known = mandate_named(dossier.loan, mandates_of(dossier.facts), name)
        found = register(desk, dossier, end_draft(known, day, reason))
    tell(found, as_json)


@mandate.command(name="list")
@click.argument("loan")
@as_json
def list_(loan: str, as_json: bool) -> None:
    """The mandates of a loan: signed, first, recurring, withdrawn, stopped by a return, or lapsed.

    Example: aflos bank mandate list 100000001 --json
    """
    with looking() as connection:
        found = mandates_in(connection, [seen_loan(connection, loan)])
    rows = [_row(known, state) for known, state in found]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(HEADERS, [[str(value or "") for value in row.values()] for row in rows]))


def _row(known: Mandate, state: str) -> dict[str, object]:
    return {
        "mandate": known.id,
        "loan": known.loan,
        "iban": known.iban,
        "name": known.name,
        "signed": known.signed.isoformat(),
        "ended": known.ended.isoformat() if known.ended else None,
        "state": state,
    }
