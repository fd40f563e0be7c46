"""What is known of the files and statements of an account, for whoever takes the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from jobs.bank_undecided import lines_without_money
from ledger.bulk import among
from ledger.day import LAST_DAY, day_of, number_of
from servicing.receipts.tables import bank_confirmation, bank_file, bank_line, bank_statement

NOTICE = 54
"""The kind of a statement that is a notice (camt.054), without balances."""

_ONE_IMPORT = 4_600_102
"""The PostgreSQL transaction lock that lets one import number its lines at a time."""


class KnownFile(NamedTuple):
    """A file that came before: its name then, when, and by whom."""

    name: str
    recorded_at: str
    actor: str


class Statement(NamedTuple):
    """What the last statement of an account said and what we counted, in cents; days as integers."""

    id: int
    number: int | None
    statement_id: str
    opened_on: int
    closed_on: int
    closing_cents: int
    counted_cents: int


def one_at_a_time(connection: Connection) -> None:
    """Let one import number its lines at a time; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_IMPORT})


def next_numbers(connection: Connection) -> tuple[int, int, int]:
    """The numbers the next file, statement and line get."""
    highest = [
        connection.execute(select(func.max(table.c.id))).scalar() or 0
        for table in (bank_file, bank_statement, bank_line)
    ]
    return highest[0] + 1, highest[1] + 1, highest[2] + 1


def known_file(connection: Connection, sha256: str) -> KnownFile | None:
    """When and by whom a file of these contents came before; None if it did not."""
    query = select(bank_file.c.name, bank_file.c.recorded_at, bank_file.c.actor)
    row = connection.execute(query.where(bank_file.c.sha256 == sha256)).first()
    return KnownFile(*row) if row else None


def last_statement(connection: Connection, account: str) -> Statement | None:
    """The statement of an account that reaches furthest, with what was counted by the last import."""
    counted = (
        select(bank_statement.c.counted_cents)
        .where(bank_statement.c.account == account, bank_statement.c.kind == 53)
        .order_by(bank_statement.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = connection.execute(
        select(
            *(bank_statement.c[name] for name in Statement._fields[:-1]),
            counted,
        )
        .where(bank_statement.c.account == account, bank_statement.c.extends == 1)
        .order_by(bank_statement.c.id.desc())
        .limit(1)
    ).first()
    return Statement._make(row) if row else None


def latest_known_on(connection: Connection, account: str) -> int:
    """The latest night for which a statement of an account was taken; 0 if none was."""
    query = select(func.max(bank_statement.c.known_on)).where(bank_statement.c.account == account)
    return connection.execute(query).scalar() or 0


def first_opened_on(connection: Connection, account: str) -> int:
    """The day on which the first statement of an account opens."""
    query = select(bank_statement.c.opened_on).where(
        bank_statement.c.account == account, bank_statement.c.kind == 53
    )
    return connection.execute(query.order_by(bank_statement.c.id).limit(1)).scalar() or 0


def held_once(connection: Connection, account: str, cents: Sequence[int]) -> bool:
    """Whether an account held one of these amounts at the beginning or the end of a known statement."""
    ends = bank_statement.c.opening_cents.in_(cents) | bank_statement.c.closing_cents.in_(cents)
    query = select(bank_statement.c.id).where(bank_statement.c.account == account, ends)
    return connection.execute(query.limit(1)).first() is not None


def open_gap(connection: Connection, account: str) -> int:
    """By how many cents recorded gaps of an account are not filled yet, by a statement or a line that was struck."""
    query = select(func.sum(bank_statement.c.gap_cents)).where(bank_statement.c.account == account)
    gap = int(connection.execute(query).scalar() or 0)
    return gap + struck_cents(connection, number_of(LAST_DAY)).shown.get(account, 0) if gap else 0


class Struck(NamedTuple):
    """The cents of lines that moved no money: those a statement shows, by account, and those only a notice told.

    The latter also by the day on which they were booked.
    """

    shown: dict[str, int]
    told: dict[tuple[str, int], int]


def struck_cents(connection: Connection, known_by: int) -> Struck:
    """What people said, as known by a night, of lines that the bank told twice or by a notice only."""
    lines = lines_without_money(connection, known_by)
    shown = shown_by_statement(connection, [line.id for line in lines], known_by)
    struck = Struck({}, {})
    for line in lines:
        if line.id in shown:
            struck.shown[line.account] = struck.shown.get(line.account, 0) + line.cents
        else:
            place = line.account, line.booked_on
            struck.told[place] = struck.told.get(place, 0) + line.cents
    return struck


def shown_by_statement(connection: Connection, lines: Sequence[int], known_by: int) -> set[int]:
    """Which of these lines a statement shows, as known by a night: its own, or one that confirms a notice."""
    if not lines:
        return set()
    own = select(bank_line.c.id).join(bank_statement, bank_statement.c.id == bank_line.c.statement_id)
    later = select(bank_confirmation.c.line_id).join(
        bank_statement, bank_statement.c.id == bank_confirmation.c.statement_id
    )
    asked = (
        own.where(bank_statement.c.kind == 53, among(connection, bank_line.c.id, lines)),
        later.where(
            bank_statement.c.known_on <= known_by, among(connection, bank_confirmation.c.line_id, lines)
        ),
    )
    return {number for query in asked for number in connection.execute(query).scalars()}


def booked_span(connection: Connection, account: str) -> tuple[int, int]:
    """The first and the last day on which known lines of an account were booked; (0, 0) without any."""
    # Two queries, so that each reads one end of the index.
    ends = [select(end(bank_line.c.booked_on)) for end in (func.min, func.max)]
    first, last = (connection.execute(end.where(bank_line.c.account == account)).scalar() for end in ends)
    return first or 0, last or 0


def has_notices(connection: Connection, account: str) -> bool:
    """Whether a notice (camt.054) of an account was taken."""
    query = select(bank_statement.c.id).where(
        bank_statement.c.account == account, bank_statement.c.kind == NOTICE
    )
    return connection.execute(query.limit(1)).first() is not None


def misplaced(connection: Connection, since: int, *, allow_gap: bool) -> dict[int, str]:
    """Which files with notices, of statements from this number on, came before a first statement and do not fit it.

    By the number of the file the reason. A notice may not tell lines of days that the first statement closes without
    them: they may be in the balance with which it opens. Also not fitting are those without any statement.
    """
    statement = bank_statement.c
    query = (
        select(statement.id, statement.file_id, statement.account, bank_file.c.name)
        .join(bank_file, bank_file.c.id == statement.file_id)
        .where(statement.kind == NOTICE, statement.id >= since)
        .order_by(statement.id)
    )
    wrong: dict[int, str] = {}
    for notice, file, account, name in connection.execute(query).all():
        first = connection.execute(
            select(func.min(statement.id)).where(statement.account == account, statement.kind == 53)
        ).scalar()
        last = last_statement(connection, account)
        if first is None or last is None:
            wrong.setdefault(file, no_statement_text(name, account))
        elif first >= since and not allow_gap and tells_more(connection, notice, last.closed_on):
            wrong.setdefault(file, not_shown_text(name, last.closed_on))
    return wrong


def tells_more(connection: Connection, notice: int, closed_on: int) -> bool:
    """Whether a notice has lines booked by a day that no statement shows."""
    query = select(bank_line.c.id).where(
        bank_line.c.statement_id == notice, bank_line.c.booked_on <= closed_on
    )
    lines = set(connection.execute(query).scalars())
    return not lines <= shown_by_statement(connection, sorted(lines), number_of(LAST_DAY))


def no_statement_text(name: str, account: str) -> str:
    """That a notice is the first that came of an account, and what to do."""
    return (
        f"{name}: a notice (camt.054) of {account} before any statement: "
        "import a statement (camt.053) first, or with it"
    )


def not_shown_text(name: str, closed_on: int) -> str:
    """That a notice tells what the statement of its day does not show, and what to do."""
    day = day_of(closed_on)
    return (
        f"{name}: tells lines booked by {day} that the statement up to that day does not show; "
        "if they are the parts of one of its lines: aflos bank split"
    )
