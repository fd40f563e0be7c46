"""What an event would change, loan by loan, before anybody registers it: nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
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
from servicing import files
from servicing.blocks import blocks_on
from servicing.facts import Fact
from servicing.lapsing import lapses_of
from servicing.previewing import with_draft
from servicing.securities import liable_on
from servicing.store import debtors_of

RESTS = "no day (it rests)"
"""How a term is shown that is extended for as long as something lasts."""


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
        "limitation": _moved(connection, plan, after.facts, today),
        **books,
    }


def _moved(connection: Connection, plan: Plan, after: Sequence[Fact], today: date) -> list[dict[str, object]]:
    """The rows that fell due and are open of which the lapse day moves: from which day (none: it rests) to which."""
    system, law = files.products()[plan.heading.product].kind, files.law()
    debtors = liable_on(after, debtors_of(connection, plan.heading.id), today)
    before = {
        (one.row_nr, one.due, one.debtor): one.limitation.lapses_on
        for one in lapses_of(plan.dossier.facts, today, system, law, debtors)
    }
    return [
        {
            "row": one.row_nr,
            "due": one.due.isoformat(),
            "debtor": one.debtor if len(debtors) > 1 else None,
            "lapses_on": _day(before[one.row_nr, one.due, one.debtor]),
            "becomes": _day(one.limitation.lapses_on),
        }
        for one in lapses_of(after, today, system, law, debtors)
        if before.get((one.row_nr, one.due, one.debtor), one.limitation.lapses_on) != one.limitation.lapses_on
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _page(answer: Mapping[str, Any]) -> str:
    stops = sorted({stop for block in answer["blocks"] for stop in block["stops"]})
    head = (
        f"loan {answer['loan']}: {answer['event']}; stopped with it: {shown(stops) or 'nothing'}; "
        f"letters to make: {shown(answer['letters']) or 'none'}"
    )
    return "\n".join([head, *_lapses(answer["limitation"]), "", books_page(answer)])


def _lapses(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for the rows that lapse another day, against one debtor; apart those that rest with it or without it."""
    same: dict[tuple[Any, bool, bool], list[Mapping[str, Any]]] = {}
    for row in rows:
        key = (row["debtor"], row["becomes"] is None, row["lapses_on"] is None)
        same.setdefault(key, []).append(row)
    return [
        f"limitation: what fell due {_days(those, 'due')}{_from_whom(debtor)} lapses {_days(those, 'becomes')}, "
        f"without it {_days(those, 'lapses_on')}"
        for (debtor, _, _), those in same.items()
    ]


def _days(rows: Sequence[Mapping[str, Any]], key: str) -> str:
    first, last = rows[0][key], rows[-1][key]
    return f"on {first or RESTS}" if first == last else f"from {first} to {last}"


def _from_whom(debtor: int | None) -> str:
    return f" from debtor {debtor}" if debtor else ""
