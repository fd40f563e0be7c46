"""The command `aflos loan scheme`: of which scheme a claim is and when that was granted, told after the claim."""

from __future__ import annotations

import click

from backoffice.claim_origin import tell_origin
from backoffice.cli.database import recording
from backoffice.cli.options import actor_option, as_json, past_day
from backoffice.cli.registered import tell
from servicing.settlement.claim_origin import SCHEMES_OF_CLAIMS
from servicing.store import find_loan


@click.command(name="scheme")
@click.argument("loan")
@click.argument("scheme", type=click.Choice(SCHEMES_OF_CLAIMS))
@click.option(
    "--granted",
    required=True,
    metavar="DAY",
    help="The day of the decision that granted what is reclaimed, such as 2019-05-01.",
)
@click.option(
    "--document", required=True, metavar="REFERENCE", help="Where it is filed; the same again is nothing new."
)
@actor_option
@as_json
def scheme_command(
    loan: str, scheme: str, granted: str, document: str, actor: str | None, as_json: bool
) -> None:
    """Record of which scheme a claim is and when that was granted; what is told last holds.

    The State shares in what comes in on claims of business capital by that day (Bbz art. 49). Nothing is booked.

    Example: aflos loan scheme 100000003 bbz_business_capital --granted 2018-05-01 --document B-2018-44
    """
    day = past_day("granted", granted)
    with recording(actor) as desk:
        heading = find_loan(desk.connection, loan)
        done = tell_origin(desk, heading, (scheme, day), document)
    tell(done, as_json)
