"""The commands `aflos promise` and `aflos hold`: dunning waits, without being a deferral."""

from __future__ import annotations

from datetime import timedelta

import click

from backoffice.cli.finishing import finish
from backoffice.cli.options import actor_option, as_json, coming_day, past_day
from backoffice.rights import codes
from jobs import clock
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from servicing import files
from servicing.facts import Draft, FactKind, FactRefused
from servicing.reading import Reader
from servicing.registration import Dossier
from servicing.texts import plain_text


@click.command()
@click.argument("loan")
@click.option("--amount", required=True, metavar="AMOUNT", help="What was promised, such as 506.91.")
@click.option("--by", "by", required=True, metavar="DAY", help="The last day on which it comes in.")
@click.option("--on", metavar="DAY", help="The day it was promised; default today.")
@click.option("--text", default="", metavar="TEXT", help="What was said.")
@actor_option
@as_json
def promise(
    loan: str, amount: str, by: str, on: str | None, text: str, actor: str | None, as_json: bool
) -> None:
    """Note that the debtor promised to pay; dunning waits for that day, and a broken promise is a work item.

    Example: aflos promise 100000001 --amount 506.91 --by 2025-07-11 --text "by telephone"
    """
    day = clock.today() if on is None else past_day("on", on)
    last, cents = coming_day("by", by), Reader({"amount": amount}).amount("amount")
    if last < day:
        raise BadInput(f"by: {last}: must not lie before the promise of {day}")
    free = (last + timedelta(days=1)).isoformat()
    says: dict[str, object] = {"by": last.isoformat(), "until": free, "text": plain_text("text", text)}

    def make(dossier: Dossier) -> Draft:
        return Draft(dossier.loan, FactKind.PROMISE, day, f"{day} by {last}", cents=cents, data=says)

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})


@click.command()
@click.argument("loan")
@click.option("--until", required=True, metavar="DAY", help="The first day on which dunning may go on.")
@click.option("--reason", required=True, metavar="TEXT", help="Why dunning waits.")
@click.option("--on", metavar="DAY", help="From which day; default today.")
@actor_option
@as_json
def hold(loan: str, until: str, reason: str, on: str | None, actor: str | None, as_json: bool) -> None:
    """Let dunning wait for a reason, for as many days as policy allows (hold.longest); its end is a work item.

    Example: aflos hold 100000001 --until 2025-07-25 --reason "figures of 2024 come next week"
    """
    day = clock.today() if on is None else past_day("on", on)
    end, why = coming_day("until", until), plain_text("reason", reason)
    if not why:
        raise BadInput("reason: is missing: say why dunning waits")
    if end <= day:
        raise BadInput(f"until: {end}: must come after {day}")

    def make(dossier: Dossier) -> Draft:
        creditor = codes()[creditor_of_loan(dossier.loan)]
        longest = files.policy().number("hold.longest", creditor, day)
        if (end - day).days > longest:
            raise FactRefused(
                f"until: {end}: {(end - day).days} days: a hold lasts at most {longest} (hold.longest)"
            )
        says: dict[str, object] = {"until": end.isoformat(), "reason": why}
        return Draft(dossier.loan, FactKind.HOLD, day, f"{day} until {end}", data=says)

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})
