"""The commands `aflos settle`: the yearly settlement of cases from a file."""

from __future__ import annotations

import sys

import click

from backoffice.cli.cases import answer_cases
from backoffice.cli.settle_what_if import what_if
from backoffice.cli.settled import answer_settlement


@click.group(invoke_without_command=True, epilog="Keys and rules: docs/settlement.md.")
@click.option(
    "--input", "source", metavar="FILE", help="Cases in JSON (.json) or JSON Lines (.jsonl); - reads them."
)
@click.option("--json", "as_json", is_flag=True, help="JSON, which is the only form.")
@click.pass_context
def settle(context: click.Context, source: str | None, as_json: bool) -> None:
    """The yearly settlement of living allowance: supplement, gift, clawback, interest remitted.

    \b
    Example, case.json:
      {"book_year": 2025, "household": "couple", "granted": "11400.00", "months_granted": [1, 12],
       "profit": "13000.00", "income_tax_percent": "20"}
      aflos settle --input case.json
    """  # noqa: D301 - click reads the mark as: keep the lines
    del as_json
    if context.invoked_subcommand is not None:
        if source is not None:
            raise click.UsageError(f"--input stands after {context.invoked_subcommand}")
        return
    if source is None:
        raise click.UsageError("give --input FILE, or - to read cases from standard input")
    answer_cases(source, answer_settlement, sys.stdout)


settle.add_command(what_if)
