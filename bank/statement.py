"""What a bank statement says, as values: a heading, its booked lines one by one, and an end with the totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from ledger.errors import BadInput

Kind = Literal["053", "054"]
"""053 is a statement with balances, 054 a notice of debits and credits without."""

_RETURN_CODES = {"RRTN", "UPDD", "PRDD", "ARET", "AREV", "RRCT"}
"""Families of the ISO 20022 bank transaction code by which a payment came back, whichever way it went."""


class BadStatement(BadInput):
    """A bank file is refused as a whole; names the file, the line, the value and the rule."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What the account held on a day, in cents; negative when overdrawn."""

    day: date
    cents: int


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the lines of one statement. A file may hold several, each with its heading and end.

    `account` is the own IBAN (checksum verified), `currency` always EUR. `number` is the electronic sequence
    number, None if the bank gives none. `opening` and `closing` are None in a notice (054) only.
    """

    kind: Kind
    version: int
    message_id: str
    statement_id: str
    number: int | None
    created: datetime | None
    account: str
    currency: str
    opening: Balance | None
    closing: Balance | None
    is_copy: bool
    page: int
    is_last_page: bool
    file_line: int


class Line(NamedTuple):
    """One booked transaction: an entry of the bank, or one part of an entry that holds several.

    A named tuple, because a hundred thousand of them are made at a time. What the bank does not say is "" or ().
    `cents` is above zero; `is_credit` says whether the account gained it, `is_reversal` only that the bank calls it the
    reversal of an earlier line (the direction is in `is_credit` already). `account_reference` is the bank's own
    reference of the entry (AcctSvcrRef), `entry_reference` NtryRef; `part_reference` and `transaction_id` belong to
    the part. In a batch this is part `part` of `parts`, `batch_id` is the id under which it was ordered (PmtInfId, else
    MsgId); `batch_count` is how many transactions the bank says it holds, also where it does not list them.
    `charges` are cents the bank says it took, inside `cents`. `file_line` is where it begins in the file.
    """

    booked: date
    value: date
    cents: int
    is_credit: bool
    is_reversal: bool
    account_reference: str
    entry_reference: str
    part_reference: str
    transaction_id: str
    instruction_id: str
    end_to_end_id: str
    mandate_id: str
    name: str
    iban: str
    ultimate_name: str
    references: tuple[str, ...]
    text: str
    additional: str
    return_reason: str
    code: str
    proprietary_code: str
    charges: int
    part: int
    parts: int
    batch_id: str
    batch_count: int
    file_line: int

    @property
    def signed_cents(self) -> int:
        """What the line does to the balance of the account."""
        return self.cents if self.is_credit else -self.cents

    @property
    def bank_reference(self) -> str:
        """What the bank itself calls this line, as far as it says: the entry, else the part."""
        return self.account_reference or self.entry_reference or self.part_reference

    @property
    def is_return(self) -> bool:
        """Whether a payment came back by this line: a refused or returned collection or transfer."""
        return bool(self.return_reason) or not _RETURN_CODES.isdisjoint(self.code.split("-"))

    @property
    def original_end_to_end_id(self) -> str:
        """The end-to-end id of the payment that came back; a return carries that of its original."""
        return self.end_to_end_id if self.is_return else ""


@dataclass(frozen=True, slots=True)
class End:
    """What a statement added up to: lines, cents in and out, and entries left out because they are not booked yet."""

    lines: int
    credits: int
    debits: int
    not_booked: int
