"""The commands `aflos settle`: the yearly settlement of cases from a file."""

from __future__ import annotations

import importlib
import sys

import click

from backoffice.cli.cases import answer_cases
from backoffice.cli.settle_capacity import capacity
from backoffice.cli.settle_what_if import what_if
from backoffice.cli.settled import answer_settlement

CYCLE = ("figures", "step", "propose", "list", "show", "decide", "approve", "withdraw")
"""Commands that need a database: their module is imported when one is called, so that a case is answered quickly."""


class SettleGroup(click.Group):
    """The commands of a case, and those of the yearly cycle."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names."""
        return [*super().list_commands(ctx), *CYCLE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        if cmd_name not in CYCLE:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module("backoffice.cli.settle_cycle")
        found = {command.name: command for command in module.CYCLE_COMMANDS}[cmd_name]
        assert isinstance(found, click.Command)
        return found


@click.group(cls=SettleGroup, invoke_without_command=True, epilog="Keys and rules: docs/settlement.md.")
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
settle.add_command(capacity)
