"""Where a loan stands on its ladder after a night: the row that is kept, and what became of the proposal before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple, cast, get_args

from ledger.day import LAST_DAY, day_of, number_of
from servicing.blocks import holding_of
from servicing.dunning.ladder import Case, Step, Wait
from servicing.dunning.letters import Due
from servicing.dunning.owing import Overdue, OverdueRow
from servicing.dunning.procedure import Name
from servicing.dunning.sent import sent_of

LOOK_AGAIN_DAYS = 30
"""What waits for a person or for news is looked at so often: limitation comes nearer, law and policy change."""


NOTHING = "[]"
"""What a row holds of what is overdue where a loan was set aside before anything was known of it."""


class Standing(NamedTuple):
    """A row of the table: what is due on a loan (step empty: nothing, and why), and the night that looks again."""

    loan: int
    looked_on: int
    look_on: int
    step: str
    act: str
    letter: str
    procedure: str
    debtors: str
    proposed_on: int
    overdue: str
    cents: int
    is_charged: int
    reason: str
    article: str


class Note(NamedTuple):
    """A proposal that came or went in a night."""

    loan: int
    day: int
    what: str
    step: str
    act: str
    proposed_on: int
    cents: int
    reason: str


def standing_of(case: Case, found: Step | Wait, day: date, before: Standing | None) -> Standing:
    """The row after a night; a proposal that stays keeps the night in which it came."""
    if isinstance(found, Wait):
        return _waiting(case, found, day)
    stays = before is not None and (before.step, before.procedure) == (found.code, found.procedure)
    proposed = before.proposed_on if before is not None and stays else number_of(day)
    look = day + timedelta(days=1 if found.act == "letter" or found.overdue.coming else LOOK_AGAIN_DAYS)
    return Standing(
        case.loan,
        number_of(day),
        number_of(min(look, LAST_DAY)),
        found.code,
        found.act,
        found.letter or "",
        found.procedure,
        json.dumps(list(found.debtors)),
        proposed,
        _written(found.overdue),
        found.overdue.cents,
        int(is_charged(case, found)),
        found.reason,
        found.article,
    )


def notes_of(before: Standing | None, after: Standing | None, day: date) -> list[Note]:
    """What a night changed: the proposal that fell away (it was done, or its reason went), and the one that came."""
    notes = []
    gone = before is not None and before.step and (after is None or before.proposed_on != after.proposed_on)
    if before is not None and gone:
        why = after.reason if after is not None else "nothing is overdue"
        notes.append(_note(before, "fell-away", day, why))
    if after is not None and after.step and after.proposed_on == number_of(day):
        is_new = before is None or before.proposed_on != after.proposed_on
        notes += [_note(after, "proposed", day, after.reason)] if is_new else []
    return notes


def overdue_in(standing: Standing, day: date) -> Overdue | None:
    """What is overdue on a day, if nothing but time happened since; None where nothing was known to be."""
    return _read(standing.overdue).on(day) if standing.overdue != NOTHING else None


def waits(standing: Standing, day: date) -> bool:
    """Whether a row need not be looked at tonight, as long as nothing but time happens to the loan."""
    return standing.look_on > number_of(day) and standing.overdue != NOTHING


def noting(standing: Standing, overdue: Overdue, coming: Sequence[OverdueRow]) -> Standing:
    """A row that waits, with what fell due tonight; the next night looks at it, because more is overdue then."""
    if not coming:
        return standing
    look_on = min(standing.look_on, number_of(coming[-1].due + timedelta(days=1)))
    return standing._replace(overdue=_written(replace(overdue, coming=tuple(coming))), look_on=look_on)


def due_of(standing: Standing, creditor: int) -> Due:
    """The letter that a row says is due."""
    procedure = standing.procedure
    if procedure not in get_args(Name):
        raise ValueError(f"loan {standing.loan}: {procedure!r} is no procedure")
    debtors = tuple(int(one) for one in json.loads(standing.debtors))
    return Due(
        standing.loan,
        creditor,
        cast("Name", procedure),
        standing.step,
        standing.letter,
        debtors,
        _read(standing.overdue),
        day_of(standing.proposed_on),
        bool(standing.is_charged),
    )


def _waiting(case: Case, wait: Wait, day: date) -> Standing:
    is_more_soon = case.overdue is not None and case.overdue.coming
    look = min(wait.until or LAST_DAY, day + timedelta(days=1 if is_more_soon else LOOK_AGAIN_DAYS))
    cents = case.overdue.cents if case.overdue else 0
    overdue = _written(case.overdue) if case.overdue else NOTHING
    today, again = number_of(day), number_of(look)
    return Standing(
        case.loan, today, again, "", "", "", "", "[]", 0, overdue, cents, 0, wait.reason, wait.article
    )


def is_charged(case: Case, found: Step) -> bool:
    """Whether a fee was charged already in a letter about the oldest of these arrears."""
    since = found.overdue.since
    return any(sent.fee and sent.on > since for sent in sent_of(holding_of(case.facts, None)))


def _note(row: Standing, what: str, day: date, reason: str) -> Note:
    return Note(row.loan, number_of(day), what, row.step, row.act, row.proposed_on, row.cents, reason)


def _written(overdue: Overdue) -> str:
    rows, coming = _listed(overdue.rows), _listed(overdue.coming)
    said = [rows, overdue.costs, overdue.statutory, overdue.whole, coming]
    return json.dumps(said, separators=(",", ":"))


def _listed(rows: Iterable[OverdueRow]) -> list[list[object]]:
    return [[row.nr, row.due.isoformat(), row.principal, row.interest] for row in rows]


def _read(text: str) -> Overdue:
    rows, costs, statutory, whole, coming = json.loads(text)
    return Overdue(_rows(rows), costs, statutory, whole, _rows(coming))


def _rows(listed: Iterable[tuple[int, str, int, int]]) -> tuple[OverdueRow, ...]:
    return tuple(
        OverdueRow(nr, date.fromisoformat(due), principal, interest)
        for nr, due, principal, interest in listed
    )
