"""What goes to the printer: letters in the order of envelopes, what parts them, and the sheet with the counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from ledger.money import euros
from letters.outbox.page_draft import reference_of_letter
from letters.outbox.values import Letter, Page


class Envelope(NamedTuple):
    """One envelope: the letters for one addressee, in the order of their numbers, and their pages together."""

    addressee: tuple[str, ...]
    letters: tuple[int, ...]
    pages: int


@dataclass(frozen=True, slots=True)
class Stack:
    """The letters of a print run of a creditor (by code) with their pages."""

    run: int
    sent_on: date
    creditor: str
    letters: Mapping[int, Letter]
    pages: Mapping[int, Page]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the count sheet says and the post room confirms."""

    letters: int
    envelopes: int
    pages: int
    demanded: int


def envelopes_of(stack: Stack) -> list[Envelope]:
    """The letters by envelope, thin ones first, then by the lines below the name: a street of a city together."""
    found: dict[tuple[str, ...], list[int]] = {}
    for number in sorted(stack.letters):
        found.setdefault(_addressee(stack.letters[number]), []).append(number)
    every = [
        Envelope(lines, tuple(numbers), sum(stack.pages[number].pages for number in numbers))
        for lines, numbers in found.items()
    ]
    return sorted(every, key=lambda one: (one.pages, one.addressee[:0:-1], one.letters))


def thicknesses(envelopes: Sequence[Envelope]) -> list[tuple[int, list[Envelope]]]:
    """The envelopes by their number of pages, each with a sheet before it."""
    return [(pages, list(group)) for pages, group in groupby(envelopes, key=lambda one: one.pages)]


def counts_of(stack: Stack) -> Counts:
    """How many letters, envelopes and pages there are, and what they ask for."""
    return Counts(
        len(stack.letters),
        len(envelopes_of(stack)),
        sum(page.pages for page in stack.pages.values()),
        sum(letter.draft.demanded for letter in stack.letters.values()),
    )


def manifest_of(stack: Stack) -> dict[str, object]:
    """The print run as data: every letter in the order of the file, with the hash of its page."""
    counts = counts_of(stack)
    rows = [
        _row(stack.letters[number], stack.pages[number], place)
        for place, envelope in enumerate(envelopes_of(stack), start=1)
        for number in envelope.letters
    ]
    return {
        "run": stack.run,
        "creditor": stack.creditor,
        "sent_on": stack.sent_on.isoformat(),
        "letters": counts.letters,
        "envelopes": counts.envelopes,
        "pages": counts.pages,
        "demanded": euros(counts.demanded),
        "contents": rows,
    }


def _row(letter: Letter, page: Page, envelope: int) -> dict[str, object]:
    return {
        "envelope": envelope,
        "letter": letter.id,
        "reference": reference_of_letter(letter),
        "kind": letter.draft.kind,
        "loans": [on.loan for on in letter.draft.loans],
        "demanded": euros(letter.draft.demanded),
        "pages": page.pages,
        "sha256": page.sha256,
    }


def _addressee(letter: Letter) -> tuple[str, ...]:
    lines = letter.draft.fields["addressee"]
    assert isinstance(lines, list)
    return tuple(str(line) for line in lines)
