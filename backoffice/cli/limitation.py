"""The command `aflos loan limitation`: when what is open of a loan lapses; nothing is recorded."""

from __future__ import annotations

import click

from backoffice.cli.database import looking
from backoffice.cli.fields import written
from backoffice.cli.options import as_json, day_or_today, on_option
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.registering import dossier_of
from backoffice.rights import seen_loan
from servicing import files
from servicing.lapsing import Lapse, lapses_of, together
from servicing.securities import liable_on
from servicing.store import debtors_of

COLUMNS = ("row", "due", "open", "state", "lapses_on", "began_by", "began_on", "extended_days", "debtor")


@click.command(name="limitation")
@click.argument("loan")
@on_option
@as_json
def limitation_command(loan: str, on: str | None, as_json: bool) -> None:
    """When each instalment that fell due and is open lapses, and what moved that day (Awb 4:104 to 4:111, BW 3:307).

    Against each joint debtor it lapses on his own day; a row without debtor lapses alike against all.

    Example: aflos loan limitation 100000001 --on 2029-07-01 --json
    """
    day = day_or_today(on)
    with looking() as connection:
        heading = seen_loan(connection, loan)
        facts = dossier_of(connection, heading).facts
        debtors = liable_on(facts, debtors_of(connection, heading.id), day)
    system = files.products()[heading.product].kind
    rows = [
        {**_row(one), "state": one.limitation.state(day)}
        for one in together(lapses_of(facts, day, system, files.law(), debtors))
    ]
    if as_json:
        print_json({"loan": heading.id, "on": day.isoformat(), "system": system, "rows": rows})
    else:
        click.echo(table(COLUMNS, [[shown(row[column]) for column in COLUMNS] for row in rows]))


def _row(one: Lapse) -> dict[str, object]:
    found = one.limitation
    return {
        "row": one.row_nr,
        "due": one.due.isoformat(),
        "open": written(one.open),
        "lapses_on": found.lapses_on.isoformat() if found.lapses_on else None,
        "signals": [day.isoformat() for day in found.signals],
        "began_by": found.began_by.kind if found.began_by else None,
        "began_on": found.began_by.on.isoformat() if found.began_by else None,
        "extended_days": found.extended_days,
        "debtor": one.debtor or None,
    }
