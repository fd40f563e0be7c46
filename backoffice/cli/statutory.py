"""The command `aflos loan statutory-interest`: what a decision may fix, computed and shown; nothing is recorded."""

from __future__ import annotations

import click

from backoffice.charging import interest_to_fix
from backoffice.cli.database import looking
from backoffice.cli.options import as_json, day_or_today, on_option
from backoffice.cli.output import pairs, print_json
from backoffice.cli.table import table
from backoffice.registering import dossier_of
from backoffice.rights import codes, seen_loan
from ledger.money import euros
from servicing import files
from servicing.in_default import Owing, Proposal, why_not_charged
from servicing.statutory_interest import told

BELOW = "it lies below the floor of Awb 4:98 lid 2"
TAKEN_OVER = (
    "row 0 is all that was overdue at the cut-over, counted from its oldest due date: see the old account for what "
    "fell due later, and fix as much less"
)


@click.command(name="statutory-interest")
@click.argument("loan")
@on_option
@as_json
def statutory_interest_command(loan: str, on: str | None, as_json: bool) -> None:
    """The statutory interest on what is in default, day by day: a proposal for a decision.

    Only a decision that is handed over makes it owed: aflos decide statutory-interest.

    Example: aflos loan statutory-interest 100000001 --on 2025-12-31
    """
    day = day_or_today(on)
    with looking() as connection:
        heading = seen_loan(connection, loan)
        facts = dossier_of(connection, heading).facts
    charged = files.policy().choice("interest.policy", codes()[heading.creditor_id], day)
    found = interest_to_fix(heading.id, facts, day)
    answer = _answer(heading.id, found, charged, why_not_charged(facts, day, heading.product, charged))
    if any(one.row_nr == 0 for one in found.owing):
        click.echo(TAKEN_OVER, err=True)
    if as_json:
        print_json(answer)
        return
    click.echo(pairs({key: value for key, value in answer.items() if key != "rows"}))
    rows = [
        [str(one.row_nr), one.due.isoformat(), euros(one.debt.cents), euros(one.interest.total)]
        for one in found.owing
    ]
    click.echo(f"\n{table(('row', 'due', 'in default', 'interest'), rows)}")
    for one in found.owing:
        click.echo(f"\nrow {one.row_nr}\n" + "\n".join(told(one.interest)))


def _answer(loan: int, found: Proposal, charged: str, why_not: str) -> dict[str, object]:
    return {
        "loan": loan,
        "on": found.on.isoformat(),
        "total": euros(found.total),
        "fixed_before": euros(found.fixed_before),
        "due": euros(0 if why_not else found.due),
        "policy": charged,
        "why_not": why_not or (BELOW if _is_below(found) else None),
        "rows": [_row(one) for one in found.owing],
    }


def _is_below(found: Proposal) -> bool:
    """Whether the floor of the law alone leaves nothing to fix."""
    return bool(found.owing) and not found.due and (not found.total or found.total > found.fixed_before)


def _row(one: Owing) -> dict[str, object]:
    return {
        "row": one.row_nr,
        "due": one.due.isoformat(),
        "default_from": one.debt.default_from.isoformat(),
        "in_default": euros(one.debt.cents),
        "interest": euros(one.interest.total),
        "lines": told(one.interest),
    }
