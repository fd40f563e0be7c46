"""The command `aflos decide rest-waiver`: what is left after five years of repayment from income; two persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from backoffice.cli.finishing import document_option, finish, preview_option
from backoffice.cli.options import actor_option, as_json, past_day
from backoffice.conditions import rest_says
from servicing.facts import Draft, FactKind
from servicing.registration import Dossier
from servicing.texts import plain_text


@click.command(name="rest-waiver")
@click.argument("loan")
@click.option("--on", required=True, metavar="DAY", help="From which day it is owed no more.")
@click.option(
    "--although", default="", metavar="TEXT", help="Why, where the years were not kept; without it refused."
)
@click.option("--decision", required=True, metavar="REFERENCE", help="The decision.")
@preview_option
@document_option
@actor_option
@as_json
def rest_waiver(loan: str, on: str, although: str, decision: str, **how: Any) -> None:
    """Give up what is left after five years of repayment from income (Bbz art. 43 lid 2).

    The five years must be over, with an arrangement all the time and paid what it asked.

    Example: aflos decide rest-waiver 100000001 --on 2030-02-01 --decision B-2030-99
    """
    day, why = past_day("on", on), plain_text("although", although)
    says: dict[str, object] = {}

    def check(dossier: Dossier, code: str) -> None:
        says.update(_said_before(dossier, decision) or rest_says(dossier, code, day, why))

    def make(dossier: Dossier) -> Draft:
        return Draft(dossier.loan, FactKind.WAIVER, day, decision, data=says, source=decision)

    finish(loan, make, how | {"known_on": None}, check)


def _said_before(dossier: Dossier, decision: str) -> Mapping[str, object] | None:
    """What the same decision said that is in force: nothing is left to look at."""
    return next(
        (fact.said for fact in dossier.facts if (fact.kind, fact.key) == (FactKind.WAIVER, decision)), None
    )
