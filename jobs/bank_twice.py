"""Bank lines that may tell of money a second time, under another reference, where no balance proves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, or_, select

from jobs.bank_checks import stands
from jobs.bank_statements import NOTICE
from jobs.bank_undecided import lines_without_money
from ledger.bulk import among
from ledger.day import LAST_DAY, number_of
from servicing.receipts.store import parts_of_lines, stored_line
from servicing.receipts.tables import bank_confirmation, bank_line, bank_statement
from servicing.receipts.values import Disposition, Part, StoredLine

STRUCK = {Disposition.IGNORED, Disposition.NO_MONEY}
"""What a person says of a line that ends the doubt about it."""


class Doubt(NamedTuple):
    """A line that no statement proves, the kind of message it came in, and the line that tells of the same money.

    None: none does.
    """

    line: StoredLine
    kind: int
    same: StoredLine | None


def doubtful_lines(connection: Connection) -> list[Doubt]:
    """The lines that may have been booked twice, oldest first; a line about which a person decided is none.

    A statement that follows the one before it proves its lines by its balances. Not proven are lines of a notice
    that the statements of their day do not show, of a statement after a gap, and of one that came late.
    """
    found = unproven_lines(connection)
    decided = parts_of_lines(connection, [one.line.id for one in found])
    return [one for one in found if not _is_struck(decided.get(one.line.id))]


def unproven_lines(connection: Connection) -> list[Doubt]:
    """The lines that no balance proves, whatever was decided about them."""
    closed = {one.account: one.closed_on for one in stands(connection, number_of(LAST_DAY))}
    lines = [each for each in _unproven(connection) if each[0].booked_on <= closed.get(each[0].account, 0)]
    found = _paired(lines, _same_days(connection, [line for line, _ in lines]))
    return [one for one in found if _is_open(one, closed)]


def struck_but_shown(connection: Connection) -> list[StoredLine]:
    """Lines of notices of which a person said that they moved no money, and that a statement shows after all."""
    lines = lines_without_money(connection, number_of(LAST_DAY))
    query = select(bank_confirmation.c.line_id).where(
        among(connection, bank_confirmation.c.line_id, [line.id for line in lines])
    )
    shown = set(connection.execute(query).scalars()) if lines else set()
    return [line for line in lines if line.id in shown]


def _is_open(one: Doubt, closed: Mapping[str, int]) -> bool:
    """Whether the same money is known otherwise; of a notice also whether a later day has its statement."""
    return one.same is not None or (one.kind == NOTICE and one.line.booked_on < closed[one.line.account])


def _is_struck(decided: tuple[int, Sequence[Part]] | None) -> bool:
    return decided is not None and {part.kind for part in decided[1]} <= STRUCK


def _unproven(connection: Connection) -> list[tuple[StoredLine, int]]:
    """Lines whose statement proves nothing by itself, with the kind of that."""
    statement = bank_statement.c
    is_told = and_(statement.kind == NOTICE, ~exists().where(bank_confirmation.c.line_id == bank_line.c.id))
    # A gap may be closed since: by files that were taken together, which only together are proven.
    is_late = and_(statement.kind == 53, or_(statement.gap_cents != 0, statement.extends == 0))
    query = (
        select(bank_line, statement.kind.label("told_by"))
        .join(bank_statement, statement.id == bank_line.c.statement_id)
        .where(or_(is_told, is_late))
        .order_by(bank_line.c.booked_on, bank_line.c.id)
    )
    return [(stored_line(row[:-1]), int(row[-1])) for row in connection.execute(query)]


def _same_days(connection: Connection, lines: Sequence[StoredLine]) -> list[StoredLine]:
    """The other lines of the accounts and days of some lines."""
    found, doubtful = [], {line.id for line in lines}
    for account, day in sorted({(line.account, line.booked_on) for line in lines}):
        query = select(bank_line).where(bank_line.c.account == account, bank_line.c.booked_on == day)
        found += [stored_line(row) for row in connection.execute(query) if row.id not in doubtful]
    return found


def _paired(lines: Sequence[tuple[StoredLine, int]], proven: list[StoredLine]) -> list[Doubt]:
    """Each line with the one that tells of the same money, which is then no other's."""
    found = []
    for line, kind in lines:
        same = _same(line, kind, proven)
        if same is not None:
            proven.remove(same)
        elif kind != NOTICE:
            proven.append(line)  # nothing tells against it but a later line
        found.append(Doubt(line, kind, same))
    return found


def _same(line: StoredLine, kind: int, known: Sequence[StoredLine]) -> StoredLine | None:
    """The line of another statement with the same account, day, amount and IBAN that says the same.

    A notice need not say it in the same words as the statement.
    """
    near = [
        one
        for one in known
        if _money(one) == _money(line)
        and one.reference != line.reference
        and one.statement_id != line.statement_id
    ]
    alike = [one for one in near if _words(one) == _words(line)]
    return next(iter(alike or (near if kind == NOTICE else ())), None)


def _money(line: StoredLine) -> tuple[object, ...]:
    return line.account, line.booked_on, line.cents, line.iban


def _words(line: StoredLine) -> tuple[object, ...]:
    return line.name, line.structured, line.text
