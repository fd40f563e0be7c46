"""What the commands for collections and for refunds share: runs released by their totals, and the file of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import click

from backoffice.cli.options import COUNT
from backoffice.cli.output import print_json
from backoffice.outgoing_files import write_once
from ledger.errors import BadInput
from ledger.money import euros
from servicing.creditor import Creditor
from servicing.files import creditors

creditor_option = click.option(
    "--creditor", "code", required=True, metavar="CODE", help="Whose, such as almere."
)
folder_option = click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path), help="An existing folder."
)


class Run(Protocol):
    """A released run of collections or of refunds."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def creditor_id(self) -> int:
        """Whose it is."""

    @property
    def message_id(self) -> str:
        """The id of its file."""

    @property
    def number(self) -> int:
        """How many orders it holds."""

    @property
    def cents(self) -> int:
        """Their total."""

    @property
    def made_at(self) -> str:
        """When it was released."""

    @property
    def sha256(self) -> str:
        """The digest of its file."""

    @property
    def actor(self) -> str:
        """Who released it."""


def totals_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What somebody who releases has looked at: how many, and their total."""
    total = click.option(
        "--total", required=True, metavar="AMOUNT", help="Their total in euros, such as 506.91."
    )
    number = click.option("--number", type=COUNT, required=True, help="How many you release.")
    return number(total(command))


def named_creditor(code: str) -> Creditor:
    """The creditor with this code; raises `BadInput`."""
    known = creditors()
    if code not in known:
        raise BadInput(f"creditor: {code[:40]!r}: must be one of {', '.join(known)}")
    return known[code]


def run_words(run: Run) -> dict[str, object]:
    """A run as the commands show it."""
    return {
        "run": run.id,
        "message": run.message_id,
        "number": run.number,
        "total": euros(run.cents),
        "released_by": run.actor,
        "made_at": run.made_at,
        "sha256": run.sha256,
    }


def tell_released(run: Run, shown: dict[str, object], command: str, as_json: bool) -> None:
    """Say that a run is released, and how its file is written."""
    if as_json:
        print_json(shown)
    else:
        click.echo(
            f"run {run.id} ({run.message_id}) is released: aflos bank {command} file {run.id} --to FOLDER"
        )


def write_run(found: tuple[Run, bytes], folder: Path, as_json: bool) -> None:
    """Write the file of a run."""
    run, content = found
    path, again = write_once(folder, f"{run.message_id}.xml", content)
    if as_json:
        print_json({"file": str(path), "sha256": run.sha256, "written": not again})
    else:
        click.echo(f"{path}: {'is there already' if again else 'written'}")
