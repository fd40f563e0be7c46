"""The books in the database: entries are appended and reversed, balances are derived, periods are closed."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
)

from ledger.accounts import account_id
from ledger.balance import EVERYTHING, AsOf, TrialBalance, TrialBalanceLine
from ledger.bulk import append_rows
from ledger.day import day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, Entry, Key, creditor_of_loan
from ledger.errors import BadInput, Misconfigured
from ledger.period import (
    NOTHING_CLOSED,
    PeriodClosing,
    WrongPeriod,
    booking_period,
    check_closing,
    previous_period,
)
from ledger.rows import (
    CannotReverse,
    by_key,
    check_reversals,
    check_same,
    entries_of,
    journal_rows,
    key_of,
    key_row,
)
from ledger.tables import account, creditor, day_total, journal, journal_link, period_closing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from ledger.accounts import Chart

__all__ = ["CannotReverse", "DateClosed", "NoSuchEntry"]

JOURNAL_COLUMNS = tuple(journal.columns.keys())
LINK_COLUMNS = tuple(journal_link.columns.keys())

_KEY = (journal.c.business_date, journal.c.loan, journal.c.kind, journal.c.nr)
_LINK = tuple(journal_link.columns)
_REVERSING, _REVERSED = _LINK[:4], _LINK[4:]
_LINKED = and_(*(mine == linked for mine, linked in zip(_KEY, _REVERSING, strict=True)))
_ENTRIES = select(*journal.columns, *_REVERSED).join_from(journal, journal_link, _LINKED, isouter=True)


class NoSuchEntry(BadInput):
    """There is no entry with that key."""


class DateClosed(BadInput):
    """The totals of a business date are written; it takes no more entries."""


def append(connection: Connection, entries: Iterable[Entry]) -> int:
    """Add entries to the books; how many were new. One that is there already, the same, is passed over.

    Raises `KeyReused` for a key with other contents, `DateClosed`, `WrongPeriod` and `CannotReverse`.
    """
    given = by_key(entries)
    held = _find(connection, given)
    for key, entry in held.items():
        check_same(entry, given[key])
    new = [entry for key, entry in given.items() if key not in held]
    _check_dates(connection, new)
    _check_periods(connection, new)
    _check_reversals(connection, new)
    append_rows(connection, journal, JOURNAL_COLUMNS, [row for entry in new for row in journal_rows(entry)])
    links = [key_row(entry.key) + key_row(entry.reverses) for entry in new if entry.reverses is not None]
    append_rows(connection, journal_link, LINK_COLUMNS, links)
    return len(new)


def reverse(connection: Connection, key: Key, new_key: Key, *, fact: int = 0) -> Entry:
    """Undo an entry on its own value date, in the first open period; the reversing entry.

    Raises `NoSuchEntry`, and `CannotReverse` for an entry that is reversed already.
    """
    original = find_entry(connection, key)
    closed = last_closed(connection, creditor_of_loan(key.loan), new_key.business_date)
    reversal = original.reversal(new_key, period=booking_period(original.value_date, closed), fact=fact)
    append(connection, [reversal])
    return reversal


def find_entry(connection: Connection, key: Key) -> Entry:
    """The entry under a key; raises `NoSuchEntry`."""
    found = _find(connection, [key])
    if key not in found:
        raise NoSuchEntry(f"there is no entry {key.text()}")
    return found[key]


def entries_of_loan(connection: Connection, loan: int, as_of: AsOf = EVERYTHING) -> list[Entry]:
    """The entries of a loan in the order of their keys."""
    query = _ENTRIES.where(journal.c.loan == loan, *_counted(as_of)).order_by(*journal.primary_key)
    return list(entries_of(connection.execute(query).all()))


def balances_of_loan(connection: Connection, loan: int, as_of: AsOf = EVERYTHING) -> dict[int, int]:
    """Debit minus credit in cents of every account that a loan's entries touch."""
    return _balances(connection, _summed(_moved([journal.c.loan == loan, *_counted(as_of)])))


def balances_of_creditor(
    connection: Connection, creditor_id: int, as_of: AsOf = EVERYTHING
) -> dict[int, int]:
    """Debit minus credit in cents of every account of a creditor that was booked on by then."""
    return _balances(connection, _turnover(connection, creditor_id, as_of))


def trial_balance(connection: Connection, creditor_id: int, as_of: AsOf = EVERYTHING) -> TrialBalance:
    """All accounts of a creditor with what was debited and credited, as of a day on either axis or both."""
    turnover = connection.execute(_turnover(connection, creditor_id, as_of))
    moved = {row.account: (row.debit_cents, row.credit_cents) for row in turnover}
    chart = select(account).where(account.c.creditor_id == creditor_id).order_by(account.c.number)
    lines = tuple(
        TrialBalanceLine(row.id, row.number, row.name_en, row.name_nl, *moved.get(row.id, (0, 0)))
        for row in connection.execute(chart)
    )
    return TrialBalance(creditor_id, as_of, lines)


def write_day_totals(connection: Connection, business_date: date) -> None:
    """Add up every account over each business date to this one that has no totals yet, and close those dates.

    Written once a date and never changed, as everything in the books; until then a date is read from the
    journal, after it `append` refuses new entries.
    """
    given = {"totalled": _last_totalled(connection), "last": number_of(business_date)}
    connection.execute(_new_day_totals(), given)


@cache
def _new_day_totals() -> Insert:
    """The totals of the business dates after `totalled` up to `last`."""
    untotalled = [
        journal.c.business_date > bindparam("totalled"),
        journal.c.business_date <= bindparam("last"),
    ]
    # Few pairs of accounts are booked on, so that the many rows are sorted once and not for either side.
    pair = (journal.c.business_date, journal.c.debit, journal.c.credit)
    cents = cast(func.sum(journal.c.cents), BigInteger).label("cents")
    pairs = select(*pair, cents).where(*untotalled).group_by(*pair).cte("pairs")
    moved = union_all(*_sides(pairs, [], pairs.c.business_date)).subquery()
    totals = _summed(moved, moved.c.business_date)
    return insert(day_total).from_select(day_total.columns.keys(), totals)


def last_closed(connection: Connection, creditor_id: int, known_on: date) -> int:
    """The last closed period of a creditor as far as known on a day; `NOTHING_CLOSED` before the first."""
    known = [closing for closing in closings(connection, creditor_id) if closing.known_on <= known_on]
    if not known:
        return NOTHING_CLOSED
    return known[-1].period if known[-1].closed else previous_period(known[-1].period)


_CREDITORS = select(creditor.c.id)
_CLOSINGS = (
    select(period_closing)
    .where(period_closing.c.known_on <= bindparam("known_by"))
    .order_by(period_closing.c.id)
)


def last_closed_periods(connection: Connection, known_on: date) -> dict[int, int]:
    """The last closed period of every creditor by number, as far as known on a day."""
    found = dict.fromkeys(connection.execute(_CREDITORS).scalars(), NOTHING_CLOSED)
    for row in connection.execute(_CLOSINGS, {"known_by": number_of(known_on)}):
        found[row.creditor_id] = row.period if row.closed else previous_period(row.period)
    return found


def closings(connection: Connection, creditor_id: int) -> list[PeriodClosing]:
    """Every closing and reopening of a creditor's periods, in order."""
    query = select(period_closing).where(period_closing.c.creditor_id == creditor_id)
    return [
        PeriodClosing(creditor_id, row.period, row.closed, day_of(row.known_on), row.actor, row.recorded_at)
        for row in connection.execute(query.order_by(period_closing.c.id))
    ]


def record_closing(connection: Connection, closing: PeriodClosing) -> None:
    """Close a period and with it all before it, or reopen the last closed one; raises `WrongPeriod`."""
    before = closings(connection, closing.creditor)
    if before and closing.known_on < before[-1].known_on:
        raise WrongPeriod(f"{closing.known_on} lies before the last closing, known on {before[-1].known_on}")
    check_closing(closing, last_closed(connection, closing.creditor, closing.known_on))
    row = {
        "creditor_id": closing.creditor,
        "period": closing.period,
        "closed": closing.closed,
        "known_on": number_of(closing.known_on),
        "actor": closing.actor,
        "recorded_at": closing.recorded_at,
    }
    connection.execute(insert(period_closing), [row])


def install_chart(
    connection: Connection, creditors: Iterable[tuple[int, str, str, str]], chart: Chart
) -> None:
    """Make creditors (id, code, name, IBAN) and their accounts; raises `Misconfigured` where they differ."""
    owners = list(creditors)
    _install(connection, creditor, owners)
    _install(connection, account, account_rows((owner[0] for owner in owners), chart))


def account_rows(owners: Iterable[int], chart: Chart) -> list[tuple[Any, ...]]:
    """The rows of the accounts of these creditors, in the order of the columns."""
    return [
        (account_id(owner, number), owner, number, line.en, line.nl, line.rgs, line.kind, line.clearing)
        for owner in owners
        for number, line in chart.accounts.items()
    ]


def _install(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = table.columns.keys()
    held = {row[0]: tuple(row) for row in connection.execute(select(table))}
    for row in rows:
        if held.get(row[0], row) != row:
            raise Misconfigured(f"{table.name} in the database: {held[row[0]]}; in the configuration: {row}")
    new = [dict(zip(names, row, strict=True)) for row in rows if row[0] not in held]
    if new:
        connection.execute(insert(table), new)


def _find(connection: Connection, keys: Iterable[Key]) -> dict[Key, Entry]:
    wanted = _wanted(connection, keys)
    query = _ENTRIES.join(wanted, _equal(wanted.c, _KEY)).order_by(*journal.primary_key)
    return {entry.key: entry for entry in entries_of(connection.execute(query).all())}


def _find_links(connection: Connection, keys: Iterable[Key]) -> list[tuple[Key, Key]]:
    """The (reversed, reversing) keys of those of these entries that are reversed."""
    wanted = _wanted(connection, keys)
    links = connection.execute(select(*_LINK).join(wanted, _equal(wanted.c, _REVERSED)))
    return [(key_of(row[4:]), key_of(row[:4])) for row in links]


def _wanted(connection: Connection, keys: Iterable[Key]) -> CTE:
    """Keys as a small table to join with, handed over as one JSON text.

    So the statement is the same for any number of keys, and its parameters are not limited.
    """
    rows = literal(json.dumps(sorted(key_row(key) for key in keys)), Text)
    if connection.dialect.name == "sqlite":
        item = func.json_each(rows).table_valued("value").c.value
        parts: list[ColumnElement[Any]] = [func.json_extract(item, f"$[{place}]") for place in range(4)]
    else:
        item = func.json_array_elements(cast(rows, JSON)).column_valued("value")
        parts = [cast(item.op("->>")(place), BigInteger) for place in range(4)]
    names = ("business_date", "loan", "kind", "nr")
    return select(*(part.label(name) for part, name in zip(parts, names, strict=True))).cte("wanted")


def _equal(left: Iterable[ColumnElement[Any]], right: Iterable[ColumnElement[Any]]) -> ColumnElement[bool]:
    return and_(*(mine == other for mine, other in zip(left, right, strict=True)))


def _check_dates(connection: Connection, new: Iterable[Entry]) -> None:
    totalled = _last_totalled(connection)
    for entry in new:
        if number_of(entry.key.business_date) <= totalled:
            raise DateClosed(f"{entry.key.text()}: the books are closed up to {day_of(totalled)}")


def _check_periods(connection: Connection, new: Iterable[Entry]) -> None:
    closed: dict[tuple[int, date], int] = {}
    for entry in new:
        owner, day = creditor_of_loan(entry.key.loan), entry.key.business_date
        if (owner, day) not in closed:
            closed[owner, day] = last_closed(connection, owner, day)
        if entry.period <= closed[owner, day]:
            last = closed[owner, day]
            raise WrongPeriod(f"{entry.key.text()}: period {entry.period} is closed, as all up to {last}")


def _check_reversals(connection: Connection, new: Sequence[Entry]) -> None:
    reversed_keys = {entry.reverses for entry in new if entry.reverses is not None}
    if not reversed_keys:
        return
    originals = {entry.key: entry for entry in new} | _find(connection, reversed_keys)
    check_reversals(new, originals, _find_links(connection, reversed_keys))


def _counted(as_of: AsOf) -> list[ColumnElement[bool]]:
    """The conditions under which a row of the journal counts."""
    axes = (journal.c.value_date, as_of.value_date), (journal.c.business_date, as_of.business_date)
    return [axis <= number_of(day) for axis, day in axes if day is not None]


def _turnover(connection: Connection, creditor_id: int, as_of: AsOf) -> Select[Any]:
    """What was debited and credited per account: from the day totals where they know, else from the rows."""
    first = account_id(creditor_id, 0)
    last = first + ACCOUNTS_PER_CREDITOR - 1
    rows = [journal.c.debit.between(first, last), *_counted(as_of)]
    if as_of.value_date is not None:
        return _summed(_moved(rows))
    totals = select(day_total.c.account, day_total.c.debit_cents, day_total.c.credit_cents)
    totals = totals.where(day_total.c.account.between(first, last))
    if as_of.business_date is not None:
        totals = totals.where(day_total.c.business_date <= number_of(as_of.business_date))
    rows.append(journal.c.business_date > _last_totalled(connection))
    return _summed(union_all(totals, *_sides(journal, rows)).subquery())


def _last_totalled(connection: Connection) -> int:
    return connection.execute(select(func.max(day_total.c.business_date))).scalar() or 0


def _moved(conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    return union_all(*_sides(journal, conditions)).subquery()


def _sides(
    rows: FromClause, conditions: Sequence[ColumnElement[bool]], *by: ColumnElement[Any]
) -> tuple[Select[Any], Select[Any]]:
    """Every row twice: its debit side and its credit side."""
    nothing = literal_column("0", BigInteger)
    debit = select(
        *by,
        rows.c.debit.label("account"),
        rows.c.cents.label("debit_cents"),
        nothing.label("credit_cents"),
    )
    credit = select(*by, rows.c.credit, nothing, rows.c.cents)
    return debit.where(*conditions), credit.where(*conditions)


def _summed(moved: Subquery, *by: ColumnElement[Any]) -> Select[Any]:
    # PostgreSQL adds up bigints to numeric; the sum of what our bounds let in fits a bigint.
    sums = [cast(func.sum(moved.c[side]), BigInteger).label(side) for side in ("debit_cents", "credit_cents")]
    return select(*by, moved.c.account, *sums).group_by(*by, moved.c.account).order_by(*by, moved.c.account)


def _balances(connection: Connection, turnover: Select[Any]) -> dict[int, int]:
    return {row.account: row.debit_cents - row.credit_cents for row in connection.execute(turnover)}
