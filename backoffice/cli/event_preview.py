"""What an event would change, loan by loan, before anybody registers it: nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy import Connection

from backoffice.blocking import block_shown, holds_after_objection
from backoffice.cli.database import looking
from backoffice.cli.finishing import books_foreseen, books_page
from backoffice.cli.output import print_json, shown
from backoffice.events import Happened, Plan, plan_event, plan_taking_back
from backoffice.rights import creditors_of
from jobs import clock
from jobs.business_dates import known_on
from letters.outbox.by_hand import ASKED_FOR
from servicing.blocks import blocks_on
from servicing.previewing import with_draft


def preview_event(account: str, subject: str, happened: Happened, reason: str, *, as_json: bool) -> None:
    """Print what an event (or with a reason: taking one back) would change on each loan somebody may see."""
    with looking() as connection:
        if reason:
            planned = plan_taking_back(connection, account, subject, happened, reason)
        else:
            planned = plan_event(connection, account, subject, happened)
        seen = set(creditors_of(account, "see"))
        answers = [
            _foreseen(connection, each, happened.kind)
            for each in planned.plans
            if each.heading.creditor_id in seen
        ]
    if as_json:
        print_json(answers)
    else:
        click.echo("\n\n".join(_page(answer) for answer in answers))


def _foreseen(connection: Connection, plan: Plan, kind: str) -> dict[str, object]:
    """The blocks with it, the letters it gives reason to, and the difference in the books."""
    today = clock.today()
    night = known_on(connection, today)
    books = books_foreseen(plan.dossier, plan.draft, night)
    after = with_draft(plan.dossier, plan.draft, night)
    holds = holds_after_objection(plan.heading, today)
    return {
        "loan": plan.heading.id,
        "event": kind,
        "letters": list(ASKED_FOR.get(kind, ())),
        "blocks": [block_shown(block) for block in blocks_on(after.facts, today, objection_holds=holds)],
        **books,
    }


def _page(answer: Mapping[str, Any]) -> str:
    stops = sorted({stop for block in answer["blocks"] for stop in block["stops"]})
    head = (
        f"loan {answer['loan']}: {answer['event']}; stopped with it: {shown(stops) or 'nothing'}; "
        f"letters to make: {shown(answer['letters']) or 'none'}"
    )
    return f"{head}\n\n{books_page(answer)}"
