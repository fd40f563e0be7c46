"""One chunk of loans in one transaction: load in a few queries, decide purely, write in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from jobs.dunning_night import Dunning, Seen, drop_proposal, look_at_ladders, unchanged
from jobs.tables import quarantine
from ledger.bulk import among, append_rows
from ledger.day import day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, EntryKind, creditor_of_loan
from ledger.errors import AflosError
from ledger.faults import classify
from ledger.rows import journal_rows
from ledger.seal import JOURNAL_COLUMNS, NO_ROWS, digest_of_rows
from ledger.tables import journal
from servicing.dunning.store import standings_of
from servicing.facts import Fact
from servicing.night_work import Setting, StateRow, Task, Worked, news_reaches_back, work_loan
from servicing.posting import Booked, Cause
from servicing.short_lane import lane_of
from servicing.store import LOANS_PER_QUERY, facts_of
from servicing.tables import loan_state

STATE_COLUMNS = StateRow._fields


@dataclass(frozen=True, slots=True)
class Night:
    """What holds for a whole business date: last closed periods by creditor, age classes, dunning (None: it waits)."""

    day: date
    last_closed_periods: Mapping[int, int]
    arrears_limits: tuple[int, ...]
    dunning: Dunning | None = None

    def setting(self, loan: int) -> Setting:
        """What holds for one loan."""
        return Setting(self.day, self.last_closed_periods[creditor_of_loan(loan)], self.arrears_limits)


@dataclass(slots=True)
class ChunkResult:
    """What a chunk did: loans worked, and those set aside with the reason."""

    worked: int = 0
    new_failures: int = 0
    set_aside: dict[int, str] = field(default_factory=dict)


def work_chunk(connection: Connection, loans: Sequence[int], night: Night) -> ChunkResult:
    """Work these loans inside the open transaction; a loan that cannot be worked is set aside alone.

    Asked again after it was kept, it passes over the loans it has worked.
    """
    states = states_of(connection, loans)
    loans = [loan for loan in loans if not _is_done(states.get(loan), night.day)]
    facts = facts_of(connection, loans, night.day)
    booked = _booked(connection, [loan for loan in loans if _reaches_back(facts[loan], states.get(loan))])
    result = ChunkResult()
    rows: list[tuple[int, ...]] = []
    new_states: list[StateRow] = []
    before = standings_of(connection, loans) if night.dunning is not None else {}
    seen: list[Seen] = []
    for loan in loans:
        overdue = unchanged(facts[loan], states.get(loan), before.get(loan), night.day)
        if overdue is not None:
            seen.append(Seen(loan, facts[loan], None, before=overdue, is_news=False))
            continue
        task = _task(loan, facts[loan], states.get(loan), booked.get(loan))
        try:
            worked = work_loan(task, night.setting(loan))
        except Exception as error:
            # One poisonous loan must not stop the others; a machine without memory must.
            if classify(error) != "business":
                raise
            result.set_aside[loan] = _reason(error)
            seen.append(Seen(loan, facts[loan], None, result.set_aside[loan]))
            continue
        seen.append(Seen(loan, facts[loan], worked.state, is_news=_is_news(facts[loan], states.get(loan))))
        own = [row for entry in worked.entries for row in journal_rows(entry)]
        rows += own
        new_states.append(state_row(task, worked, night.day, own))
    append_rows(connection, journal, JOURNAL_COLUMNS, rows)
    write_states(connection, new_states)
    result.new_failures = _write_quarantine(connection, loans, result.set_aside, night.day)
    if night.dunning is not None:
        look_at_ladders(connection, night.dunning, seen, before, night.day)
    result.worked = len(new_states)
    return result


def put_aside(connection: Connection, loan: int, error: Exception, day: date) -> int:
    """Set a loan aside that the database refused to book; 1 if it is new tonight, else 0."""
    drop_proposal(connection, loan, _reason(error), day)
    return _write_quarantine(connection, [loan], {loan: _reason(error)}, day)


def _reason(error: Exception) -> str:
    """Why a loan is set aside, in one line and without the statement and values of a database error."""
    plain = getattr(error, "orig", None) or error
    text = str(plain).partition("\n")[0]
    return text if isinstance(error, AflosError) else f"{type(plain).__name__}: {text}"


def _is_done(state: StateRow | None, day: date) -> bool:
    return state is not None and state.worked_to >= number_of(day)


def _is_news(facts: Sequence[Fact], state: StateRow | None) -> bool:
    """Whether a loan has facts it had not when it was worked last."""
    return state is None or state.facts != len(facts)


def _reaches_back(facts: Sequence[Fact], state: StateRow | None) -> bool:
    return news_reaches_back(facts, day_of(state.worked_to) if state else None)


def _task(loan: int, facts: Sequence[Fact], state: StateRow | None, booked: Sequence[Booked] | None) -> Task:
    worked_to = day_of(state.worked_to) if state else None
    return Task(loan, facts, worked_to, state.balances if state else (), booked)


def states_of(connection: Connection, loans: Sequence[int]) -> dict[int, StateRow]:
    """The state rows of these loans by number."""
    query = select(loan_state).where(among(connection, loan_state.c.loan, loans))
    # All at once: row by row takes the driver several times as long.
    return {row[0]: StateRow._make(row) for row in connection.execute(query).all()}


def _booked(connection: Connection, loans: Sequence[int]) -> dict[int, list[Booked]]:
    """What is in the journal of loans whose past changes."""
    found: dict[int, list[Booked]] = {loan: [] for loan in loans}
    columns = [
        journal.c[name]
        for name in ("loan", "kind", "value_date", "fact", "row_nr", "debit", "credit", "cents")
    ]
    for part in parts_of(loans):
        for loan, *row in connection.execute(select(*columns).where(journal.c.loan.in_(part))).all():
            found[loan].append(_booked_of(row))
    return found


def booked_row(row: Row[Any]) -> Booked:
    """A journal row as a posting with account numbers of the chart."""
    return _booked_of((row.kind, row.value_date, row.fact, row.row_nr, row.debit, row.credit, row.cents))


def _booked_of(columns: Sequence[int]) -> Booked:
    kind, value_date, fact, row_nr, debit, credit, cents = columns
    cause = _cause(kind, value_date, fact, row_nr)
    return Booked(cause, debit % ACCOUNTS_PER_CREDITOR, credit % ACCOUNTS_PER_CREDITOR, cents)


@lru_cache(maxsize=100_000)
def _cause(kind: int, value_date: int, fact: int, row_nr: int) -> Cause:
    """Many loans have rows of the same kind, day, fact number and row; to make each anew takes most of the time."""
    return Cause(EntryKind(kind), day_of(value_date), fact, row_nr)


def parts_of(loans: Sequence[int]) -> Iterable[Sequence[int]]:
    """The loans in pieces that one query can name."""
    return (loans[start : start + LOANS_PER_QUERY] for start in range(0, len(loans), LOANS_PER_QUERY))


def state_row(task: Task, worked: Worked, day: date, rows: Sequence[tuple[int, ...]]) -> StateRow:
    """The state row of a loan after a night of the full function."""
    state = worked.state
    running = state.running
    return StateRow._make(
        (
            task.loan,
            number_of(day),
            number_of(worked.next_event),
            *worked.balances,
            int(state.running_rate * 10**8),
            int(state.instalment),
            number_of(running.due) if running else 0,
            number_of(worked.arrears_since) if worked.arrears_since else 0,
            worked.bucket,
            worked.standing,
            len(task.facts),
            *lane_of(state, task.facts, day),
            digest_of_rows(rows) if rows else NO_ROWS,
        )
    )


def write_states(connection: Connection, states: Sequence[tuple[Any, ...]]) -> None:
    """Put new state rows in the place of the old ones; plain tuples will do."""
    if states:
        loans = [state[0] for state in states]
        connection.execute(delete(loan_state).where(among(connection, loan_state.c.loan, loans)))
    append_rows(connection, loan_state, STATE_COLUMNS, states)


def _write_quarantine(
    connection: Connection, loans: Sequence[int], set_aside: Mapping[int, str], day: date
) -> int:
    """Note the loans set aside (since the first night) and take out those mended; how many failed newly today."""
    before = {row.loan: row.since for row in connection.execute(select(quarantine))}
    touched = [loan for loan in loans if loan in before]
    for loan in touched:
        connection.execute(delete(quarantine).where(quarantine.c.loan == loan))
    for loan, error in sorted(set_aside.items()):
        since = before.get(loan, number_of(day))
        connection.execute(insert(quarantine).values(loan=loan, since=since, step="close", error=error))
    today = number_of(day)
    return sum(1 for loan in set_aside if before.get(loan, today) == today)
