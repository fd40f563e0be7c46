"""How the commands that say what a bank line is for end: recorded, or only previewed; and what they tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import click

from backoffice.cli.bank_words import part_text, part_words
from backoffice.cli.database import Desk, recording
from backoffice.cli.finishing import books_page, postings_shown
from backoffice.cli.loan_page import shown_row
from backoffice.cli.output import print_json
from backoffice.receipts import Decided
from backoffice.registering import dossiers_of
from jobs.letters_touched import letters_touched
from ledger.day import day_of
from ledger.money import euros
from servicing.previewing import Change, changes_between
from servicing.receipts.books import BookedLine, by_account
from servicing.receipts.store import parts_of_lines
from servicing.receipts.values import Part, Share
from servicing.registration import Dossier
from servicing.store import find_loan
from servicing.viewing import view_on

Saying = Callable[[Desk], Decided]
"""Records what a person says of a line."""


def say(saying: Saying, how: Mapping[str, Any]) -> None:
    """Record what is said of a line and tell so; with `preview` tell what it would change and keep nothing."""
    with recording(how["actor"]) as desk:
        found = _previewed(desk, saying) if how["preview"] else _told(desk, saying(desk))
    if how["as_json"]:
        print_json(found)
    else:
        _print(found)


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


def _previewed(desk: Desk, saying: Saying) -> dict[str, Any]:
    """What would be told, and booked in the coming night: it is recorded, looked at, and undone."""
    inner = desk.connection.begin_nested()
    done = saying(desk)
    found, after = _told(desk, done), _dossiers(desk, done)
    inner.rollback()
    before, night = _dossiers(desk, done), desk.by.known_on
    _, old = parts_of_lines(desk.connection, [done.line.id]).get(done.line.id, (0, []))
    loans = [_loan_foreseen(before[loan], after[loan], night) for loan in sorted(done.loans)]
    return {**found, "recorded": False, "loans": loans, "bank": postings_shown(_moved(done, old))}


def _dossiers(desk: Desk, done: Decided) -> Mapping[int, Dossier]:
    """The loans a decision changes, as they are now."""
    return dossiers_of(
        desk.connection, [find_loan(desk.connection, str(loan)) for loan in sorted(done.loans)]
    )


def _loan_foreseen(before: Dossier, after: Dossier, night: date) -> dict[str, Any]:
    changes = changes_between(before.facts, after.facts, night)
    rows = [shown_row(row) for row in view_on(after, night).rows]
    return {"loan": after.loan, "postings": postings_shown(changes), "rows": rows}


def _moved(done: Decided, old: list[Part]) -> list[Change]:
    """From which account of the creditor to which the money of a line goes, debit positive."""
    line = BookedLine(done.line.id, done.line.paid_on, done.line.cents)
    sign, year = (1 if line.cents > 0 else -1), day_of(line.paid_on).year
    sums: dict[int, int] = {}
    for parts, way in ((old, sign), (done.parts, -sign)):
        shares = [Share(int(part.kind), part.cents) for part in parts]
        for account, cents in by_account(line, shares).items():
            sums[account] = sums.get(account, 0) + way * cents
    return [Change(account, year, cents) for account, cents in sorted(sums.items()) if cents]


def _print(found: Mapping[str, Any]) -> None:
    parts = "; ".join(map(part_text, found["parts"]))
    is_kept = found.get("recorded", True)
    head = f"decision {found['decision']}" if is_kept else "preview, nothing is recorded"
    click.echo(f"line {found['line']}: {head}: {parts}")
    for one in found["letters"]:
        name = f"letter {one['letter']} ({one['kind']})" if one["letter"] else one["kind"]
        click.echo(
            f"  {one['becomes']}: {name} on loan {one['loan']} to debtor {one['debtor']}: {one['why']}"
        )
    if not is_kept:
        for one in found["loans"]:
            click.echo(f"\nloan {one['loan']}\n\n{books_page(one)}")
        click.echo(f"\nbook of the creditor\n\n{books_page({'postings': found['bank'], 'rows': []})}")
