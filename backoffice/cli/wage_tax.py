"""The command `aflos loan wage-tax`: the tax that makes a claim gross."""

from __future__ import annotations

import click

from backoffice.cli.database import recording
from backoffice.cli.options import actor_option, as_json, past_day
from backoffice.cli.registered import tell
from backoffice.wage_tax import tax_is_too_much, tell_wage_tax
from servicing.reading import Reader
from servicing.store import find_loan


@click.command(name="wage-tax")
@click.argument("loan")
@click.option(
    "--amount", required=True, metavar="AMOUNT", help="Wage tax and premiums that were not set off."
)
@click.option("--on", required=True, metavar="DAY", help="The day for which it was paid, such as 2025-06-30.")
@click.option(
    "--document", required=True, metavar="REFERENCE", help="Where it is filed; the same again is nothing new."
)
@actor_option
@as_json
def wage_tax_command(
    loan: str, amount: str, on: str, document: str, actor: str | None, as_json: bool
) -> None:
    """Record the wage tax paid over a claim that was not lent; it makes the claim gross after the year (brutering).

    What is told under several documents adds up. Nothing is booked: aflos report gross-up shows what is open with
    its part of the tax, and a person decides.

    Example: aflos loan wage-tax 100000003 --amount 812.40 --on 2025-06-30 --document LH-2025-6
    """
    cents, day = Reader({"amount": amount}).amount("amount"), past_day("on", on)
    with recording(actor) as desk:
        heading = find_loan(desk.connection, loan)
        done = tell_wage_tax(desk, heading, cents, day, document)
        warning = tax_is_too_much(desk, heading)
    tell(done, as_json)
    if warning:
        click.echo(f"warning: {warning}", err=True)
