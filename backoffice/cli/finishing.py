"""How a command that records about a loan ends: recorded, proposed as a decision, or only previewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import click
from sqlalchemy import Connection

from backoffice.actor import actor
from backoffice.beside import refuse_beside
from backoffice.cli.database import Desk, looking, recording
from backoffice.cli.loan_page import ROW_COLUMNS, shown_row
from backoffice.cli.output import print_json, shown
from backoffice.cli.registered import fact_shown, tell
from backoffice.cli.table import table
from backoffice.deciding import Decided, decide_on_loan, kind_behind, need_of, waits_for
from backoffice.registering import Registered, dossier_of, known_from, register
from backoffice.rights import check_right
from jobs import clock
from jobs.business_dates import known_on
from jobs.letters_night import confirming
from ledger.files import chart_of_accounts
from ledger.money import euros
from letters.outbox.deciding import letter_of
from letters.outbox.telling import RESCHEDULING, LoanCase, told_of
from servicing import files
from servicing.circumstances import check_news
from servicing.decisions.kinds import Kind
from servicing.decisions.proposal import Decision
from servicing.facts import Draft
from servicing.previewing import Change, foreseen, looked_on, with_draft
from servicing.registration import Dossier, check_life, known_already
from servicing.store import Loan, find_loan
from servicing.viewing import view_on

Check = Callable[[Dossier, str], None]
"""Looks at a loan and its product; raises where law forbids, warns where it only advises."""

Make = Callable[[Dossier], Draft]

preview_option = click.option("--preview", is_flag=True, help="Show what would change; nothing is recorded.")
document_option = click.option(
    "--document", metavar="REFERENCE", help="Where the decision is filed; default the decision itself."
)


def finish(loan: str, make: Make, how: Mapping[str, Any], check: Check | None = None) -> None:
    """Check and record (or propose) the fact that `make` gives, and tell so."""
    if how.get("preview"):
        _preview(loan, make, how, check)
        return
    with recording(how["actor"]) as desk:
        heading = find_loan(desk.connection, loan)
        dossier, draft = _drafted(desk.connection, heading, make, check)
        by = known_from(desk, how["known_on"], draft, dossier.facts)
        done = _kept(desk._replace(by=by), dossier, draft, how.get("document"))
    if isinstance(done, Registered):
        tell(done, how["as_json"])
    else:
        tell_decided(done, how["as_json"])


def _kept(desk: Desk, dossier: Dossier, draft: Draft, document: str | None) -> Registered | Decided:
    if kind_behind(dossier, draft) is None:
        return register(desk, dossier, draft)
    return decide_on_loan(desk, dossier, draft, document)


def _drafted(connection: Connection, heading: Loan, make: Make, check: Check | None) -> tuple[Dossier, Draft]:
    dossier = dossier_of(connection, heading)
    if check is not None:
        check(dossier, heading.product)
    return dossier, make(dossier)


def tell_decided(done: Decided, as_json: bool) -> None:
    """Say where a decision stands: in force as a fact, or waiting for whom."""
    decision = done.decision
    more = decision_shown(decision) if decision else {}
    if done.fact is not None:
        if as_json:
            print_json({"loan": done.fact.loan, "recorded": not done.again, **fact_shown(done.fact), **more})
        else:
            tell(Registered(done.fact, done.again), as_json=False)
            _tell_by_whom(decision)
        return
    assert decision is not None
    if as_json:
        print_json({**more, "recorded": False, "proposed": not done.again})
    else:
        click.echo(decision_line(decision))


def _tell_by_whom(decision: Decision | None) -> None:
    approved = decision.step("approved") if decision else None
    if decision is not None and approved is not None:
        click.echo(f"decision {decision.id}: {approved.actor} decided, by {approved.note}", err=True)


def decision_line(decision: Decision) -> str:
    """A decision in one sentence, with what is to be done next."""
    proposed = decision.proposed
    what = f"decision {decision.id}: {proposed.kind} {proposed.reference!r} on {proposed.subject}"
    if decision.state == "proposed":
        return f"{what}: waits for {_who(decision)}: aflos approve {decision.id}"
    if decision.state == "fixed-not-announced":
        return f"{what}: fixed, not announced: aflos decide handed-over {decision.id} --on DAY --to DEBTOR"
    return f"{what}: {decision.state}"


def _who(decision: Decision) -> str:
    waiting = waits_for(files.people(), decision, clock.today())
    other = "another person" if decision.persons > 1 else "a person"
    return " or ".join(waiting) if waiting else f"{other} with a mandate"


def decision_shown(decision: Decision) -> dict[str, object]:
    """A decision as JSON writes it."""
    proposed, approved = decision.proposed, decision.step("approved")
    waiting = waits_for(files.people(), decision, clock.today()) if decision.state == "proposed" else []
    return {
        "decision": decision.id,
        "decision_kind": proposed.kind,
        "subject": proposed.subject,
        "reference": proposed.reference,
        "document": proposed.document,
        "state": decision.state,
        "persons": decision.persons,
        "at_stake": euros(decision.at_stake),
        "maker": decision.maker,
        "approver": approved.actor if approved else None,
        "mandate": approved.note if approved else None,
        "waits_for": waiting,
    }


def _preview(loan: str, make: Make, how: Mapping[str, Any], check: Check | None) -> None:
    """Print what a decision would change; nothing is written."""
    account = actor(how["actor"])
    with looking() as connection:
        heading = find_loan(connection, loan)
        check_right(account, "see", heading.creditor_id)
        dossier, draft = _drafted(connection, heading, make, check)
        kind = kind_behind(dossier, draft)
        refuse_beside(connection, dossier, draft)
        if kind is not None and kind.effect == "burdening":
            # It works from its hand-over, which is today at the earliest.
            draft = replace(draft, value_date=max(draft.value_date, clock.today()))
        night = known_on(connection, clock.today())
        books = books_foreseen(dossier, draft, night)
        if kind is None:
            answer = _recorded_only(heading, with_draft(dossier, draft, night), night) | books
        else:
            answer = _foreseen(heading, dossier, draft, kind) | books
    if how["as_json"]:
        print_json(answer)
    else:
        click.echo(_page(answer))


def books_foreseen(dossier: Dossier, draft: Draft, night: date) -> dict[str, object]:
    """What the coming night would book because of a fact, per account and year, and the schedule once it holds.

    Raises what recording it would raise; where it is there already nothing changes.
    """
    if known_already(dossier, draft) is not None:
        rows = view_on(dossier, looked_on(dossier, draft, night)).rows
        return {"postings": [], "rows": [shown_row(row) for row in rows]}
    check_news(dossier, draft)
    check_life(with_draft(dossier, draft, night).facts)
    found = foreseen(dossier, draft, night)
    return {"postings": postings_shown(found.changes), "rows": [shown_row(row) for row in found.rows]}


def postings_shown(changes: Sequence[Change]) -> list[dict[str, object]]:
    """What is booked more or less, per account and year."""
    names = chart_of_accounts().accounts
    return [
        {
            "account": change.account,
            "name": names[change.account].en,
            "year": change.year,
            "amount": euros(change.cents),
        }
        for change in changes
    ]


def _recorded_only(heading: Loan, after: Dossier, night: date) -> dict[str, object]:
    """A fact that only tells what happened: one person records it, and the coming night writes of it."""
    told, confirms = after.facts[-1], heading.creditor_id in confirming(night)
    product, view = files.products()[heading.product], view_on(after, night)
    case = LoanCase(product, after, view, [told], {}, confirms=confirms)
    return {
        "loan": heading.id,
        "decision_kind": None,
        "persons": 1,
        "at_stake": euros(told.cents),
        "works_from": "the coming night",
        "letters": [letter.kind for letter in told_of(case)],
    }


def _foreseen(heading: Loan, dossier: Dossier, draft: Draft, kind: Kind) -> dict[str, object]:
    need = need_of(kind, draft, dossier)
    product = files.products()[heading.product]
    about = next((fact.kind for fact in dossier.facts if fact.nr == draft.of), None)
    told = letter_of(product, kind.name, about, draft.data)
    follow = kind.letters or (("repayment_schedule",) if about in RESCHEDULING else ())
    return {
        "loan": heading.id,
        "decision_kind": kind.name,
        "persons": need.persons,
        "at_stake": euros(need.power.cents),
        "works_from": "hand-over" if kind.effect == "burdening" else "approval",
        "letters": [*([told] if told else ()), *follow],
    }


def _page(answer: Mapping[str, Any]) -> str:
    persons = "one person" if answer["persons"] == 1 else "two persons"
    what = answer["decision_kind"] or "what happened"
    head = (
        f"loan {answer['loan']}: {what}, {answer['at_stake']} at stake, {persons}, "
        f"works from {answer['works_from']}; letters: {shown(answer['letters'])}"
    )
    return f"{head}\n\n{books_page(answer)}"


def books_page(answer: Mapping[str, Any]) -> str:
    """What would change in the books, and the schedule after it, for people to read."""
    rows, postings = answer["rows"], answer["postings"]
    columns = ("account", "name", "year", "amount")
    changes = (
        table(columns, [[shown(each[key]) for key in columns] for each in postings])
        if postings
        else "nothing changes in the books of the coming night"
    )
    if not rows:
        return changes
    schedule = table(ROW_COLUMNS, [[shown(row[key]) for key in ROW_COLUMNS] for row in rows])
    return f"{changes}\n\nschedule after it\n{schedule}"
