"""Keeps print runs and their steps; of two who do the next step at the same moment one is refused."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, select

from ledger.day import day_of, number_of
from ledger.errors import BadInput
from letters.print_runs.tables import print_run, print_run_step
from letters.print_runs.values import PrintRun, RunStep
from servicing.store import Recorded


class NoSuchRun(BadInput):
    """A print run is named by its number."""


class Together(NamedTuple):
    """What is put together: whose letters, how many, and how many cents they ask for."""

    creditor: int
    number: int
    demanded: int


def add_run(connection: Connection, together: Together, by: Recorded) -> int:
    """Keep a new print run; its number."""
    row = {
        "creditor_id": together.creditor,
        "number": together.number,
        "demanded": together.demanded,
        "actor": by.actor,
        "known_on": number_of(by.known_on),
        "recorded_at": by.at,
    }
    return int(connection.execute(insert(print_run).values(row).returning(print_run.c.id)).scalar_one())


def add_run_step(connection: Connection, run: PrintRun, step: RunStep, by: Recorded) -> None:
    """Keep the next step of a run."""
    row = {
        "run_id": run.id,
        "nr": len(run.steps) + 1,
        "step": step.name,
        "day": number_of(step.day),
        "note": step.note,
        "actor": step.actor,
        "recorded_at": by.at,
    }
    connection.execute(insert(print_run_step).values(row))


def find_run(connection: Connection, number: int) -> PrintRun:
    """The run with a number; raises `NoSuchRun`."""
    found = _runs(connection, select(print_run).where(print_run.c.id == number))
    if not found:
        raise NoSuchRun(f"no print run {number}; aflos letters list shows them")
    return found[0]


def print_runs(connection: Connection, creditor: int | None = None) -> list[PrintRun]:
    """All print runs (of a creditor) by number."""
    query = select(print_run)
    if creditor is not None:
        query = query.where(print_run.c.creditor_id == creditor)
    return _runs(connection, query)


def _runs(connection: Connection, query: Select[Any]) -> list[PrintRun]:
    rows = connection.execute(query.order_by(print_run.c.id)).all()
    steps: dict[int, list[RunStep]] = {row.id: [] for row in rows}
    wanted = select(print_run_step).order_by(*print_run_step.primary_key)
    if len(rows) == 1:
        wanted = wanted.where(print_run_step.c.run_id == rows[0].id)
    for row in connection.execute(wanted):
        if row.run_id in steps:
            steps[row.run_id].append(RunStep(row.step, day_of(row.day), row.note, row.actor))
    return [
        PrintRun(
            row.id,
            row.creditor_id,
            row.number,
            row.demanded,
            row.actor,
            day_of(row.known_on),
            tuple(steps[row.id]),
        )
        for row in rows
    ]
