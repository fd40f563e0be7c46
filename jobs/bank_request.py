"""For whom a bank file is read and what it brought, or why it cannot be taken yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bank.statement import End, Heading
from ledger.errors import BadInput
from servicing.receipts.drafts import LineDraft
from servicing.store import Recorded


class Gap(BadInput):
    """A statement does not follow what is known of its account; a missing file comes first, or the gap is recorded."""


class NoStatement(Gap):
    """A notice comes before any statement of its account; it may be taken together with the first one."""


class NotYet(BadInput):
    """A file holds days after the one it is read for; it waits for its own night."""


class Overlaps(BadInput):
    """A statement that seemed to go on in the middle of a day repeats lines of it: it is to be read again as one."""


class Request(NamedTuple):
    """For whom a file is read: who records it, of which creditor (0: any), up to which day, gaps allowed or not.

    `together` lets older lines fill what no gap tells of: other files with it must make up for that. `goes_on` lets
    lines without a reference of the bank be twins of those of the last statement's day. `first_comes` says that
    statements follow their notices in the same transaction, which is looked at as a whole then.
    """

    by: Recorded
    owners: Mapping[str, int]
    creditor: int
    until: int
    allow_gap: bool = False
    goes_on: bool = True
    together: bool = False
    first_comes: bool = False


class Document(NamedTuple):
    """A bank document: how it is called, the digest of its contents, and what stands in it."""

    name: str
    sha256: str
    items: Iterable[Heading | LineDraft | End]


@dataclass(slots=True)
class Outcome:
    """What a file brought: lines in it, new ones, those matched at once; or when it came first.

    `untold` are its notices with lines of days that a statement closed without them, each with the last such day: one
    in the same file is to show them. Of a status report the lines are the orders it tells of; `refused` are those
    refused, each with the reason.
    """

    name: str
    creditor: int = 0
    statements: int = 0
    lines: int = 0
    new: int = 0
    matched: int = 0
    returned: int = 0
    first: str = ""
    gaps: list[str] = field(default_factory=list)
    refused: list[str] | None = None
    untold: dict[int, int] = field(default_factory=dict)
