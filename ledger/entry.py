"""An entry of the books: rows that each name a debit account, a credit account and whole cents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from ledger.day import FIRST_DAY, LAST_DAY, is_day, parse_day
from ledger.errors import BadInput, VerificationFailed
from ledger.money import LARGEST_CENTS
from ledger.period import is_period, period_of

LOANS_PER_CREDITOR = 100_000_000
ACCOUNTS_PER_CREDITOR = 10_000


class NotAKey(BadInput):
    """A key is loan, day, kind and number, such as 100000001:2025-03-01:interest:1."""


class NotAPosting(BadInput):
    """A posting moves 1 to 10^13 whole cents between two accounts of one creditor."""


class NotAnEntry(BadInput):
    """An entry has at least one posting, all of its loan's creditor, and no period before its value date."""


class KeyReused(VerificationFailed):
    """The key of an entry exists with other contents; both are named. Two programs disagree: stop."""


class EntryKind(IntEnum):
    """What an entry books."""

    OPENING = 1
    DISBURSEMENT = 2
    INTEREST = 3
    INSTALMENT = 4
    PAYMENT = 5
    REVERSAL = 6
    COST = 7
    CUT_OFF = 8
    DEFERRED_INTEREST = 9
    WRITE_OFF = 10
    MANUAL = 11
    BANK_OPENING = 20
    BANK_LINE = 21
    ALLOCATION = 22
    OTHER_RECEIPT = 23
    WAIVER = 12
    STATUTORY_INTEREST = 13
    CANCELLATION = 14
    INTEREST_OWED = 15
    CREDIT_REFUND = 16
    SETTLEMENT = 40
    REMISSION = 41
    REDUCTION = 42
    TRANSFER = 43
    ADVANCE = 44

    @property
    def text(self) -> str:
        """The name as people read and type it, such as "cut-off"."""
        return self.name.lower().replace("_", "-")


def creditor_of_loan(loan: int) -> int:
    """The number of the creditor whose loan (or whose entries without a loan) this is."""
    return loan // LOANS_PER_CREDITOR


def book_of_creditor(creditor: int) -> int:
    """The number under which a creditor's entries without a loan stand; no loan has it."""
    return creditor * LOANS_PER_CREDITOR


def creditor_of_account(account: int) -> int:
    """The number of the creditor in whose administration the account lies."""
    return account // ACCOUNTS_PER_CREDITOR


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What the business calls an entry: the night that booked it, the loan, the kind and a number from 1.

    Keys sort as the journal does. Raises `NotAKey`.
    """

    business_date: date
    loan: int
    kind: EntryKind
    nr: int

    def __post_init__(self) -> None:
        """Refuse what the database would refuse."""
        if not is_day(self.business_date) or not FIRST_DAY <= self.business_date <= LAST_DAY:
            raise NotAKey(f"business date {self.business_date!r} is not a day from {FIRST_DAY} to {LAST_DAY}")
        if type(self.loan) is not int or not LOANS_PER_CREDITOR <= self.loan < 10_000 * LOANS_PER_CREDITOR:
            raise NotAKey(f"loan {self.loan!r} is not a loan number such as 100000001")
        if type(self.kind) is not EntryKind:
            raise NotAKey(f"kind {self.kind!r} is not one of {', '.join(kind.text for kind in EntryKind)}")
        if type(self.nr) is not int or not 1 <= self.nr < 2**31:
            raise NotAKey(f"number {self.nr!r} is not a whole number from 1")

    def text(self) -> str:
        """The key as people read it: 100000001:2025-03-01:interest:1."""
        return f"{self.loan}:{self.business_date}:{self.kind.text}:{self.nr}"


def parse_key(text: str) -> Key:
    """The key written as 100000001:2025-03-01:interest:1; raises `NotAKey` naming the part that is wrong."""
    parts = text.split(":")
    kinds = {kind.text: kind for kind in EntryKind}
    if len(parts) != len(("loan", "day", "kind", "nr")):
        raise NotAKey(f"{text!r} is not a key such as 100000001:2025-03-01:interest:1")
    loan, day, kind, number = parts
    if kind not in kinds:
        raise NotAKey(f"{text!r}: {kind!r} is not one of {', '.join(kinds)}")
    if not (_is_number(loan) and _is_number(number)):
        raise NotAKey(f"{text!r}: loan and number are written in digits, such as 100000001 and 1")
    return Key(parse_day(day), int(loan), kinds[kind], int(number))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and not text.startswith("0")


@dataclass(frozen=True, slots=True)
class Posting:
    """One row of the books, which therefore cannot be out of balance. Raises `NotAPosting`."""

    debit: int
    credit: int
    cents: int

    def __post_init__(self) -> None:
        """Refuse what the database would refuse, and floats before they get there."""
        if not (type(self.debit) is type(self.credit) is type(self.cents) is int):
            raise NotAPosting(f"accounts and cents are whole numbers, not {self!r}")
        if not 1 <= self.cents <= LARGEST_CENTS:
            raise NotAPosting(f"{self.cents} cents is not from 1 to {LARGEST_CENTS}")
        if self.debit == self.credit:
            raise NotAPosting(f"account {self.debit} is debited and credited by one row")
        if creditor_of_account(self.debit) != creditor_of_account(self.credit):
            raise NotAPosting(f"accounts {self.debit} and {self.credit} belong to two creditors")

    def swapped(self) -> Posting:
        """The row that undoes this one."""
        return Posting(self.credit, self.debit, self.cents)


@dataclass(frozen=True, slots=True)
class Entry:
    """The rows under one key: when they hold, in which period they count, and what they come from.

    `fact` is the fact behind the entry (0: the passing of time), `row_nr` the row of the schedule it concerns
    (0: none), `reverses` the key of the entry it undoes. Raises `NotAnEntry`.
    """

    key: Key
    value_date: date
    period: int
    fact: int
    row_nr: int
    postings: tuple[Posting, ...]
    reverses: Key | None = None

    def __post_init__(self) -> None:
        """Refuse what the database would refuse."""
        _check_days(self.key, self.value_date, self.period)
        if not (type(self.fact) is type(self.row_nr) is int and self.fact >= 0 and self.row_nr >= 0):
            raise NotAnEntry(
                f"{self.key.text()}: fact {self.fact!r} and row {self.row_nr!r} are whole numbers from 0"
            )
        if not self.postings or type(self.postings) is not tuple:
            raise NotAnEntry(f"{self.key.text()}: an entry has a tuple of at least one posting")
        owner = creditor_of_loan(self.key.loan)
        for posting in self.postings:
            if creditor_of_account(posting.debit) != owner:
                raise NotAnEntry(
                    f"{self.key.text()}: account {posting.debit} belongs to another creditor than the loan"
                )
        if self.reverses is not None and (self.reverses.loan != self.key.loan or self.reverses == self.key):
            raise NotAnEntry(
                f"{self.key.text()}: cannot reverse {self.reverses.text()}, which is not another entry of the loan"
            )

    def reversal(self, key: Key, *, period: int, fact: int = 0) -> Entry:
        """The entry that undoes this one on its own value date, linked to it."""
        postings = tuple(posting.swapped() for posting in self.postings)
        return replace(self, key=key, period=period, fact=fact, postings=postings, reverses=self.key)


def _check_days(key: Key, value_date: date, period: int) -> None:
    if not is_day(value_date) or not FIRST_DAY <= value_date <= LAST_DAY:
        raise NotAnEntry(
            f"{key.text()}: value date {value_date!r} is not a day from {FIRST_DAY} to {LAST_DAY}"
        )
    if not is_period(period) or period < period_of(value_date):
        raise NotAnEntry(f"{key.text()}: period {period!r} is not {period_of(value_date)} or a later month")
