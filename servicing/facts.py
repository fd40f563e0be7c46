"""Facts: what is recorded about a loan, append-only; a wrong one is withdrawn by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from ledger.errors import BadInput
from ledger.money import LARGEST_CENTS


class FactKind(IntEnum):
    """What a fact tells; the numbers are stored."""

    GRANT = 1
    DISBURSEMENT = 2
    SCHEDULE = 3
    RATE = 4
    PAYMENT = 5
    REVERSAL = 6
    COST = 7
    INSTALMENT = 8
    DEFERRAL = 9
    EARLY_REPAYMENT = 10
    WRITE_OFF = 11
    OPENING = 12
    WITHDRAWAL = 13

    @property
    def text(self) -> str:
        """The name as people read and type it, such as "early-repayment"."""
        return self.name.lower().replace("_", "-")


AMOUNT_KINDS = frozenset(
    {
        FactKind.DISBURSEMENT,
        FactKind.PAYMENT,
        FactKind.COST,
        FactKind.INSTALMENT,
        FactKind.EARLY_REPAYMENT,
        FactKind.WRITE_OFF,
    }
)
"""Facts that are about an amount, which must be above zero."""

REFERRING_KINDS = frozenset({FactKind.REVERSAL, FactKind.WITHDRAWAL})
"""Facts about another fact of the same loan, named by its number."""


DECIDED = "decided"
"""The key in a fact's data under which stands who made the decision behind it, who approved it and by what."""


class FactRefused(BadInput):
    """A fact that cannot be true or does not fit what is known; names the loan, the value and the rule."""


def said(data: Mapping[str, object]) -> dict[str, object]:
    """The data of a fact without who decided it."""
    return {key: value for key, value in data.items() if key != DECIDED}


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact before it is recorded; `key` is what the business calls it: again is a no-op, differently an error."""

    loan: int
    kind: FactKind
    value_date: date
    key: str
    cents: int = 0
    of: int = 0
    data: Mapping[str, object] = field(default_factory=dict)
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse amounts that are not whole cents above zero, and references to nothing."""
        if type(self.cents) is not int or not 0 <= self.cents <= LARGEST_CENTS:
            raise FactRefused(f"loan {self.loan}: {self.kind.text} of {self.cents!r} cents is out of bounds")
        if self.kind in AMOUNT_KINDS and not self.cents:
            raise FactRefused(f"loan {self.loan}: a {self.kind.text} has an amount above 0.00")
        if (self.kind in REFERRING_KINDS) != bool(self.of):
            raise FactRefused(f"loan {self.loan}: a {self.kind.text} names fact {self.of!r}")
        if not self.key or len(self.key) > 200:
            raise FactRefused(f"loan {self.loan}: a fact has a key of 1 to 200 characters, not {self.key!r}")


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded fact: number `nr` of its loan, known from the night of `known_on`."""

    loan: int
    nr: int
    kind: FactKind
    value_date: date
    known_on: date
    key: str
    cents: int
    of: int
    data: Mapping[str, object]
    actor: str
    source: str

    @property
    def said(self) -> Mapping[str, object]:
        """What the fact says, without who decided it."""
        return said(self.data)
