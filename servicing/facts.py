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
    WAIVER = 14
    INTEREST_FREE = 15
    DUE_AT_ONCE = 16
    WSNP_START = 17
    WSNP_EARLY_END = 18
    WSNP_CLEAN_SLATE = 19
    DEFERRAL_END = 20
    ARRANGEMENT = 21
    ARRANGEMENT_END = 22
    STATUTORY_INTEREST = 23
    CANCELLATION = 24
    INTEREST_OWED = 25
    INTERRUPTION = 26
    CREDIT_REFUND = 27
    DEATH = 40
    ADDRESS = 41
    ADMINISTRATION = 42
    MORATORIUM = 43
    BANKRUPTCY = 44
    OBJECTION = 45
    DISPUTE = 46
    OUTCOME = 47
    DIVORCE = 48
    RETURNED_MAIL = 49
    REPRESENTATIVE = 50
    ENDED = 51
    PROMISE = 52
    HOLD = 53
    CONTACT = 54
    CONTACT_PERSON = 55
    SECURITY = 56
    LIABILITY = 57
    UNBLOCKED = 58
    HANDLED = 59
    ORDER_SUSPENDED = 60
    MANDATE = 90
    MANDATE_ENDED = 91
    DEFERRAL_USED = 100
    REMISSION_USED = 101
    ADVANCE = 102
    EARLIER_DECISION = 103
    REMINDER = 104
    INTEREST_DECISION = 105
    YEAR_TO_DATE = 106
    EARLIER_LINE = 107
    QUIET = 108
    QUIET_LIFTED = 109
    ADVANCE_PAID = 110
    ASSISTANCE = 111
    YEAR_FIGURES = 112
    CYCLE_STEP = 113
    SETTLED = 114
    TRANSFERRED = 115
    REDUCED = 116
    REMITTED = 117
    CLIENT_GROUP = 118
    WAGE_TAX = 119
    EARLIER_DISBURSEMENT = 120
    CLAIM_SCHEME = 121
    DUNNED = 140
    ANNOUNCED = 141
    REVIEW = 142
    REVIEW_STEP = 143
    REVIEW_DONE = 144
    BAILIFF = 145
    BAILIFF_STATEMENT = 146
    BAILIFF_RECALLED = 147

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
        FactKind.STATUTORY_INTEREST,
        FactKind.CANCELLATION,
        FactKind.INTEREST_OWED,
        FactKind.CREDIT_REFUND,
        FactKind.ARRANGEMENT,
        FactKind.PROMISE,
        FactKind.ADVANCE,
        FactKind.INTEREST_DECISION,
        FactKind.ADVANCE_PAID,
        FactKind.TRANSFERRED,
        FactKind.REDUCED,
        FactKind.WAGE_TAX,
        FactKind.EARLIER_DISBURSEMENT,
    }
)
"""Facts that are about an amount, which must be above zero."""

GIVING_UP_KINDS = frozenset({FactKind.WRITE_OFF, FactKind.WAIVER})
"""Facts that give up an amount, or all that is open: then without an amount."""

REFERRING_KINDS = frozenset(
    {
        FactKind.REVERSAL,
        FactKind.WITHDRAWAL,
        FactKind.WSNP_EARLY_END,
        FactKind.WSNP_CLEAN_SLATE,
        FactKind.DEFERRAL_END,
        FactKind.ARRANGEMENT_END,
        FactKind.CANCELLATION,
        FactKind.OUTCOME,
        FactKind.ENDED,
        FactKind.UNBLOCKED,
        FactKind.HANDLED,
        FactKind.MANDATE_ENDED,
        FactKind.REDUCED,
        FactKind.REVIEW_STEP,
        FactKind.REVIEW_DONE,
        FactKind.BAILIFF_STATEMENT,
        FactKind.BAILIFF_RECALLED,
    }
)
"""Facts about another fact of the same loan, named by its number."""


DECIDED = "decided"
"""The key in a fact's data under which stands who made the decision behind it, who approved it and by what."""


CIRCUMSTANCES = frozenset(kind for kind in FactKind if 40 <= kind < 70)
"""Facts about people and circumstances: they book nothing, and may be older than the loan."""


BROUGHT_IN = frozenset([*(kind for kind in FactKind if 100 <= kind < 108), FactKind.EARLIER_DISBURSEMENT])
"""Facts about the time before the cut-over, which only an import records: they book nothing."""


SETTLEMENT_KINDS = frozenset({FactKind.SETTLED, FactKind.TRANSFERRED, FactKind.REDUCED, FactKind.REMITTED})
"""Facts that an approved settlement makes, on several loans at once; it is withdrawn as a whole."""


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
        if not self.cents and (self.kind in AMOUNT_KINDS or self._gives_up_a_part()):
            raise FactRefused(f"loan {self.loan}: a {self.kind.text} has an amount above 0.00")
        if (self.kind in REFERRING_KINDS) != bool(self.of):
            raise FactRefused(f"loan {self.loan}: a {self.kind.text} names fact {self.of!r}")
        if not self.key or len(self.key) > 200:
            raise FactRefused(f"loan {self.loan}: a fact has a key of 1 to 200 characters, not {self.key!r}")

    def _gives_up_a_part(self) -> bool:
        return self.kind in GIVING_UP_KINDS and self.data.get("of") != "all"


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
