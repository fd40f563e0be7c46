"""Whether each ladder says what the night that looked at it must have found, by what it knew then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from jobs.config_guard import set_in_force
from jobs.difference import UNREADABLE, Difference, day_or_none
from jobs.dunning_night import Dunning, Heading, Seen, dunning_of_night, headings_of, stand
from jobs.dunning_rules import dunning_book
from jobs.information import Information
from jobs.manifest import program_version
from jobs.tables import quarantine
from jobs.verify_dates import closed_rows, version_in
from jobs.verify_notes import wrong_notes
from ledger.day import day_of, number_of
from servicing.dunning.standing import Note, Standing, overdue_in
from servicing.dunning.store import loans_for_ladder, notes_of_loans, standings_of
from servicing.dunning.tables import dunning
from servicing.facts import Fact
from servicing.night_work import Setting, Task, work_loan

ONE_DAY = timedelta(days=1)
RECEIPT = "a receipt of "
"""So begins why a loan waits for a line of the bank; which lines may be its own changes as facts come in."""

HELD = tuple(name for name in Standing._fields if name not in {"loan", "looked_on", "look_on", "overdue"})


@dataclass(frozen=True, slots=True)
class Looks:
    """What the last night knew for dunning, the closed nights, and those that used what is in force now."""

    last: date
    dunning: Dunning
    closed: frozenset[int]
    nights: frozenset[int]

    def reasons(self, row: Standing) -> list[str]:
        """Why nothing may have been certain about a loan in the night that looked at it (empty: it was)."""
        if row.looked_on != number_of(self.last):
            return [""]  # else the next night would have looked again
        held = self.dunning.information.held(row.loan)
        if self.dunning.information.receipts.get(row.loan, "") != held:
            return [held]
        told = [row.reason] if row.reason.startswith(RECEIPT) else []
        return ["", held, *told]


class Ladder(NamedTuple):
    """What is kept of the ladder of a loan: where it stands, what came and went, and its heading."""

    row: Standing | None
    notes: Sequence[Note]
    heading: Heading


def looks_of(connection: Connection) -> Looks | None:
    """How the closed nights looked; None where there was none."""
    rows = [row for row in closed_rows(connection) if row.state == "closed"]
    if not rows:
        return None
    used, version = set_in_force(), program_version()
    nights = (row.day for row in rows if row.config_set == used and version_in(row.manifest) == version)
    last = day_of(rows[-1].day)
    closed = frozenset(row.day for row in rows)
    return Looks(last, dunning_of_night(connection, last), closed, frozenset(nights))


def not_held(connection: Connection, looks: Looks | None) -> int:
    """How many ladders were looked at by a night that used another configuration or program."""
    if looks is None:
        return 0
    query = select(dunning.c.looked_on, func.count()).group_by(dunning.c.looked_on)
    last = number_of(looks.last)
    return sum(many for day, many in connection.execute(query) if day <= last and day not in looks.nights)


def without_ladder(connection: Connection, looks: Looks | None) -> Iterator[Difference]:
    """Loans that are late enough for a ladder and stand on none."""
    if looks is None or number_of(looks.last) not in looks.nights:
        return
    _, fresh = loans_for_ladder()
    aside = set(connection.execute(select(quarantine.c.loan)).scalars())
    for loan in sorted(connection.execute(fresh, {"late": looks.dunning.late}).scalars()):
        if loan not in aside:
            yield Difference(None, loan, "", "is in arrears long enough for its ladder, and stands on none")


def ladders_of(connection: Connection, loans: Iterable[int]) -> dict[int, Ladder]:
    """The ladders of those of these loans that stand, or stood, on one."""
    wanted = list(loans)
    rows, notes = standings_of(connection, wanted), notes_of_loans(connection, wanted)
    headings = headings_of(connection, sorted({*rows, *notes}))
    return {loan: Ladder(rows.get(loan), notes.get(loan, ()), heading) for loan, heading in headings.items()}


def wrong_steps(looks: Looks, ladder: Ladder, loan: int, facts: Sequence[Fact]) -> Iterator[Difference]:
    """What is wrong with the ladder of a loan that is not set aside."""
    try:
        told = [*_wrong_row(looks, ladder, facts), *wrong_notes(ladder.row, ladder.notes)]
        told += _wrong_proposals(looks, ladder, loan, facts)
    except UNREADABLE as error:
        told = [f"cannot be held against its facts: {error}"]
    for what in told:
        yield Difference(None, loan, "", f"its place on the ladder {what}")


def _wrong_row(looks: Looks, ladder: Ladder, facts: Sequence[Fact]) -> Iterator[str]:
    row = ladder.row
    if row is None or row.looked_on > number_of(looks.last):
        return  # that night is not closed
    if row.looked_on < number_of(looks.last) and row.look_on <= number_of(looks.last):
        yield f"was to be looked at again in the night of {day_or_none(row.look_on)}, and no night did"
    if row.looked_on not in looks.closed:
        yield f"was looked at on {day_or_none(row.looked_on)}, and no night of that date was closed"
    if row.looked_on not in looks.nights:
        return
    found: list[list[str]] = []
    for reason in looks.reasons(row):
        found.append(list(_unlike(row, _stood(looks, ladder, (row.loan, reason), facts, row.looked_on))))
        if not found[-1]:
            return
    yield f"is not what the night of {day_of(row.looked_on)} found: {', '.join(found[0])}"


def _unlike(row: Standing, wanted: Standing | None) -> Iterator[str]:
    """What the row says, and what it must say."""
    if wanted is None:
        yield "nothing was overdue then"
        return
    for name in HELD:
        is_now, was = getattr(row, name), getattr(wanted, name)
        if is_now != was:
            yield f"{name} is {is_now}, must be {was}"
    day = day_of(row.looked_on)
    kept, due = overdue_in(row, day), overdue_in(wanted, day)
    look_on = wanted.look_on
    if kept is not None and kept.coming:
        # What falls due while it waits is noted, and the next night looks.
        look_on = min(look_on, number_of(kept.coming[-1].due + ONE_DAY))
    if row.look_on != look_on:
        yield f"look_on is {row.look_on}, must be {look_on}"
    if (kept and replace(kept, coming=())) != (due and replace(due, coming=())):
        yield f"overdue is {row.overdue}, must be {wanted.overdue}"


def _wrong_proposals(looks: Looks, ladder: Ladder, loan: int, facts: Sequence[Fact]) -> Iterator[str]:
    """What is kept of a proposal that came, and is not what the night of its day proposed."""
    for note in ladder.notes:
        if note.day <= number_of(looks.last) and note.day not in looks.closed:
            yield f"changed on {day_or_none(note.day)}, and no night of that date was closed"
        if note.what == "proposed" and note.day in looks.nights:
            wanted = _stood(looks, ladder, (loan, ""), facts, note.day)
            was = (wanted.step, wanted.act, wanted.cents, wanted.reason) if wanted else ("", "", 0, "")
            if (note.step, note.act, note.cents, note.reason) != was:
                what = f"{note.step} of {note.cents} cents was proposed ({note.reason})"
                yield f"says that on {day_of(note.day)} {what}; it was {was[0] or 'nothing'} of {was[2]} ({was[3]})"


def _stood(
    looks: Looks, ladder: Ladder, loan: tuple[int, str], facts: Sequence[Fact], day_number: int
) -> Standing | None:
    """Where a night must have put a loan, by what it knew; the loan with why nothing was certain about it."""
    number, reason = loan
    day = day_of(day_number)
    known = [fact for fact in facts if fact.known_on <= day]
    worked = work_loan(Task(number, known, None, (), None), Setting(day, 0, ()))
    receipts: Mapping[int, str] = {number: reason} if reason else {}
    then = replace(looks.dunning, information=Information((), receipts), known_by=day)
    ways = dunning_book(), then
    return stand(Seen(number, known, worked.state), ways, ladder.heading, ladder.row, day)
