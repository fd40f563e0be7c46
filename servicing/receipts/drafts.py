"""What of a bank line can be worked out before anything is known of earlier ones: its row, its identity, its loans."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from hashlib import blake2b
from typing import NamedTuple

from bank.camt import Item
from bank.statement import End, Heading, Line
from ledger.day import number_of
from servicing.receipts.naming import NOBODY, loans_in
from servicing.receipts.values import (
    DIGEST_BYTES,
    NAMELESS,
    NO_REFERENCE,
    Place,
    StoredLine,
    has_reference,
    identity_of,
    reference_of,
    same_key,
)


class LineDraft(NamedTuple):
    """A line of an account: the columns of `StoredLine` from `identity` to `content`, and what goes with them.

    `occurrence` counts the lines of its statement up to this one, and `identity` is that of this occurrence.
    `has_reference` says whether the bank gave it one; `named` are the loans it names, nobody's for a return.
    """

    identity: bytes
    booked_on: int
    paid_on: int
    cents: int
    reference: str
    occurrence: int
    end_to_end: str
    name: str
    iban: str
    structured: str
    text: str
    code: str
    is_return: int
    return_reason: str
    batch_id: str
    charges: int
    file_line: int
    content: bytes
    has_reference: bool
    named: tuple[tuple[int, ...], tuple[int, ...]]

    @property
    def key(self) -> tuple[str, int, int]:
        """What two lines of one account have in common that only their occurrence tells apart."""
        return self.reference, self.booked_on, self.cents


Drafts = Generator[Heading | LineDraft | End, None, None]

_OWN = len(LineDraft._fields) - 2
"""So many of them are columns."""


def drafts(items: Iterable[Item]) -> Drafts:
    """The items of a document with drafts for its lines."""
    account, seen = "", dict[int, int]()
    for item in items:
        if isinstance(item, Line):
            yield _draft(item, account, seen)
            continue
        if isinstance(item, Heading):
            account, seen = item.account, {}
        yield item


def _draft(line: Line, account: str, seen: dict[int, int]) -> LineDraft:
    """A line as a draft; `seen` counts the lines of its statement by what they have in common.

    It is paid on the day the bank counts from, but never later than it was booked: a debtor does not wait for
    the bank's own terms.
    """
    reference = reference_of(line, account)
    key = same_key(line, reference)
    # A number for each instead of its texts, however many lines there are.
    mark = hash(key)
    seen[mark] = occurrence = seen.get(mark, 0) + 1
    _, booked, cents = key
    value = number_of(line.value)
    structured = " ".join(line.references)
    end_to_end = "" if line.end_to_end_id in NO_REFERENCE else line.end_to_end_id
    said = (end_to_end, line.name, line.iban, structured, line.text, line.code, line.return_reason)
    is_return = line.is_return or line.is_reversal
    return LineDraft(
        identity_of(account, key, occurrence),
        booked,
        min(booked, value),
        cents,
        reference,
        occurrence,
        *said[:6],
        1 if is_return else 0,
        line.return_reason,
        line.batch_id,
        line.charges,
        line.file_line,
        blake2b(NAMELESS.join(said).encode(), digest_size=DIGEST_BYTES).digest(),
        has_reference(line),
        NOBODY if is_return else loans_in(structured, line.text, end_to_end),
    )


def again(draft: LineDraft, account: str, before: int) -> LineDraft:
    """The draft as a twin of so many lines that came before its statement."""
    occurrence = draft.occurrence + before
    return draft._replace(occurrence=occurrence, identity=identity_of(account, draft.key, occurrence))


def stored(draft: LineDraft, place: Place, number: int) -> StoredLine:
    """A new line as a row."""
    return StoredLine._make(
        (number, place.statement, place.creditor, place.account, *draft[:_OWN], place.known_on)
    )
