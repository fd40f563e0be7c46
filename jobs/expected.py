"""The journal rows a night must have written for a loan, from facts alone; and which of the rows held differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from jobs.bank_night import creditors_with_news, lines_of_night, span_of, steps_of_night
from jobs.difference import UNREADABLE, Difference, key_text
from ledger.day import number_of
from ledger.entry import LOANS_PER_CREDITOR, book_of_creditor, creditor_of_loan
from ledger.rows import journal_rows
from ledger.seal import JOURNAL_COLUMNS
from ledger.store import last_closed as last_closed_period
from ledger.tables import journal
from servicing.facts import Fact
from servicing.history import history_of
from servicing.life.timeline import live
from servicing.posting import Booked, differences, entries_of, should_be
from servicing.receipts.books import Tonight
from servicing.store import facts_of
from servicing.tables import fact

MOST_LOANS = 20_000
"""Above this many loans only those that have rows on the date are worked again."""

LOANS_AT_ONCE = 2000
KEY = 5
"""The columns of the journal's primary key come first."""

JournalRow = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WorkedDates:
    """The closed dates in order, and which loans were set aside in the night of each."""

    dates: Sequence[date]
    aside: Mapping[date, frozenset[int]]

    def before(self, loan: int, day: date) -> date | None:
        """The last date before a day in whose night the loan was not set aside."""
        earlier = (one for one in reversed(self.dates) if one < day and loan not in self.aside.get(one, ()))
        return next(earlier, None)


def postings_due(facts: Sequence[Fact], day: date | None) -> list[Booked]:
    """All that must be booked of a loan by the night of a day, from what was known then."""
    known = [one for one in facts if day is not None and one.known_on <= day]
    if not known or day is None:
        return []
    history = history_of(known)
    return should_be(live(history.terms, history.events, history.reversals, day).effects, None)


def wrong_rows(connection: Connection, day: date, worked: WorkedDates) -> Iterator[Difference]:
    """Each entry of a date that is not the one its night wrote, with what is different about it."""
    held: dict[int, list[JournalRow]] = {}
    query = select(*(journal.c[name] for name in JOURNAL_COLUMNS)).where(
        journal.c.business_date == number_of(day)
    )
    for row in connection.execute(query.order_by(*journal.primary_key)):
        held.setdefault(row.loan, []).append(tuple(row))
    yield from _wrong_banks(connection, day, worked, held)
    loans = _loans(connection, day, [loan for loan in held if loan % LOANS_PER_CREDITOR])
    for start in range(0, len(loans), LOANS_AT_ONCE):
        for loan, facts in readable_facts(connection, loans[start : start + LOANS_AT_ONCE]).items():
            if not isinstance(facts, str):
                wanted = _expected(connection, loan, facts, day, worked)
                if wanted is not None:
                    yield from _compare(day, loan, wanted, held.get(loan, []))


def _wrong_banks(
    connection: Connection, day: date, worked: WorkedDates, held: Mapping[int, Sequence[JournalRow]]
) -> Iterator[Difference]:
    """The entries of the creditors' own books of a date that are not those the facts of the bank give."""
    span = span_of(day, max((one for one in worked.dates if one < day), default=None))
    books = {loan for loan in held if loan % LOANS_PER_CREDITOR == 0}
    books |= {book_of_creditor(creditor) for creditor in creditors_with_news(connection, span)}
    lines = lines_of_night(connection, span)
    for book in sorted(books):
        creditor = creditor_of_loan(book)
        tonight = Tonight(span.until, creditor, last_closed_period(connection, creditor, day))
        wanted = [row for step in steps_of_night(connection, tonight, span, lines) for row in step.rows]
        yield from _compare(day, book, wanted, held.get(book, []))


def readable_facts(connection: Connection, loans: Sequence[int]) -> dict[int, list[Fact] | str]:
    """The facts of each loan, or why they cannot be read."""
    try:
        return {**facts_of(connection, loans)}
    except UNREADABLE as error:
        if len(loans) == 1:
            return {loans[0]: f"its facts cannot be read: {error}"}
    half = len(loans) // 2
    return readable_facts(connection, loans[:half]) | readable_facts(connection, loans[half:])


def _loans(connection: Connection, day: date, held: Iterable[int]) -> list[int]:
    """The loans whose rows of a date are worked again."""
    known = select(fact.c.loan_id).where(fact.c.known_on <= number_of(day)).distinct().limit(MOST_LOANS + 1)
    others = list(connection.execute(known).scalars())
    return sorted({*held, *(others if len(others) <= MOST_LOANS else ())})


def _expected(
    connection: Connection, loan: int, facts: list[Fact], day: date, worked: WorkedDates
) -> list[JournalRow] | None:
    """What the night of a date must have written for a loan; None where its facts cannot hold."""
    if loan in worked.aside.get(day, ()):
        return []
    try:
        before = postings_due(facts, worked.before(loan, day))
        news = differences(postings_due(facts, day), before)
        closed = last_closed_period(connection, creditor_of_loan(loan), day)
        return [row for entry in entries_of(loan, day, news, closed) for row in journal_rows(entry)]
    except UNREADABLE:
        return None


def _compare(
    day: date, loan: int, wanted: Sequence[JournalRow], held: Sequence[JournalRow]
) -> Iterator[Difference]:
    """The rows that are missing, were added or were changed, by key."""
    should, are = ({row[:KEY]: row for row in rows} for rows in (wanted, held))
    for key in sorted({*should, *are}):
        if should.get(key) != are.get(key):
            yield Difference(day, loan, key_text(key), _what(key[4], should.get(key), are.get(key)))


def _what(line: int, should: JournalRow | None, held: JournalRow | None) -> str:
    if held is None:
        return f"line {line} is missing"
    if should is None:
        return f"line {line} was not written by the night of this date"
    wrong = [
        f"{name} is {is_now}, was {was}"
        for name, was, is_now in zip(JOURNAL_COLUMNS, should, held, strict=True)
        if was != is_now
    ]
    return f"line {line} was changed: {', '.join(wrong)}"
