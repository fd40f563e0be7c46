"""Values of a case or of options: each reader names the key, the value and the rule when it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from ledger.day import NotADay, parse_day
from ledger.errors import BadInput
from ledger.money import NotAnAmount, cents_of, euros
from servicing.daycount import Step, StepRefused, parse_step
from servicing.schedule import Amount

Case = Mapping[str, object]
"""One case as it was read: keys with strings, `Number`s, true, false, null, lists or cases in them."""

T = TypeVar("T")
Reader = Callable[[str, object], T]
"""Reads the value of a key; raises `CaseRefused`."""

LARGEST_PERCENT = 100

_PERCENT = re.compile(r"-?\d{1,6}(\.\d{1,10})?", re.ASCII)
_COUNT = re.compile(r"-?\d{1,9}", re.ASCII)


class CaseRefused(BadInput):
    """A case cannot be answered; names key, value and rule."""


class Number(str):
    """A JSON number as it was written: neither rounded nor in binary."""

    __slots__ = ()


def refuse(key: str, value: object, rule: str) -> CaseRefused:
    """The refusal of a value, to raise."""
    return CaseRefused(f"{key}: {_shown(value)}: {rule}")


def refuse_unknown(case: Case, known: Collection[str]) -> None:
    """Refuse a case that holds a key nobody reads."""
    for key in case:
        if key not in known:
            raise refuse(key, case[key], f"unknown key; known are {', '.join(known)}")


def required(case: Case, key: str, read: Reader[T]) -> T:
    """The value of a key that must be there."""
    if case.get(key) is None:
        raise CaseRefused(f"{key}: missing: a value is required")
    return read(key, case[key])


def optional(case: Case, key: str, read: Reader[T], default: T) -> T:
    """The value of a key, or the default when it is not there or null."""
    return default if case.get(key) is None else read(key, case[key])


def text(key: str, value: object) -> str:
    """The characters of a string or of a number as written."""
    if not isinstance(value, str):
        raise refuse(key, value, "must be a string or a number")
    return str(value)


def amount(key: str, value: object) -> int:
    """Whole cents of an amount in euros."""
    try:
        return cents_of(text(key, value))
    except NotAnAmount as wrong:
        raise refuse(key, value, _rule(wrong, "must be an amount in euros such as 506.91")) from None


def percent(key: str, value: object) -> Fraction:
    """A rate per year as a part of 1, written as a percentage from 0 to 100."""
    if not _PERCENT.fullmatch(text(key, value)):
        raise refuse(key, value, "must be a percentage such as 8 or 7.25, with at most ten decimals")
    share = Fraction(text(key, value))
    if not 0 <= share <= LARGEST_PERCENT:
        raise refuse(key, value, f"must be from 0 to {LARGEST_PERCENT} percent")
    return share / 100


def count(key: str, value: object) -> int:
    """A whole number."""
    if not _COUNT.fullmatch(text(key, value)):
        raise refuse(key, value, "must be a whole number")
    return int(text(key, value))


def day(key: str, value: object) -> date:
    """A day written as 2025-03-01."""
    try:
        return parse_day(text(key, value))
    except NotADay as wrong:
        raise refuse(key, value, _rule(wrong, "must be a day written as 2025-03-01")) from None


def step(key: str, value: object) -> Step:
    """A period such as 1m or 2w."""
    try:
        return parse_step(text(key, value))
    except StepRefused:
        raise refuse(
            key, value, "must be a number from 1 to 999 and d, w, m or y, such as 1m or 2w"
        ) from None


def one_of(choices: Collection[T]) -> Reader[T]:
    """A reader of one of a few words."""

    def read(key: str, value: object) -> T:
        for choice in choices:
            if choice == value:
                return choice
        raise refuse(key, value, f"must be one of {', '.join(map(str, choices))}")

    return read


def written(cents: Amount) -> str:
    """The amount in euros with two decimals, or twenty when it is not rounded to cents."""
    return euros(cents) if isinstance(cents, int) else f"{Decimal(cents).scaleb(-2):.20f}"


def _rule(wrong: BadInput, default: str) -> str:
    return str(wrong) if "larger than" in str(wrong) or "outside" in str(wrong) else default


def _shown(value: object) -> str:
    """The value as JSON, short and without characters that could steer a terminal."""
    plain = str(value) if isinstance(value, Number) else json.dumps(value)
    return plain if len(plain) <= 80 else plain[:77] + "..."
