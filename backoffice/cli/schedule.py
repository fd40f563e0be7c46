"""The command `aflos schedule`: the repayment schedule of a loan, from options or from a file of cases."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import click

from backoffice.cli.cases import answer_cases
from backoffice.cli.fields import Case, Writer, refuse_unknown, writer
from servicing.daycount import DAY_COUNTS
from servicing.plan import schedule_of
from servicing.schedule import ROUNDING_RULES, Row
from servicing.terms import METHODS
from servicing.terms_data import terms_from

KEYS = (
    *("principal", "rate", "start", "instalments", "method", "every", "first_due", "day_count", "rounding"),
    *("instalment", "grace_principal"),
)


def answer_schedule(case: Case) -> Mapping[str, object]:
    """The schedule of a case as the command prints it; raises `BadInput` naming key, value and rule."""
    refuse_unknown(case, KEYS)
    terms = terms_from(case, where="", rate_key="rate")
    schedule, written = schedule_of(terms), writer(terms.rounding)
    return {
        "instalment": written(schedule.instalment),
        "method": terms.method,
        "rows": [_shown(row, written) for row in schedule.rows],
        "totals": {
            "principal": written(schedule.total_principal),
            "interest": written(schedule.total_interest),
        },
    }


def _shown(row: Row, written: Writer) -> dict[str, object]:
    return {
        "nr": row.nr,
        "date": row.due_date.isoformat(),
        "principal": written(row.principal),
        "interest": written(row.interest),
        "due": written(row.due),
        "balance": written(row.balance),
    }


@click.command(name="schedule", epilog="Amounts in euros such as 25000.00, days such as 2025-01-01.")
@click.option("--principal", metavar="AMOUNT", help="What is lent.")
@click.option("--rate", metavar="PERCENT", help="Interest in percent per year, such as 8 or 7.25.")
@click.option("--start", metavar="DAY", help="The day from which interest runs.")
@click.option("--instalments", metavar="N", help="The number of rows.")
@click.option("--method", metavar="WORD", help=f"{', '.join(METHODS)}; default annuity.")
@click.option("--every", metavar="PERIOD", help="1m (default), 3m, 1y, 2w, 15d ...: from row to row.")
@click.option("--first-due", metavar="DAY", help="The first due date; default: one period after the start.")
@click.option("--day-count", metavar="RULE", help=f"{', '.join(DAY_COUNTS)}; default monthly.")
@click.option("--rounding", metavar="RULE", help=f"{', '.join(ROUNDING_RULES)}; default half-up.")
@click.option(
    "--instalment", metavar="AMOUNT", help="Given instead of computed (linear: the principal part)."
)
@click.option("--grace-principal", metavar="N", help="So many first rows pay interest only.")
@click.option(
    "--input", "source", metavar="FILE", help="Cases in JSON (.json) or JSON Lines (.jsonl); - reads them."
)
@click.option(
    "--json", "as_json", is_flag=True, help="JSON also on a terminal, where a table is the default."
)
def schedule(source: str | None, as_json: bool, **options: str | None) -> None:
    """The repayment schedule of a loan.

    \b
    Examples:
      aflos schedule --principal 25000.00 --rate 8 --start 2025-01-01 --instalments 60
      aflos schedule --input cases.jsonl
    """  # noqa: D301 - click reads the mark as: keep the lines
    case = {key: value for key, value in options.items() if value is not None}
    if source is not None:
        if case:
            raise click.UsageError("--input takes its cases from the file: give no other values")
        answer_cases(source, answer_schedule, sys.stdout)
        return
    answer = answer_schedule(case)
    if as_json or not sys.stdout.isatty():
        click.echo(json.dumps(answer, separators=(",", ":")))
    else:
        click.echo(_table(answer))


COLUMNS = ("nr", "date", "principal", "interest", "due", "balance")


def _table(answer: Mapping[str, object]) -> str:
    """The rows in columns, for a person at a terminal."""
    rows = answer["rows"]
    assert isinstance(rows, list)
    lines = [COLUMNS, *(tuple(str(row[column]) for column in COLUMNS) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
