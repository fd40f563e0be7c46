"""Which loans a bank line names: by a payment reference that is right, or by something that only looks like one."""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum import iso11649

from ledger.entry import LOANS_PER_CREDITOR
from servicing.receipts.matching import Named
from servicing.receipts.values import StoredLine

_DIGITS = re.compile(r"(?<![\dA-Za-z])\d(?:[ .-]?\d){8,17}(?![\dA-Za-z])", re.ASCII)
_RF = re.compile(r"\bRF\d\d[ ]?(?:[0-9A-Z]{1,4}[ ]?){1,6}", re.ASCII | re.IGNORECASE)
_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
REFERENCE_DIGITS = 16
NOBODY = Named((), ())


def loans_named(line: StoredLine) -> Named:
    """The loans a line names, each once, in the order in which they stand there."""
    text = f"{line.structured} {line.text} {line.end_to_end}"
    if not any(letter.isdigit() for letter in text):
        return NOBODY
    return _named(line.structured, line.text, line.end_to_end)


@lru_cache(maxsize=1)
def _named(*texts: str) -> Named:
    sure: dict[int, None] = {}
    likely: dict[int, None] = {}
    for text in texts:
        for match in _RF.findall(text):
            if loan := _loan_of_rf(match):
                sure[loan] = None
        for match in _DIGITS.findall(text):
            digits = re.sub(r"\D", "", match)
            if loan := loan_of_reference(digits):
                sure[loan] = None
            elif loan := _loan_like(digits):
                likely[loan] = None
    return Named(tuple(sure), tuple(loan for loan in likely if loan not in sure))


def reference_of_loan(loan: int) -> str:
    """The payment reference (betalingskenmerk) of a loan: a check digit and its number in fifteen digits."""
    number = f"{loan:015}"
    return f"{_check_digit(number)}{number}"


def loan_of_reference(digits: str) -> int:
    """The loan whose payment reference this is; 0 if it is none."""
    if len(digits) != REFERENCE_DIGITS or _check_digit(digits[1:]) != int(digits[0]):
        return 0
    return _number(digits[1:])


def _check_digit(number: str) -> int:
    total = sum(int(digit) * _WEIGHTS[place % 10] for place, digit in enumerate(reversed(number)))
    rest = 11 - total % 11
    return {10: 1, 11: 0}.get(rest, rest)


def _loan_of_rf(text: str) -> int:
    compact = text.replace(" ", "").upper()
    if not iso11649.is_valid(compact) or not compact[4:].isdigit():
        return 0
    return loan_of_reference(compact[4:]) or _number(compact[4:])


def _loan_like(digits: str) -> int:
    """A bare loan number, or a reference that lost its leading zeros or has one digit wrong in front."""
    if len(digits) == REFERENCE_DIGITS:
        return _number(digits[1:])
    return _number(digits)


def _number(digits: str) -> int:
    number = int(digits)
    return number if LOANS_PER_CREDITOR < number < 10_000 * LOANS_PER_CREDITOR else 0
