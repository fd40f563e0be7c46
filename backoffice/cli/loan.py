"""The commands `aflos loan ...`: loans shown and listed, granted, and what is decided about them."""

from __future__ import annotations

from pathlib import Path

import click

from backoffice.actor import actor as acting
from backoffice.blocking import block_shown, blocks_of
from backoffice.called_surety import CALLED
from backoffice.cli.claim_scheme import scheme_command
from backoffice.cli.database import looking, recording
from backoffice.cli.limitation import limitation_command
from backoffice.cli.loan_decisions import DECISIONS
from backoffice.cli.loan_group import group_command
from backoffice.cli.loan_list import Wanted, lines
from backoffice.cli.loan_page import page, shown_loan
from backoffice.cli.options import actor_option, as_json, day_or_today, known_on_option, on_option, read_input
from backoffice.cli.output import print_json, shown
from backoffice.cli.payoff import payoff_command
from backoffice.cli.statutory import statutory_interest_command
from backoffice.cli.table import table
from backoffice.cli.terms_options import given_terms, terms_options
from backoffice.cli.wage_tax import wage_tax_command
from backoffice.granting import (
    broken_limits,
    decision_draft,
    grant_loan,
    passed_rates,
    read_application,
)
from backoffice.registering import dossier_of, known_from
from backoffice.rights import creditors_of, seen_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing import files
from servicing.night_work import STANDINGS
from servicing.securities import liable_on, securities_on
from servicing.settlement.claim_origin import SCHEMES_OF_CLAIMS
from servicing.store import debtors_of

HEADINGS = (
    "creditor",
    "product",
    "purpose",
    "application_date",
    "decision_date",
    "decision",
    "external",
    "group",
    "claim_scheme",
    "claim_granted",
    "surety",
    "surety_decision",
)
COLUMNS = (
    *("loan", "external", "creditor", "product", "state", "principal", "interest", "costs", "credit"),
    *("late_since", "days_past_due", "news"),
)


BLOCK_COLUMNS = ("fact", "kind", "stops", "reason", "article", "since", "until", "debtor", "actor")


@click.group()
def loan() -> None:
    """Loans: shown and listed, granted, and what is decided about them.

    Example: aflos loan show 100000001
    """


for decision in DECISIONS:
    loan.add_command(decision)
loan.add_command(group_command)
loan.add_command(payoff_command)
loan.add_command(limitation_command)
loan.add_command(statutory_interest_command)
loan.add_command(wage_tax_command)
loan.add_command(scheme_command)


@loan.command(name="list")
@click.option("--creditor", metavar="CODE", help="Such as almere.")
@click.option("--product", metavar="CODE", help="Such as bbz_business_capital.")
@click.option("--state", metavar="WORD", help=f"new, {', '.join(STANDINGS)}, {CALLED} (a surety).")
@click.option("--arrears", is_flag=True, help="Only loans with something overdue.")
@as_json
def list_loans(
    creditor: str | None, product: str | None, state: str | None, arrears: bool, as_json: bool
) -> None:
    """All loans as the last closed night left them, and whether there is news since.

    Example: aflos loan list --creditor almere --arrears
    """
    codes = {one.id: one.code for one in files.creditors().values()}
    _check_word("creditor", creditor, list(codes.values()))
    _check_word("product", product, list(files.products()))
    _check_word("state", state, ["new", *STANDINGS, CALLED])
    with looking() as connection:
        seen = {codes[number] for number in creditors_of(acting(), "see")}
        found = lines(connection, codes, Wanted(creditor, product, state, arrears))
        rows = [row for row in found if row["creditor"] in seen]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))


@loan.command(name="show")
@click.argument("name", metavar="LOAN")
@on_option
@as_json
def show_loan(name: str, on: str | None, as_json: bool) -> None:
    """Everything about a loan on a day: terms, schedule, facts, what is open, what the books do not have yet.

    Example: aflos loan show 100000001 --on 2025-07-01
    """
    day = day_or_today(on)
    codes = {one.id: one.code for one in files.creditors().values()}
    with looking() as connection:
        answer = shown_loan(connection, seen_loan(connection, name), day, codes)
    if as_json:
        print_json(answer)
    else:
        click.echo(page(answer))


@loan.command(name="blocks")
@click.argument("name", metavar="LOAN")
@on_option
@as_json
def list_blocks(name: str, on: str | None, as_json: bool) -> None:
    """What may not be done about a loan on a day, why, until when and by which article.

    Example: aflos loan blocks 100000001 --on 2025-07-01
    """
    day = day_or_today(on)
    with looking() as connection:
        heading = seen_loan(connection, name)
        found = blocks_of(connection, heading, day)
    rows = [block_shown(block) for block in found]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(BLOCK_COLUMNS, [[shown(row[key]) for key in BLOCK_COLUMNS] for row in rows]))


@loan.command(name="securities")
@click.argument("name", metavar="LOAN")
@on_option
@as_json
def list_securities(name: str, on: str | None, as_json: bool) -> None:
    """What secures a loan on a day, and which of its debtors are liable.

    Example: aflos loan securities 100000001
    """
    day = day_or_today(on)
    with looking() as connection:
        heading = seen_loan(connection, name)
        facts = dossier_of(connection, heading).facts
        liable = liable_on(facts, debtors_of(connection, heading.id), day)
    rows = [
        {
            "fact": each.fact,
            "security": each.kind,
            "value": euros(each.cents),
            "rank": each.rank or None,
            "since": each.since.isoformat(),
            "until": each.until.isoformat() if each.until else None,
            "document": each.document,
            "text": each.text,
        }
        for each in securities_on(facts, day)
    ]
    if as_json:
        print_json({"loan": heading.id, "liable": liable, "securities": rows})
    else:
        click.echo(f"liable: {shown(liable)}")
        columns = ("fact", "security", "value", "rank", "since", "until", "document", "text")
        click.echo(table(columns, [[shown(row[key]) for key in columns] for row in rows]))


@loan.command(name="add")
@click.option(
    "--input", "source", type=click.Path(path_type=Path), help="All of it in JSON, with terms as in simulate."
)
@click.option("--creditor", metavar="CODE", help="Such as almere.")
@click.option("--product", metavar="CODE", help="Such as bbz_business_capital.")
@click.option("--debtor", "debtors", multiple=True, metavar="NUMBER", help="Again for each joint debtor.")
@click.option("--purpose", metavar="TEXT", help="What the money is for (Bbz art. 39).")
@click.option("--decision", metavar="REFERENCE", help="The decision; the same again is no second loan.")
@click.option("--decision-date", metavar="DAY")
@click.option("--application-date", metavar="DAY", help="Default: the day of the decision.")
@click.option("--group", metavar="WORD", help="established, starter, older or terminating.")
@click.option("--external", metavar="NUMBER", help="The office's own number.")
@click.option(
    "--claim-scheme", metavar="WORD", help=f"Of a claim, what is reclaimed: {', '.join(SCHEMES_OF_CLAIMS)}."
)
@click.option("--claim-granted", metavar="DAY", help="Of a claim, the day on which that was granted.")
@click.option("--surety", metavar="LOAN", help="Of a bbz_guarantee_claim, the surety that the bank called.")
@click.option(
    "--surety-decision",
    metavar="REFERENCE",
    help="Or the decision that gave it, if it never was in the books.",
)
@terms_options
@known_on_option
@actor_option
@as_json
def add_loan(
    source: Path | None,
    debtors: tuple[str, ...],
    known_on: str | None,
    actor: str | None,
    as_json: bool,
    **options: str | None,
) -> None:
    """Record a loan with the decision that grants it; what the terms leave out the product fills in.

    Example: aflos loan add --creditor almere --product bbz_business_capital --group established --debtor 1
    --purpose van --decision B-2025-17 --decision-date 2025-01-01 --principal 25000.00 --start 2025-01-01
    --instalments 60
    """
    law = files.law()
    case = _case(source, debtors, options)
    application = read_application(case, law)
    passed = passed_rates(application, law)
    for sentence in (*broken_limits(application, law), *([passed] if passed else [])):
        click.echo(f"warning: {sentence}", err=True)
    with recording(actor) as desk:
        by = known_from(desk, known_on, decision_draft(application, 0))
        done = grant_loan(desk._replace(by=by), application)
    if as_json:
        print_json({"loan": done.loan, "recorded": not done.again, "known_on": by.known_on.isoformat()})
    else:
        told = "is known already, nothing recorded" if done.again else f"recorded, counts from {by.known_on}"
        click.echo(f"loan {done.loan}: {told}")


def _case(source: Path | None, debtors: tuple[str, ...], options: dict[str, str | None]) -> dict[str, object]:
    """The application as a case, from a file or from options."""
    terms = given_terms(options)
    given: dict[str, object] = {key: options[key] for key in HEADINGS if options[key] is not None}
    if source is None:
        return given | {"debtors": list(debtors), "terms": terms}
    if given or terms or debtors:
        raise click.UsageError("--input takes everything from the file: give no other values")
    return read_input(source)


def _check_word(key: str, word: str | None, known: list[str]) -> None:
    if word is not None and word not in known:
        raise BadInput(f"{key}: {word[:60]!r}: must be one of {', '.join(known)}")
