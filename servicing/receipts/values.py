"""A bank line as we keep it: what makes it the same line in another file, and what was decided about it."""

from __future__ import annotations

import re
from enum import IntEnum
from hashlib import blake2b
from typing import NamedTuple

from bank.statement import Line
from ledger.accounts import AccountNumber
from ledger.day import number_of

DIGEST_BYTES = 16
NO_REFERENCE = {"", "NONREF", "NOTPROVIDED"}
"""What banks write where they have no reference to give."""

NAMELESS = "\x1f"
"""Between the parts of an identity; no text of a bank holds it."""


LINE_KEY = "bank "
"""With this begins the key of every payment that a bank line brought."""


class Disposition(IntEnum):
    """What a bank line, or a part of it, is for (bestemming); the numbers are stored."""

    LOAN = 70
    RETURN = 71
    PARKED = 72
    TO_REFUND = 73
    TO_FORWARD = 74
    IGNORED = 75
    BANK_COSTS = 76
    DISBURSEMENT = 77
    REFUND = 78
    FORWARDED = 79
    SET_OFF = 80
    BAILIFF = 81
    TRUSTEE = 82
    SECURITY = 83
    NO_MONEY = 84

    @property
    def text(self) -> str:
        """The name as people read and type it, such as "to-refund"."""
        return self.name.lower().replace("_", "-")


ACCOUNTS: dict[int, int] = {
    Disposition.LOAN: int(AccountNumber.BANK_IN_TRANSIT),
    Disposition.RETURN: int(AccountNumber.BANK_IN_TRANSIT),
    Disposition.PARKED: int(AccountNumber.RECEIPTS_TO_ALLOCATE),
    Disposition.TO_REFUND: int(AccountNumber.REFUNDS_OF_RECEIPTS),
    Disposition.TO_FORWARD: int(AccountNumber.TO_FORWARD),
    Disposition.IGNORED: int(AccountNumber.OTHER_BANK_MOVEMENTS),
    Disposition.BANK_COSTS: int(AccountNumber.BANK_COSTS),
    Disposition.DISBURSEMENT: int(AccountNumber.DISBURSEMENTS_IN_TRANSIT),
    Disposition.REFUND: int(AccountNumber.REFUNDS_OF_RECEIPTS),
    Disposition.FORWARDED: int(AccountNumber.TO_FORWARD),
    Disposition.SET_OFF: int(AccountNumber.SET_OFFS),
    Disposition.BAILIFF: int(AccountNumber.BAILIFF_REMITTANCES),
    Disposition.TRUSTEE: int(AccountNumber.TRUSTEE_DISTRIBUTIONS),
    Disposition.SECURITY: int(AccountNumber.SECURITY_PROCEEDS),
    # Told twice, or by a notice only: against the bank itself, so that nothing of it is left.
    Disposition.NO_MONEY: int(AccountNumber.BANK),
}
"""On which account the money of a line stands, by what it is for."""


class Place(NamedTuple):
    """Where a line was found: the account it is on, its statement with creditor, and from which night it is known."""

    account: str
    creditor: int
    statement: int
    known_on: int


class StoredLine(NamedTuple):
    """A bank line in the order of the columns of its table; days as integers, cents below zero for a debit."""

    id: int
    statement_id: int
    creditor_id: int
    account: str
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
    known_on: int

    @property
    def amount(self) -> int:
        """The cents without their sign."""
        return abs(self.cents)

    @property
    def key(self) -> str:
        """What the business calls the line: the same in whatever file it comes."""
        return line_key(self)


_LINE_KEY = re.compile(rf"{LINE_KEY}[A-Z]{{2}}\d{{2}}[A-Z0-9]+ \d{{8}} ", re.ASCII)


def came_with_line(key: str) -> bool:
    """Whether a payment came with a bank line, by its key; "bank 12" is one that a person typed."""
    return _LINE_KEY.match(key) is not None


def line_key(line: StoredLine) -> str:
    """The identity of a line as people read it: account, day, reference, cents with sign, occurrence."""
    return (
        f"{LINE_KEY}{line.account} {line.booked_on} {line.reference[:80]} {line.cents:+d} {line.occurrence}"
    )


def source_of(line: StoredLine) -> str:
    """What a fact names as its source that was recorded because a payment came back by the line."""
    return f"bank line {line.id}"


def reference_of(line: Line, account: str) -> str:
    """The bank's reference of the line; in a batch with that of the part, without any what the line itself says."""
    own = line.account_reference or line.entry_reference
    if own in NO_REFERENCE:
        own = ""
    if own and line.parts <= 1:
        return own
    part = line.part_reference or line.transaction_id or line.instruction_id
    if own and part not in NO_REFERENCE:
        return f"{own}/{part}"
    said = NAMELESS.join(
        (account, part, line.end_to_end_id, line.iban, line.name, line.text, *line.references)
    )
    detail = blake2b(said.encode(), digest_size=8).hexdigest()
    return f"{own}/{detail}" if own else detail


def has_reference(line: Line) -> bool:
    """Whether the bank itself gave the line a reference, which then tells it from any other."""
    return (line.account_reference or line.entry_reference) not in NO_REFERENCE


def same_key(line: Line, reference: str) -> tuple[str, int, int]:
    """What two lines of one account have in common that only their occurrence tells apart."""
    return reference, number_of(line.booked), line.signed_cents


def identity_of(account: str, key: tuple[str, int, int], occurrence: int) -> bytes:
    """The digest by which a line is known again: own account, reference, day, amount with sign, occurrence."""
    reference, day, cents = key
    said = f"{account}{NAMELESS}{reference}{NAMELESS}{day}{NAMELESS}{cents}{NAMELESS}{occurrence}"
    return blake2b(said.encode(), digest_size=DIGEST_BYTES).digest()


def content_of(line: StoredLine) -> bytes:
    """The digest of what a stored line says, to be compared with the one that was kept."""
    said = (line.end_to_end, line.name, line.iban, line.structured, line.text, line.code, line.return_reason)
    return blake2b(NAMELESS.join(said).encode(), digest_size=DIGEST_BYTES).digest()


class Share(NamedTuple):
    """Of a part of a line what the books need: the number of its disposition, and cents above zero."""

    kind: int
    cents: int


class Part(NamedTuple):
    """What a part of a line is for: cents above zero, the loan and its fact if it is for one.

    `since` is the day from which a payment counts where that is not the line's own; it is kept in the fact alone.
    """

    kind: Disposition
    cents: int
    loan: int = 0
    fact: int = 0
    other_creditor: int = 0
    reason: str = ""
    since: int = 0
