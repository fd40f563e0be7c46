"""The commands `aflos period ...`: accounting periods, closed by hand per creditor."""

from __future__ import annotations

import json
import re

import click

from backoffice.cli.database import looking, recording
from backoffice.cli.finishing import tell_decided
from backoffice.deciding import decide
from backoffice.rights import check_right
from ledger.entry import LOANS_PER_CREDITOR
from ledger.errors import BadInput
from ledger.period import PeriodClosing
from ledger.store import closings, record_closing
from servicing.decisions.proposal import Proposed
from servicing.files import creditors

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@click.group()
def period() -> None:
    """Accounting periods (boekingsperioden): months, closed by hand, each creditor its own.

    Example: aflos period close --creditor almere 2025-12
    """


@period.command(name="close")
@click.argument("month")
@click.option("--creditor", "code", required=True, help="Code of the creditor, such as almere.")
@click.option("--actor", help="Yourself; nobody else can be named.")
def close_period(month: str, code: str, actor: str | None) -> None:
    """Close a month and all before it: news about it is booked in the first open month, with its old value date.

    Holds from the first night that has not begun. Example: aflos period close --creditor almere 2025-12
    """
    number = _creditor(code)
    closing = _period(month)
    with recording(actor, "manage") as desk:
        check_right(desk.by.actor, "manage", number)
        by = desk.by
        record_closing(
            desk.connection,
            PeriodClosing(
                number, closing, closed=True, known_on=by.known_on, actor=by.actor, recorded_at=by.at
            ),
        )
    click.echo(f"{code}: {month} and all before it are closed from the night of {by.known_on} on")


@period.command(name="reopen")
@click.argument("month")
@click.option("--creditor", "code", required=True, help="Code of the creditor, such as almere.")
@click.option("--decision", required=True, metavar="REFERENCE", help="Why and where that was decided.")
@click.option("--actor", help="Yourself; nobody else can be named.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def reopen_period(month: str, code: str, decision: str, actor: str | None, as_json: bool) -> None:
    """Propose to open the last closed month again; a second person approves it (aflos approve).

    Example: aflos period reopen --creditor almere 2025-12 --decision "accountant 2026-02-03"
    """
    number, opening = _creditor(code), _period(month)
    with recording(actor, "decide") as desk:
        subject = number * LOANS_PER_CREDITOR
        what = Proposed("reopen-period", subject, decision, desk.by.known_on, data={"period": opening})
        done = decide(desk, what)
    tell_decided(done, as_json)


@period.command(name="list")
@click.option("--creditor", "code", help="Only this creditor.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_periods(code: str | None, as_json: bool) -> None:
    """Who closed which month, per creditor.

    Example: aflos period list --creditor almere
    """
    wanted = {code: _creditor(code)} if code else {one: value.id for one, value in creditors().items()}
    with looking() as connection:
        found = {
            name: [
                {
                    "period": _text(each.period),
                    "closed": each.closed,
                    "known_on": each.known_on.isoformat(),
                    "actor": each.actor,
                }
                for each in closings(connection, number)
            ]
            for name, number in wanted.items()
        }
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for name, lines in found.items():
        click.echo(f"{name:<16} " + ("no period is closed" if not lines else ""))
        for line in lines:
            click.echo(
                "  {period}  {what}  by {actor}, from {known_on}".format(
                    what="closed" if line["closed"] else "reopened", **line
                )
            )


def _creditor(code: str) -> int:
    known = creditors()
    if code not in known:
        raise BadInput(f"creditor: {code!r}: must be one of {', '.join(known)}")
    return known[code].id


def _period(month: str) -> int:
    match = _MONTH.fullmatch(month)
    if match is None:
        raise BadInput(f"period: {month!r}: must be a month such as 2025-12")
    return int(match[1]) * 100 + int(match[2])


def _text(period: int) -> str:
    return f"{period // 100}-{period % 100:02}"
