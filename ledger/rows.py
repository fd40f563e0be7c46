"""Between entries and the tuples the database keeps, and what must hold before an entry is added."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from ledger.day import day_of, number_of
from ledger.entry import Entry, EntryKind, Key, KeyReused, Posting
from ledger.errors import BadInput
from ledger.money import euros

KeyRow = tuple[int, int, int, int]

_LINKED = 12
"""From where on the key of the reversed entry stands in a row of the journal joined with its links."""


class CannotReverse(BadInput):
    """An entry is reversed once, by an entry that undoes all of it on its own value date."""


def key_row(key: Key) -> KeyRow:
    """A key as the first four columns of the journal."""
    return number_of(key.business_date), key.loan, int(key.kind), key.nr


def key_of(row: Sequence[int]) -> Key:
    """The key behind the first four columns of the journal."""
    return Key(day_of(row[0]), row[1], EntryKind(row[2]), row[3])


def journal_rows(entry: Entry) -> list[tuple[int, ...]]:
    """The rows of an entry in the order of the journal's columns."""
    key, value_date = key_row(entry.key), number_of(entry.value_date)
    return [
        (*key, line, value_date, entry.period, row.debit, row.credit, row.cents, entry.fact, entry.row_nr)
        for line, row in enumerate(entry.postings, start=1)
    ]


def entries_of(rows: Iterable[Sequence[Any]]) -> Iterator[Entry]:
    """The entries behind journal rows with their links, which come in the order of the primary key."""
    for _, lines in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        first, *others = lines
        yield Entry(
            key_of(first),
            day_of(first[5]),
            first[6],
            first[10],
            first[11],
            tuple(Posting(row[7], row[8], row[9]) for row in (first, *others)),
            None if first[_LINKED] is None else key_of(first[_LINKED:]),
        )


def by_key(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """Each entry once; raises `KeyReused` if two of one key differ."""
    found: dict[Key, Entry] = {}
    for given in entries:
        check_same(found.setdefault(given.key, given), given)
    return found


def check_same(held: Entry, given: Entry) -> None:
    """Again is nothing new, differently is an error: raises `KeyReused` naming the key and both contents."""
    if held != given:
        raise KeyReused(
            f"{given.key.text()} is booked as {_contents(held)}; now asked for {_contents(given)}"
        )


def check_reversals(
    new: Iterable[Entry], originals: Mapping[Key, Entry], done: Collection[tuple[Key, Key]]
) -> None:
    """Refuse to reverse what is not there, twice, or other than as a whole; raises `CannotReverse`.

    `done` names (reversed, reversing) entries that are in the books.
    """
    reversing = dict(done)
    for entry in new:
        if entry.reverses is None:
            continue
        if entry.reverses in reversing:
            other = reversing[entry.reverses].text()
            raise CannotReverse(f"{entry.reverses.text()} is reversed already by {other}")
        reversing[entry.reverses] = entry.key
        _check_undoes(originals.get(entry.reverses), entry, entry.reverses.text())


def _check_undoes(original: Entry | None, reversal: Entry, name: str) -> None:
    if original is None:
        raise CannotReverse(f"{reversal.key.text()}: there is no entry {name}")
    undoing = tuple(posting.swapped() for posting in original.postings)
    if reversal.postings != undoing or reversal.value_date != original.value_date:
        raise CannotReverse(f"{reversal.key.text()} does not undo all of {name} on its value date")


def _contents(entry: Entry) -> str:
    rows = "; ".join(f"{row.debit} to {row.credit} {euros(row.cents)}" for row in entry.postings)
    link = f", reversing {entry.reverses.text()}" if entry.reverses else ""
    return f"[{rows}, {entry.value_date} in {entry.period}, fact {entry.fact}, row {entry.row_nr}{link}]"
