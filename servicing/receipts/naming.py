"""Which loans a bank line names: by a payment reference that is right, or by something that only looks like one."""

from __future__ import annotations

import re

from bank.reference import find_references, is_reference
from ledger.entry import LOANS_PER_CREDITOR
from servicing.receipts.matching import Named
from servicing.receipts.values import StoredLine

_BARE = re.compile(r"(?<![0-9A-Za-z])\d{9,12}(?![0-9A-Za-z])", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
NOBODY = Named((), ())


def loans_named(line: StoredLine) -> Named:
    """The loans a line names, each once."""
    return loans_in(line.structured, line.text, line.end_to_end)


def loans_in(structured: str, text: str, end_to_end: str) -> Named:
    """The loans named in a structured reference, a text and an end-to-end id, each once."""
    if is_reference(structured) and not _DIGIT.search(text):
        return Named((int(structured[1:]),), ())
    sure: dict[int, None] = {}
    likely: dict[int, None] = {}
    for said in (structured, text, end_to_end):
        if not _DIGIT.search(said):
            continue
        for reference in find_references(said):
            (sure if reference.is_certain else likely)[reference.loan] = None
        likely |= {int(digits): None for digits in _BARE.findall(said) if _is_loan(int(digits))}
    if not (sure or likely):
        return NOBODY
    return Named(tuple(sure), tuple(loan for loan in likely if loan not in sure))


def _is_loan(number: int) -> bool:
    return LOANS_PER_CREDITOR < number < 10_000 * LOANS_PER_CREDITOR
