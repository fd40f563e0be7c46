"""Debtors in the database: added in bulk, their particulars through time, their citizen numbers sealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select

from ledger.bulk import append_rows
from ledger.day import day_of, number_of
from servicing.debtors.changing import recorded_with
from servicing.debtors.secrets import KeyRing, key_ring
from servicing.debtors.tables import debtor_merge
from servicing.debtors.values import DebtorRefused, NewDebtor, Particulars, without_bsn
from servicing.store import Recorded, is_loan
from servicing.tables import debtor, debtor_bsn, debtor_particulars, loan_debtor, reading_log
from servicing.texts import plain_text

IDS_PER_QUERY = 5000
"""How many debtors one query names; databases bound the number of parameters."""


class NoSuchDebtor(DebtorRefused):
    """A debtor is named by the number given here or by the office's own number."""


class Debtor(NamedTuple):
    """The heading of a debtor: the number, the office's own number and the day of birth."""

    id: int
    external: str | None
    birth_date: date | None


class Since(NamedTuple):
    """Particulars and the day from which they hold."""

    value_date: date
    particulars: Particulars


class Change(NamedTuple):
    """One record in the history of a debtor's particulars."""

    value_date: date
    known_on: date
    particulars: Particulars
    actor: str
    source: str


class Reading(NamedTuple):
    """Who looked at what and why; `debtor` None is all of them together."""

    debtor: int | None
    what: str
    reason: str


def add_debtors(
    connection: Connection, debtors: Sequence[NewDebtor], by: Recorded, source: str = ""
) -> list[int]:
    """Record debtors with their first particulars; their numbers, in order.

    Raises `DebtorRefused` for an office's number or a BSN that is known already, and `Misconfigured` when a
    BSN is to be kept and there is no key.
    """
    first = (connection.execute(select(func.max(debtor.c.id))).scalar() or 0) + 1
    numbers = list(range(first, first + len(debtors)))
    secret = [(number, each.bsn) for number, each in zip(numbers, debtors, strict=True) if each.bsn]
    _check_externals(connection, [each.external for each in debtors if each.external is not None])
    sealed = _sealed_rows(connection, secret)
    stamp = (by.actor, source, by.at)
    headings = [
        (number, each.external, number_of(each.birth_date) if each.birth_date else None, *stamp)
        for number, each in zip(numbers, debtors, strict=True)
    ]
    append_rows(connection, debtor, [column.name for column in debtor.columns], headings)
    rows = [
        (number, number_of(each.value_date), number_of(by.known_on), *_texts(each.particulars), *stamp)
        for number, each in zip(numbers, debtors, strict=True)
    ]
    append_rows(connection, debtor_particulars, _PARTICULARS, rows)
    append_rows(connection, debtor_bsn, _BSN, sealed)
    return numbers


def change_particulars(
    connection: Connection, number: int, since: Since, by: Recorded, source: str = ""
) -> None:
    """Record other particulars (such as a move) from a day on; what was recorded before stays."""
    row = (
        number,
        number_of(since.value_date),
        number_of(by.known_on),
        *_texts(since.particulars),
        by.actor,
        source,
        by.at,
    )
    append_rows(connection, debtor_particulars, _PARTICULARS, [row])


def change_from(connection: Connection, number: int, since: Since, by: Recorded, source: str = "") -> None:
    """Record other particulars from a day on, also on later days of which the records repeat what was before."""
    history = [(one.value_date, one.particulars) for one in history_of_particulars(connection, number)]
    for day, particulars in recorded_with(history, since):
        change_particulars(connection, number, Since(day, particulars), by, source)


def set_bsn(connection: Connection, number: int, bsn: str) -> None:
    """Keep the BSN of a debtor who has none yet; raises `DebtorRefused` if it is somebody else's."""
    if number in _sealed(connection, [number]):
        raise DebtorRefused(f"debtor {number}: has a BSN already")
    append_rows(connection, debtor_bsn, _BSN, _sealed_rows(connection, [(number, bsn)]))


def find_debtor(connection: Connection, name: str) -> Debtor:
    """The debtor with this number or office's number; raises `NoSuchDebtor` for none, or for two."""
    plain_text("number", name)
    wanted = debtor.c.external == name
    if name.isascii() and name.isdigit() and len(name) < 13:  # no number is longer
        wanted = wanted | (debtor.c.id == int(name))
    found = [_debtor(row) for row in connection.execute(select(debtor).where(wanted))]
    if len(found) != 1:
        if not found and is_loan(connection, name):
            raise NoSuchDebtor(
                f"{name} is the number of a loan; the number of a debtor is asked here: aflos loan show {name} tells "
                "who owes it"
            )
        how_many = "no debtor" if not found else f"{len(found)} debtors"
        raise NoSuchDebtor(f"{how_many} with number {without_bsn(name[:60])!r}; aflos debtor list shows them")
    return found[0]


def find_by_bsn(connection: Connection, bsn: str) -> int | None:
    """The debtor with this BSN, None if there is none."""
    query = select(debtor_bsn.c.debtor_id).where(debtor_bsn.c.blind_index.in_(key_ring().indexes(bsn)))
    found: int | None = connection.execute(query).scalar()
    return found


def debtors(connection: Connection) -> list[Debtor]:
    """All debtors by number."""
    return [_debtor(row) for row in connection.execute(select(debtor).order_by(debtor.c.id))]


def particulars_on(
    connection: Connection, numbers: Iterable[int], day: date, known_by: date | None = None
) -> dict[int, Particulars]:
    """Who each of these debtors is on a day, as far as known by a night (None: all that is known).

    Of records with the same value date the last one counts. A day before the first record gives the first.
    """
    found: dict[int, Particulars] = {}
    for row in _records(connection, numbers, known_by):
        if row.debtor_id not in found or row.value_date <= number_of(day):
            found[row.debtor_id] = _particulars(row)
    return found


def history_of_particulars(connection: Connection, number: int) -> list[Change]:
    """Every record of a debtor's particulars, by value date, corrections after what they correct."""
    return [
        Change(day_of(row.value_date), day_of(row.known_on), _particulars(row), row.actor, row.source)
        for row in _records(connection, [number], None)
    ]


def debtors_of_loan(connection: Connection, loan: int, day: date) -> dict[int, Particulars]:
    """The debtors of a loan, jointly liable, as they are on a day, in the order of the decision."""
    query = select(loan_debtor.c.debtor_id).where(loan_debtor.c.loan_id == loan).order_by(loan_debtor.c.place)
    numbers = list(connection.execute(query).scalars())
    found = particulars_on(connection, numbers, day)
    return {number: found[number] for number in numbers}


def loans_of_debtor(connection: Connection, number: int) -> list[int]:
    """The loans somebody owes, alone or with others, by number; also under records merged into this one."""
    own = loan_debtor.c.debtor_id.in_(records_of(connection, number))
    query = select(loan_debtor.c.loan_id).where(own).distinct().order_by(loan_debtor.c.loan_id)
    return list(connection.execute(query).scalars())


def records_of(connection: Connection, number: int) -> list[int]:
    """The record itself, and those that turned out to be the same person."""
    return [number, *sorted(merged for merged, into in merges(connection).items() if into == number)]


def merges(connection: Connection) -> dict[int, int]:
    """Which record stands for which merged one now; the last word about each counts."""
    rows = connection.execute(select(debtor_merge).order_by(debtor_merge.c.id))
    found = {row.merged: row.into_debtor for row in rows}
    return {merged: into for merged, into in found.items() if into}


def merge(connection: Connection, merged: int, into: int, reason: str, by: Recorded) -> None:
    """Say that two records are one person (`into` 0: that they are not after all); loans and books stay as they are.

    Raises `DebtorRefused` where that cannot be: two citizen numbers, a record merged already, a chain.
    """
    known = merges(connection)
    if into == 0 and merged not in known:
        raise DebtorRefused(f"debtor {merged}: is not merged into another")
    if into and (merged in known or into in known or merged in known.values() or merged == into):
        raise DebtorRefused(f"debtor {merged}: cannot be merged into {into}: one of them is merged already")
    if into and has_bsn(connection, merged) and has_bsn(connection, into):
        raise DebtorRefused(f"debtor {merged}: has another BSN than debtor {into}: they are two persons")
    row = {"merged": merged, "into_debtor": into, "reason": without_bsn(reason)}
    stamp = {"known_on": number_of(by.known_on), "actor": by.actor, "recorded_at": by.at}
    connection.execute(insert(debtor_merge).values(row | stamp))


def bsn_of(connection: Connection, number: int) -> str | None:
    """The BSN of a debtor, None if it is not kept; raises `Misconfigured` without the key."""
    sealed = _sealed(connection, [number]).get(number)
    return key_ring().unseal(number, *sealed) if sealed else None


def has_bsn(connection: Connection, number: int) -> bool:
    """Whether a BSN is kept of this debtor."""
    return number in _sealed(connection, [number])


def log_reading(connection: Connection, reading: Reading, by: Recorded) -> None:
    """Note who looked at a debtor, at what, when and why (AVG art. 5 lid 2, verantwoordingsplicht).

    A BSN somebody searched for, or wrote into the reason, is masked.
    """
    reason = without_bsn(reading.reason)
    connection.execute(
        insert(reading_log).values(
            debtor_id=reading.debtor, what=reading.what, reason=reason, actor=by.actor, read_at=by.at
        )
    )


_TEXTS = ("name", "street", "house_number", "postcode", "city", "country", "language")
_PARTICULARS = [column.name for column in debtor_particulars.columns if column.name != "id"]
_BSN = [column.name for column in debtor_bsn.columns]


def _texts(particulars: Particulars) -> tuple[str, ...]:
    return tuple(getattr(particulars, key) for key in _TEXTS)


def _records(connection: Connection, numbers: Iterable[int], known_by: date | None) -> Iterator[Row[Any]]:
    """The records of these debtors in the order in which later ones count more."""
    table = debtor_particulars.c
    for some in _batches(numbers):
        query = select(debtor_particulars).where(table.debtor_id.in_(some))
        if known_by is not None:
            query = query.where(table.known_on <= number_of(known_by))
        yield from connection.execute(query.order_by(table.debtor_id, table.value_date, table.id))


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(set(numbers))
    return (wanted[start : start + IDS_PER_QUERY] for start in range(0, len(wanted), IDS_PER_QUERY))


def _sealed(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[int, bytes]]:
    table = debtor_bsn.c
    query = select(table.debtor_id, table.key_version, table.sealed)
    return {
        row.debtor_id: (row.key_version, row.sealed)
        for some in _batches(numbers)
        for row in connection.execute(query.where(table.debtor_id.in_(some)))
    }


def _check_externals(connection: Connection, externals: Sequence[str]) -> None:
    name, times = next(iter(Counter(externals).most_common(1)), ("", 0))
    if times > 1:
        raise DebtorRefused(f"debtor {name}: stands {times} times in what is added")
    for start in range(0, len(externals), IDS_PER_QUERY):
        _refuse_known(connection, debtor.c.external.in_(externals[start : start + IDS_PER_QUERY]))


def _refuse_known(connection: Connection, wanted: ColumnElement[bool]) -> None:
    known = connection.execute(select(debtor).where(wanted).order_by(debtor.c.id)).first()
    if known is not None:
        raise DebtorRefused(
            f"debtor {known.external}: is debtor {known.id} already; aflos debtor show {known.id} shows it"
        )


def _sealed_rows(connection: Connection, numbers: Sequence[tuple[int, str]]) -> list[tuple[object, ...]]:
    """The rows that keep these numbers; nobody else may have one of them."""
    if not numbers:
        return []
    ring = key_ring()
    _refuse_known_bsn(connection, ring, numbers)
    return [(number, *ring.seal(number, bsn)) for number, bsn in numbers]


def _refuse_known_bsn(connection: Connection, ring: KeyRing, numbers: Sequence[tuple[int, str]]) -> None:
    owners = {index: number for number, bsn in numbers for index in ring.indexes(bsn)}
    if len(owners) < len(numbers) * len(ring.keys):
        raise DebtorRefused("bsn: two of the debtors that are added have the same one")
    indexes = list(owners)
    for start in range(0, len(indexes), IDS_PER_QUERY):
        query = select(debtor_bsn).where(debtor_bsn.c.blind_index.in_(indexes[start : start + IDS_PER_QUERY]))
        known = connection.execute(query).first()
        if known is not None:
            raise DebtorRefused(f"bsn: belongs to debtor {known.debtor_id} already")


def _debtor(row: Row[Any]) -> Debtor:
    return Debtor(row.id, row.external, day_of(row.birth_date) if row.birth_date else None)


def _particulars(row: Row[Any]) -> Particulars:
    return Particulars(*(getattr(row, key) for key in _TEXTS))
