"""What notices (camt.054) told of a batch that a statement books as one amount, and what is a part of which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from jobs.bank_statements import NOTICE, shown_by_statement
from jobs.bank_undecided import lines_without_money
from ledger.day import LAST_DAY, number_of
from servicing.receipts.store import lines_by_number
from servicing.receipts.tables import bank_line, bank_statement
from servicing.receipts.values import StoredLine


class ToldPart(NamedTuple):
    """A line that a notice told as a part of a batch: its number, its cents, and whether a statement shows it."""

    line: int
    cents: int
    is_shown: bool


MOST_CUTS = 10
"""So many times the reference of a part is cut at a slash, from its end, to find that of its batch."""

Total = tuple[str, int, int]
"""A line that may be of a whole batch: the reference of the bank, the booking day, the cents."""


def _above(reference: str) -> Iterator[str]:
    """The references under which a part may stand, its own first; a line is a part of the nearest one only."""
    cut = len(reference)
    for _ in range(MOST_CUTS):
        if cut <= 0:
            return
        yield reference[:cut]
        cut = reference.rfind("/", 0, cut)


def told_in_parts(
    connection: Connection, account: str, totals: Collection[Total]
) -> dict[Total, list[ToldPart]]:
    """The parts that notices told of these totals.

    A bank may book a batch as one amount and tell its parts apart. They are its parts if they stand under its
    reference and are the amount together, to the cent; what else has that reference, such as its costs, is none.
    What several notices told in the same words counts once, where only so they are the amount.
    """
    wanted = {(reference, day) for reference, day, _ in totals}
    found: dict[tuple[str, int, bool], list[tuple[int, int]]] = {}
    for number, said, day, cents, is_own in _told_under(connection, account, wanted):
        # Of one entry the parts have a reference of their own below it; entries of one part each share its own.
        found.setdefault((said, day, is_own), []).append((number, cents))
    parts: dict[Total, list[tuple[int, int]]] = {}
    for (said, day, _), own in found.items():
        for told in (own, _once(connection, own)):
            total = said, day, sum(cents for _, cents in told)
            if total in totals:
                parts.setdefault(total, told)
                break
    numbers = [number for own in parts.values() for number, _ in own]
    shown = shown_by_statement(connection, numbers, number_of(LAST_DAY))
    return {
        total: [ToldPart(number, cents, number in shown) for number, cents in own]
        for total, own in parts.items()
    }


def told_apart(connection: Connection, lines: Iterable[StoredLine]) -> dict[int, list[ToldPart]]:
    """By the number of a line of a statement what notices told under its reference, and nobody showed or struck."""
    notices = select(bank_statement.c.id).where(bank_statement.c.kind == NOTICE)
    told_by = set(connection.execute(notices).scalars())
    asked = [line for line in lines if line.statement_id not in told_by] if told_by else []
    found: dict[int, list[ToldPart]] = {}
    for account in {line.account for line in asked}:
        wanted = {(line.reference, line.booked_on): line.id for line in asked if line.account == account}
        for number, said, day, cents, _ in _told_under(connection, account, wanted):
            found.setdefault(wanted[said, day], []).append(ToldPart(number, cents, is_shown=False))
    numbers = [part.line for own in found.values() for part in own]
    gone = shown_by_statement(connection, numbers, number_of(LAST_DAY))
    gone |= {line.id for line in lines_without_money(connection, number_of(LAST_DAY))} if found else set()
    left = {line: [part for part in own if part.line not in gone] for line, own in found.items()}
    return {line: own for line, own in left.items() if own}


def _told_under(
    connection: Connection, account: str, wanted: Collection[tuple[str, int]]
) -> Iterator[tuple[int, str, int, int, bool]]:
    """The lines that notices told under these references of these days.

    Each with its number, the reference and the day, its cents, and whether the reference is its own.
    """
    notices = select(bank_statement.c.id).where(bank_statement.c.kind == NOTICE)
    query = (
        select(bank_line.c.id, bank_line.c.reference, bank_line.c.booked_on, bank_line.c.cents)
        .where(
            bank_line.c.account == account,
            bank_line.c.booked_on.in_(sorted({day for _, day in wanted})),
            bank_line.c.statement_id.in_(notices),
        )
        .order_by(bank_line.c.id)
    )
    for number, reference, day, cents in connection.execute(query):
        said = next((each for each in _above(reference) if (each, day) in wanted), None)
        if said is not None:
            yield number, said, day, cents, said == reference


def _once(connection: Connection, own: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Told lines without those that a person struck, or that another notice told again in the same words.

    Of lines with the same words as many count as one notice tells: whichever they are, they say the same.
    """
    struck = {line.id for line in lines_without_money(connection, number_of(LAST_DAY))}
    lines = lines_by_number(connection, [number for number, _ in own])
    alike: dict[tuple[object, ...], dict[int, list[int]]] = {}
    for number in sorted(lines.keys() - struck):
        line = lines[number]
        words = line.name, line.iban, line.structured, line.text, line.end_to_end
        alike.setdefault((line.cents, line.paid_on, *words), {}).setdefault(line.statement_id, []).append(
            number
        )
    kept = {number for by_notice in alike.values() for number in max(by_notice.values(), key=len)}
    return [(number, cents) for number, cents in own if number in kept]
