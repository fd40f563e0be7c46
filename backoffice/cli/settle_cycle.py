"""The commands `aflos settle figures|step|propose|list|show|decide|approve|withdraw`: the yearly cycle at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import click

from backoffice.actor import actor as acting
from backoffice.cli.database import looking, recording
from backoffice.cli.decide import approve
from backoffice.cli.explained import language_option
from backoffice.cli.finishing import tell_decided
from backoffice.cli.options import (
    NUMBER,
    actor_option,
    as_json,
    book_year_option,
    coming_day,
    day_or_today,
    figures_set,
    past_day,
    read_input,
    values_named,
)
from backoffice.cli.output import print_json, shown
from backoffice.cli.registered import tell
from backoffice.cli.settle_page import COLUMNS, page_of, row_of, text_of
from backoffice.cli.table import table
from backoffice.deciding import reason_given
from backoffice.rights import check_right, check_right_somewhere, codes, creditors_of
from backoffice.settling import (
    Ask,
    decide_settlement,
    record_figures,
    record_step,
    the_case,
    withdraw_settlement,
    year_of,
)
from jobs import clock
from jobs.settlement_cycle import Found, cases, one_case, propose_all
from ledger.errors import BadInput
from ledger.money import cents_of
from servicing.reading import Reader
from servicing.settlement.cycle import CYCLE_STEPS, STATES
from servicing.store import find_loan

_document = click.option(
    "--document", required=True, metavar="REFERENCE", help="Where it is filed; the same again is nothing new."
)


@click.command()
@click.argument("loan")
@book_year_option
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE", help="A figure, such as profit=13000.00; repeat it."
)
@click.option(
    "--input", "file", type=click.Path(path_type=Path), help="The figures as one case in a JSON file."
)
@_document
@actor_option
@as_json
def figures(
    loan: str,
    year: str | None,
    given: tuple[str, ...],
    file: Path | None,
    document: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """Record the figures of a book year: profit, other income, own and total capital and what else is known.

    Later figures take the place of earlier ones, which stay; a year that was settled is then proposed again.
    The keys are those of a case (docs/settlement.md) but for what the loan itself gives.

    Example: aflos settle figures 100000001 --set profit=13000.00 --set own_capital=20000.00 --document JR-2025
    """
    told = {key: _plain(value) for key, value in (read_input(file) if file else {}).items()} | figures_set(
        given
    )
    with recording(actor) as desk:
        heading = find_loan(desk.connection, loan)
        found = one_case(desk.connection, heading.id, None, desk.by.known_on)
        done = record_figures(desk, heading, year_of(heading, year, found), told, document)
    tell(done, as_json)


@click.command()
@click.argument("loan")
@click.argument("step", type=click.Choice(CYCLE_STEPS))
@book_year_option
@click.option("--on", required=True, metavar="DAY", help="When it was done, such as the day of sending.")
@click.option("--until", metavar="DAY", help="The last day of an extension.")
@_document
@actor_option
@as_json
def step(
    loan: str,
    step: str,
    year: str | None,
    on: str,
    until: str | None,
    document: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """Record a step of the cycle that was done: a letter that went out, an extension, a hearing that is skipped.

    The document of a hearing that is skipped says why.

    Example: aflos settle step 100000001 request --on 2026-04-01 --document UIT-2026-12
    """
    day = past_day("on", on)
    name = next(one for one in CYCLE_STEPS if one == step)
    last = coming_day("until", until) if until is not None else None
    with recording(actor) as desk:
        heading = find_loan(desk.connection, loan)
        found = one_case(desk.connection, heading.id, None, desk.by.known_on)
        done = record_step(desk, heading, year_of(heading, year, found), (name, day, last), document)
    tell(done, as_json)


@click.command(name="propose")
@click.option("--creditor", metavar="CODE", help="Only of this creditor.")
@actor_option
@as_json
def propose_command(creditor: str | None, actor: str | None, as_json: bool) -> None:
    """Compute and propose every settlement whose figures are there, as every night does; binds nobody.

    Example: aflos settle propose
    """
    with recording(actor, "decide") as desk:
        wanted = _creditors(creditor, desk.by.actor)
        found = cases(desk.connection, desk.by.known_on, wanted)
        waiting = propose_all(desk.connection, desk.by, clock.today(), found)
        after = cases(desk.connection, desk.by.known_on, wanted)
    new = len(_proposals(after) - _proposals(found))
    rows = [{"loan": one.loan, "book_year": one.book_year.isoformat(), "why": one.why} for one in waiting]
    if as_json:
        print_json({"proposed": new, "waiting": rows})
        return
    click.echo(f"{new} proposed, {len(rows)} wait")
    for row in rows:
        click.echo(f"loan {row['loan']}, book year from {row['book_year']}: {row['why']}", err=True)


def _proposals(found: Iterable[Found]) -> set[tuple[int, str]]:
    return {(one.case.loan, one.kept.name) for one in found if one.kept is not None}


@click.command(name="list")
@click.option("--creditor", metavar="CODE", help="Only of this creditor.")
@click.option("--state", type=click.Choice(STATES), help="Only what stands so.")
@click.option("--on", metavar="DAY", help="As it stands on this day; default today.")
@as_json
def list_command(creditor: str | None, state: str | None, on: str | None, as_json: bool) -> None:
    """Every loan and book year with where it stands, for how many days, and by when the next step is due.

    Example: aflos settle list --state figures-received
    """
    day = day_or_today(on)
    with looking() as connection:
        found = cases(connection, day, _creditors(creditor, acting()))
    rows = [row_of(one, day) for one in found if state is None or one.stand.state == state]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))


@click.command(name="show")
@click.argument("loan")
@book_year_option
@language_option
@as_json
def show_command(loan: str, year: str | None, language: str, as_json: bool) -> None:
    """One book year: what is proposed with every line of it, what may be decided, and the weighing to begin with.

    Each line names its article and source: a figure of the law, or the document of the figures. JSON has both texts.

    Example: aflos settle show 100000001 --language en
    """
    day = clock.today()
    with looking() as connection:
        heading = find_loan(connection, loan)
        check_right(acting(), "see", heading.creditor_id)
        named = year_of(heading, year, None).since if year else None
        answer = page_of(the_case(connection, heading, named, day), day)
    if as_json:
        print_json(answer)
        return
    click.echo(text_of(answer, language))


@click.command(name="decide")
@click.argument("loan")
@book_year_option
@click.option("--reclaim", metavar="AMOUNT", help="What is reclaimed, from 0.00; default as proposed.")
@click.option(
    "--weigh", "weighed", multiple=True, metavar="FACTOR=TEXT", help="What was weighed; one for each factor."
)
@click.option("--reason", default="", metavar="TEXT", help="Why this amount.")
@click.option("--capacity", metavar="AMOUNT", help="What the client can pay a month (aflos settle capacity).")
@actor_option
@as_json
def decide_command(
    loan: str,
    year: str | None,
    reclaim: str | None,
    capacity: str | None,
    weighed: tuple[str, ...],
    reason: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """Decide a proposal, with any amount up to the most that may be reclaimed; another person approves it.

    Where something may be reclaimed every factor is weighed in words of this case: income, health, household, fault,
    and the office's own share and delay.

    Example: aflos settle decide 100000001 --reclaim 1500.00 --reason "half of it, because we came late"
    --weigh income="..." --weigh health="..." --weigh household="..." --weigh fault="..." --weigh office="..."
    """
    able = None if capacity is None else Reader({"capacity": capacity}).amount("capacity", above_zero=False)
    ask = Ask(None if reclaim is None else cents_of(reclaim), values_named(weighed), reason, able)
    with recording(actor, "decide") as desk:
        heading = find_loan(desk.connection, loan)
        named = year_of(heading, year, None).since if year else None
        done = decide_settlement(desk, the_case(desk.connection, heading, named, desk.by.known_on), ask)
    tell_decided(done, as_json)


@click.command(name="withdraw")
@click.argument("number", metavar="DECISION", type=NUMBER)
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with it.")
@actor_option
@as_json
def withdraw_command(number: int, reason: str, actor: str | None, as_json: bool) -> None:
    """Take back a settlement in force with its claims; another person approves it.

    Example: aflos settle withdraw 12 --reason "figures of another client"
    """
    why = reason_given(reason)
    with recording(actor, "decide") as desk:
        done = withdraw_settlement(desk, number, why)
    tell_decided(done, as_json)


CYCLE_COMMANDS = (
    *(figures, step, propose_command, list_command),
    *(show_command, decide_command, approve, withdraw_command),
)


def _plain(value: object) -> object:
    """A value as a fact can keep it: numbers as they were written."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _creditors(code: str | None, account: str) -> list[int]:
    """The numbers of the creditors somebody may see, or of the one that is named."""
    seen = creditors_of(account, "see")
    if code is None:
        return seen
    wanted = [number for number, known in codes().items() if known == code]
    if not wanted:
        raise BadInput(f"creditor: {code[:40]!r}: must be one of {', '.join(codes().values())}")
    check_right_somewhere(account, "see", wanted)
    return wanted
