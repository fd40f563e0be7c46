"""Cases as the command line reads them, and amounts as it writes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ledger.money import euros
from servicing.reading import Reader
from servicing.schedule import UNROUNDED, Amount

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
    return euros(cents) if isinstance(cents, int) else f"{UNROUNDED.scaleb(cents, -2):.20f}"
