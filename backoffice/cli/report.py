"""The commands `aflos report ...`: figures of a calendar year, for debtors, for the State, and for the wage tax."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import reduce

import click
from sqlalchemy import Connection

from backoffice.cli.database import looking
from backoffice.cli.options import Command
from backoffice.cli.report_ledger import account_, trial_balance
from backoffice.cli.reported import Row, creditors_asked, form_options, tell
from backoffice.rights import codes
from jobs.business_dates import last_closed
from ledger.errors import BadInput
from ledger.money import euros
from letters.outbox.year import Move
from reports import gross_up as grossing
from reports import yearly as yearly_figures
from reports.state import Asked, Figure, figures_of
from reports.store import flows_before, flows_of, loans_of, origins_of, taken_over, year_moves
from servicing import files
from servicing.life.state import DISBURSED
from servicing.settlement.claim_origin import CLAIMS, Origin
from servicing.settlement.state_share import PAID_OUT, SCHEMES, YEARS_OF_RECLAIM
from servicing.store import Loan, facts_of

FIRST_YEAR, LAST_YEAR = 2020, 2199
STATE_COLUMNS = ("creditor", "year", "figure", "of", "amount")


def _options(command: Command) -> Command:
    """The options of every report."""
    options: tuple[Callable[[Command], Command], ...] = (
        click.option(
            "--year",
            required=True,
            type=click.IntRange(FIRST_YEAR, LAST_YEAR),
            help="A calendar year that has ended.",
        ),
        click.option("--creditor", metavar="CODE", help="Only of this creditor; default all you may see."),
    )
    return reduce(lambda made, option: option(made), reversed(options), form_options(command))


@click.group()
def report() -> None:
    """Figures out of the books: of a calendar year as they are known now, and the totals they come from.

    Example: aflos report yearly --year 2025 --csv
    """


@report.command()
@_options
@click.option("--product", metavar="CODE", help="Only loans of this product.")
def yearly(year: int, creditor: str | None, product: str | None, *, as_csv: bool, as_json: bool) -> None:
    """The yearly figure of each loan: balance on 31 December and interest paid, as its yearly statement says.

    Example: aflos report yearly --year 2025 --product bbz_business_capital --json
    """
    if product is not None and product not in files.products():
        raise BadInput(f"product: {product[:40]!r}: must be one of {', '.join(files.products())}")
    with looking() as connection:
        loans = _loans(connection, year, creditor, [product] if product else [])
        told = _moves(connection, loans, year)
    named = codes()
    rows = [
        row
        for one in loans
        if (row := yearly_figures.yearly_row(_heading(one, named), told[one.id])) is not None
    ]
    tell(yearly_figures.COLUMNS, rows, as_csv=as_csv, as_json=as_json)


@report.command()
@_options
def state(year: int, creditor: str | None, *, as_csv: bool, as_json: bool) -> None:
    """The share of the State in business capital (Bbz art. 49), by municipality; Tozo is kept apart.

    Example: aflos report state --year 2025 --creditor almere
    """
    with looking() as connection:
        loans, origins, untold = _shared_loans(connection, year, creditor)
        flows = list(flows_of(connection, loans, origins, (year - YEARS_OF_RECLAIM, year)))
        before = list(flows_before(connection, loans, origins))
        unknown = taken_over(connection, loans)
    flows += [flow for _, flow in before if year - YEARS_OF_RECLAIM <= flow.year <= year]
    told = {number for number, flow in before if flow.credit == DISBURSED}
    named, law, policy = codes(), files.law(), files.policy()
    rows: list[Row] = []
    for number in sorted({one.creditor_id for one in loans}):
        code = named[number]
        asked = Asked(year, law, policy.choice("state.receipts", code, date(year, 12, 31)))
        found = figures_of((flow for flow in flows if flow.creditor == number), asked)
        rows += [_figure(code, year, one) for one in found]
    tell(STATE_COLUMNS, rows, as_csv=as_csv, as_json=as_json)
    if untold:
        click.echo(
            f"{untold} claims of which nobody told the scheme and the day it was granted are not in these figures: "
            "aflos loan scheme, and aflos report gross-up names them",
            err=True,
        )
    recent = [
        one
        for one in unknown
        if one.product in PAID_OUT
        and one.id not in told
        and one.decision_date.year >= year - YEARS_OF_RECLAIM
    ]
    if recent:
        click.echo(
            f"{len(recent)} loans were taken over with a balance and without what was paid out on them, which is not "
            "in these figures: earlier_disbursements of aflos import portfolio",
            err=True,
        )


def _shared_loans(
    connection: Connection, year: int, code: str | None
) -> tuple[list[Loan], dict[int, Origin], int]:
    """The loans in whose money the State shares, claims by what they reclaim; and how many claims do not say it."""
    found = _loans(connection, year, code, [*SCHEMES, *CLAIMS])
    claims = [one for one in found if one.product in CLAIMS]
    origins = origins_of(connection, claims)
    untold = sum(one.product not in SCHEMES and one.id not in origins for one in claims)
    loans = [
        one for one in found if (origins[one.id].scheme if one.id in origins else one.product) in SCHEMES
    ]
    return loans, origins, untold


@report.command(name="gross-up")
@_options
def gross_up(year: int, creditor: str | None, *, as_csv: bool, as_json: bool) -> None:
    """Claims that are open on 31 December, and which a person must look at for gross-up (brutering); changes nothing.

    Example: aflos report gross-up --year 2025
    """
    with looking() as connection:
        loans = _loans(connection, year, creditor, CLAIMS)
        told, facts = _moves(connection, loans, year), facts_of(connection, [one.id for one in loans])
        origins = origins_of(connection, loans)
    named = codes()
    rows = [
        row
        for one in loans
        if (
            row := grossing.gross_up_row(
                _heading(one, named),
                (one.decision_date, origins.get(one.id)),
                (facts[one.id], told[one.id]),
                year,
            )
        )
        is not None
    ]
    tell(grossing.COLUMNS, rows, as_csv=as_csv, as_json=as_json)


def _loans(connection: Connection, year: int, code: str | None, products: Iterable[str]) -> list[Loan]:
    """The loans somebody may see; refuses a year that has not been closed."""
    closed = last_closed(connection)
    if closed is None or closed < date(year, 12, 31):
        raise BadInput(
            f"year: {year}: its last night is not closed yet; the last closed is {closed or 'none'}"
        )
    return loans_of(connection, creditors_asked(code), list(products))


def _moves(connection: Connection, loans: Sequence[Loan], year: int) -> dict[int, list[Move]]:
    """What was booked on each loan up to the end of a year."""
    found: dict[int, list[Move]] = {one.id: [] for one in loans}
    for number, move in year_moves(connection, list(found), date(year, 12, 31)):
        found[number].append(move)
    return found


def _heading(one: Loan, named: dict[int, str]) -> Row:
    return {"loan": one.id, "creditor": named[one.creditor_id], "product": one.product}


def _figure(code: str, year: int, one: Figure) -> Row:
    amount = None if one.cents is None else euros(one.cents)
    return {"creditor": code, "year": year, "figure": one.name, "of": one.of, "amount": amount}


report.add_command(trial_balance)
report.add_command(account_)
