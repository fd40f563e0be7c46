"""The command `aflos bank lines`: bank lines by day or loan, with their numbers and what each is for."""

from __future__ import annotations

import click
from sqlalchemy import Connection, select

from backoffice.actor import actor as actor_of
from backoffice.cli.bank_runs import named_creditor
from backoffice.cli.bank_words import as_line, line_words, part_text, part_words
from backoffice.cli.database import looking
from backoffice.cli.options import as_json, past_day
from backoffice.cli.output import print_json
from backoffice.rights import creditors_of
from ledger.day import number_of
from ledger.errors import BadInput
from servicing.receipts.store import lines_by_number, parts_of_lines
from servicing.receipts.tables import bank_decision, bank_line
from servicing.receipts.values import Part, StoredLine
from servicing.store import find_loan


@click.command(name="lines")
@click.option("--on", metavar="DAY", help="Booked by the bank on this day.")
@click.option("--loan", metavar="LOAN", help="That are, or were, for this loan.")
@click.option("--creditor", "code", metavar="CODE", help="Only this creditor, such as almere.")
@as_json
def lines_(on: str | None, loan: str | None, code: str | None, as_json: bool) -> None:
    """The bank lines of a day or of a loan: the number of each, and what it is for now.

    Example: aflos bank lines --on 2025-03-01 --creditor almere
    """
    if on is None and loan is None:
        raise BadInput("lines: name a day (--on) or a loan (--loan)")
    day = None if on is None else number_of(past_day("on", on))
    wanted = named_creditor(code).id if code else None
    with looking() as connection:
        seen = set(creditors_of(actor_of(), "see"))
        seen &= seen if wanted is None else {wanted}
        found = [one for one in _lines(connection, day, loan) if one.creditor_id in seen]
        decided = parts_of_lines(connection, [one.id for one in found])
    if as_json:
        print_json([_words(one, decided.get(one.id, (0, []))) for one in found])
        return
    for one in found:
        parts = [part_text(part_words(part)) for part in decided.get(one.id, (0, []))[1]]
        click.echo(f"{as_line(one)}  {'; '.join(parts) or 'waits'}")
    click.echo(f"{len(found)} lines", err=True)


def _lines(connection: Connection, day: int | None, loan: str | None) -> list[StoredLine]:
    query = select(bank_line.c.id)
    if loan is not None:
        number = find_loan(connection, loan).id
        query = query.where(
            bank_line.c.id.in_(select(bank_decision.c.line_id).where(bank_decision.c.loan_id == number))
        )
    if day is not None:
        query = query.where(bank_line.c.booked_on == day)
    numbers = connection.execute(query).scalars().all()
    return [line for _, line in sorted(lines_by_number(connection, numbers).items())]


def _words(line: StoredLine, decided: tuple[int, list[Part]]) -> dict[str, object]:
    return {
        **line_words(line),
        "decision": decided[0] or None,
        "parts": [part_words(part) for part in decided[1]],
    }
