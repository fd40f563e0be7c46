"""The commands `aflos review ...`: debtor reviews as cases with states, and how many were completed (P19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import click

from backoffice.actor import actor as acting
from backoffice.cli.database import looking
from backoffice.cli.finishing import finish
from backoffice.cli.options import actor_option, as_json, coming_day, past_day
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.reviews import reviews_seen
from backoffice.rights import codes, creditors_of
from jobs import clock
from ledger.day import parse_day
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing.facts import Draft, FactKind, FactRefused
from servicing.reading import Reader
from servicing.registration import Dossier
from servicing.reviewing import METHODS, STEPS, Review, completed, reviews_of
from servicing.texts import plain_text

COLUMNS = ("loan", "creditor", "review", "opened", "due", "state", "since", "conclusion", "next")


@click.group()
def review() -> None:
    """Reviews of debtors: opened, form sent and received, looked into, concluded; counted per municipality.

    Example: aflos review list --open
    """


@review.command(name="open")
@click.argument("loan")
@click.option("--due", required=True, metavar="DAY", help="By when it is to be done.")
@click.option("--on", metavar="DAY", help="From which day; default today.")
@click.option("--document", default="", metavar="REFERENCE", help="What it is called; default its day.")
@actor_option
@as_json
def open_(loan: str, due: str, on: str | None, document: str, actor: str | None, as_json: bool) -> None:
    """Open a review of the debtors of a loan.

    Example: aflos review open 100000001 --due 2025-09-01
    """
    day, last = clock.today() if on is None else past_day("on", on), coming_day("due", due)
    if last < day:
        raise BadInput(f"due: {last}: must not lie before {day}")
    reference = plain_text("document", document) or f"review {day}"

    def make(dossier: Dossier) -> Draft:
        if any(one.state != "done" for one in reviews_of(dossier.facts) if one.opened != day):
            raise FactRefused(f"loan {dossier.loan}: a review is open already: aflos review list")
        return Draft(dossier.loan, FactKind.REVIEW, day, reference, data={"due": last.isoformat()})

    finish(loan, make, {"actor": actor, "as_json": as_json, "known_on": None})


@review.command(name="step")
@click.argument("loan")
@click.argument("step", type=click.Choice(STEPS))
@click.option("--on", metavar="DAY", help="The day; default today.")
@click.option("--income", metavar="AMOUNT", help="Income of the household in a month, such as 2100.00.")
@click.option("--household", metavar="TEXT", help="Such as couple with two children.")
@click.option("--viability", metavar="TEXT", help="Whether the business is viable.")
@click.option("--capacity", metavar="AMOUNT", help="What can be paid in a month.")
@click.option("--method", type=click.Choice(METHODS), help="How the capacity was computed.")
@actor_option
@as_json
def step_(
    loan: str,
    step: str,
    on: str | None,
    income: str | None,
    household: str | None,
    viability: str | None,
    capacity: str | None,
    method: str | None,
    actor: str | None,
    as_json: bool,
) -> None:
    """Say how far the open review of a loan is, and what was found.

    Example: aflos review step 100000001 looked-into --capacity 75.00 --method norm-share
    """
    day = clock.today() if on is None else past_day("on", on)
    says: dict[str, object] = {"step": step}
    for key, amount in (("income", income), ("capacity", capacity)):
        if amount is not None:
            says[key] = euros(Reader({key: amount}).amount(key, above_zero=False))
    texts = {"household": household, "viability": viability, "method": method}
    says |= {key: plain_text(key, text) for key, text in texts.items() if text is not None}
    finish(
        loan,
        _about_open(day, lambda number: f"{number} {step} {day}", FactKind.REVIEW_STEP, says),
        {"actor": actor, "as_json": as_json, "known_on": None},
    )


@review.command(name="done")
@click.argument("loan")
@click.option("--conclusion", required=True, metavar="TEXT", help="What was concluded.")
@click.option("--decision", default="", metavar="REFERENCE", help="The decision it led to, if any.")
@click.option("--next", "next_", metavar="DAY", help="When the next review is planned.")
@click.option("--on", metavar="DAY", help="The day; default today.")
@actor_option
@as_json
def done(
    loan: str,
    conclusion: str,
    decision: str,
    next_: str | None,
    on: str | None,
    actor: str | None,
    as_json: bool,
) -> None:
    """Conclude the open review of a loan: it is completed, and counts for its municipality and month.

    Example: aflos review done 100000001 --conclusion "arrangement of 75.00" --decision B-2025-9 --next 2026-09-01
    """
    day, what = clock.today() if on is None else past_day("on", on), plain_text("conclusion", conclusion)
    if not what:
        raise BadInput("conclusion: is missing: say what was concluded")
    says: dict[str, object] = {"conclusion": what}
    if decision:
        says["decision"] = plain_text("decision", decision)
    if next_ is not None:
        again = coming_day("next", next_)
        if again <= day:
            raise BadInput(f"next: {again}: must come after {day}")
        says["next"] = again.isoformat()
    finish(
        loan,
        _about_open(day, lambda number: f"{number} done", FactKind.REVIEW_DONE, says),
        {"actor": actor, "as_json": as_json, "known_on": None},
    )


@review.command(name="list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not completed.")
@click.option("--creditor", metavar="CODE", help="Such as almere.")
@as_json
def list_(only_open: bool, creditor: str | None, as_json: bool) -> None:
    """The reviews of debtors, the open ones by their due day.

    Example: aflos review list --open --creditor almere
    """
    rows = [_row(one) for one in _seen(creditor) if not only_open or one.state != "done"]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))


@review.command(name="count")
@click.option("--from", "since", required=True, metavar="DAY", help="From this day.")
@click.option("--to", "until", required=True, metavar="DAY", help="Until, and not including, this day.")
@as_json
def count(since: str, until: str, as_json: bool) -> None:
    """How many reviews were completed, per municipality and month: what is invoiced.

    Example: aflos review count --from 2025-01-01 --to 2026-01-01
    """
    first, last, known = parse_day(since), parse_day(until), codes()
    found = _seen(None)
    rows = [
        {"creditor": code, "month": month, "completed": number}
        for creditor, code in known.items()
        for month, number in completed(
            [one for one in found if creditor_of_loan(one.loan) == creditor], first, last
        ).items()
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("creditor", "month", "completed")
        click.echo(table(columns, [[shown(row[key]) for key in columns] for row in rows]))


def _about_open(
    day: date, key: Callable[[int], str], kind: FactKind, says: dict[str, object]
) -> Callable[[Dossier], Draft]:
    """A fact about the review of a loan that is open, or about the last one where it is told again."""

    def make(dossier: Dossier) -> Draft:
        found = reviews_of(dossier.facts)
        if not found:
            raise FactRefused(f"loan {dossier.loan}: no review is open: aflos review open")
        number = next((one.fact for one in found if one.state != "done"), found[-1].fact)
        return Draft(dossier.loan, kind, day, key(number), of=number, data=says)

    return make


def _seen(creditor: str | None) -> list[Review]:
    known = codes()
    if creditor is not None and creditor not in known.values():
        raise BadInput(f"creditor: {creditor[:40]!r}: must be one of {', '.join(known.values())}")
    seen = {one for one in creditors_of(acting(), "see") if creditor in {None, known[one]}}
    with looking() as connection:
        found = reviews_seen(connection, seen)
    return sorted(found, key=lambda one: (one.state == "done", one.due, one.loan, one.fact))


def _row(one: Review) -> dict[str, object]:
    return {
        "loan": one.loan,
        "creditor": codes()[creditor_of_loan(one.loan)],
        "review": one.fact,
        "opened": one.opened.isoformat(),
        "due": one.due.isoformat(),
        "state": one.state,
        "since": one.since.isoformat(),
        "findings": one.findings,
        "conclusion": one.conclusion or None,
        "decision": one.decision or None,
        "next": one.next_on.isoformat() if one.next_on else None,
    }
