"""The commands `aflos bank ...`: bank files in, the lines that wait, and what a person says they are for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from backoffice.actor import actor as actor_of
from backoffice.cli.bank_collect import collect
from backoffice.cli.bank_lines import lines_
from backoffice.cli.bank_mandate import mandate
from backoffice.cli.bank_refunds import refunds
from backoffice.cli.bank_runs import named_creditor
from backoffice.cli.bank_words import PARTS, as_line, day_text, part_text, part_words, waiting_words
from backoffice.cli.database import Desk, looking, recording
from backoffice.cli.options import NUMBER, actor_option, as_json
from backoffice.cli.output import print_json
from backoffice.cli.table import table
from backoffice.dividing import parts_by_policy
from backoffice.receipts import (
    Decided,
    LineRefused,
    adopt,
    decide,
    line_of,
    match,
    remit,
    settle,
    share_of,
    strike,
)
from backoffice.rights import check_right, creditors_of
from jobs import clock
from jobs.bank_clearing import clearing_items
from jobs.bank_files import import_path, our_accounts
from jobs.bank_import import Outcome, Request
from jobs.bank_reader import Reader
from jobs.bank_worklist import waiting_lines
from jobs.inbox import NOT_READY, inbox, said
from jobs.inbox_files import name_of, why_it_waits
from jobs.letters_touched import letters_touched
from ledger.day import day_of, number_of
from ledger.errors import BadInput
from ledger.money import cents_of, euros
from servicing.files import creditors
from servicing.receipts.store import parts_of_lines
from servicing.receipts.values import Disposition, Part, StoredLine
from servicing.texts import plain_text
from servicing.wording import printable

creditor_option = click.option(
    "--creditor", "code", metavar="CODE", help="Only this creditor, such as almere."
)
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the decision.")


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
    with Reader() as reader:
        for file in files:
            with recording(actor) as desk:
                creditor = _creditor(code) if code else 0
                until = number_of(clock.today())
                request = Request(desk.by, our_accounts(), creditor, until, record_gap)
                taken = import_path(desk.connection, file, request, reader.read)
                for outcome in taken:
                    if outcome.creditor:
                        check_right(desk.by.actor, "record", outcome.creditor)
            done += taken
            if not as_json:
                for outcome in taken:
                    click.echo(said(outcome))
    if as_json:
        print_json([_outcome(each) for each in done])


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


@bank.command(name="match")
@click.argument("line", type=NUMBER)
@click.argument("loan", required=False)
@click.option(
    "--fact", type=NUMBER, metavar="NR", help="The payment of LOAN that was recorded by hand for it."
)
@click.option(
    "--settles", type=NUMBER, metavar="LINE", help="A line out that pays back or on what this line brought."
)
@click.option(
    "--batch", type=NUMBER, metavar="ID", help="The remittance of other receipts that this line pays."
)
@click.option("--reason", default="by hand", metavar="TEXT", help="Why; kept with the decision.")
@actor_option
@as_json
def match_line(
    line: int,
    loan: str | None,
    fact: int | None,
    settles: int | None,
    batch: int | None,
    reason: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """Say for which loan a line is: a payment, the return of one, or a disbursement; the coming night books it.

    Example: aflos bank match 17 100000001
    """
    given = [each for each in (loan, settles, batch) if each is not None]
    if len(given) != 1:
        raise BadInput("match: name one of LOAN, --settles LINE and --batch ID")
    why = plain_text("reason", reason)
    with recording(actor) as desk:
        own = line_of(desk, line)
        if loan is not None:
            done = match(desk, own, loan, why) if fact is None else adopt(desk, own, loan, fact, why)
        elif settles is not None:
            done = settle(desk, own, line_of(desk, settles), why)
        else:
            assert batch is not None
            done = remit(desk, own, batch, why)
        found = _told(desk, done)
    _tell(found, as_json)


@bank.command()
@click.argument("line", type=NUMBER)
@click.argument("shares", nargs=-1, metavar="LOAN=AMOUNT...")
@click.option("--debtor", metavar="NUMBER", help="Over all his loans here, as the policy alloc.order says.")
@click.option("--reason", default="by hand", metavar="TEXT", help="Why; kept with the decision.")
@actor_option
@as_json
def split(
    line: int, shares: Sequence[str], debtor: str | None, reason: str, actor: str | None, as_json: bool
) -> None:
    """Divide a line over loans; what is left is refund=, parked=, ignored= or (of the bank) costs=AMOUNT.

    Example: aflos bank split 17 100000001=506.91 100000002=93.09
    """
    if bool(shares) == (debtor is not None):
        raise BadInput("split: name the shares, or --debtor NUMBER")
    why = plain_text("reason", reason)
    with recording(actor) as desk:
        own = line_of(desk, line)
        parts = _shares(desk, own, shares, why) if debtor is None else parts_by_policy(desk, own, debtor, why)
        found = _told(desk, decide(desk, own, parts))
    _tell(found, as_json)


def _shares(desk: Desk, line: StoredLine, shares: Sequence[str], why: str) -> list[Part]:
    parts = []
    for share in shares:
        name, _, amount = share.rpartition("=")
        cents = cents_of(amount)
        own = Part(PARTS[name], cents, reason=why) if name in PARTS else None
        parts.append(own or share_of(desk, line, name, cents, why))
    return parts


@bank.command()
@click.argument("line", type=NUMBER)
@click.argument("loan")
@reason_option
@actor_option
@as_json
def rematch(line: int, loan: str, reason: str, actor: str | None, as_json: bool) -> None:
    """Move a receipt that was matched to the wrong loan, with its value date; both loans are booked again.

    Example: aflos bank rematch 17 100000002 --reason "reference of another debtor"
    """
    with recording(actor) as desk:
        own = line_of(desk, line)
        _, parts = parts_of_lines(desk.connection, [line]).get(line, (0, []))
        if not any(part.loan and part.kind is Disposition.LOAN for part in parts):
            raise LineRefused(f"bank line {line}: is matched to no loan yet: aflos bank match {line} LOAN")
        found = _told(desk, match(desk, own, loan, plain_text("reason", reason)))
    _tell(found, as_json)


@bank.command()
@click.argument("line", type=NUMBER)
@click.option("--to-forward", "code", metavar="CODE", help="It is meant for this other creditor.")
@click.option("--ignore", is_flag=True, help="It is outside this administration.")
@reason_option
@actor_option
@as_json
def park(line: int, code: str | None, ignore: bool, reason: str, actor: str | None, as_json: bool) -> None:
    """Let a line wait, with the reason; or say that it is another creditor's, or no receipt of ours.

    Example: aflos bank park 17 --reason "asked the debtor"
    """
    kind = Disposition.TO_FORWARD if code else Disposition.IGNORED if ignore else Disposition.PARKED
    other = _creditor(code) if code else 0
    with recording(actor) as desk:
        own = line_of(desk, line)
        if other == own.creditor_id:
            raise BadInput(f"to-forward: {code}: is the creditor whose account it came in on")
        why = plain_text("reason", reason)
        done = decide(desk, own, [Part(kind, own.amount, other_creditor=other, reason=why)])
        found = _told(desk, done)
    _tell(found, as_json)


@bank.command("strike")
@click.argument("line", type=NUMBER)
@reason_option
@actor_option
@as_json
def strike_line(line: int, reason: str, actor: str | None, as_json: bool) -> None:
    """Say that a line moved no money: the bank told it twice, or by a notice (camt.054) only.

    It leaves its loan and the bank account in the books. A line that a balance of the bank proves is refused.

    Example: aflos bank strike 17 --reason "line 19 tells of it; the bank says so"
    """
    with recording(actor) as desk:
        found = _told(desk, strike(desk, line_of(desk, line), plain_text("reason", reason)))
    _tell(found, as_json)


@bank.command()
@click.argument("line", type=NUMBER)
@reason_option
@actor_option
@as_json
def refund(line: int, reason: str, actor: str | None, as_json: bool) -> None:
    """Say that a receipt goes back to whoever paid it; it stands apart until a line out shows that it went.

    Example: aflos bank refund 17 --reason "loan is closed"
    """
    with recording(actor) as desk:
        own = line_of(desk, line)
        if own.cents < 0:
            raise LineRefused(f"bank line {line}: is money that went out; only a receipt goes back")
        why = plain_text("reason", reason)
        found = _told(desk, decide(desk, own, [Part(Disposition.TO_REFUND, own.amount, reason=why)]))
    _tell(found, as_json)


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


def _told(desk: Desk, done: Decided) -> dict[str, Any]:
    """What was decided about a line, with the letters that touches."""
    since = day_of(done.line.known_on)
    touched = letters_touched(desk.connection, done.loans, since, desk.by.known_on)
    return {
        "line": done.line.id,
        "decision": done.nr,
        "amount": euros(done.line.cents),
        "parts": [part_words(part) for part in done.parts],
        "returns_paired": done.paired,
        "letters": [{**one._asdict(), "letter": one.letter or None} for one in touched],
    }


def _tell(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    parts = "; ".join(map(part_text, found["parts"]))
    click.echo(f"line {found['line']}: decision {found['decision']}: {parts}")
    for one in found["letters"]:
        name = f"letter {one['letter']} ({one['kind']})" if one["letter"] else one["kind"]
        click.echo(
            f"  {one['becomes']}: {name} on loan {one['loan']} to debtor {one['debtor']}: {one['why']}"
        )


bank.add_command(collect)
bank.add_command(lines_)
bank.add_command(mandate)
bank.add_command(refunds)
