"""The payment reference of a loan: sixteen digits (betalingskenmerk) and its ISO 11649 form, issued and read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import mul

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from ledger.errors import BadInput

DIGITS = 16
MOST_LOST = 4
"""So many leading zeros may have been lost in what is offered as a candidate; more is no reference any more."""

_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
"""Of the digits from right to left, over and over; the sum modulo 11 gives the check digit (acceptgiro, 11-proef)."""

_OF_FIFTEEN = tuple(_WEIGHTS[place % 10] for place in range(DIGITS - 1))[::-1]
_CODE_OF_ZERO = ord("0") * sum(_OF_FIFTEEN)
_CHECK_DIGITS = "01987654321"
"""By the sum modulo 11: 11 less it, where 11 becomes 0 and 10 becomes 1."""

_SIGNS = str.maketrans("", "", " .-/")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ .\-/]?[0-9])*(?![0-9A-Za-z])", re.ASCII)
_RF = re.compile(r"(?<![0-9A-Za-z])RF[0-9]{2}(?:[ ]?[0-9A-Za-z]){1,21}", re.ASCII | re.IGNORECASE)


class NotALoanNumber(BadInput):
    """A payment reference is made of a loan number of at most fifteen digits."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The loan that a text names, and whether that is certain; if not, leading zeros were lost and a person looks."""

    loan: int
    is_certain: bool
    text: str


def reference_of(loan: int) -> str:
    """The sixteen digits a debtor of this loan pays with: a check digit, then the number of the loan."""
    if not 0 < loan < 10 ** (DIGITS - 1):
        raise NotALoanNumber(
            f"{loan}: a payment reference holds a loan number of at most {DIGITS - 1} digits"
        )
    digits = f"{loan:0{DIGITS - 1}}"
    return check_digit(digits) + digits


def rf_of(loan: int) -> str:
    """The same reference as ISO 11649 writes it: RF, two check digits, the sixteen digits."""
    digits = reference_of(loan)
    return f"RF{mod_97_10.calc_check_digits(digits + 'RF')}{digits}"


def check_digit(digits: str) -> str:
    """The check digit that stands before fifteen digits."""
    # Every line of a statement comes by here: the codes of the digits at once, less what makes codes of them.
    total = sum(map(mul, digits.encode(), _OF_FIFTEEN)) - _CODE_OF_ZERO
    return _CHECK_DIGITS[total % 11]


def is_reference(digits: str) -> bool:
    """Whether these are sixteen digits with the right check digit in front."""
    is_number = len(digits) == DIGITS and digits.isascii() and digits.isdigit()
    return is_number and check_digit(digits[1:]) == digits[0]


def read_reference(text: str) -> Reference | None:
    """The loan that a structured reference names: certain if it is complete, else a candidate; None if it is neither.

    Spaces, points and dashes do not matter. Leading zeros that are missing make a candidate, never a certainty.
    """
    digits = text.strip().translate(_SIGNS).upper()
    is_rf = digits.startswith("RF")
    if is_rf:
        if not iso11649.is_valid(digits):
            return None
        digits = digits[4:]
    if not (digits.isascii() and digits.isdigit()) or not DIGITS - MOST_LOST <= len(digits) <= DIGITS:
        return None
    whole = digits.zfill(DIGITS)
    if not is_reference(whole) or not int(whole[1:]):
        return None
    return Reference(int(whole[1:]), is_certain=len(digits) == DIGITS, text=text.strip())


def find_references(text: str) -> tuple[Reference, ...]:
    """The references in free text, each loan once, the certain ones first."""
    pieces = [match[0] for match in _RF.finditer(text)] + [match[0] for match in _NUMBER.finditer(text)]
    found = [each for piece in pieces for each in _longest(piece)]
    best = {each.loan: each for each in sorted(found, key=lambda each: each.is_certain)}
    return tuple(sorted(best.values(), key=lambda each: (not each.is_certain, each.loan)))


def _longest(piece: str) -> list[Reference]:
    """What a piece names: as a whole, else some of its words together that are complete."""
    whole = read_reference(piece)
    if whole:
        return [whole]
    words = re.split(r"[ ]", piece)
    spans = [
        " ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, min(len(words), a + 8) + 1)
    ]
    return [each for span in spans if (each := read_reference(span)) and each.is_certain]
