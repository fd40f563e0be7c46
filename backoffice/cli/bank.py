"""The commands `aflos bank ...`: bank files in, the lines that wait, and what a person says they are for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click

from backoffice.actor import actor as actor_of
from backoffice.cli.bank_collect import collect
from backoffice.cli.bank_lines import lines_
from backoffice.cli.bank_mandate import mandate
from backoffice.cli.bank_refunds import refunds
from backoffice.cli.bank_runs import named_creditor
from backoffice.cli.bank_says import SAYINGS
from backoffice.cli.bank_show import show as show_
from backoffice.cli.bank_words import as_line, day_text, waiting_words
from backoffice.cli.database import Desk, looking, recording
from backoffice.cli.options import actor_option, as_json
from backoffice.cli.output import print_json
from backoffice.cli.table import table
from backoffice.rights import check_right, creditors_of
from jobs import clock
from jobs.bank_clearing import clearing_items
from jobs.bank_files import import_path, is_notice, our_accounts
from jobs.bank_first import Early, accounts_of, import_with_notices, oldest_first, with_notices
from jobs.bank_reader import Reader
from jobs.bank_request import NoStatement, Outcome, Overlaps, Request
from jobs.bank_worklist import waiting_lines
from jobs.inbox import NOT_READY, inbox, said
from jobs.inbox_files import name_of, why_it_waits
from ledger.day import number_of
from ledger.errors import BadInput
from ledger.money import euros
from servicing.files import creditors
from servicing.wording import printable

creditor_option = click.option(
    "--creditor", "code", metavar="CODE", help="Only this creditor, such as almere."
)


@click.group()
def bank() -> None:
    """Money in: bank statements, the lines nobody could match, and what they are for.

    Example: aflos bank import statement.xml
    """


@bank.command(name="import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@creditor_option
@click.option("--record-gap", is_flag=True, help="Take a statement that does not follow the one before it.")
@actor_option
@as_json
def import_files(
    files: Sequence[Path], code: str | None, record_gap: bool, actor: str | None, as_json: bool
) -> None:
    """Take bank statements (camt.053, camt.054, or a ZIP of them): each file whole or not at all.

    Example: aflos bank import statement-2025-03-01.xml
    """
    _refuse_devices(files)
    done: list[Outcome] = []
    how = _Import(actor, _creditor(code) if code else 0, record_gap)
    with Reader() as reader:
        for taken in _all_imported(_in_order(files), how, reader):
            done += taken
            if not as_json:
                for outcome in taken:
                    click.echo(said(outcome))
    if as_json:
        print_json([_outcome(each) for each in done])


class _Import(NamedTuple):
    """Who imports files, of which creditor (0: any), and whether gaps are allowed."""

    actor: str | None
    creditor: int
    record_gap: bool


def _in_order(files: Sequence[Path]) -> Sequence[Path]:
    """Files as they are named, but notices first, as the night takes them, and the oldest that begins an account."""
    if len(files) == 1:
        return files
    with looking() as connection:
        return oldest_first(connection, sorted(files, key=lambda file: not is_notice(file)), our_accounts())


def _all_imported(files: Sequence[Path], how: _Import, reader: Reader) -> Iterator[list[Outcome]]:
    """What each file brought; notices of an account without a statement are taken with the first one."""
    early = Early()
    for file in files:
        done = with_notices(partial(_with_notices, how=how, reader=reader), file, early) if early else {}
        early = {one: own for one, own in early.items() if one not in done}
        yield from done.values()
        if done:
            continue
        try:
            yield _imported(file, how, reader)
        except NoStatement:
            if file == files[-1]:
                raise
            early[file] = accounts_of(file)
    for file in early:
        yield _imported(file, how, reader)


def _with_notices(notices: Sequence[Path], file: Path, how: _Import, reader: Reader) -> list[list[Outcome]]:
    with recording(how.actor) as desk:
        taken = import_with_notices(desk.connection, (notices, file), _request(desk, how), reader.read)
        _check_rights(desk, chain.from_iterable(taken))
    return taken


def _imported(file: Path, how: _Import, reader: Reader) -> list[Outcome]:
    """What a file brought, in a transaction of its own; raises what `import_path` does, and `NotAllowed`."""

    def importing(*, goes_on: bool) -> list[Outcome]:
        with recording(how.actor) as desk:
            request = _request(desk, how)._replace(goes_on=goes_on)
            taken = import_path(desk.connection, file, request, reader.read)
            _check_rights(desk, taken)
        return taken

    try:
        return importing(goes_on=True)
    except Overlaps:
        return importing(goes_on=False)


def _request(desk: Desk, how: _Import) -> Request:
    return Request(desk.by, our_accounts(), how.creditor, number_of(clock.today()), how.record_gap)


def _check_rights(desk: Desk, taken: Iterable[Outcome]) -> None:
    for outcome in taken:
        if outcome.creditor:
            check_right(desk.by.actor, "record", outcome.creditor)


def _refuse_devices(files: Sequence[Path]) -> None:
    for file in files:
        if not file.is_file():
            rule = "a device or a pipe may never end, and a file is read twice"
            raise BadInput(f"{file}: must be a file: {rule}")


def _outcome(one: Outcome) -> dict[str, object]:
    return {
        "file": one.name,
        "creditor": one.creditor or None,
        "statements": one.statements,
        "lines": one.lines,
        "new": one.new,
        "matched": one.matched,
        "returns": one.returned,
        "imported_before": one.first or None,
        "gaps": one.gaps,
        "refused": one.refused or [],
    }


@bank.command()
@creditor_option
@as_json
def unmatched(code: str | None, as_json: bool) -> None:
    """The lines nobody has said what they are for, each with the reason and the likeliest loans.

    Example: aflos bank unmatched --creditor almere
    """
    with looking() as connection:
        seen = creditors_of(actor_of(), "see")
        waiting = waiting_lines(connection, clock.today(), _creditor(code) if code else None)
        found = [one for one in waiting if one.line.creditor_id in seen]
    if as_json:
        print_json([waiting_words(one) for one in found])
        return
    for one in found:
        click.echo(as_line(one.line) + f"  {one.reason}")
        for near in one.candidates[:3]:
            click.echo(f"    {near.confidence:>3} %  loan {near.loan}: {near.reason}")
    click.echo(f"{len(found)} lines wait", err=True)


@bank.command()
@creditor_option
@as_json
def clearing(code: str | None, as_json: bool) -> None:
    """What stands open on each clearing account, item by item, as far as booked.

    Example: aflos bank clearing --creditor almere
    """
    wanted = [_creditor(code)] if code else [one.id for one in creditors().values()]
    with looking() as connection:
        seen = creditors_of(actor_of(), "see")
        items = [
            item for creditor in wanted if creditor in seen for item in clearing_items(connection, creditor)
        ]
    rows = [{**item._asdict(), "amount": euros(item.amount), "since": day_text(item.since)} for item in items]
    if as_json:
        print_json(rows)
        return
    headers = ("account", "item", "since", "amount", "what")
    click.echo(table(headers, [[str(row[key]) for key in headers] for row in rows]))


@bank.command(name="inbox")
@creditor_option
@as_json
def show_inbox(code: str | None, as_json: bool) -> None:
    """Where the night looks for bank files: a folder for each creditor, made if it is missing.

    Example: aflos bank inbox --creditor almere
    """
    wanted = [_creditor(code)] if code else [one.id for one in creditors().values()]
    with looking() as connection:
        place = inbox(connection.engine)
        seen = set(creditors_of(actor_of(), "see")).intersection(wanted)
    folders = {one.code: place / one.code for one in creditors().values() if one.id in seen}
    found = {}
    for name, folder in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        found[name] = sorted(path for path in folder.iterdir() if path.is_file())
    if as_json:
        names = {name: [name_of(path) for path in files] for name, files in found.items()}
        print_json({"inbox": str(place), "files": names})
        return
    click.echo(str(place))
    for name, files in found.items():
        click.echo(
            f"  {name:<16} {len(files)} files" + "".join(f"\n    {_as_it_lies(each)}" for each in files)
        )


def _as_it_lies(path: Path) -> str:
    """A file in the inbox, with why the night leaves it where it is."""
    left_alone = path.name.startswith(".") or path.suffix.lower() in NOT_READY
    waits = "" if left_alone else why_it_waits(path)
    why = "left alone: its name says that it is not ready" if left_alone else waits and f"waits: {waits}"
    return printable(f"{name_of(path)}  {why}".rstrip())


def _creditor(code: str) -> int:
    return named_creditor(code).id


for saying in SAYINGS:
    bank.add_command(saying)
bank.add_command(collect)
bank.add_command(lines_)
bank.add_command(mandate)
bank.add_command(refunds)
bank.add_command(show_)
