"""Loans in arrears that take a short lane: the same books, ladders and proposals as by the full function."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, update

from jobs.dunning_night import dunning_of_night
from jobs.night import night_of
from jobs.paid_night import work_paid_chunk
from jobs.run import Options
from jobs.short_night import work_short_chunk
from ledger.database import open_database, reading, writing
from ledger.day import day_of
from ledger.tables import journal
from servicing.dunning.ladder import Case, Wait
from servicing.dunning.owing import Overdue, OverdueRow
from servicing.dunning.sent import HandedOver, Line, drafts_of
from servicing.dunning.standing import NOTHING, Standing, noting, overdue_in, standing_of, waits
from servicing.dunning.store import standings_of
from servicing.dunning.tables import dunning, dunning_note
from servicing.facts import Draft, FactKind
from servicing.short_lane import FULL
from servicing.store import Recorded, record
from servicing.tables import loan_state
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, new_loan, paid
from tests.tamper import found, tamper

FIRST, LAST = at("2024-01-29"), at("2024-03-06")
INSTALMENT = 50_691
FEBRUARY, MARCH = "2024-02-01", "2024-03-01"
Told = list[tuple[str, Draft]]
"""What becomes known on which day."""


def letter(loan: int, step: str, on: str) -> list[Draft]:
    line = Line(loan, at(FEBRUARY), INSTALMENT, 0)
    return drafts_of(
        HandedOver(
            f"{step} {on}",
            "instalments",
            step,
            step,
            at(on),
            (line,),
            (),
            None,
            "formal_reminder",
            "manifest 1",
        )
    )


def payments(loan: int, *came: tuple[str, int]) -> Told:
    return [(on, paid(loan, on, cents, f"{on} {cents}")) for on, cents in came]


LIVES: tuple[Callable[[int], Told], ...] = (
    lambda _loan: [],
    lambda loan: payments(loan, (FEBRUARY, INSTALMENT), (MARCH, INSTALMENT)),
    lambda loan: payments(loan, (MARCH, INSTALMENT)),
    lambda loan: payments(loan, (MARCH, 2 * INSTALMENT)),
    lambda loan: payments(loan, ("2024-02-20", INSTALMENT)),
    lambda loan: payments(loan, ("2024-02-20", 20_000), (MARCH, 30_000)),
    lambda loan: [("2024-02-20", paid(loan, "2024-02-02", INSTALMENT, "told late"))],
    lambda loan: [("2024-02-09", one) for one in letter(loan, "reminder", "2024-02-09")],
    lambda loan: [
        *(("2024-02-12", one) for one in letter(loan, "reminder", "2024-02-12")),
        *payments(loan, ("2024-03-05", 2 * INSTALMENT)),
    ],
    lambda loan: payments(loan, (FEBRUARY, INSTALMENT - 500)),
    lambda loan: [
        *payments(loan, (FEBRUARY, INSTALMENT)),
        ("2024-03-04", Draft(loan, FactKind.HOLD, at("2024-03-04"), "hold", data={"until": "2024-03-20"})),
    ],
)


def told(engine: Engine) -> list[int]:
    """A loan for each life, with all that will become known of it."""
    begin_on(engine, FIRST)
    loans = [new_loan(engine, PLAIN_TERMS, known=FIRST) for _ in LIVES]
    with writing(engine) as connection:
        for loan, life in zip(loans, LIVES, strict=True):
            for on, draft in life(loan):
                record(connection, [draft], Recorded("test", at(on), "2024-01-01T00:00:00+00:00"))
    return loans


def kept(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the books and of dunning."""
    with reading(engine) as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in (journal, dunning, dunning_note)
        }


def lanes_take(engine: Engine, loans: Sequence[int], day: date) -> tuple[int, list[int]]:
    """How many loans the short lane works on a day, and those to which a payment came that leave both; undone."""
    with writing(engine) as connection:
        night = night_of(connection, day, Options(ARREARS_LIMITS))
        night = replace(night, dunning=dunning_of_night(connection, day))
        paying = [loans[place] for place in (1, 2, 3, 5)]
        short = work_short_chunk(connection, night, loans[0], loans[-1], frozenset(paying))
        left = work_paid_chunk(connection, paying, night)
        connection.rollback()
    return short, left


def test_the_lanes_leave_books_and_ladders_as_the_full_function_does(
    sqlite_database: Engine, sqlite_template: Path, tmp_path: Path
) -> None:
    loans = told(sqlite_database)
    close_until(sqlite_database, at(MARCH) - timedelta(days=1))
    short, left = lanes_take(sqlite_database, loans, at(MARCH))
    assert short == len(loans) - len([1, 2, 3, 5])
    assert left == [loans[5]], "of it something stays overdue"
    close_until(sqlite_database, LAST)
    assert found(sqlite_database) == []

    without = open_database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'without.db')}")
    assert told(without) == loans
    for days in range((LAST - FIRST).days + 1):
        with writing(without) as connection:
            connection.execute(update(loan_state).values(lane=FULL))
        close_until(without, FIRST + timedelta(days=days))
    assert kept(sqlite_database) == kept(without)
    without.dispose()


def test_what_waits_is_looked_at_again_when_more_is_overdue() -> None:
    """A small rest is not written about; the day after the next instalment fell due it may be."""
    small, more = OverdueRow(1, at(FEBRUARY), 500, 0), OverdueRow(2, at(MARCH), 34_000, 16_691)
    wait = Wait("5.00 is overdue, not above 10.00", "small_amount.limit")
    before = standing_of(Case(1, (), (), Overdue((small,))), wait, at(FEBRUARY), None)
    assert waits(before, at(MARCH))
    noted = noting(before, Overdue((small,)), (more,))
    assert (noted.cents, day_of(noted.look_on)) == (500, at("2024-03-02"))
    assert overdue_in(noted, at(MARCH)) == Overdue((small,), coming=(more,))
    assert overdue_in(noted, at("2024-03-02")) == Overdue((small, more))
    looked = standing_of(Case(1, (), (), Overdue((small,), coming=(more,))), wait, at(MARCH), before)
    assert day_of(looked.look_on) == at("2024-03-02")


def test_j1_what_a_ladder_says_is_overdue_is_held_against_the_facts(sqlite_database: Engine) -> None:
    (loan, *_) = told(sqlite_database)
    close_until(sqlite_database, at("2024-02-12"))
    assert found(sqlite_database) == []
    row = row_of_ladder(sqlite_database, loan)
    tamper(sqlite_database, update(dunning).where(dunning.c.loan == loan).values(overdue=NOTHING[:1]))
    unreadable, unheld, letters = found(sqlite_database)
    assert "cannot be read" in unreadable.what
    assert "cannot be held against its facts" in unheld.what
    assert "letters that are due cannot be looked at" in letters.what
    less = row.overdue.replace(str(INSTALMENT - 16_667), "1")
    assert less != row.overdue
    tamper(sqlite_database, update(dunning).where(dunning.c.loan == loan).values(overdue=less))
    wrong, unlike_night = found(sqlite_database)
    assert wrong.loan == loan
    assert "overdue is ['row 1 of 2024-02-01: 1 + 16667']" in wrong.what
    assert "is not what the night of 2024-02-12 found" in unlike_night.what


def row_of_ladder(engine: Engine, loan: int) -> Standing:
    with reading(engine) as connection:
        return standings_of(connection, [loan])[loan]
