"""The command `aflos loan payoff`: what pays a loan off on a day, and on the days after it."""

from __future__ import annotations

import click

from backoffice.cli.database import looking
from backoffice.cli.fields import written
from backoffice.cli.options import as_json, day_or_today, on_option
from backoffice.cli.output import pairs, print_json
from backoffice.cli.table import table
from backoffice.registering import dossier_of
from backoffice.rights import seen_loan
from servicing.payoff import Payoff, PayoffLine, payoff

MOST_DAYS = 92
PARTS = PayoffLine._fields[1:-1]


@click.command(name="payoff")
@click.argument("loan")
@on_option
@click.option(
    "--days",
    type=click.IntRange(0, MOST_DAYS),
    default=14,
    show_default=True,
    help="So many days after it too.",
)
@as_json
def payoff_command(loan: str, on: str | None, days: int, as_json: bool) -> None:
    """What pays the loan off on a day, part by part, and on the days after it.

    It holds as long as nothing else comes in or is decided; what is overpaid already (credit) is not set off.

    Example: aflos loan payoff 100000001 --on 2025-07-01
    """
    day = day_or_today(on)
    with looking() as connection:
        heading = seen_loan(connection, loan)
        found = payoff(dossier_of(connection, heading).facts, day, days)
    answer = _answer(heading.id, found)
    if as_json:
        print_json(answer)
        return
    first = {key: value for key, value in answer.items() if not isinstance(value, dict | list)}
    click.echo(pairs(first))
    click.echo(f"\nparts\n{pairs(dict(zip(PARTS, _parts(found.lines[0]).values(), strict=True)))}")
    rows = [[line.on.isoformat(), written(line.total)] for line in found.lines]
    click.echo(f"\ndays\n{table(('on', 'total'), rows)}")


def _answer(loan: int, found: Payoff) -> dict[str, object]:
    return {
        "loan": loan,
        "on": found.lines[0].on.isoformat(),
        "total": written(found.lines[0].total),
        "valid_until": found.valid_until.isoformat(),
        "changes_on": found.changes_on.isoformat() if found.changes_on else None,
        "parts": _parts(found.lines[0]),
        "days": [
            {"on": line.on.isoformat(), "total": written(line.total), **_parts(line)} for line in found.lines
        ],
    }


def _parts(line: PayoffLine) -> dict[str, str]:
    return {name: written(getattr(line, name)) for name in PARTS}
