"""Bank lines and what they are for, as the commands show them."""

from __future__ import annotations

from jobs.bank_worklist import Waiting
from ledger.day import day_of
from ledger.money import euros
from servicing.receipts.values import Disposition, Part, StoredLine
from servicing.wording import printable

PARTS = {
    "refund": Disposition.TO_REFUND,
    "parked": Disposition.PARKED,
    "ignored": Disposition.IGNORED,
    "costs": Disposition.BANK_COSTS,
}
"""What a share of a split may be besides a loan."""


def day_text(number: int) -> str:
    """The day of a number such as 20250301, as 2025-03-01; empty for none."""
    return day_of(number).isoformat() if number else ""


def as_line(line: StoredLine) -> str:
    """A bank line in one line of text."""
    who = printable(f"{line.name} {line.iban}".strip())
    what = printable(f"{line.structured} {line.text}".strip())
    return f"{line.id:>6}  {day_text(line.booked_on)}  {euros(line.cents):>12}  {who[:50]}  {what[:60]}"


def part_words(part: Part) -> dict[str, object]:
    """A part of a line."""
    return {
        "for": part.kind.text,
        "amount": euros(part.cents),
        "loan": part.loan or None,
        "fact": part.fact or None,
        "reason": part.reason,
    }


def part_text(part: dict[str, object]) -> str:
    """A part of a line as a person reads it: 506.91 for loan 100000001 (fact 3): reason."""
    amount, kind, loan, fact = (part[key] for key in ("amount", "for", "loan", "fact"))
    what = f"for loan {loan}" if kind == "loan" else f"{kind} of loan {loan}" if loan else str(kind)
    return f"{amount} {what}{f' (fact {fact})' if loan and fact else ''}: {printable(str(part['reason']))}"


def line_words(line: StoredLine) -> dict[str, object]:
    """A bank line as it came in."""
    return {
        "line": line.id,
        "creditor": line.creditor_id,
        "account": line.account,
        "booked": day_text(line.booked_on),
        "value_date": day_text(line.paid_on),
        "amount": euros(line.cents),
        "name": line.name,
        "iban": line.iban,
        "references": line.structured,
        "text": line.text,
        "end_to_end_id": line.end_to_end,
    }


def waiting_words(one: Waiting) -> dict[str, object]:
    """A line that waits, with why and for what it may be."""
    line = one.line
    return {
        **line_words(line),
        "is_return": bool(line.is_return),
        "reason": one.reason,
        "candidates": [near._asdict() for near in one.candidates],
    }
