"""From the entries of a camt file to lines: every part of a batch its own line, and their sum the entry to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from bank import camt_paths as at
from bank.camt_values import Wrong, day_of, euro_cents, flag, is_number, sign
from bank.statement import BadStatement, Line
from bank.xml_reader import Record
from ledger.money import euros

MOST_PARTS = 100_000
"""Transactions in one entry; they are kept until it ends, because their sum must be its amount."""

NOT_BOOKED = {"PDNG", "INFO", "FUTR"}

_NONE_PROVIDED = "NOTPROVIDED"


@dataclass(slots=True)
class Totals:
    """What a statement added up to so far: lines, cents in and out, entries that are not booked yet."""

    lines: int = 0
    credits: int = 0
    debits: int = 0
    not_booked: int = 0


@dataclass(slots=True)
class Entry:
    """One entry as it was read, and its parts, each with the batch it stands in."""

    record: Record
    file_line: int
    parts: list[Record] = field(default_factory=list)
    part_lines: list[int] = field(default_factory=list)
    batches: list[tuple[str, str]] = field(default_factory=list)

    def take(self, part: Record, around: Record, refused: Callable[[str], BadStatement]) -> None:
        """Adds a part that was read; `around` is its entry, with the batch the part stands in."""
        if len(self.parts) >= MOST_PARTS:
            raise refused(f"more than {MOST_PARTS} transactions in one entry")
        self.parts.append(part)
        self.batches.append(_batch(around))


def open_record(scope: int, around: list[Record]) -> Record:
    """The record of a scope that begins inside others, and is one of them from now on; details fill their entry's."""
    if scope == at.DETAILS:
        record = around[-1]
        record[at.BATCH_MESSAGE] = record[at.BATCH_PAYMENT] = record[at.BATCH_COUNT] = ""
    else:
        record = [""] * at.SIZES[scope]
    around.append(record)
    return record


def lines_of(entry: Entry, account: str, totals: Totals) -> Iterator[Line]:
    """The lines of one entry of the account, counted in the totals; none if it is not booked. Raises `Wrong`."""
    record = entry.record
    if not _is_booked(record[at.STATUS]):
        totals.not_booked += 1
        return
    cents = euro_cents(record[at.ENTRY_AMOUNT], "entry")
    if not cents:
        raise Wrong("entry of 0.00: a line moves money")
    is_credit = sign(record[at.SIGN], "entry")
    booked = day_of(record[at.BOOKED], "booking date")
    value = day_of(record[at.VALUE] or record[at.BOOKED], "value date")
    shared = (flag(record[at.REVERSAL], "RvslInd"), str(record[at.ACCOUNT_REFERENCE]))
    amounts = _amounts(entry, cents, is_credit=is_credit)
    parts = entry.parts or [_BLANK]
    batches = entry.batches or [_batch(record)]
    places = entry.part_lines or [entry.file_line]
    for number, part in enumerate(parts):
        yield _line(
            (booked, value, *amounts[number], *shared),
            record,
            part,
            account,
            (number + 1, len(parts), *batches[number], places[number]),
        )
    totals.lines += len(parts)
    totals.credits += sum(each for each, credit in amounts if credit)
    totals.debits += sum(each for each, credit in amounts if not credit)


_BLANK: Record = [""] * at.SIZES[at.PART]


def _is_booked(status: object) -> bool:
    if status == "BOOK":
        return True
    if status in NOT_BOOKED:
        return False
    raise Wrong(f"status {status!r}: known are BOOK, {', '.join(sorted(NOT_BOOKED))}")


def _batch(record: Record) -> tuple[str, str]:
    """The id under which a batch was ordered, and how many transactions it holds, as the bank says."""
    return str(record[at.BATCH_PAYMENT] or record[at.BATCH_MESSAGE]), str(record[at.BATCH_COUNT])


def _amounts(entry: Entry, cents: int, *, is_credit: bool) -> list[tuple[int, bool]]:
    """Cents and direction of every part; together they are the entry."""
    if not entry.parts:
        return [(cents, is_credit)]
    is_only = len(entry.parts) == 1
    amounts = [
        _amount(part, cents if is_only else 0, line, is_credit=is_credit)
        for part, line in zip(entry.parts, entry.part_lines, strict=True)
    ]
    total = sum(each if credit == is_credit else -each for each, credit in amounts)
    if total != cents:
        raise Wrong(f"the parts of the entry add up to {euros(total)}, the entry is {euros(cents)}")
    return amounts


def _amount(part: Record, default: int, line: int, *, is_credit: bool) -> tuple[int, bool]:
    """What a part moved: the amount booked, else the one instructed; the only part may leave it to its entry."""
    try:
        credit = sign(part[at.SIGN], "part") if part[at.SIGN] else is_credit
        found = part[at.PART_AMOUNT] or part[at.BOOKED_AMOUNT]
        if not found and not default:
            found = part[at.INSTRUCTED]
        cents = euro_cents(found, "part") if found or not default else default
    except Wrong as wrong:
        raise Wrong(str(wrong), line) from None
    if not cents:
        raise Wrong("part of 0.00: a line moves money", line)
    return cents, credit


def _line(
    moved: tuple[date, date, int, bool, bool, str],
    entry: Record,
    part: Record,
    account: str,
    place: tuple[int, int, str, str, int],
) -> Line:
    number, parts, batch, count, file_line = place
    name, iban, ultimate = _counterparty(part, account, is_credit=moved[3])
    end_to_end = str(part[at.END_TO_END_ID])
    coded = part if part[at.DOMAIN] else entry
    return Line(
        *moved,
        str(entry[at.ENTRY_REFERENCE]),
        str(part[at.PART_REFERENCE]),
        str(part[at.TRANSACTION_ID]),
        str(part[at.INSTRUCTION_ID]),
        "" if end_to_end == _NONE_PROVIDED else end_to_end,
        str(part[at.MANDATE_ID]),
        name,
        iban,
        ultimate,
        _texts(part[at.REFERENCES]),
        " ".join(_texts(part[at.TEXTS])),
        str(part[at.ADDITIONAL] or entry[at.ADDITIONAL]),
        str(part[at.RETURN_REASON]),
        _code(coded),
        str(part[at.PROPRIETARY] or entry[at.PROPRIETARY]),
        _charges(part) or (_charges(entry) if parts == 1 else 0),
        number,
        parts,
        batch,
        int(count) if is_number(count) else 0,
        file_line,
    )


def _counterparty(part: Record, account: str, *, is_credit: bool) -> tuple[str, str, str]:
    """Name, IBAN and ultimate name of the other side: the debtor of a credit, the creditor of a debit.

    A returned payment may keep the roles of its original, so that side is the other one where this one is ourselves
    or says nothing of an account.
    """
    debtor = part[at.DEBTOR], part[at.DEBTOR_IBAN], part[at.ULTIMATE_DEBTOR]
    creditor = part[at.CREDITOR], part[at.CREDITOR_IBAN], part[at.ULTIMATE_CREDITOR]
    likely, other = (debtor, creditor) if is_credit else (creditor, debtor)
    is_ours = likely[1] == account
    is_empty = not likely[1] and (other[1] not in {"", account} or not likely[0])
    name, iban, ultimate = other if is_ours or is_empty else likely
    if iban == account:
        iban = ""
    return str(name), str(iban).replace(" ", "").upper(), str(ultimate)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if each) if isinstance(value, tuple) else ()


def _code(record: Record) -> str:
    code = f"{record[at.DOMAIN]}-{record[at.FAMILY]}-{record[at.SUBFAMILY]}"
    return "" if code == "--" else code


def _charges(record: Record) -> int:
    """Charges in euros; the total where the bank gives one, else the sum of those it lists."""
    found = record[at.CHARGES_TOTAL] or record[at.CHARGES]
    pairs = found if isinstance(found, tuple) else ()
    return sum(euro_cents(pair, "charges") for pair in pairs if pair[1] == "EUR")
