"""The single values of a camt file: amounts, days, directions; strict, with the rule in the error."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ledger.day import NotADay, parse_day
from ledger.money import LARGEST_CENTS, euros

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""A moment with a zone of its own falls on the day it is here."""

_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d{0,2})(0*))?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_DIRECTIONS = {"CRDT": True, "DBIT": False}
_FLAGS = {
    "true": True,
    "1": True,
    "yes": True,
    "y": True,
    "false": False,
    "0": False,
    "no": False,
    "n": False,
}


class Wrong(ValueError):
    """A value breaks a rule; whoever reads it adds file and line, `line` if it is another than the present one."""

    def __init__(self, rule: str, line: int = 0) -> None:
        super().__init__(rule)
        self.line = line


def euro_cents(value: object, what: str) -> int:
    """Whole cents of an amount in euros, zero or more, from its text and currency; raises `Wrong`."""
    if not isinstance(value, tuple):
        raise Wrong(f"{what}: has no amount")
    text, currency = value
    if currency != "EUR":
        raise Wrong(f"{what}: {text!r} in {currency!r}: only amounts in EUR are read")
    return _cents(text, what)


def day_of(value: object, what: str) -> date:
    """The day of a date, or of a moment as it is in Amsterdam; raises `Wrong`."""
    if not value:
        raise Wrong(f"{what}: has no date")
    return _day(str(value), what)


def sign(value: object, what: str) -> bool:
    """Whether it is a credit; raises `Wrong` for anything but CRDT and DBIT."""
    is_credit = _DIRECTIONS.get(str(value))
    if is_credit is None:
        raise Wrong(f"{what}: {value!r} is neither CRDT nor DBIT")
    return is_credit


def flag(value: object, what: str) -> bool:
    """A yes or no, also as banks that do not keep to the schema write it; nothing is no."""
    known = _FLAGS.get(str(value).lower()) if value else False
    if known is None:
        raise Wrong(f"{what}: {value!r} is neither true nor false")
    return known


def moment(text: str) -> datetime | None:
    """A date with a time, None if it is not written as one; nothing rests on it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_number(text: str) -> bool:
    """Whether a text is one to eighteen digits."""
    return text.isascii() and text.isdigit() and len(text) <= 18


@lru_cache(maxsize=1 << 14)
def _cents(text: str, what: str) -> int:
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise Wrong(f"{what}: {text!r} is no amount with at most two decimals, such as 506.91")
    cents = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if cents > LARGEST_CENTS:
        raise Wrong(f"{what}: {text!r} is larger than {euros(LARGEST_CENTS)}")
    return cents


@lru_cache(maxsize=1 << 12)
def _day(text: str, what: str) -> date:
    match = _DAY.fullmatch(text)
    day = match[1] if match else _local_day(text)
    try:
        return parse_day(day)
    except NotADay as wrong:
        raise Wrong(f"{what}: {wrong}") from None


def _local_day(text: str) -> str:
    """The day of a moment in Amsterdam; what is no moment comes back as it is."""
    found = moment(text)
    if found is None or "T" not in text:
        return text
    try:
        return (found.astimezone(AMSTERDAM) if found.tzinfo else found).date().isoformat()
    except OverflowError:
        return text
