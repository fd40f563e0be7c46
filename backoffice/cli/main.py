"""The command `aflos`: finds a subcommand's module only when it is called, so that --help stays quick."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from keyword import iskeyword

import click

from backoffice.cli.door import check_words, fitting, open_streams
from ledger.errors import AflosError, Held, IoFailed

COMMANDS = {
    "demo": ("backoffice.cli.demo", "Fill an empty database with a synthetic portfolio and its history."),
    "nightly": ("backoffice.cli.nightly", "Close every open business date."),
    "period": ("backoffice.cli.period", "Accounting periods, closed by hand per creditor."),
    "status": ("backoffice.cli.status", "Last closed date, open dates, loans set aside."),
    "verify": ("backoffice.cli.nightly", "Recompute balances and seals, and name each difference."),
    "scheduler": (
        "backoffice.cli.scheduler",
        "The nightly service: stays, and closes each date when it has ended.",
    ),
    "import": ("backoffice.cli.import_", "Bring in a portfolio from CSV or XLSX files; templates for them."),
    "debtor": ("backoffice.cli.debtor", "Debtors: add, show, list, move; the key for the BSN."),
    "loan": ("backoffice.cli.loan", "Loans: add, show, list, and what is decided about them."),
    "event": (
        "backoffice.cli.event",
        "What happened to a debtor or around a loan: death, move, objection ...",
    ),
    "decide": ("backoffice.cli.decide", "Decisions: proposed, waiting for whom, handed over."),
    "approve": ("backoffice.cli.decide", "Approve or reject what somebody else proposed."),
    "bank": ("backoffice.cli.bank", "Bank statements in, lines that wait, and what they are for."),
    "letters": ("backoffice.cli.letters", "Letters: put together, released by another person, printed once."),
    "worklist": ("backoffice.cli.worklist", "What waits for whom, out of every part of the program."),
    "dunning": ("backoffice.cli.dunning", "Which step of dunning is due on which loan, and why."),
    "review": ("backoffice.cli.review", "Reviews of debtors: opened, looked into, concluded, counted."),
    "promise": ("backoffice.cli.promise", "A debtor promised to pay: dunning waits for the day."),
    "hold": ("backoffice.cli.promise", "Let dunning wait for a reason, some days at most."),
    "payment": ("backoffice.cli.payment", "Payments: add, import, list, reverse."),
    "statement": ("backoffice.cli.statement", "What was booked on a loan, line by line."),
    "explain": ("backoffice.cli.explain", "Where a booked amount comes from."),
    "schedule": ("backoffice.cli.schedule", "The repayment schedule of a loan."),
    "simulate": ("backoffice.cli.simulate", "A loan's whole life from terms and events, nothing stored."),
    "settle": ("backoffice.cli.settle", "The yearly settlement of living allowance, from cases in a file."),
    "report": ("backoffice.cli.report", "Trial balance, accounts, yearly figures, the share of the State."),
    "db": ("backoffice.cli.db", "Make the database, or bring it to this program's schema."),
    "law": ("backoffice.cli.law", "Legal parameters and policy choices in force on a day."),
}
"""Command, the module that holds its click command under the same name, and its one-line help."""


class ReaderGone(Exception):
    """Whoever read standard output closed it before all was written, as `head` does."""


class LazyGroup(click.Group):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        name = cmd_name.replace("-", "_")
        command = getattr(module, f"{name}_" if iskeyword(name) else name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Call the command; click would give exit code 1 where a reader of the output goes away."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as gone:
            raise ReaderGone from gone

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aflos")
def aflos() -> None:
    """Debtor management and loan servicing under the Bbz 2004.

    Example: aflos schedule --principal 25000.00 --rate 8 --start 2025-01-01 --instalments 60
    """


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line, of this program or as given; an expected error becomes one clear line and its exit code."""
    # Whoever ends a command, by SIGTERM as by Ctrl-C, gets the same answer, also while it is still loading.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    open_streams()
    try:
        check_words(sys.argv[1:] if words is None else words)
        aflos(words, standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except click.Abort:
        _tell(Held("stopped on request; what was not finished was undone: try again"))
        sys.exit(Held.exit_code)
    except AflosError as wrong:
        _tell(wrong)
        sys.exit(wrong.exit_code)
    except ReaderGone:
        _drop_output()
        sys.exit(IoFailed.exit_code)
    except OSError as wrong:
        _drop_output()
        _tell(IoFailed(f"{wrong.filename or 'what was to be written'}: {wrong.strerror or wrong}"))
        sys.exit(IoFailed.exit_code)


def _drop_output() -> None:
    """Let go of what could not be written, so that the end of the program does not try it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(wrong: AflosError) -> None:
    """Say what is wrong; texts out of files and the database never steer the terminal."""
    from servicing.wording import printable  # noqa: PLC0415 - loaded only where something is wrong

    lines = [fitting(printable(line)) for line in str(wrong).split("\n")]
    click.echo("aflos: " + "\n".join(lines), err=True)
