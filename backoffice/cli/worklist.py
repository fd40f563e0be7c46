"""The commands `aflos worklist ...`: what waits for whom, one list out of every part of the program."""

from __future__ import annotations

import click

from backoffice.actor import actor as acting
from backoffice.cli.database import looking, recording
from backoffice.cli.finishing import finish
from backoffice.cli.options import actor_option, as_json, coming_day, day_or_today
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.rights import codes, creditors_of
from backoffice.worklist import Move, all_items, contact_draft, move_caseload
from jobs import clock
from ledger.errors import BadInput
from servicing.facts import Draft, FactKind
from servicing.registration import Dossier, named_fact
from servicing.texts import plain_text
from servicing.worklist import SOURCES, Item, chosen_items

COLUMNS = ("source", "creditor", "subject", "fact", "owner", "due", "reason", "next_action")


@click.group(invoke_without_command=True)
@click.option("--owner", default="", metavar="ACCOUNT", help="Only what waits for this person.")
@click.option("--mine", is_flag=True, help="Only what waits for you.")
@click.option("--creditor", metavar="CODE", help="Such as almere.")
@click.option("--source", default="", metavar="WORD", help=f"{', '.join(SOURCES)}.")
@click.option("--due", metavar="DAY", help="Only what is due by this day.")
@click.option("--on", metavar="DAY", help="As it stands on this day; default today.")
@as_json
@click.pass_context
def worklist(
    context: click.Context,
    owner: str,
    mine: bool,
    creditor: str | None,
    source: str,
    due: str | None,
    on: str | None,
    as_json: bool,
) -> None:
    """What waits for a person: receipts, promises, ends of blocks, decisions, letters that came back, law.

    Example: aflos worklist --mine --due 2025-07-31
    """
    if context.invoked_subcommand is not None:
        return
    if source and source not in SOURCES:
        raise BadInput(f"source: {source[:40]!r}: must be one of {', '.join(SOURCES)}")
    account, until = acting(), day_or_today(due) if due else None
    with looking() as connection:
        found = all_items(connection, account, day_or_today(on))
    known = codes()
    if creditor is not None and creditor not in known.values():
        raise BadInput(f"creditor: {creditor[:40]!r}: must be one of {', '.join(known.values())}")
    kept = chosen_items(found, account if mine else owner, source, until)
    rows = [_row(item, known) for item in kept if creditor is None or known.get(item.creditor) == creditor]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))


@worklist.command(name="done")
@click.argument("loan")
@click.argument("fact")
@click.option("--note", required=True, metavar="TEXT", help="What was done.")
@actor_option
@as_json
def handled(loan: str, fact: str, note: str, actor: str | None, as_json: bool) -> None:
    """Say that a person has handled what a fact asks; a block that ended is then over.

    Example: aflos worklist done 100000001 7 --note "called: pays on Friday"
    """
    what, today = plain_text("note", note), clock.today()
    if not what:
        raise BadInput("note: is missing: say what was done")

    def make(dossier: Dossier) -> Draft:
        about = named_fact(dossier, fact)
        day = max(today, about.value_date)
        return Draft(
            dossier.loan, FactKind.HANDLED, day, f"fact {about.nr}", of=about.nr, data={"text": what}
        )

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})


@worklist.command(name="assign")
@click.argument("loan")
@click.argument("person")
@click.option("--on", metavar="DAY", help="From which day; default today.")
@actor_option
@as_json
def assign(loan: str, person: str, on: str | None, actor: str | None, as_json: bool) -> None:
    """Make somebody the contact person of a loan from a day on.

    Example: aflos worklist assign 100000001 m.visser --on 2025-07-01
    """
    day = clock.today() if on is None else coming_day("on", on)

    def make(dossier: Dossier) -> Draft:
        return contact_draft(dossier.loan, plain_text("person", person), day)

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})


@worklist.command(name="move")
@click.option("--from", "giver", required=True, metavar="ACCOUNT", help="Whose cases.")
@click.option("--to", "taker", required=True, metavar="ACCOUNT", help="Who takes them.")
@click.option("--on", metavar="DAY", help="From which day; default today.")
@click.option("--creditor", metavar="CODE", help="Only of this creditor; default all you manage.")
@actor_option
@as_json
def move(
    giver: str, taker: str, on: str | None, creditor: str | None, actor: str | None, as_json: bool
) -> None:
    """Give a whole caseload to another contact person; a manager does.

    Example: aflos worklist move --from m.visser --to a.bakker --on 2025-07-01
    """
    day = clock.today() if on is None else coming_day("on", on)
    with recording(actor, "manage") as desk:
        mine = creditors_of(desk.by.actor, "manage")
        wanted = mine if creditor is None else [each for each, code in codes().items() if code == creditor]
        if not wanted:
            raise BadInput(f"creditor: {str(creditor)[:40]!r}: must be one of {', '.join(codes().values())}")
        moved = move_caseload(desk, Move(giver, plain_text("to", taker), day), wanted)
    if as_json:
        print_json({"from": giver, "to": taker, "on": day.isoformat(), "loans": moved})
    else:
        click.echo(f"{len(moved)} loans go from {giver} to {taker} on {day}")


def _row(item: Item, known: dict[int, str]) -> dict[str, object]:
    return {
        "source": item.source,
        "creditor": known.get(item.creditor),
        "subject": item.subject,
        "fact": item.fact or None,
        "owner": item.owner or None,
        "due": item.due.isoformat(),
        "reason": item.reason,
        "next_action": item.next_action,
    }
