"""The commands `aflos payment ...`: money that came in for a loan, and money that went back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from backoffice.cli.database import looking, recording
from backoffice.cli.fields import written
from backoffice.cli.finishing import finish, preview_option
from backoffice.cli.options import actor_option, as_json, day_or_today, known_on_option, on_option, past_day
from backoffice.cli.output import print_json, shown
from backoffice.cli.payment_file import import_payments
from backoffice.cli.table import table
from backoffice.registering import dossier_of
from backoffice.rights import seen_loan
from jobs import clock
from ledger.money import euros
from servicing.facts import Draft, FactKind
from servicing.reading import Reader
from servicing.registration import Dossier, named_payment
from servicing.viewing import PaymentLine, payment_lines

HEADERS = (
    *("fact", "reference", "on", "amount", "costs", "interest", "principal", "credit", "recovered"),
    *("reversed", "withdrawn", "known_on"),
)


@click.group()
def payment() -> None:
    """Payments: money that came in for a loan, and money that went back.

    Example: aflos payment add 100000001 --amount 506.91 --on 2025-02-01 --reference "bank 2025-02-01 17"
    """


@payment.command(name="add")
@click.argument("loan")
@click.option("--amount", required=True, metavar="AMOUNT", help="Euros, such as 506.91.")
@click.option("--on", required=True, metavar="DAY", help="The day it came into the creditor's account.")
@click.option("--reference", metavar="TEXT", help="What the bank calls it; the same again is no payment.")
@preview_option
@known_on_option
@actor_option
@as_json
def add_payment(loan: str, amount: str, on: str, reference: str | None, **how: Any) -> None:
    """Record a payment; the coming night books it.

    Example: aflos payment add 100000001 --amount 506.91 --on 2025-02-01 --reference "bank 2025-02-01 17"
    """
    day = past_day("on", on)
    cents = Reader({"amount": amount}).amount("amount")
    key = reference if reference is not None else f"{day} {euros(cents)}"
    finish(loan, lambda dossier: Draft(dossier.loan, FactKind.PAYMENT, day, key, cents=cents), how)


@payment.command(name="reverse")
@click.argument("loan")
@click.argument("name", metavar="PAYMENT")
@click.option("--on", required=True, metavar="DAY", help="The day the money went back.")
@preview_option
@known_on_option
@actor_option
@as_json
def reverse_payment(loan: str, name: str, on: str, **how: Any) -> None:
    """Record that a payment came back (storno); PAYMENT is its reference or fact number.

    Example: aflos payment reverse 100000001 "bank 2025-02-01 17" --on 2025-02-20
    """
    day = past_day("on", on)

    def make(dossier: Dossier) -> Draft:
        original = named_payment(dossier, name)
        return Draft(dossier.loan, FactKind.REVERSAL, day, f"{original.nr} {day}", of=original.nr)

    finish(loan, make, how)


@payment.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@actor_option
@as_json
def import_file(file: Path, actor: str | None, as_json: bool) -> None:
    """Record the payments of a CSV file with the columns loan;date;amount;reference, all or none of them.

    Example: aflos payment import receipts.csv
    """
    with recording(actor) as desk:
        done = import_payments(desk, file, clock.today())
    if as_json:
        print_json(done._asdict())
    else:
        click.echo(
            f"{file.name}: {done.recorded} payments recorded, {done.known} known already, {done.total}"
        )


@payment.command(name="list")
@click.argument("loan")
@on_option
@as_json
def list_payments(loan: str, on: str | None, as_json: bool) -> None:
    """The payments of a loan and how each was divided; reversed and withdrawn ones too.

    Example: aflos payment list 100000001 --json
    """
    day = day_or_today(on)
    with looking() as connection:
        lines = payment_lines(dossier_of(connection, seen_loan(connection, loan)), day)
    rows = [_row(line) for line in lines]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(HEADERS, [[shown(row[key]) for key in HEADERS] for row in rows]))


def _row(line: PaymentLine) -> dict[str, object]:
    fact, division = line.fact, line.division
    parts = dict.fromkeys(("costs", "interest", "principal", "credit", "balance", "recovered"))
    return {
        "fact": fact.nr,
        "reference": fact.key,
        "type": fact.kind.text,
        "on": fact.value_date.isoformat(),
        "amount": euros(fact.cents),
        **(parts if division is None else {key: written(each) for key, each in division._asdict().items()}),
        "reversed": line.reversed_by is not None,
        "reversed_by": line.reversed_by,
        "withdrawn": line.withdrawn_by is not None,
        "known_on": fact.known_on.isoformat(),
    }
