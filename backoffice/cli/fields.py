"""Cases as the command line reads them, and amounts as it writes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from ledger.money import euros
from servicing.reading import Reader
from servicing.schedule import UNROUNDED, Amount

Writer = Callable[[Amount], str]

Case = Mapping[str, object]
"""One case as it was read: keys with strings, `Number`s, true, false, null, lists or cases in them."""


class Number(str):
    """A JSON number as it was written: neither rounded nor in binary."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Without quotes, as it was written."""
        return str(self)


def refuse_unknown(case: Case, known: Collection[str]) -> None:
    """Refuse a case that holds a key nobody reads, also one whose value is null."""
    for key, value in case.items():
        if key not in known:
            raise Reader(case).refuse(key, value, f"unknown key; known are {', '.join(known)}")


def written(cents: Amount) -> str:
    """The amount in euros with two decimals, or twenty when it is not rounded to cents."""
    return euros(cents) if isinstance(cents, int) else unrounded(cents)


def unrounded(cents: Amount) -> str:
    """The amount in euros with twenty decimals, be it whole cents or not."""
    return f"{UNROUNDED.scaleb(Decimal(cents), -2):.20f}"


def writer(rounding: object) -> Writer:
    """How the amounts of a case are written: all alike, also one that happens to be whole cents."""
    return unrounded if rounding == "none" else written
