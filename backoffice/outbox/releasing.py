"""The second person: releases a print run by its totals, which fixes the sending date of its letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from backoffice.cli.database import Desk
from backoffice.outbox.choosing import drop, not_ready
from backoffice.rights import check_right
from jobs import clock
from ledger.money import euros
from letters.outbox.store import add_steps, letters_of_run
from letters.outbox.values import Letter, LetterRefused, Step
from letters.print_runs.store import add_run_step, find_run
from letters.print_runs.values import PrintRun, RunStep
from servicing import files
from servicing.people import NotAllowed

FURTHEST_DAYS = 14
"""A run is not released for a day further ahead: too much may happen until then."""


class Totals(NamedTuple):
    """How many letters and how many cents asked for a person releases."""

    number: int
    demanded: int


class Released(NamedTuple):
    """A released run, its letters, and those that went out of it at the last look, with why."""

    run: PrintRun
    letters: Mapping[int, Letter]
    dropped: Mapping[int, str]


def release_run(desk: Desk, number: int, totals: Totals, on: date) -> Released:
    """Release a run whose letters are those a person names by their totals; letters whose reason went fall away.

    Where an office names its people, another person put the run together. Raises `LetterRefused`, `NotAllowed`.
    """
    run = find_run(desk.connection, number)
    check_right(desk.by.actor, "decide", run.creditor)
    letters = letters_of_run(desk.connection, number)
    _check(desk, run, totals_of(letters), totals)
    _check_day(on)
    dropped = drop(desk, letters, on)
    left = {each: one for each, one in letters.items() if each not in dropped}
    waiting = not_ready(desk.connection, left, clock.today())
    if waiting:
        first = min(waiting)
        raise LetterRefused(f"run {number}: {len(waiting)} letters wait: letter {first}: {waiting[first]}")
    if left:
        steps = {each: Step("released", number, on, "", desk.by.actor) for each in left}
        add_steps(desk.connection, steps, left, desk.by)
    add_run_step(desk.connection, run, RunStep("released", on, "", desk.by.actor), desk.by)
    return Released(find_run(desk.connection, number), letters_of_run(desk.connection, number), dropped)


def totals_of(letters: Mapping[int, Letter]) -> Totals:
    """The totals of the letters of a run."""
    return Totals(len(letters), sum(one.draft.demanded for one in letters.values()))


def _check(desk: Desk, run: PrintRun, real: Totals, named: Totals) -> None:
    if run.state != "approved":
        raise LetterRefused(f"run {run.id}: is {run.state} already")
    if desk.by.actor == run.actor and not files.people().is_open:
        why = "you put it together; another person releases it"
        raise NotAllowed(desk.by.actor, f"release print run {run.id}", why)
    if real != named:
        raise LetterRefused(
            f"run {run.id}: holds {real.number} letters that ask for {euros(real.demanded)} together, "
            f"not {named.number} of {euros(named.demanded)}: look at the list and name its totals"
        )


def _check_day(on: date) -> None:
    today = clock.today()
    if not today <= on <= today + timedelta(days=FURTHEST_DAYS):
        raise LetterRefused(f"on: {on}: must lie from today, {today}, to {FURTHEST_DAYS} days ahead")
