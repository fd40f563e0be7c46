"""Keeps where loans stand on their ladders, written only by the night, and what was proposed or fell away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cache

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, union

from ledger.bulk import append_rows
from ledger.day import number_of
from ledger.entry import creditor_of_loan
from servicing.dunning.letters import Due
from servicing.dunning.standing import Note, Standing, due_of
from servicing.dunning.tables import dunning, dunning_note
from servicing.store import LOANS_PER_QUERY
from servicing.tables import IN_ARREARS, loan_state


def standings_of(connection: Connection, loans: Iterable[int]) -> dict[int, Standing]:
    """Where each of these loans stands, by number; loans that are on no ladder are left out."""
    found = {}
    for part in _parts(sorted(set(loans))):
        for row in connection.execute(select(dunning).where(dunning.c.loan.in_(part))):
            found[row.loan] = Standing(*row)
    return found


def standings(connection: Connection, creditors: Collection[int], act: str = "") -> list[Standing]:
    """Every loan of some creditors on a ladder, or only those for which an act is due, by number."""
    query = select(dunning).order_by(dunning.c.loan)
    if act:
        query = query.where(dunning.c.act == act)
    rows = (Standing(*row) for row in connection.execute(query))
    return [row for row in rows if creditor_of_loan(row.loan) in creditors]


def due_letters(connection: Connection, creditors: Collection[int]) -> list[Due]:
    """The letters that are due about loans of some creditors, as the last night left them."""
    return [due_of(row, creditor_of_loan(row.loan)) for row in standings(connection, creditors, "letter")]


def loans_with_letter(connection: Connection, day: date) -> list[int]:
    """The loans about which a letter is due, or was until something became of it in the night of a day, by number."""
    return list(connection.execute(_with_letter(), {"day": number_of(day)}).scalars())


@cache
def _with_letter() -> Select[int]:
    noted = select(dunning_note.c.loan).where(dunning_note.c.day == bindparam("day"))
    both = union(select(dunning.c.loan).where(dunning.c.act == "letter"), noted).subquery()
    return select(both.c.loan).order_by(both.c.loan)


def write_standings(
    connection: Connection, touched: Iterable[int], rows: Sequence[Standing], notes: Sequence[Note]
) -> None:
    """Put new rows in the place of the old ones of loans that were looked at, and keep what came and went."""
    for part in _parts(sorted(set(touched))):
        connection.execute(delete(dunning).where(dunning.c.loan.in_(part)))
    append_rows(connection, dunning, Standing._fields, rows)
    if notes:
        connection.execute(insert(dunning_note), [note._asdict() for note in notes])


def loans_for_ladder() -> tuple[Select[int], Select[int]]:
    """The loans whose ladder is looked at on `day`: it is their time, or due on `late` or before and on none."""
    waiting = select(dunning.c.loan).where(dunning.c.look_on <= bindparam("day"))
    is_late = IN_ARREARS & (loan_state.c.arrears_since <= bindparam("late"))
    fresh = select(loan_state.c.loan).where(is_late, loan_state.c.loan.not_in(select(dunning.c.loan)))
    return waiting, fresh


def notes_on(connection: Connection, day: date) -> list[Note]:
    """What came and went in the night of a day, by loan."""
    query = select(dunning_note).where(dunning_note.c.day == number_of(day))
    return [
        Note(*row) for row in connection.execute(query.order_by(dunning_note.c.loan, dunning_note.c.what))
    ]


def notes_of_loan(connection: Connection, loan: int) -> list[Note]:
    """What was proposed for a loan and fell away, oldest first."""
    query = select(dunning_note).where(dunning_note.c.loan == loan)
    return [Note(*row) for row in connection.execute(query.order_by(dunning_note.c.day, dunning_note.c.what))]


def notes_of_loans(connection: Connection, loans: Iterable[int]) -> dict[int, list[Note]]:
    """What was proposed for each of these loans and fell away, oldest first; what went before what came."""
    found: dict[int, list[Note]] = {}
    for part in _parts(sorted(set(loans))):
        query = select(dunning_note).where(dunning_note.c.loan.in_(part))
        for row in connection.execute(query):
            found.setdefault(row.loan, []).append(Note(*row))
    for notes in found.values():
        notes.sort(key=lambda note: (note.day, note.what))
    return found


def _parts(loans: Sequence[int]) -> Iterator[Sequence[int]]:
    return (loans[start : start + LOANS_PER_QUERY] for start in range(0, len(loans), LOANS_PER_QUERY))
