"""The command `aflos settle what-if`: one year settled for many profits, as a table, as JSON, and as a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from backoffice.cli.cases import the_case
from backoffice.cli.options import book_year_option, figures_set
from backoffice.cli.output import print_json
from backoffice.cli.settled import law, policy
from backoffice.cli.table import table
from jobs import clock
from ledger.errors import BadInput
from ledger.money import euros
from reports.curve import Curve, Series, svg_of
from servicing.policy import Choices
from servicing.reading import Reader
from servicing.settlement.case import choices_of, figures_of
from servicing.settlement.figures import Figures
from servicing.settlement.what_if import Point, Range, points

COLUMNS = (
    *("profit", "net_income", "supplement", "reclaim", "gift", "retained_loan"),
    *("interest_remission", "to_live_on"),
)


@click.command(name="what-if", epilog="Keys of a case: docs/settlement.md.")
@click.argument("loan", required=False)
@book_year_option
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="Of a loan: a figure to try, such as other_income=4000.00.",
)
@click.option("--input", "source", metavar="FILE", help="One case in JSON instead of a loan; - reads it.")
@click.option(
    "--from", "first", default="0.00", show_default=True, metavar="AMOUNT", help="The first profit."
)
@click.option(
    "--to", "last", default="50000.00", show_default=True, metavar="AMOUNT", help="The last profit."
)
@click.option("--step", default="2500.00", show_default=True, metavar="AMOUNT", help="From profit to profit.")
@click.option("--svg", "drawing", type=click.Path(), metavar="FILE", help="Draw the curve into this file.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def what_if(
    loan: str | None,
    year: str | None,
    given: tuple[str, ...],
    source: str | None,
    first: str,
    last: str,
    step: str,
    drawing: str | None,
    as_json: bool,
) -> None:
    """What another profit would give: the same year settled for each of a row of profits.

    Of a loan it takes the months and figures that are known today; nothing is recorded.

    Example: aflos settle what-if 100000001 --set income_tax_percent=20 --to 40000 --svg curve.svg
    """
    options = Reader({"--from": first, "--to": last, "--step": step})
    profits = Range(*(options.signed_amount(key) for key in ("--from", "--to", "--step")))
    figures, choices = _year(loan, year, given, source)
    found = points(figures, profits, law(), choices)
    if drawing is not None:
        _draw(found, Path(drawing), figures.day.year)
    rows = [_row(point) for point in found]
    if as_json:
        print_json(rows)
    else:
        click.echo(_table(rows))


def _year(
    loan: str | None, year: str | None, given: tuple[str, ...], source: str | None
) -> tuple[Figures, Choices]:
    """The year to settle, of a loan in the books or of a case in a file."""
    if (loan is None) == (source is None):
        raise click.UsageError("give a LOAN, or a case with --input FILE")
    if loan is not None:
        return _of_loan(loan, year, given)
    if year or given:
        raise click.UsageError("--year and --set go with a LOAN; a case holds its own")
    assert source is not None, "one of the two is given"
    told = the_case(source)
    case = {**told, "profit": told.get("profit") or "0.00"}
    figures = figures_of(case)
    return figures, choices_of(case, policy(), figures)


def _of_loan(loan: str, year: str | None, given: tuple[str, ...]) -> tuple[Figures, Choices]:
    """The year as the books know it; a case alone needs no database, which takes long to load."""
    from backoffice.actor import actor  # noqa: PLC0415 - a case needs no database
    from backoffice.cli.database import looking  # noqa: PLC0415 - a case needs no database
    from backoffice.what_if import year_in_books  # noqa: PLC0415 - a case needs no database

    told = figures_set(given)
    with looking() as connection:
        return year_in_books(connection, loan, year, told, (actor(), clock.today()))


def _row(point: Point) -> Mapping[str, str]:
    found = point.settlement
    cents = (
        *(point.profit, found.net_income, found.supplement, found.reclaim, found.gift, found.retained_loan),
        *(found.remission.interest, point.to_live_on),
    )
    return {key: euros(value) for key, value in zip(COLUMNS, cents, strict=True)}


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    """The amounts in columns, points of a cent below each other."""
    return table([key.replace("_", " ") for key in COLUMNS], [[row[key] for key in COLUMNS] for row in rows])


def _draw(found: Sequence[Point], path: Path, year: int) -> None:
    """Write the curve, in words for the client, into a file."""
    if len(found) < 2:
        raise BadInput(f"--svg: {path}: a curve needs at least two profits")
    settled = [point.settlement for point in found]
    series = (
        Series("U heeft om van te leven", [point.to_live_on for point in found]),
        Series("U betaalt terug (ten hoogste)", [one.reclaim for one in settled]),
        Series("U krijgt nog een aanvulling", [one.supplement for one in settled]),
        Series("Blijft een lening zonder rente", [one.retained_loan for one in settled]),
    )
    shown = tuple(one for one in series if any(one.cents))
    curve = Curve(
        f"Wat uw winst betekent voor uw bijstand in {year}",
        "Winst in euro",
        [point.profit for point in found],
        shown,
    )
    path.write_text(svg_of(curve), encoding="utf-8")
