"""Whole cents inside, `moneyed.Money` where an amount meets a person; the only module that rounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from moneyed import EUR, Money

from ledger.errors import BadInput

LARGEST_CENTS = 10**13
"""No amount in the books is larger (the database checks it too); € 100 billion."""

_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,2})?", re.ASCII)


class NotAnAmount(BadInput):
    """An amount is digits with at most two decimals after a point, such as 506.91."""


def cents_of(text: str) -> int:
    """Whole cents of an amount written in euros, such as "506.91"; raises `NotAnAmount`."""
    if not _AMOUNT.fullmatch(text):
        raise NotAnAmount(f"{text!r} is not an amount in euros with at most two decimals, such as 506.91")
    whole, _, part = text.partition(".")
    cents = int(f"{whole}{part:0<2}")
    if abs(cents) > LARGEST_CENTS:
        raise NotAnAmount(f"{text!r} is larger than {euros(LARGEST_CENTS)}")
    return cents


def euros(cents: int) -> str:
    """The amount in euros with two decimals, such as "506.91", from whole cents."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole}.{rest:02}"


def money(cents: int) -> Money:
    """The amount as `Money` in euros, from whole cents."""
    return Money(Decimal(cents).scaleb(-2), EUR)


def cents_of_money(amount: Money) -> int:
    """Whole cents of an amount in euros; refuses another currency and parts of a cent."""
    cents = amount.amount.scaleb(2)
    if amount.currency != EUR or not cents.is_finite() or cents != int(cents):
        raise NotAnAmount(f"{amount!r} is not a whole number of eurocents")
    return int(cents)


def half_up(value: Fraction) -> int:
    """The nearest whole number, a tie away from zero (0.5 becomes 1, -0.5 becomes -1)."""
    top, bottom = value.as_integer_ratio()
    size = (abs(top) * 2 + bottom) // (bottom * 2)
    return -size if top < 0 else size


def half_even(value: Fraction) -> int:
    """The nearest whole number, a tie to the even one (0.5 becomes 0, 1.5 becomes 2)."""
    return round(value)


def split(cents: int, parts: int) -> tuple[int, ...]:
    """Equal parts that add up to the whole; the first ones carry the odd cents."""
    share, rest = divmod(cents, parts)
    return tuple(share + (1 if part < rest else 0) for part in range(parts))


def split_in_proportion(cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Parts in proportion to weights that add up to the whole; the largest remainders carry the odd cents.

    No part is above its weight where the whole is not above their sum.
    """
    total = sum(weights)
    shares = [divmod(cents * weight, total) for weight in weights]
    odd = cents - sum(share for share, _ in shares)
    first = sorted(range(len(weights)), key=lambda place: (-shares[place][1], place))[:odd]
    return tuple(share + (place in first) for place, (share, _) in enumerate(shares))
