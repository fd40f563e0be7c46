"""The command `aflos bank show`: the whole way of one bank line."""

from __future__ import annotations

import click

from backoffice.actor import actor
from backoffice.bank_trail import Told, line_with_number, trail_of
from backoffice.cli.bank_words import line_words
from backoffice.cli.database import looking
from backoffice.cli.options import NUMBER, as_json
from backoffice.cli.output import pairs, print_json, shown
from backoffice.cli.table import table
from backoffice.rights import check_right

TABLES = {
    "decisions": ("decision", "known_on", "actor", "for", "amount", "loan", "fact", "reason"),
    "entries": ("key", "value_date", "debit", "credit", "amount"),
    "letters": ("letter", "kind", "loan", "proposed_on"),
}


@click.command(name="show")
@click.argument("line", type=NUMBER)
@as_json
def show(line: int, as_json: bool) -> None:
    """One bank line: its file with the SHA-256, what was decided about it, its entries, and the letters since.

    Example: aflos bank show 12
    """
    with looking() as connection:
        found = line_with_number(connection, line)
        check_right(actor(), "see", found.creditor_id)
        told = line_words(found) | trail_of(connection, found)
    if as_json:
        print_json(told)
    else:
        click.echo(_page(told))


def _page(told: Told) -> str:
    plain = {key: value for key, value in told.items() if key not in {"file", *TABLES}}
    found = [pairs(plain), pairs({"file": told["file"]["name"], **_file(told["file"])})]
    for name, columns in TABLES.items():
        rows = [[shown(row[column]) for column in columns] for row in told[name]]
        found.append(f"{name}\n{table(columns, rows)}" if rows else f"{name}: none")
    return "\n\n".join(found)


def _file(file: Told) -> Told:
    return {f"file {key}": value for key, value in file.items() if key != "name"}
