"""The command `aflos loan group`: of which group a client is, told after the grant."""

from __future__ import annotations

from typing import get_args

import click

from backoffice.cli.database import recording
from backoffice.cli.options import actor_option, as_json
from backoffice.cli.registered import tell
from backoffice.client_group import tell_group
from servicing.product import Group
from servicing.store import find_loan

GROUPS: tuple[Group, ...] = get_args(Group)


@click.command(name="group")
@click.argument("loan")
@click.argument("group", type=click.Choice(GROUPS))
@click.option(
    "--document", required=True, metavar="REFERENCE", help="Where it is filed; the same again is nothing new."
)
@actor_option
@as_json
def group_command(loan: str, group: str, document: str, actor: str | None, as_json: bool) -> None:
    """Record of which group (Bbz art. 2) the client of a loan for business capital is, where the grant did not say.

    Established clients are asked for the figures of the two book years after that of the application (art. 21).

    Example: aflos loan group 100000001 established --document B-2024-17
    """
    with recording(actor) as desk:
        heading = find_loan(desk.connection, loan)
        named = next(one for one in GROUPS if one == group)
        done = tell_group(desk, heading, named, document)
    tell(done, as_json)
