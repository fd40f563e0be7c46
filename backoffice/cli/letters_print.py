"""The command `aflos letters print`: the file for the printer, and the hand-over, once."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from backoffice.actor import actor as acting
from backoffice.cli.database import opened, refusals_kept
from backoffice.cli.options import NUMBER, actor_option, as_json
from backoffice.cli.output import print_json, shown
from backoffice.outbox.printing import Left, Office, Printing, print_run
from backoffice.rights import check_right_somewhere
from ledger.money import euros
from letters.outbox.print_file import counts_of
from letters.outbox.values import LetterRefused

DONE_WITH_EXCEPTIONS = 3


@click.command(name="print")
@click.argument("run", type=NUMBER)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="An existing folder.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 16), help="Processes that make pages."
)
@click.option("--left", is_flag=True, help="A print whose end is not known did leave.")
@click.option("--not-left", is_flag=True, help="A print whose end is not known did not leave: print again.")
@actor_option
@as_json
def print_(
    run: int, folder: Path, workers: int, left: bool, not_left: bool, actor: str | None, as_json: bool
) -> None:
    """Print a released run into a folder and record the hand-over; exit code 3 where letters stayed behind.

    Example: aflos letters print 3 --to /srv/post
    """
    said = _said(left=left, not_left=not_left)
    name = acting(actor)
    with opened() as engine, refusals_kept(engine):
        check_right_somewhere(name, "record")
        done = print_run(Office(engine, name), run, folder, workers=workers, said=said)
    if as_json:
        print_json(_printed(done))
    else:
        _tell(done)
    if done.dropped or done.failed:
        sys.exit(DONE_WITH_EXCEPTIONS)


def _said(*, left: bool, not_left: bool) -> Left | None:
    if left and not_left:
        raise LetterRefused("left: a print left or did not leave, not both")
    return "left" if left else "not-left" if not_left else None


def _printed(done: Printing) -> dict[str, object]:
    counts = counts_of(done.stack)
    return {
        "run": done.run.id,
        "state": done.run.state,
        "sent_on": done.stack.sent_on.isoformat(),
        "file": str(done.file) if done.file else None,
        "letters": counts.letters,
        "envelopes": counts.envelopes,
        "pages": counts.pages,
        "demanded": euros(counts.demanded),
        "fell_away": [{"letter": number, "reason": reason} for number, reason in done.dropped.items()],
        "failed": [{"letter": number, "reason": reason} for number, reason in done.failed.items()],
    }


def _tell(done: Printing) -> None:
    for number, reason in done.dropped.items():
        click.echo(f"letter {number} fell away: {shown(reason)}")
    for number, reason in done.failed.items():
        click.echo(f"letter {number} has no page: {shown(reason)}", err=True)
    counts = counts_of(done.stack)
    told = f"{counts.letters} letters in {counts.envelopes} envelopes, {counts.pages} pages"
    where = f": {done.file}" if done.file else ""
    click.echo(f"run {done.run.id}: {done.run.state}, {told}, dated {done.stack.sent_on}{where}")
