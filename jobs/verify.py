"""Recompute the books: seals from journal and facts, balances from the facts alone; name each difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.exc import DBAPIError

from jobs.bank_checks import changed_lines
from jobs.checkers import states_unlike_journal
from jobs.chunk import booked_row
from jobs.config_guard import changed_configuration
from jobs.difference import UNREADABLE, Difference, day_or_none, key_text
from jobs.expected import postings_due, readable_facts
from jobs.soundness import file_damage
from jobs.tables import quarantine
from jobs.verify_dates import Progress, closed_rows, last_aside, wrong_dates
from jobs.verify_letters import wrong_letters
from jobs.verify_links import broken_links
from jobs.verify_named import renamed
from jobs.verify_orders import wrong_orders
from jobs.verify_proposals import wrong_proposals
from jobs.verify_states import kept_states, wrong_state
from jobs.verify_steps import Looks, ladders_of, looks_of, not_held, without_ladder, wrong_steps
from jobs.verify_worked import worked_ahead, wrong_banks
from ledger.day import day_of, number_of
from ledger.seal import JOURNAL_COLUMNS
from ledger.tables import journal
from servicing.facts import Fact
from servicing.posting import Booked, Cause, differences
from servicing.tables import loan, loan_state

LOANS_AT_ONCE = 2000
ANY_SIZE = 2**63

Rows = list[tuple[Booked, Row[Any]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much was checked, and each difference."""

    checked: dict[str, int]
    differences: list[Difference]


def verify(connection: Connection, manifests: Path, progress: Progress = lambda *_: None) -> Verdict:
    """Check every closed date and every loan against journal, facts and the manifests kept outside."""
    damage = file_damage(connection, ANY_SIZE)
    found = [Difference(None, 0, "", f"the database file is damaged: {damage}")] if damage else []
    checked: dict[str, int] = {}
    try:
        dates = closed_rows(connection)
        found += wrong_dates(connection, manifests, progress)
        found += _hidden(connection)
        found += changed_lines(connection)
        found += changed_configuration(connection)
        found += renamed(connection)
        found += broken_links(connection)
        found += worked_ahead(connection)
        loans = list(connection.execute(select(loan.c.id).order_by(loan.c.id)).scalars())
        last = day_of(dates[-1].day) if dates else None
        found += wrong_banks(connection, last)
        looks, unknown = _looks(connection)
        found += [*unknown, *without_ladder(connection, looks)]
        found += _wrong_loans(connection, loans, (last, looks), progress)
        found += wrong_letters(connection, last)
        found += wrong_proposals(connection)
        found += wrong_orders(connection)
        postings = connection.execute(select(func.count()).select_from(journal)).scalar_one()
        closed = sum(1 for row in dates if row.state == "closed")
        checked |= {"dates": closed, "loans": len(loans), "postings": postings}
        checked |= _outside(dates, manifests)
        other = not_held(connection, looks)
        checked |= {"ladders_not_held": other} if other else {}
    except DBAPIError:
        # A damaged file may not answer; what was found before it refused is told.
        if not damage:
            raise
    return Verdict(checked, found)


def _outside(dates: Sequence[Row[Any]], manifests: Path) -> dict[str, int]:
    """How many closed dates have their manifest outside the database, and how many do not, if any."""
    closed = [day_of(row.day) for row in dates if row.state == "closed"]
    there = sum(1 for day in closed if (manifests / f"{day}.json").exists())
    missing = {"manifests_missing": len(closed) - there} if there < len(closed) else {}
    return {"manifests": there} | missing


def _looks(connection: Connection) -> tuple[Looks | None, list[Difference]]:
    """How the nights looked at ladders, or why nobody can tell."""
    try:
        return looks_of(connection), []
    except UNREADABLE as error:
        return None, [Difference(None, 0, "", f"the ladders cannot be held against facts: {error}")]


def _wrong_loans(
    connection: Connection,
    loans: Sequence[int],
    known: tuple[date | None, Looks | None],
    progress: Progress,
) -> Iterator[Difference]:
    for start in range(0, len(loans), LOANS_AT_ONCE):
        part = loans[start : start + LOANS_AT_ONCE]
        for number, what in states_unlike_journal(connection, part):
            yield Difference(None, number, "", what)
        yield from _unlike_facts(connection, part, *known)
        progress("loans", min(start + LOANS_AT_ONCE, len(loans)), len(loans))


def _hidden(connection: Connection) -> Iterator[Difference]:
    """Loans that are set aside though no night did so: they would not be worked, nor looked at here."""
    last = closed_rows(connection)
    if not last:
        return
    by_night = last_aside(connection)
    query = select(quarantine).where(quarantine.c.since <= last[-1].day).order_by(quarantine.c.loan)
    for row in connection.execute(query):
        if row.loan not in by_night:
            what = "is set aside, but not by the night of the last closed date"
            yield Difference(day_or_none(row.since), row.loan, "", what)


def _unlike_facts(
    connection: Connection, loans: Sequence[int], last: date | None, looks: Looks | None
) -> Iterator[Difference]:
    """Loans whose books are not what their facts give, with the keys of the entries concerned."""
    until: dict[int, date | None] = dict.fromkeys(loans, last)
    by_now = dict(until)  # up to when a loan must have been worked; one set aside not at all
    aside = select(quarantine.c.loan, loan_state.c.worked_to).join(
        loan_state, loan_state.c.loan == quarantine.c.loan, isouter=True
    )
    for number, worked_to in connection.execute(aside):
        # A loan set aside is booked up to its last good night.
        if number in until:
            by_now[number] = None
            until[number] = (
                min(filter(None, (last, day_or_none(worked_to or 0))), default=None) if worked_to else None
            )
    booked: dict[int, Rows] = {number: [] for number in loans}
    states, ladders = kept_states(connection, loans), ladders_of(connection, loans)
    for row in connection.execute(_rows_of(loans, last)):
        try:
            booked[row.loan].append((booked_row(row), row))
        except UNREADABLE as error:
            yield Difference(
                day_or_none(row.business_date), row.loan, key_text(row), f"cannot be read: {error}"
            )
    for number, facts in readable_facts(connection, loans).items():
        if isinstance(facts, str):
            yield Difference(None, number, "", facts)
        else:
            yield from _unlike(number, facts, booked[number], until[number])
            ladder = ladders.get(number)
            place = ladder.row if ladder is not None else None
            yield from wrong_state(number, facts, states.get(number), by_now[number], place)
            if ladder is not None and looks is not None and by_now[number] is not None:
                yield from wrong_steps(looks, ladder, number, facts)


def _rows_of(loans: Sequence[int], last: date | None) -> Any:  # noqa: ANN401 - a query
    """The journal rows of loans in closed dates; an open date is not finished."""
    columns = [journal.c[name] for name in JOURNAL_COLUMNS]
    query = select(*columns).where(journal.c.loan.in_(loans)).order_by(*journal.primary_key)
    return query if last is None else query.where(journal.c.business_date <= number_of(last))


def _unlike(number: int, facts: list[Fact], booked: Rows, day: date | None) -> Iterator[Difference]:
    """What the facts known by a date give, less what is booked."""
    try:
        wanted = postings_due(facts, day)
    except UNREADABLE as error:
        yield Difference(None, number, "", f"cannot be recomputed: {error}")
        return
    for wrong in differences(wanted, [posting for posting, _ in booked]):
        yield from _named(number, wrong, booked)


def _named(number: int, wrong: Booked, booked: Rows) -> Iterator[Difference]:
    """One difference, with the entries that were booked for the same cause."""
    rows = [row for posting, row in booked if posting.cause == wrong.cause]
    what = f"{_cause(wrong.cause)}: {wrong.cents} cents from {wrong.credit} to {wrong.debit} are missing"
    if not rows:
        yield Difference(None, number, "", what)
    for key in dict.fromkeys(tuple(row[:4]) for row in rows):
        yield Difference(day_or_none(key[0]), number, key_text(key), what)


def _cause(cause: Cause) -> str:
    return f"{cause.kind.text} of {cause.value_date} (fact {cause.fact}, row {cause.row_nr})"
