"""Read a mapping of names and written values strictly: each error names the key, the value and the rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from ledger.day import FIRST_DAY, LAST_DAY, NotADay, parse_day
from ledger.errors import BadInput
from ledger.money import LARGEST_CENTS, NotAnAmount, cents_of, euros

Choice = TypeVar("Choice", bound=str)

_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)
_INTEGER = re.compile(r"\d{1,9}", re.ASCII)
LARGEST_RATE_PERCENT = 100


class CaseRefused(BadInput):
    """A key, its value and the rule it breaks."""


_AMOUNT_RULE = f"an amount such as 506.91 has at most two decimals and is at most {euros(LARGEST_CENTS)}"


class Reader:
    """Takes values out of a mapping one by one; `done` refuses what nobody asked for."""

    def __init__(self, values: Mapping[str, object], where: str = "") -> None:
        self._values = dict(values)
        self._where = where

    def refuse(self, key: str, value: object, rule: str) -> CaseRefused:
        """The error for a value that breaks a rule."""
        shown = str(value) if isinstance(value, Decimal) else repr(value)
        return CaseRefused(f"{self._where}{key}: {shown[:80]}: {rule}")

    def has(self, key: str) -> bool:
        """Whether the key is there with a value other than null."""
        return self._values.get(key) is not None

    def take(self, key: str) -> object:
        """The raw value; refuses a missing one."""
        if self._values.get(key) is None:
            raise CaseRefused(f"{self._where}{key}: is missing")
        return self._values.pop(key)

    def amount(self, key: str, *, above_zero: bool = True) -> int:
        """An amount in euros, as whole cents."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.refuse(key, value, _AMOUNT_RULE)
        try:
            cents = cents_of(str(value))
        except NotAnAmount:
            raise self.refuse(key, value, _AMOUNT_RULE) from None
        if cents < 0 or (above_zero and not cents):
            raise self.refuse(key, value, "must be above 0" if above_zero else "must not be below 0")
        return cents

    def signed_amount(self, key: str) -> int:
        """An amount in euros that may be below zero, such as a loss, as whole cents."""
        value = self.take(key)
        is_written = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
        try:
            return cents_of(str(value) if is_written else "")
        except NotAnAmount:
            rule = "an amount such as 506.91 or -506.91 has at most two decimals and is at most"
            raise self.refuse(key, value, f"{rule} {euros(LARGEST_CENTS)}") from None

    def rate(self, key: str) -> Fraction:
        """A percentage per year, as a part of 1."""
        value = self.take(key)
        text = str(value)
        if (
            isinstance(value, bool)
            or not isinstance(value, str | int | Decimal)
            or not _DECIMAL.fullmatch(text)
        ):
            raise self.refuse(key, value, "a rate is a percentage per year from 0 to 100, such as 8 or 2.5")
        percent = Fraction(text)
        if percent > LARGEST_RATE_PERCENT:
            raise self.refuse(key, value, f"a rate is at most {LARGEST_RATE_PERCENT} percent per year")
        return percent / 100

    def day(self, key: str) -> date:
        """A day written 2025-03-01."""
        value = self.take(key)
        try:
            return parse_day(value if isinstance(value, str) else repr(value))
        except NotADay:
            raise self.refuse(
                key, value, f"a day is written 2025-03-01, from {FIRST_DAY} to {LAST_DAY}"
            ) from None

    def integer(self, key: str, smallest: int, largest: int) -> int:
        """A whole number within bounds."""
        value = self.take(key)
        number = int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not smallest <= number <= largest:
            raise self.refuse(key, value, f"must be a whole number from {smallest} to {largest}")
        return number

    def choice(self, key: str, options: Sequence[Choice]) -> Choice:
        """One of some words."""
        value = self.take(key)
        for option in options:
            if value == option:
                return option
        raise self.refuse(key, value, f"must be one of {', '.join(options)}")

    def text(self, key: str) -> str:
        """A short text."""
        value = self.take(key)
        if not isinstance(value, str) or not 1 <= len(value) <= 200:
            raise self.refuse(key, value, "must be a text of 1 to 200 characters")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.take(key)
        if not isinstance(value, bool):
            raise self.refuse(key, value, "must be true or false")
        return value

    def words(self, key: str) -> list[str]:
        """A list of words."""
        value = self.take(key)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.refuse(key, value, "must be a list of words")
        return [str(word) for word in value]

    def done(self) -> None:
        """Refuse keys nobody asked for; null counts as absent."""
        left = [key for key, value in self._values.items() if value is not None]
        if left:
            raise self.refuse(left[0], self._values[left[0]], "is not a known key")
