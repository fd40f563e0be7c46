"""The command `aflos decide credit-refund`: credit of a loan goes back to the debtor; two persons."""

from __future__ import annotations

from typing import Any

import click

from backoffice.cli.finishing import finish
from backoffice.cli.loan_decisions import decided_options
from backoffice.cli.options import past_day
from backoffice.crediting import Account, credit_draft
from servicing.facts import Draft
from servicing.reading import Reader
from servicing.registration import Dossier


@click.command(name="credit-refund")
@click.argument("loan")
@click.option("--amount", required=True, metavar="AMOUNT", help="Euros, such as 506.91.")
@click.option("--on", required=True, metavar="DAY", help="From which day it is no credit any more.")
@click.option("--iban", required=True, help="To which account it goes.")
@click.option("--name", required=True, metavar="TEXT", help="Whose account that is.")
@click.option("--decision", required=True, metavar="REFERENCE", help="The decision.")
@decided_options
def credit_refund(loan: str, amount: str, on: str, iban: str, name: str, decision: str, **how: Any) -> None:
    """Pay credit of a loan back (BW 6:203); it leaves with aflos bank refunds release.

    aflos bank refunds propose proposes it for every loan with credit, to the account that paid last.

    Example: aflos decide credit-refund 100000001 --amount 120.00 --on 2025-07-01 --iban NL91ABNA0417164300
    --name "S. Jansen" --decision B-2025-99
    """
    day, cents = past_day("on", on), Reader({"amount": amount}).amount("amount")

    def make(dossier: Dossier) -> Draft:
        return credit_draft(dossier.loan, day, cents, Account(iban, name), decision)

    finish(loan, make, how)
