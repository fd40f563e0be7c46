"""Which kinds of decision there are, how many persons each takes, and from when it works; a line a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from servicing.facts import FactKind

Persons = Literal["one", "small", "terms", "two"]
"""How many persons a decision takes.

one: a mandated person. small: one up to the policy amount `mandate.one_person_limit`, else two (P24).
terms: two in an office that names its people. two: always two, whatever is configured (four eyes).
"""

Effect = Literal["favourable", "neutral", "burdening"]
"""A burdening decision works from hand-over (Awb 3:40), all others from approval."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of decision; `fact` is what it becomes on the loan (None: it is carried out elsewhere).

    `letters` follow besides the one that tells of the decision itself.
    """

    name: str
    fact: FactKind | None
    persons: Persons
    effect: Effect = "neutral"
    letters: tuple[str, ...] = ()


REST_WAIVER = "rest-waiver"
"""The waiver of what is left after five years of repayment from income (Bbz art. 43 lid 2)."""

RECEIPTS_WITHDRAWAL = "receipts-withdrawal"
"""That a batch of other receipts is taken back as a whole; the decision refers to its number."""

KINDS = {
    kind.name: kind
    for kind in (
        Kind("rate", FactKind.RATE, "terms", letters=("repayment_schedule",)),
        Kind("instalment", FactKind.INSTALMENT, "terms", letters=("repayment_schedule",)),
        Kind("reschedule", FactKind.SCHEDULE, "terms", letters=("repayment_schedule",)),
        Kind("defer", FactKind.DEFERRAL, "small", "favourable", ("repayment_schedule",)),
        Kind("early-repayment", FactKind.EARLY_REPAYMENT, "one", letters=("repayment_schedule",)),
        Kind("cost", FactKind.COST, "one"),
        Kind("write-off", FactKind.WRITE_OFF, "two"),
        Kind("waiver", FactKind.WAIVER, "two", "favourable"),
        Kind(REST_WAIVER, FactKind.WAIVER, "two", "favourable"),
        Kind("interest-free", FactKind.INTEREST_FREE, "two", "favourable"),
        Kind("due-at-once", FactKind.DUE_AT_ONCE, "two", "burdening"),
        Kind("statutory-interest", FactKind.STATUTORY_INTEREST, "two", "burdening"),
        Kind("cancellation", FactKind.CANCELLATION, "two", "favourable"),
        Kind("interest-owed", FactKind.INTEREST_OWED, "two", "favourable"),
        Kind("credit-refund", FactKind.CREDIT_REFUND, "two", "favourable"),
        Kind("arrangement", FactKind.ARRANGEMENT, "small", "favourable"),
        Kind("arrangement-end", FactKind.ARRANGEMENT_END, "small", "burdening"),
        Kind("deferral-end", FactKind.DEFERRAL_END, "small", "burdening", ("repayment_schedule",)),
        Kind("withdraw", FactKind.WITHDRAWAL, "two"),
        Kind("unblock", FactKind.UNBLOCKED, "two"),
        Kind("liability", FactKind.LIABILITY, "two"),
        Kind("iban-change", FactKind.MANDATE, "two"),
        Kind("refund", None, "two", "favourable"),
        Kind("forward", None, "two"),
        Kind("reopen-period", None, "two"),
        Kind("manual-entry", None, "two"),
        Kind(RECEIPTS_WITHDRAWAL, None, "two"),
        Kind("withdraw-letters", None, "two", "favourable"),
        Kind("settlement", None, "two", "favourable", ("settlement",)),
        Kind("clawback", None, "two", "burdening", ("settlement",)),
        Kind("settlement-withdrawal", None, "two", "favourable"),
    )
}
"""The kinds by name. Whoever adds a kind of fact that is decided adds a line, and a command that makes the fact."""

KIND_OF_FACT: Mapping[FactKind, Kind] = {
    kind.fact: kind
    for kind in KINDS.values()
    if kind.fact is not None
    and kind.fact not in {FactKind.WITHDRAWAL, FactKind.MANDATE}
    and kind.name != REST_WAIVER
}
"""The kind of decision behind a kind of fact; such a fact is never recorded without it.

A withdrawal takes what the fact took that it withdraws, a mandate only where it names another account; a waiver may
rest on five years of repayment from income.
"""


PER_MONTH = frozenset({FactKind.ARRANGEMENT, FactKind.INSTALMENT})
"""Facts whose amount is that of one month: at stake is all that is open."""

GUARDED = frozenset({FactKind.OBJECTION, FactKind.DISPUTE})
"""Facts that protect a debtor; one person records them, and two take them back."""


def persons_needed(kind: Kind, cents: int, limit: int, *, is_open: bool) -> int:
    """How many persons a decision takes, with the amount at stake and the policy amount in cents."""
    if kind.persons == "two":
        return 2
    if is_open or kind.persons == "one":
        return 1
    return 1 if kind.persons == "small" and cents <= limit else 2
