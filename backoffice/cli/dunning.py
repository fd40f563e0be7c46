"""The commands `aflos dunning ...`: what is due and why, decisions that were announced, files at the bailiff."""

from __future__ import annotations

from datetime import date

import click

from backoffice.actor import actor as acting
from backoffice.bailiff_recall import claim_at_bailiff
from backoffice.cli.at_bailiff import bailiff_file, bailiff_list, bailiff_recall
from backoffice.cli.database import looking, recording
from backoffice.cli.finishing import finish, preview_option
from backoffice.cli.options import actor_option, as_json, day_or_today, on_option, past_day
from backoffice.cli.output import pairs, print_json, shown
from backoffice.cli.registered import fact_shown
from backoffice.cli.table import table
from backoffice.dunning import Posted, Why, costs_of, hand_over_letter, listed
from backoffice.dunning import why as reasons
from backoffice.rights import codes, creditors_of, seen_loan
from jobs.dunning_rules import beside_on
from ledger.day import day_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing.blocks import Block
from servicing.dunning.announced import GROUNDS
from servicing.dunning.beside import NOTHING_BESIDE
from servicing.dunning.collection_costs import costs_key
from servicing.dunning.ladder import Step
from servicing.dunning.owing import OverdueRow
from servicing.dunning.sent import Sent
from servicing.dunning.standing import Standing
from servicing.facts import Draft, FactKind
from servicing.reading import Reader
from servicing.registration import Dossier
from servicing.store import find_loan
from servicing.texts import plain_text

COLUMNS = ("loan", "creditor", "procedure", "step", "act", "since", "overdue", "reason", "article")
ACTS = ("letter", "call", "person")


@click.group()
def dunning() -> None:
    """Dunning: which step is due on which loan, and why; decisions announced; files at the bailiff.

    Example: aflos dunning list --act call
    """


@dunning.command(name="list")
@click.option("--creditor", metavar="CODE", help="Such as almere.")
@click.option("--act", default="", type=click.Choice(("", *ACTS)), help="Only what is due of this kind.")
@click.option("--waiting", is_flag=True, help="Also the loans for which nothing is due, with the reason.")
@as_json
def list_(creditor: str | None, act: str, waiting: bool, as_json: bool) -> None:
    """What is due on loans in arrears, as the last night left it.

    Example: aflos dunning list --creditor almere --act letter
    """
    known = codes()
    if creditor is not None and creditor not in known.values():
        raise BadInput(f"creditor: {creditor[:40]!r}: must be one of {', '.join(known.values())}")
    seen = [one for one in creditors_of(acting(), "see") if creditor in {None, known[one]}]
    with looking() as connection:
        found = listed(connection, seen, act)
    rows = [_row(row, known) for row in found if row.step or waiting]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))


@dunning.command(name="why")
@click.argument("loan")
@on_option
@as_json
def why(loan: str, on: str | None, as_json: bool) -> None:
    """Why a step is due on a loan, or why none is, with the facts and the article.

    Example: aflos dunning why 100000001 --on 2025-07-01
    """
    day = day_or_today(on)
    with looking() as connection:
        heading = seen_loan(connection, loan)
        answer = _answer(reasons(connection, heading, day), day)
    if as_json:
        print_json(answer)
        return
    click.echo(pairs({key: value for key, value in answer.items() if not isinstance(value, list)}))
    for title, key, columns in _TABLES:
        lines = answer[key]
        assert isinstance(lines, list), key
        if lines:
            click.echo(
                f"\n{title}\n{table(columns, [[shown(line[one]) for one in columns] for line in lines])}"
            )


_TABLES = (
    ("overdue", "rows", ("row", "due", "principal", "interest")),
    ("sent", "sent", ("fact", "step", "procedure", "on", "term_until", "fee")),
    ("blocks", "blocks", ("fact", "reason", "article", "since", "until", "debtor")),
)


@dunning.command(name="announced")
@click.argument("loan")
@click.option("--on", required=True, metavar="DAY", help="The day it was handed over.")
@click.option("--document", required=True, metavar="REFERENCE", help="The decision.")
@click.option("--ground", type=click.Choice(GROUNDS), default="recovery", help="What the decision rests on.")
@click.option("--debtor", "debtors", multiple=True, metavar="NUMBER", help="To whom; default all debtors.")
@actor_option
@as_json
def announced(
    loan: str,
    on: str,
    document: str,
    ground: str,
    debtors: tuple[str, ...],
    actor: str | None,
    as_json: bool,
) -> None:
    """Record that the decision behind a claim was handed over: six weeks to pay begin, then its reminders.

    Example: aflos dunning announced 100000001 --on 2025-03-03 --document "TV-2025-7"
    """
    day, reference = past_day("on", on), plain_text("document", document)
    says: dict[str, object] = {"ground": ground}
    if debtors:
        says["debtors"] = [Reader({"debtor": one}).integer("debtor", 1, 999_999_999) for one in debtors]

    def make(dossier: Dossier) -> Draft:
        return Draft(dossier.loan, FactKind.ANNOUNCED, day, reference, data=says, source=reference)

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})


@dunning.command(name="handed-over")
@click.argument("loan")
@click.option("--on", required=True, metavar="DAY", help="The day the letter was sent.")
@click.option("--document", required=True, metavar="REFERENCE", help="What the letter is called.")
@click.option("--proof", default="", metavar="TEXT", help="How its sending is proven; limitation needs it.")
@actor_option
@as_json
def handed_over(loan: str, on: str, document: str, proof: str, actor: str | None, as_json: bool) -> None:
    """Record that the letter that was due on a loan was sent; fee, level and term begin on that day.

    For a letter that did not leave through the outbox. Not due on that day: refused, with the reason.

    Example: aflos dunning handed-over 100000001 --on 2025-07-02 --document "AM-2025-31" --proof "3STEST1"
    """
    posted = Posted(past_day("on", on), plain_text("document", document), plain_text("proof", proof))
    with recording(actor) as desk:
        facts = hand_over_letter(desk, find_loan(desk.connection, loan), posted)
    if as_json:
        print_json({"loan": facts[0].loan, "facts": [fact_shown(fact) for fact in facts]})
        return
    for fact in facts:
        amount = f" of {euros(fact.cents)}" if fact.cents else ""
        click.echo(f"loan {fact.loan}: {fact.kind.text}{amount} on {fact.value_date}, fact {fact.nr}")


@dunning.command(name="costs")
@click.argument("loan")
@click.option("--on", required=True, metavar="DAY", help="The day they are charged, after the term.")
@preview_option
@actor_option
@as_json
def costs(loan: str, on: str, preview: bool, actor: str | None, as_json: bool) -> None:
    """Charge the collection costs that a letter of fourteen days told of, over what was not paid in its term.

    By the scale of BW 6:96, never more than the letter told. Costs of a contract itself: aflos loan cost.

    Example: aflos dunning costs 700000001 --on 2025-08-01 --preview
    """
    day = past_day("on", on)
    with looking() as connection:
        found = costs_of(connection, seen_loan(connection, loan))
    if day <= found.told.until:
        raise BadInput(f"on: {day}: must lie after {found.told.until}, the last day of the term")
    says: dict[str, object] = {"letter": found.told.reference, "article": "BW 6:96"}

    def make(dossier: Dossier) -> Draft:
        key = costs_key(found.told.reference)
        return Draft(dossier.loan, FactKind.COST, day, key, found.cents, 0, says, found.told.reference)

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None, "preview": preview})


@dunning.command(name="bailiff")
@click.argument("what", type=click.Choice(("out", "statement", "recalled")))
@click.argument("loan")
@click.option("--on", required=True, metavar="DAY", help="The day it happened.")
@click.option("--document", required=True, metavar="REFERENCE", help="The file, or the statement.")
@click.option("--costs", metavar="AMOUNT", help="Costs that he names, such as 120.50.")
@click.option("--text", default="", metavar="TEXT", help="What else is to be known.")
@actor_option
@as_json
def bailiff(
    what: str,
    loan: str,
    on: str,
    document: str,
    costs: str | None,
    text: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """A file that went out to the bailiff, a statement that came in, a file that was recalled.

    While it is there no letter is proposed. What he collects comes in with aflos import receipts; costs
    that the debtor bears are charged with aflos decide cost. Many at once: bailiff-file, bailiff-recall.

    Example: aflos dunning bailiff out 100000001 --on 2025-08-01 --document "GDW-77"
    """
    day, reference = past_day("on", on), plain_text("document", document)
    says: dict[str, object] = {"text": plain_text("text", text)} if text else {}
    if costs is not None:
        if what == "out":
            raise BadInput("costs: goes with a statement or a recall")
        says["costs"] = euros(Reader({"costs": costs}).amount("costs"))

    def make(dossier: Dossier) -> Draft:
        if what == "out":
            return Draft(dossier.loan, FactKind.BAILIFF, day, reference, data=says, source=reference)
        kind = FactKind.BAILIFF_STATEMENT if what == "statement" else FactKind.BAILIFF_RECALLED
        return Draft(dossier.loan, kind, day, reference, 0, claim_at_bailiff(dossier).nr, says, reference)

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})


dunning.add_command(bailiff_file)
dunning.add_command(bailiff_list)
dunning.add_command(bailiff_recall)


def _row(row: Standing, known: dict[int, str]) -> dict[str, object]:
    return {
        "loan": row.loan,
        "creditor": known[creditor_of_loan(row.loan)],
        "procedure": row.procedure or None,
        "step": row.step or None,
        "act": row.act or None,
        "letter": row.letter or None,
        "since": day_of(row.proposed_on).isoformat() if row.proposed_on else None,
        "overdue": euros(row.cents),
        "looked_on": day_of(row.looked_on).isoformat(),
        "looks_again_on": day_of(row.look_on).isoformat(),
        "reason": row.reason,
        "article": row.article,
    }


def _answer(found: Why, day: date) -> dict[str, object]:
    step = found.found if isinstance(found.found, Step) else None
    until = None if isinstance(found.found, Step) else found.found.until
    overdue = found.case.overdue
    beside = beside_on(overdue, found.case.facts, day) if overdue else NOTHING_BESIDE
    return {
        "loan": found.case.loan,
        "on": day.isoformat(),
        "step": step.code if step else None,
        "act": step.act if step else None,
        "procedure": step.procedure if step else None,
        "debtors": [debtor for debtor in step.debtors if debtor] if step else [],
        "since": step.since.isoformat() if step else None,
        "waits_until": until.isoformat() if until else None,
        "reason": found.found.reason,
        "article": found.found.article,
        "overdue": euros(overdue.cents) if overdue else "0.00",
        "costs": euros(beside.costs),
        "statutory_interest": euros(beside.interest),
        "rows": [_overdue(row) for row in (overdue.rows if overdue else ())],
        "sent": [_sent(sent) for sent in found.sent],
        "blocks": [_block(block) for block in found.case.blocks],
    }


def _overdue(row: OverdueRow) -> dict[str, object]:
    return {
        "row": row.nr,
        "due": row.due.isoformat(),
        "principal": euros(row.principal),
        "interest": euros(row.interest),
    }


def _sent(sent: Sent) -> dict[str, object]:
    return {
        "fact": sent.fact,
        "step": sent.step,
        "procedure": sent.procedure or None,
        "on": sent.on.isoformat(),
        "term_until": sent.term_until.isoformat() if sent.term_until else None,
        "fee": euros(sent.fee),
    }


def _block(block: Block) -> dict[str, object]:
    return {
        "fact": block.fact or None,
        "reason": block.reason,
        "article": block.article,
        "since": block.since.isoformat(),
        "until": block.until.isoformat() if block.until else None,
        "debtor": block.debtor or None,
    }
