"""The command `aflos statement`: what was booked on a loan, and what is still to be booked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import click
from sqlalchemy import Connection

from backoffice.cli.database import looking, recording
from backoffice.cli.options import NUMBER, actor_option, as_json
from backoffice.cli.output import pairs, print_json, shown
from backoffice.cli.surety_shown import called_line, surety_shown
from backoffice.cli.table import table
from backoffice.rights import seen_loan
from jobs import clock
from jobs.business_dates import closed_by
from ledger.day import FIRST_DAY, parse_day
from ledger.errors import BadInput
from reports.csv_text import Cell, amount_text, csv_text
from reports.earlier import EarlierLine
from reports.statement import Balances, Line, Period, Statement
from reports.store import Heading, heading_of
from reports.store import statement as statement_of
from servicing.debtors.store import Reading, log_reading

COLUMNS = (
    *("key", "value_date", "business_date", "kind", "text"),
    *("principal", "interest", "costs", "credit", "balance"),
)
EARLIER_COLUMNS = ("value_date", "text", "principal", "interest", "costs", "balance")
Show = Callable[[Heading, Statement, Mapping[str, object]], None]
"""Prints a statement, with what there is to say of its surety."""

LATER = {"xlsx": "the auditor's package"}
"""Formats of a statement that are not there yet, and what they come with."""


@click.command(name="statement")
@click.argument("name", metavar="LOAN")
@click.option("--from", "since", metavar="DAY", help="First value date; default that of the first entry.")
@click.option("--to", "until", metavar="DAY", help="Last value date; default today.")
@click.option("--value-date", metavar="DAY", help="Only what holds on this day or before.")
@click.option("--known-at", metavar="WHEN", help="As the books were then: a business date, or a moment.")
@click.option("--debtor", type=NUMBER, metavar="NUMBER", help="For one of joint debtors alone.")
@click.option("--format", "form", metavar="WORD", help="json, csv or pdf; without it a page for people.")
@actor_option
@as_json
def statement(
    name: str,
    since: str | None,
    until: str | None,
    value_date: str | None,
    known_at: str | None,
    debtor: int | None,
    form: str | None,
    actor: str | None,
    as_json: bool,
) -> None:
    """What was booked on a loan, line by line with the balance, and news that is not booked yet.

    That you looked at the debtor's account is recorded.

    \b
    Examples:
      aflos statement 100000001 --from 2025-01-01 --to 2025-12-31
      aflos statement 100000001 --known-at 2025-06-30 --format csv
      aflos statement 100000001 --format pdf > statement.pdf
    """  # noqa: D301 - click reads the mark as: keep the lines
    show = _form("json" if as_json and form is None else form)
    with looking() as connection:
        now, known = clock.today(), _known(connection, known_at)
        last = min(known or now if text is None else parse_day(text) for text in (until, value_date))
        loan = seen_loan(connection, name)
        heading = heading_of(connection, loan, last)
        period = Period(None if since is None else parse_day(since), last)
        found = statement_of(connection, loan, period, now, known)
        surety = surety_shown(connection, loan, last, known)
    mine = _for_one(heading, debtor)
    _log(mine, actor)
    show(mine, found, surety)


def _for_one(heading: Heading, debtor: int | None) -> Heading:
    """The heading for one of the joint debtors: one balance, and nobody else's name."""
    if debtor is None:
        return heading
    if debtor not in heading.debtors:
        raise BadInput(f"debtor: {debtor}: is none of the debtors of loan {heading.loan}")
    return heading._replace(debtors={debtor: heading.debtors[debtor]})


def _form(word: str | None) -> Show:
    if word in LATER:
        raise BadInput(f"format: {word}: comes with {LATER[word]}; take json, csv or pdf")
    forms = {None: _print_page, "json": _print_json, "csv": _print_csv, "pdf": _pdf}
    if word not in forms:
        raise BadInput(f"format: {word!r}: must be json, csv or pdf")
    return forms[word]


def _known(connection: Connection, text: str | None) -> date | None:
    """The last business date that was closed then; before the first one nothing was."""
    if text is None:
        return None
    return closed_by(connection, _moment(text)) or FIRST_DAY


def _moment(text: str) -> date | datetime:
    if len(text) == len("2025-03-01"):
        return parse_day(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None:
        raise BadInput(f"known-at: {text[:60]!r}: is a day such as 2025-03-01 or 2025-03-01T09:30:00+01:00")
    parse_day(text[: len("2025-03-01")])
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.AMSTERDAM)


def _log(heading: Heading, actor: str | None) -> None:
    if heading.debtors:
        with recording(actor, "see") as desk:
            for number in heading.debtors:
                log_reading(
                    desk.connection, Reading(number, f"statement of loan {heading.loan}", ""), desk.by
                )


def _print_json(heading: Heading, found: Statement, surety: Mapping[str, object]) -> None:
    names = list(heading.debtors.values())
    print_json(
        {
            "loan": heading.loan,
            "debtor": " en ".join(names),
            "debtors": list(heading.debtors),
            "creditor": heading.creditor,
            "creditor_name": heading.creditor_name,
            **surety,
            "from": found.since.isoformat(),
            "to": found.until.isoformat(),
            "earlier": [_earlier(line) for line in found.earlier],
            "opening": _balances(found.opening),
            "lines": [_line(line) for line in found.lines],
            "closing": _balances(found.closing),
            "not_booked": [_line(line) for line in found.not_booked],
            "expected": _balances(found.expected),
            "problem": found.problem,
        }
    )


def _print_csv(_heading: Heading, found: Statement, _surety: Mapping[str, object]) -> None:
    rows = [_earlier_cells(line) for line in found.earlier]
    rows += [_cells(line) for line in (*found.lines, *found.not_booked)]
    click.echo(csv_text(COLUMNS, rows), nl=False)


def _pdf(heading: Heading, found: Statement, _surety: Mapping[str, object]) -> None:
    from backoffice.cli.statement_pdf import print_pdf  # noqa: PLC0415 - typefaces are loaded only where one is set

    print_pdf(heading, found.for_people)


def _print_page(heading: Heading, whole: Statement, surety: Mapping[str, object]) -> None:
    found = whole.for_people
    top: Mapping[str, object] = {
        "loan": heading.loan,
        "debtor": " en ".join(heading.debtors.values()),
        "creditor": heading.creditor_name,
        **called_line(surety),
        "from": found.since.isoformat(),
        "to": found.until.isoformat(),
    }
    parts = [pairs(top)]
    if found.earlier:
        parts.append(
            f"as the previous administration kept it, not booked here\n{_earlier_table(found.earlier)}"
        )
    parts += [f"opening\n{pairs(_balances(found.opening))}", _table(found.lines)]
    parts.append(f"closing\n{pairs(_balances(found.closing))}")
    if found.not_booked:
        parts.append(f"not booked yet\n{_table(found.not_booked)}")
        parts.append(f"expected\n{pairs(_balances(found.expected))}")
    if whole.silent:
        parts.append(
            f"lines left out that correct no amount: {whole.silent}; --format csv or json shows them"
        )
    if found.problem:
        parts.append(f"news that cannot be computed: {found.problem}")
    click.echo("\n\n".join(parts))


def _table(lines: Sequence[Line]) -> str:
    rows = [_line(line) for line in lines]
    return table(COLUMNS, [[shown(row[column]) for column in COLUMNS] for row in rows])


def _earlier_table(lines: Sequence[EarlierLine]) -> str:
    rows = [_earlier(line) for line in lines]
    return table(EARLIER_COLUMNS, [[shown(row[column]) for column in EARLIER_COLUMNS] for row in rows])


def _earlier(line: EarlierLine) -> dict[str, object]:
    return {
        "value_date": line.value_date.isoformat(),
        "text": line.text,
        "principal": amount_text(line.principal),
        "interest": amount_text(line.interest),
        "costs": amount_text(line.costs),
        "balance": amount_text(line.balance) if line.balance is not None else None,
    }


def _earlier_cells(line: EarlierLine) -> list[Cell]:
    balance: Cell = line.balance if line.balance is not None else ""
    amounts: list[Cell] = [line.principal, line.interest, line.costs]
    return ["", line.value_date.isoformat(), "", "earlier", line.text, *amounts, "", balance]


def _cells(line: Line) -> list[Cell]:
    return [
        line.key.text() if line.key else "",
        line.value_date.isoformat(),
        line.key.business_date.isoformat() if line.key else "",
        line.kind.text,
        line.text,
        *(line.principal, line.interest, line.costs, line.credit, line.balance),
    ]


def _line(line: Line) -> dict[str, object]:
    return {
        "key": line.key.text() if line.key else None,
        "value_date": line.value_date.isoformat(),
        "business_date": line.key.business_date.isoformat() if line.key else None,
        "kind": line.kind.text,
        "text": line.text,
        "principal": amount_text(line.principal),
        "interest": amount_text(line.interest),
        "costs": amount_text(line.costs),
        "credit": amount_text(line.credit),
        "balance": amount_text(line.balance),
    }


def _balances(balances: Balances) -> dict[str, object]:
    return {part: amount_text(amount) for part, amount in balances._asdict().items()}
